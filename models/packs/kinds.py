"""The kinds of things that packs make: how each is found, told, and what depends on it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from models.automation import conditions
from models.automation.rule import Rule
from models.core.context import Context
from models.core.custom import computing
from models.core.custom.custom_field import CustomField
from models.core.custom.custom_object import CustomObject
from models.core.custom.field_layout import PLACES, FieldLayout
from models.core.custom.kinds import COMPUTED
from models.core.custom.option import Option
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import CRMError
from models.core.identity import rights
from models.core.parsing import values
from models.core.parsing.texts import with_article
from models.core.saved_filters import SavedFilter
from models.core.search.filter_fields import field_of

Texts = Mapping[str, str]
Need = tuple[str, ...]
"""What something cannot do without: a noun as (its slug,), a field as (the slug, its name)."""


def no_problems(work: Context, texts: Texts) -> list[str]:
    return []


def nothing_needed(work: Context, record: Any) -> Iterable[Need]:
    return ()


def gives_nothing(record: Any) -> Need:
    return ()


def no_count(work: Context, record: Any) -> str:
    return ""


def can_go(work: Context, record: Any) -> bool:
    return True


@dataclass(frozen=True)
class Kind:
    """One kind of things that packs make.

    Attributes:
        word: What it is called in a file and in sentences.
        entity: The entity of its records.
        identity: The fields that together say which one it is.
        said: Says one in words, by its texts.
        problems: Says what is in the way of a new one.
        needs: Says what a record cannot do without.
        gives: Says what others need a record as, () where nothing needs it.
        held: Says what people have typed that goes with a record and comes back with it.
        goes: Whether a record can be deleted; else it is retired.
        loose: The fields that people may change without making it their own.
    """

    word: str
    entity: type[Entity]
    identity: tuple[str, ...]
    said: Callable[[Texts], str]
    problems: Callable[[Context, Texts], list[str]] = no_problems
    needs: Callable[[Context, Any], Iterable[Need]] = nothing_needed
    gives: Callable[[Any], Need] = gives_nothing
    held: Callable[[Context, Any], str] = no_count
    goes: Callable[[Context, Any], bool] = can_go
    loose: tuple[str, ...] = ()


def entity_said(word: str | None) -> type[Entity] | None:
    """Return the entity that a word means, None for a noun that is not here."""
    slug = rights.nouns().get(values.fold(word or ""))
    return ENTITIES.get(slug) if slug else None


def counted(work: Context, entity: Any, *where: Any) -> str:
    """Return how many records there are that the actor sees: 12 contracts; "" for none."""
    count = work.session.scalar(select(func.count(entity.id)).where(*where)) or 0
    return f"{count:,} {entity.noun() if count == 1 else entity.plural()}" if count else ""


# ── nouns ─────────────────────────────────────────────────────────────────────────────────────────


def said_noun(texts: Texts) -> str:
    return f"noun {texts['name']} ({texts['starts']}-1)"


def noun_problems(work: Context, texts: Texts) -> list[str]:
    """Return why a noun cannot be made: its words or its letters mean something else."""
    found = CustomObject(**{n: texts.get(n) for n in ("name", "plural_name", "starts")})
    return list(dict.fromkeys(sentence for _, sentence in found.problems(work, {})))


def noun_given(record: CustomObject) -> Need:
    return (record.slot or "",)


def noun_held(work: Context, record: CustomObject) -> str:
    entity = ENTITIES.get(record.slot or "")
    count = counted(work, entity) if entity else ""
    return f"with {count}" if count else ""


# ── fields ────────────────────────────────────────────────────────────────────────────────────────


def said_field(texts: Texts) -> str:
    more = f": {texts['formula']}" if "formula" in texts else ""
    kind = CustomField.fields()["kind"].show(texts["kind"], None, None)  # type: ignore[arg-type]
    return f"field {texts['name']} of {with_article(texts['about'])} ({kind}{more})"


def field_problems(work: Context, texts: Texts) -> list[str]:
    """Return why a field cannot be added: another one has its name, or it means something else."""
    entity = entity_said(texts["about"])
    if entity is None:
        return []  # its noun comes with the same pack
    found = CustomField(about=entity.slug(), name=texts["name"])
    return [why] if (why := found.is_taken(work, entity)) else []


def field_needs(work: Context, record: CustomField) -> Iterator[Need]:
    """Yield the nouns and the fields that a field is about, names, or is worked out from."""
    yield (record.about,)
    if record.to:
        yield (record.to,)
    if record.kind in COMPUTED:
        for about, name in computing.sources_of(record):
            yield (about,)
            yield (about, name)


def field_given(record: CustomField) -> Need:
    return (record.about, record.slot)


def field_held(work: Context, record: CustomField) -> str:
    """Return how many records hold something that people typed into a field."""
    entity: Any = ENTITIES.get(record.about)
    if entity is None or record.kind in COMPUTED:
        return ""
    count = counted(work, entity, entity.custom[record.slot].as_string().is_not(None))
    return f"with what {count} {'holds' if count.startswith('1 ') else 'hold'}" if count else ""


# ── options and layouts ───────────────────────────────────────────────────────────────────────────


def said_option(texts: Texts) -> str:
    choice = texts["choice"].replace("_", " ")
    like = f", like {texts['like']}" if "like" in texts else ""
    return f"option {texts['name']} for the {choice} of {with_article(texts['about'])}{like}"


def option_problems(work: Context, texts: Texts) -> list[str]:
    """Return why an option cannot be added: another one is called the same."""
    entity = entity_said(texts["about"])
    kind = entity.fields().get(texts["choice"]) if entity else None
    if entity is None or kind is None:
        return []
    found = Option(about=entity.slug(), choice=texts["choice"], name=texts["name"], slot="")
    taken = found.is_double(work, kind)
    return [f"{with_article(entity.noun()).capitalize()} has an option “{found.name}”"] * taken


def option_goes(work: Context, record: Option) -> bool:
    return not record.still_held(work)


def said_layout(texts: Texts) -> str:
    places = [f"{place}: {texts[place]}" for place in PLACES if place in texts]
    return f"layout of {with_article(texts['about'])} ({'; '.join(places)})"


def layout_needs(work: Context, record: FieldLayout) -> Iterator[Need]:
    """Yield the noun that a layout is of."""
    yield (record.about,)


# ── filters and rules ─────────────────────────────────────────────────────────────────────────────


def said_filter(texts: Texts) -> str:
    return f"filter {texts['name']} for {texts['shared']} ({texts['about']} list {texts['typed']})"


def filter_needs(work: Context, record: SavedFilter) -> Iterator[Need]:
    """Yield the noun that a filter is about, and the fields that it asks for."""
    yield (record.about,)
    yield from asked(work, record.about, record.typed)


def asked(work: Context, about: str, text: str) -> Iterator[Need]:
    """Yield the fields that a filter asks for, as far as it can be read."""
    entity = ENTITIES.get(about)
    if entity is None or not text:
        return
    try:
        found = conditions.fields_of(conditions.tree(work, entity, text), entity)
    except (CRMError, ValueError):
        return
    for name in found or ():
        yield about, name


def said_rule(texts: Texts) -> str:
    paused = ", paused" if values.fold(texts.get("paused", "")) == "yes" else ""
    return f"rule {texts['name']} ({texts['sentence']}){paused}"


def rule_needs(work: Context, record: Rule) -> Iterator[Need]:
    """Yield the nouns and the fields of which a rule speaks, as far as it can be read."""
    try:
        sentence = record.read
    except ValueError:
        return
    about, trigger = sentence.noun, sentence.trigger
    yield from ((each.noun,) for each in sentence.actions if each.noun)
    if about not in ENTITIES:
        return
    yield (about,)
    for text in (sentence.where, sentence.holds, trigger.filter):
        yield from asked(work, about, text)
    said = [word for each in sentence.actions for word, _ in each.texts]
    for word in filter(None, (*sentence.must, trigger.field, *said)):
        try:
            yield about, field_of(word, ENTITIES[about])[0]
        except ValueError:
            continue


KINDS: tuple[Kind, ...] = (
    Kind(
        "noun",
        CustomObject,
        ("name",),
        said_noun,
        noun_problems,
        gives=noun_given,
        held=noun_held,
    ),
    Kind(
        "field",
        CustomField,
        ("about", "name"),
        said_field,
        field_problems,
        field_needs,
        field_given,
        field_held,
    ),
    Kind(
        "option",
        Option,
        ("about", "choice", "name"),
        said_option,
        option_problems,
        goes=option_goes,
        loose=("after",),
    ),
    Kind("layout", FieldLayout, ("about",), said_layout, needs=layout_needs),
    Kind(
        "filter",
        SavedFilter,
        ("about", "name"),
        said_filter,
        needs=filter_needs,
        loose=("owner", "in_digest"),
    ),
    Kind("rule", Rule, ("name",), said_rule, needs=rule_needs, loose=("owner", "paused")),
)
"""The kinds, in the order in which a pack makes them: each is there for those after it."""
OF: Mapping[str, Kind] = {kind.entity.slug(): kind for kind in KINDS}
"""The kinds by their entities."""
