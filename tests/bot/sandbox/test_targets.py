"""What is aimed at, seen and missed from a desk."""

import pytest

from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Json
from bot.sandbox.slack import Slack
from tests.bot.sandbox.kit import actions, field, option, plain


def test_a_menu_too_can_ask_first(desk: SlackDriver, heard: list[Json]) -> None:
    confirm = {
        "title": plain("Burn?"),
        "text": plain("All of it."),
        "confirm": plain("Burn"),
        "deny": plain("Keep"),
    }
    menu = {
        "type": "overflow",
        "action_id": "choice",
        "options": [option("Burn")],
        "confirm": confirm,
    }
    desk.slack.post("C_SALES", desk.slack.bot.id, "menu", [actions(menu)])
    desk.pick("choice", "Burn", confirm=False)
    assert heard == []
    assert desk.asked == "Burn?\nAll of it."


def test_an_input_with_dispatch_is_told_to_the_app(desk: SlackDriver, heard: list[Json]) -> None:
    text = {"type": "plain_text_input", "action_id": "choice"}
    desk.slack.post(
        "C_SALES", desk.slack.bot.id, "x", [field("name", text) | {"dispatch_action": True}]
    )
    desk.pick("choice", "Ada")
    assert heard[-1]["actions"][0]["value"] == "Ada"
    assert heard[-1]["state"]["values"]["name"]["choice"]["value"] == "Ada"


def test_a_click_may_be_aimed_at_an_older_message(desk: SlackDriver, heard: list[Json]) -> None:
    desk.command("/note card")
    older = desk.last
    desk.command("/note card")
    desk.click("note.done", older)
    assert heard[-1]["message"]["ts"] == older.ts
    assert [message.text for message in desk.posted()] == ["Done", "A note"]


def test_the_home_tab_is_found_among_the_newest(desk: SlackDriver, heard: list[Json]) -> None:
    desk.command("/note card")
    desk.home()
    with pytest.raises(AssertionError, match="did not respond|500"):
        desk.click("note.done")  # it answers on the original message, and a home tab has none
    assert heard[-1]["container"]["type"] == "view"


def test_a_thread_can_be_read(desk: SlackDriver) -> None:
    said = desk.say("@notes hi")
    desk.say("and more", thread_ts=said.ts)
    parent = desk.last
    assert [reply.text for reply in desk.thread(parent)] == []
    desk.slack.post("C_SALES", "U_SAM", "under the card", thread_ts=parent.ts)
    assert [reply.text for reply in desk.thread(parent)] == ["under the card"]


def test_without_a_modal_there_is_nothing_to_submit_or_close(desk: SlackDriver) -> None:
    for act in (desk.submit, desk.close):
        with pytest.raises(AssertionError, match="has no modal open"):
            act()


def test_somebody_unknown_cannot_sit_at_the_desk(desk: SlackDriver) -> None:
    with pytest.raises(AssertionError, match="nobody called zoe"):
        desk.command("/note x", user="zoe")


def test_a_home_tab_nobody_published_is_missed(slack: Slack) -> None:
    slack.manifest, manifest = {"features": {}}, slack.manifest
    try:
        with pytest.raises(AssertionError, match="rita has no home tab"):
            SlackDriver(slack).home()
    finally:
        slack.manifest = manifest


def test_what_is_shown_reads_as_words(desk: SlackDriver) -> None:
    desk.slack.post("C_SALES", desk.slack.bot.id, "a &amp; b")
    desk.actor = "U_SAM"
    assert str(desk.last) == "a & b"
    assert "a & b" in desk.last
    assert desk.last.user == desk.slack.bot.id
    assert desk.last.actions == []
