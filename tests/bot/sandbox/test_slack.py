"""The state of the workspace: ids, stamps, threads, what is seen by whom, and a fresh start."""

import threading

from bot.sandbox.entities import Channel, Json, Member
from bot.sandbox.inputs import complaints, initial, state_of
from bot.sandbox.mrkdwn import encode, words
from bot.sandbox.slack import Slack

from .kit import NOTE, actions, button, field, form, option, plain, section, workspace


def test_stamps_are_unique_and_increase_while_the_clock_stands_still() -> None:
    slack = workspace()
    stamps = [slack.stamp() for _ in range(1000)]
    assert stamps == sorted(set(stamps), key=float)
    assert stamps[0] == "1796115600.000000"


def test_stamps_stay_unique_under_many_threads() -> None:
    slack = workspace()
    stamps: list[str] = []
    threads = [
        threading.Thread(target=lambda: stamps.extend(slack.stamp() for _ in range(200)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(stamps)) == 1600


def test_channels_without_a_list_of_members_hold_everybody_and_the_bot() -> None:
    slack = workspace()
    assert slack.members_of("C_SALES") == ["U_RITA", "U_SAM", "U0BOT"]
    assert slack.members_of("C_QUIET") == ["U_RITA"]


def test_people_and_channels_are_found_by_what_people_call_them() -> None:
    slack = workspace()
    assert [
        one.id for said in ("@rita", "Rita Reyes", "u_rita") if (one := slack.member(said))
    ] == ["U_RITA"] * 3
    assert [
        room.id for said in ("#sales", "sales", "C_SALES") if (room := slack.channel(said))
    ] == ["C_SALES"] * 3
    assert slack.member("zoe") is None
    im = slack.channel("U_RITA")
    assert im is not None
    assert (im.id, im.user) == ("D_RITA", "U_RITA")


def test_names_become_ids_and_everything_else_is_escaped() -> None:
    members = [Member("U1", "rita"), Member("U2", "sam.stone")]
    channels = [Channel("C1", "sales")]
    said = (
        "@rita, @sam.stone: <b> & #sales, mail a.b@x.example or https://x.example/?a=1&b=2 @here #9"
    )
    assert encode(said, members, channels) == (
        "<@U1>, <@U2>: &lt;b&gt; &amp; <#C1>, mail <mailto:a.b@x.example|a.b@x.example> or "
        "<https://x.example/?a=1&amp;b=2> <!here> #9"
    )
    assert encode("<@U1> @rita", members, channels, with_names=True) == "<@U1> <@U1|rita>"


def test_words_are_every_text_a_person_reads() -> None:
    rich = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "Ask "},
                    {"type": "user", "user_id": "U1"},
                    {"type": "text", "text": " in "},
                    {"type": "channel", "channel_id": "C1"},
                    {"type": "emoji", "name": "wave"},
                    {"type": "link", "url": "https://x.example"},
                    {"type": "broadcast", "range": "here"},
                    {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "Friday"},
                ],
            }
        ],
    }
    chart = {
        "type": "data_visualization",
        "title": "Deals",
        "chart": {"type": "pie", "segments": [{"label": "Won", "value": 1}]},
    }
    blocks: list[Json] = [section("a &amp; b"), rich, chart, actions(button("Go", "go"))]
    assert (
        words(blocks)
        == "a & b\nAsk <@U1> in <#C1>:wave:https://x.example@hereFriday\nDeals\nWon\nGo"
    )


def test_blocks_and_elements_without_ids_are_given_some() -> None:
    slack = workspace()
    bare = [actions({"type": "button", "text": plain("Go")}), section("x")]
    blocks = slack.post("C_SALES", "U0BOT", "x", bare).blocks or []
    assert all(block["block_id"] for block in blocks)
    assert blocks[0]["elements"][0]["action_id"]
    assert "block_id" not in bare[0]


def test_an_edited_message_is_newer_than_its_neighbours() -> None:
    slack = workspace()
    first, second = slack.post("C_SALES", "U0BOT", "one"), slack.post("C_SALES", "U0BOT", "two")
    slack.change(first, text="one again")
    assert [message.text for message in slack.visible("U_SAM")] == ["two", "one again"]
    assert first.ts < second.ts


def test_what_was_typed_survives_an_update_where_the_ids_stay() -> None:
    slack = workspace()
    text = {"type": "plain_text_input"}
    view = slack.show("U_RITA", form(field("a", text), field("b", text)))
    view.typed({"a": {"a": {"type": "plain_text_input", "value": "kept"}}})
    before = view.hash
    slack.redraw(view, form(field("a", text), field("c", text)))
    assert view.state()["a"]["a"]["value"] == "kept"
    assert set(view.state()) == {"a", "c"}
    assert view.hash != before


def test_a_fresh_start_forgets_everything_but_the_people() -> None:
    slack = workspace()
    slack.post("C_SALES", "U_RITA", "x")
    slack.show("U_RITA", NOTE)
    slack.fail("chat.postMessage")
    slack.problem("something")
    slack.join("C_QUIET", "U0BOT")
    slack.reset()
    assert list(slack.timeline) == []
    assert slack.views.all() == []
    assert slack.failures.take("chat.postMessage", {}) is None
    assert slack.problems == []
    assert slack.members_of("C_QUIET") == ["U_RITA"]


def test_listeners_hear_what_their_person_may_see_until_they_stop() -> None:
    slack = workspace()
    heard: list[str] = []
    stop = slack.listen("U_SAM", lambda event: heard.append(event["message"].text))
    slack.post("C_SALES", "U0BOT", "all")
    slack.post("C_SALES", "U0BOT", "rita only", only_for="U_RITA")
    slack.post("C_QUIET", "U_RITA", "elsewhere")
    stop()
    slack.post("C_SALES", "U0BOT", "later")
    assert heard == ["all"]


def test_every_kind_of_element_starts_with_its_initial_value() -> None:
    assert initial({"type": "multi_users_select"}) == {
        "type": "multi_users_select",
        "selected_users": [],
    }
    assert (
        initial({"type": "datepicker", "initial_date": "2026-12-01"})["selected_date"]
        == "2026-12-01"
    )
    blocks = [
        section("x", block_id="s", accessory={"type": "button", "action_id": "go"}),
        {"block_id": "i", **field("i", {"type": "radio_buttons", "options": [option("A")]})},
    ]
    assert state_of(blocks, {}) == {"i": {"i": {"type": "radio_buttons", "selected_option": None}}}


def test_the_client_checks_what_slacks_client_checks() -> None:
    def complaint(kind: str, value: str, **element: object) -> str | None:
        block = field("x", {"type": kind, **element})
        return complaints([block], {"x": {"x": {"type": kind, "value": value}}}).get("x")

    assert complaint("email_text_input", "no") == "You'll need to enter a valid email."
    assert complaint("email_text_input", "a@b.co") is None
    assert complaint("url_text_input", "x") == "You'll need to enter a valid URL."
    assert complaint("number_input", "x") == "You'll need to enter a number."
    assert (
        complaint("number_input", "1.5", is_decimal_allowed=False)
        == "You'll need to enter a whole number."
    )
    assert "greater than or equal to 2" in str(complaint("number_input", "1", min_value="2"))
    assert "less than or equal to 2" in str(complaint("number_input", "3", max_value="2"))
    assert complaint("number_input", "2", min_value="2", max_value="2") is None
    assert "at least 3" in str(complaint("plain_text_input", "ab", min_length=3))
    assert "fewer than 3" in str(complaint("plain_text_input", "abc", max_length=2))
    assert complaint("plain_text_input", "") == "Please complete this required field."


def test_names_of_the_bot_come_from_the_manifest() -> None:
    assert workspace().bot.name == "notes"
    assert Slack({}, [], [], workspace().clock).bot.name == "app"
