"""The pieces of lists that are conditions: words of options, and alternatives that go together."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from models.core.context import Context
from models.core.entity.base import ENTITIES
from models.core.entity.name_reference import Named
from models.core.fields import Choice, Flag
from models.core.fields.base import Field
from models.core.parsing import values
from models.core.search.filter_parser import Node, Or, Term, Word
from models.core.search.filter_sql import ALWAYS


def is_past(kind: Field) -> bool:
    """Return whether a field says when something happened: nobody types it."""
    return not kind.form or kind in ALWAYS.values()


def plain(parts: Sequence[Node]) -> list[str]:
    """Return the words at the beginning that have no quotes."""
    found: list[str] = []
    for part in parts:
        if not isinstance(part, Word) or part.exact:
            break
        found.append(part.text)
    return found


def key(word: str) -> str:
    """Return a word in the form in which options are compared: singular and plural are the same."""
    folded = values.fold(word).replace("_", " ").replace("-", " ")
    return folded[:-1] if folded.endswith("s") and len(folded) > 3 else folded


def worded(work: Context, kind: Field) -> Iterator[tuple[str, str, str]]:
    """Yield the words of the options of a field as (word, value, how it is shown)."""
    if isinstance(kind, Choice):
        for option in kind.options:
            yield option, option.value, kind.name(option)
        for word, value in kind.others.items():
            yield word, str(value), kind.name(str(value))
    elif isinstance(kind, Flag):
        yield kind.label, "yes", "yes"
    elif isinstance(kind, Named):
        for title in work.session.scalars(select(ENTITIES[kind.to].title)):
            yield title, title, title


def together(parts: Sequence[Node]) -> list[Node]:
    """Join options and people side by side in one field as alternatives: won lost."""
    found: list[Node] = []
    same: dict[str, int] = {}
    for part in parts:
        if isinstance(part, Term) and part.op == "=" and part.word:
            if part.field in same:
                other = found[same[part.field]]
                found[same[part.field]] = Or(
                    (*(other.parts if isinstance(other, Or) else (other,)), part)
                )
                continue
            same[part.field] = len(found)
        found.append(part)
    return found
