"""What messages and forms are drawn with: no text is longer than Slack takes, and what people
typed looks as typed.
"""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.validation import options_problems, problems
from handlers.core.ui import blocks
from tests.tables import table

LONG = "Ada🦄" * 1250
ASK = blocks.confirm(LONG, LONG, LONG)
OPTIONS = [blocks.option(LONG, LONG)]
PIECES = [
    blocks.header(LONG),
    blocks.section(LONG),
    blocks.section(LONG, blocks.button(LONG, "go", LONG, ask=ASK)),
    blocks.columns([LONG, *["Ada"] * 10]),
    blocks.context(LONG, *["Ada"] * 10),
    blocks.said(LONG),
    blocks.actions(*[blocks.button(LONG, f"go{at}", LONG) for at in range(26)]),
    blocks.section(
        "Ada", blocks.overflow("more", [blocks.option(LONG, f"{at}") for at in range(6)])
    ),
]


def plain_texts(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict) and part.get("type") == "plain_text":
        yield part
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for each in inner:
        yield from plain_texts(each)


@table("piece", PIECES)
def test_a_text_of_any_length_is_cut_to_what_slack_takes(piece: dict[str, Any]) -> None:
    assert problems("message", {"text": "Ada", "blocks": [piece]}) == []


def test_the_titles_of_a_form_and_the_texts_of_a_picker_are_cut_too() -> None:
    form = blocks.modal(LONG, "crm.form", [blocks.section("Ada")], submit=LONG)
    assert problems("modal", form) == []
    assert options_problems({"options": OPTIONS}) == []


def test_an_emoji_that_somebody_typed_stays_one_where_no_formatting_is_read() -> None:
    """Else Slack shows its name between colons."""
    found = list(plain_texts([PIECES, OPTIONS]))
    assert found
    assert all(each["emoji"] is True for each in found)
