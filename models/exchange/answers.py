"""What a person says about a file: where its columns go, what its words mean, who people are."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from models.core.errors import Invalid
from models.exchange.formats import ORDERS

EXAMPLE = '--map "Stage:Engaging=qualification"'


@dataclass(frozen=True)
class Answers:
    """What a person says about a file.

    Attributes:
        columns: Header → field; "" leaves the column out.
        words: (Header or field, word) → option; "" leaves the cell empty.
        people: What the file calls a person → their Slack id, e-mail or name here.
        dates: `dmy` or `mdy`.
        decimal: The sign before decimals.
        encoding: The name of the encoding.
        sheet: The name of the sheet of a workbook.
        strict: Refuse a row even if only one optional cell cannot be read.
        anyway: Go on although some words of the file are unknown; their rows are refused.
        make: The entities whose missing records are made when rows name them.
        rest: Keep in the notes what no field takes.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[tuple[str, str], str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    dates: str = ""
    decimal: str = ""
    encoding: str = ""
    sheet: str = ""
    strict: bool = False
    anyway: bool = False
    make: tuple[str, ...] = ()
    rest: bool = False

    def __post_init__(self) -> None:
        if self.decimal not in ("", ".", ","):
            raise Invalid({"decimal": "The sign before decimals is “.” or “,”."})
        if self.dates not in ("", *ORDERS):
            raise Invalid(
                {
                    "dates": f"Dates are dmy (day first) or mdy (month first), not “{self.dates[:20]}”."
                }
            )

    def over(self, kept: "Answers") -> "Answers":
        """Return these answers, completed from the kept ones where these say nothing."""
        return Answers(
            {**kept.columns, **self.columns},
            {**kept.words, **self.words},
            {**kept.people, **self.people},
            self.dates or kept.dates,
            self.decimal or kept.decimal,
            self.encoding or kept.encoding,
            self.sheet or kept.sheet,
            self.strict or kept.strict,
            self.anyway or kept.anyway,
            self.make or kept.make,
            self.rest or kept.rest,
        )


def said(mapped: Iterable[str], people: Iterable[str] = (), **others: Any) -> Answers:
    """Return answers from typed texts: `HEADER=FIELD`, `HEADER:WORD=OPTION` and `NAME=PERSON`."""
    columns: dict[str, str] = {}
    words: dict[tuple[str, str], str] = {}
    for each in mapped:
        before, sign, after = each.rpartition("=")
        header, colon, word = before.partition(":")
        if not sign:
            raise Invalid(
                {
                    "map": f"“{each[:60]}” does not say where it goes. Write it as HEADER=FIELD or {EXAMPLE}."
                }
            )
        if colon and header.strip():
            words[header.strip(), word.strip()] = after.strip()
        else:
            columns[before.strip()] = after.strip()
    known: dict[str, str] = {}
    for each in people:
        name, sign, person = each.rpartition("=")
        if not sign or not name.strip() or not person.strip():
            raise Invalid(
                {"people": f'“{each[:60]}” does not say who it is. Write it as "Jane Doe=@jane".'}
            )
        known[name.strip()] = person.strip()
    return Answers(columns, words, known, **others)


def read(text: str) -> Answers:
    """Return the answers that were kept in a text; Invalid says what is wrong with the text."""
    try:
        kept = json.loads(text)
        words = {
            (header, word): to
            for header, each in kept.get("words", {}).items()
            for word, to in each.items()
        }
        return Answers(
            dict(kept.get("columns", {})),
            words,
            dict(kept.get("people", {})),
            str(kept.get("dates", "")),
            str(kept.get("decimal", "")),
            str(kept.get("encoding", "")),
            str(kept.get("sheet", "")),
        )
    except (ValueError, AttributeError, TypeError):
        problem = "The file of answers is not one that an import wrote. Delete it, or name another."
        raise Invalid({"answers": problem}) from None


def written(answers: Answers) -> str:
    """Return answers as a text that `read` can read back and that people may edit."""
    words: dict[str, dict[str, str]] = {}
    for (header, word), option in answers.words.items():
        words.setdefault(header, {})[word] = option
    kept = {
        "columns": dict(answers.columns),
        "words": words,
        "people": dict(answers.people),
        "dates": answers.dates,
        "decimal": answers.decimal,
        "encoding": answers.encoding,
        "sheet": answers.sheet,
    }
    return (
        json.dumps(
            {name: value for name, value in kept.items() if value}, ensure_ascii=False, indent=2
        )
        + "\n"
    )
