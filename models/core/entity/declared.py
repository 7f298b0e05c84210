"""What the fields of an entity are: those that it declares, and those that admins added."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar, cast

from sqlalchemy import ColumnElement, case, inspect

from models.core.entity.custom_values import PREFIX, loaded
from models.core.entity.unique import column_of, is_folded
from models.core.fields import Choice, Lines
from models.core.fields.base import Field, Reader
from models.core.fields.computed import Bound, Operands, Rollup, in_order
from models.core.fields.operands import operands_of, words_of
from models.core.fields.shape import AS_BUILT, ENTERED, Layout, by_shape
from models.core.fields.spoken import spoken_of
from models.core.fields.words import in_words
from models.core.parsing import values


class Declared:
    """The part of an entity that says which fields it has, and what follows from them."""

    keys: ClassVar[tuple[str, ...]] = ()
    """The unique fields by which people and files name a record, before they do so by its name."""
    __table__: ClassVar[Any]

    @classmethod
    def slug(cls) -> str:
        """Return the name of its table."""
        raise NotImplementedError

    @classmethod
    def noun(cls) -> str:
        """Return the word for it in commands and sentences."""
        raise NotImplementedError

    @classmethod
    def fields(cls) -> Mapping[str, Field]:
        """Return the fields: those that are built in, and those that admins added."""
        known = ENTERED.get().fields
        found = known.get(cls)
        if found is None:
            found = known[cls] = cls.found_fields()
        return found

    @classmethod
    def found_fields(cls) -> Mapping[str, Field]:
        """Return the fields in the present shape, looked for anew."""
        built_in = cls.built_in()
        added = ENTERED.get().added.get(cls.slug())
        if not added:
            return in_words(built_in)
        last = {"deleted_at": built_in["deleted_at"]}
        found = {name: kind for name, kind in built_in.items() if name not in last} | dict(added)
        kinds = {**in_words(built_in), **dict(added)}
        found = {name: kinds[name] for name in found}
        return {name: kind.among(found) for name, kind in found.items()} | last

    @classmethod
    def layout(cls) -> Layout:
        """Return which fields its card shows and its form asks for first, where admins say so."""
        return ENTERED.get().layouts.get(cls.slug(), AS_BUILT)

    @classmethod
    @cache
    def built_in(cls) -> Mapping[str, Field]:
        """Return the fields that the entity declares."""
        columns: Any = inspect(cast(Any, cls)).columns
        found = {
            name: column.info["field"] for name, column in columns.items() if "field" in column.info
        }
        names = sorted(found, key=lambda name: name == "deleted_at")
        found |= {name: replace(found[name], search=True) for name in cls.keys}
        return {name: found[name].among(found) for name in names}

    @classmethod
    @by_shape
    def formulas(cls) -> Mapping[str, Bound]:
        """Return the formulas by their field, each after those that it is worked out from."""
        return in_order(cls.slug(), cls.fields(), cls.operands())

    @classmethod
    @by_shape
    def operands(cls) -> Operands:
        """Return the fields as formulas see them."""
        return operands_of(cls.noun(), cls.fields())

    @classmethod
    @by_shape
    def rollups(cls) -> Mapping[str, Rollup]:
        """Return the fields that follow from the parts of a record."""
        kinds = cls.fields().items()
        return {name: kind.computed for name, kind in kinds if isinstance(kind.computed, Rollup)}

    @classmethod
    @by_shape
    def is_computed(cls) -> bool:
        """Return whether some of the fields are worked out from others, or from parts."""
        return any(kind.computed for kind in cls.fields().values())

    @classmethod
    @by_shape
    def unique(cls) -> Mapping[str, str]:
        """Return the fields that no two records share → the column that tells them apart."""
        kinds = cls.built_in().items()
        return {name: column_of(name, kind) for name, kind in kinds if kind.unique}

    @classmethod
    @by_shape
    def unique_added(cls) -> tuple[str, ...]:
        """Return the fields that admins added of which no two records hold the same."""
        kinds = cls.fields().items()
        return tuple(name for name, kind in kinds if kind.unique and name.startswith(PREFIX))

    @classmethod
    def key_of(cls, name: str, text: str, reader: Reader) -> Any:
        """Return what the column of a unique field holds for a text, None where it fits none."""
        kind = cls.fields()[name]
        if is_folded(kind):
            return values.fold(text)[:255] or None
        try:
            return kind.read(values.clean(text), reader)
        except ValueError:
            return None

    @classmethod
    @by_shape
    def defaults(cls) -> Mapping[str, Any]:
        """Return what a new record holds in fields that nobody filled."""
        columns = cls.__table__.columns
        found = {
            name: default.arg
            for name in cls.built_in()
            if (default := columns[name].default) and default.is_scalar
        }
        added = {name: kind for name, kind in cls.fields().items() if kind.usual}
        return found | {name: loaded(kind, kind.usual) for name, kind in added.items()}

    @classmethod
    @by_shape
    def needed(cls) -> tuple[str, ...]:
        """Return the fields without which there can be no record.

        They are required, and nothing else takes their place.
        """
        begins = {name for name, each in cls.__table__.columns.items() if each.default is not None}
        return tuple(
            name
            for name, kind in cls.fields().items()
            if kind.required and not (kind.readonly or kind.usual or name in begins)
        )

    @classmethod
    @by_shape
    def field_names(cls) -> dict[str, str]:
        """Return every word that names a field: its column, label and other words → the column."""
        return words_of(cls.fields())

    @classmethod
    @by_shape
    def spoken_names(cls) -> Mapping[str, str]:
        """Return for each field what people read, and may type: close date for close_date."""
        return spoken_of(cls.fields(), cls.field_names())

    @classmethod
    @cache
    def line_fields(cls) -> Mapping[str, Lines]:
        """Return the fields that are no columns: texts with a line for each part."""
        return {
            name: kind
            for each in reversed(cls.__mro__)
            for name, kind in vars(each).items()
            if isinstance(kind, Lines)
        }

    @classmethod
    @by_shape
    def declared_fields(cls) -> Mapping[str, Field]:
        """Return the fields and those of lines, in the order in which people are asked for them."""
        lines = cls.line_fields()
        if not lines:
            return cls.fields()
        kinds = {**cls.fields(), **lines}
        own = (name for name in vars(cls) if not name.startswith(PREFIX))
        return {name: kinds[name] for name in dict.fromkeys((*own, *kinds)) if name in kinds}

    # ── choices whose options are the workspace's ──

    @classmethod
    def choice_of(cls, name: str) -> Choice:
        """Return the kind of a field that is a choice; an alias of the entity has the same."""
        kind = inspect(cast(Any, cls)).mapper.class_.fields()[name]
        assert isinstance(kind, Choice)
        return kind

    @classmethod
    def options_like(cls, name: str, *meanings: str) -> tuple[str, ...]:
        """Return the options of a choice that behave like some of the built-in ones, in order."""
        return cls.choice_of(name).like(*meanings)

    @classmethod
    def meaning_of(cls, name: str, option: str | None) -> str:
        """Return the built-in option that an option of a choice behaves like, "" for none."""
        return cls.choice_of(name).meaning(option) if option else ""

    @classmethod
    def meant_by(cls, name: str) -> ColumnElement[str]:
        """Return the column of a choice with the built-in option that each option is like."""
        column: Any = getattr(cls, name)
        added = {o: m for o, m in cls.choice_of(name).meanings.items() if o != m}
        return case(added, value=column, else_=column) if added else column

    def option_here(self, name: str, option: str) -> str:
        """Return an option of a choice, or that of the same name which this record can have."""
        kind = self.choice_of(name)
        home = getattr(self, kind.under, None) if kind.under else None
        return option if kind.belongs(option, home) else kind.twin(option, home) or option

    def first_of(self, name: str, *meanings: str) -> str:
        """Return the first option that this record can have of those like some built-in ones."""
        kind = self.choice_of(name)
        home = getattr(self, kind.under, None) if kind.under else None
        among = (each for each in kind.offered if kind.belongs(each, home))
        return next((each for each in among if kind.meaning(each) in meanings), meanings[0])

    @classmethod
    @by_shape
    def below(cls) -> Mapping[str, Choice]:
        """Return the choices whose options belong to those of another choice."""
        kinds = cls.fields().items()
        return {name: kind for name, kind in kinds if isinstance(kind, Choice) and kind.under}

    def take_on(self, name: str, changes: Mapping[str, tuple[Any, Any]]) -> None:
        """Give the record what it takes as it enters an option, unless somebody says otherwise."""
        for other, text in self.choice_of(name).entries.get(getattr(self, name), {}).items():
            if other not in changes or getattr(self, other) is None:
                setattr(self, other, self.fields()[other].load(text))
