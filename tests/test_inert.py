"""What is alive in a payload is found, what is inert is left alone, and there are hostile texts
enough.
"""

from typing import Any

from handlers.core.ui import blocks
from handlers.core.ui.card_text import moment
from tests.ground import START
from tests.hostile import BARE, FAMILIES, HOSTILE, MUCH, TOKENS, sample
from tests.inert import pings
from tests.tables import table

ALIVE = [name for name in TOKENS if name not in ("unknown command",)]


def mrkdwn(text: str, **more: Any) -> dict[str, Any]:
    return {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text, **more}}]}


@table("name", ALIVE)
def test_every_token_is_alive_in_markup_and_in_the_text_of_a_message(name: str) -> None:
    assert pings(mrkdwn(TOKENS[name], verbatim=True))
    assert pings({"text": f"Ada {TOKENS[name]}", "blocks": [blocks.divider()]})
    assert pings({"view": {"type": "modal", "blocks": [blocks.context(TOKENS[name])]}})


@table("name", TOKENS)
def test_no_token_is_alive_once_it_is_escaped_or_plain(name: str) -> None:
    text = TOKENS[name]
    assert pings(mrkdwn(blocks.escape(text), verbatim=True)) == []
    drawn = [blocks.header(text), blocks.said(text), blocks.actions(blocks.button(text, "a", text))]
    assert pings({"text": blocks.escape(text), "blocks": drawn}) == []


@table("name", [name for name in BARE if not name.startswith("full width")])
def test_bare_names_and_addresses_are_alive_unless_the_text_is_verbatim(name: str) -> None:
    assert pings(mrkdwn(BARE[name]))
    assert pings(mrkdwn(BARE[name], verbatim=True)) == []
    assert pings({"text": BARE[name], "parse": "full"})


def test_an_address_in_the_text_of_a_message_is_a_link_where_it_is_shown() -> None:
    assert pings({"text": "see https://evil.example"})
    assert pings({"text": "see https://evil.example", "parse": "none"}) == []
    assert pings({"text": "see https://evil.example", "blocks": [blocks.divider()]}) == []


@table("piece", ["user", "usergroup", "channel", "broadcast", "link"])
def test_what_is_more_than_words_in_rich_text_is_alive(piece: str) -> None:
    part = {
        "type": "rich_text_section",
        "elements": [{"type": "text", "text": "<!here>"}, {"type": piece}],
    }
    assert len(pings({"blocks": [{"type": "rich_text", "elements": [part]}]})) == 1


def test_where_a_button_or_a_picture_leads_is_said() -> None:
    button = {"type": "button", "text": blocks.plain("x"), "url": "https://evil.example"}
    assert pings(blocks.actions(button)) == ["/elements/0: https://evil.example"]
    assert pings({"type": "image", "image_url": "https://evil.example/x.png"})
    assert pings({"type": "markdown", "text": "@here"})
    assert pings({"attachments": [{"fallback": "<!here>"}]})


def test_our_own_moments_are_no_pings() -> None:
    assert pings(mrkdwn(f"Updated {moment(START)}", verbatim=True)) == []
    assert pings(mrkdwn(moment(START).replace("|", "^https://evil.example|"), verbatim=True))


# ── the texts ─────────────────────────────────────────────────────────────────────────────────────


def test_there_are_more_than_five_hundred_different_ones_in_families() -> None:
    assert len({each.text for each in HOSTILE}) > 500
    assert len({(each.family, each.name) for each in HOSTILE}) == len(HOSTILE)
    assert max(len(each.text) for each in HOSTILE) == MUCH


def test_a_sample_has_some_of_every_family_and_is_the_same_for_the_same_seed() -> None:
    assert {each.family for each in sample(1)} == set(FAMILIES)
    assert sample(1, 2) == sample(1, 2) != sample(2, 2)
    assert len(sample(1, 2, ["sql", "log"])) == 4
