"""What Slack answers is understood: sent, refused, limited, or unclear; names, threads and pages
are found.
"""

from datetime import timedelta

import pytest
from slack_sdk import WebClient

from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Channel
from bot.slack.circuit_breaker import Limited
from bot.slack.errors import REASONS, sentence
from bot.slack.gateway import MOST, Refused, SlackGateway, Unclear, is_name, is_person
from handlers.core.responses import Message
from models.core.identity.user import Workspace
from tests.ground import START
from tests.handlers.kit import SQLITE
from tests.tables import table

HELLO = Message("Hello", [{"type": "section", "text": {"type": "plain_text", "text": "Hello"}}])


@pytest.fixture
def outlet(client: WebClient, slack: SlackDriver) -> SlackGateway:
    return SlackGateway(client)


def test_places_are_told_apart_by_their_spelling() -> None:
    assert all(is_person(place) for place in ("U123", "W123"))
    assert not any(is_person(place) for place in ("C123", "G1", "D1", "#u", "ulm"))
    assert [is_name(place) for place in ("#sales", "sales", "C123")] == [True, True, False]


@SQLITE
def test_a_place_is_looked_up_once(outlet: SlackGateway, slack: SlackDriver) -> None:
    for _ in range(3):
        found = [outlet.place(place) for place in ("#sales", "support", "C_GENERAL", "U_RITA")]
        assert found == ["C_SALES", "C_SUPPORT", "C_GENERAL", "U_RITA"]
    assert [outlet.direct("U_RITA") for _ in range(2)] == ["D_RITA"] * 2
    calls = [name for name, _ in slack.slack.calls]
    assert calls.count("conversations.open") == 1
    assert calls.count("conversations.list") == 2


@SQLITE
def test_a_name_is_found_behind_the_first_page(outlet: SlackGateway, slack: SlackDriver) -> None:
    for number in range(1001):
        slack.slack.channels[f"C_{number}"] = Channel(f"C_{number}", f"room-{number}", members=[])
    assert outlet.named("room-1000") == "C_1000"
    with pytest.raises(Refused, match="channel_not_found"):
        outlet.named("no-such-room")


@SQLITE
def test_a_channel_is_shared_or_is_not(outlet: SlackGateway, slack: SlackDriver) -> None:
    assert not outlet.is_shared("C_SALES")
    slack.slack.channels["C_SALES"].is_ext_shared = True
    assert outlet.is_shared("C_SALES")


@SQLITE
def test_members_are_read_page_by_page(outlet: SlackGateway, slack: SlackDriver) -> None:
    everybody = [f"U_{number}" for number in range(1500)]
    slack.slack.channels["C_SALES"].members = everybody
    assert outlet.members("C_SALES") == (set(everybody), True)
    slack.slack.channels["C_SALES"].members = [f"U_{number}" for number in range(MOST + 1)]
    members, complete = outlet.members("C_SALES")
    assert (len(members), complete) == (MOST, False)


@SQLITE
def test_a_person_slack_does_not_know_is_nobody(outlet: SlackGateway, slack: SlackDriver) -> None:
    assert outlet.person("U_RITA")["real_name"] == "Rita Reyes"
    assert outlet.person("U_GONE") == {}
    slack.slack.fail("users.info", with_="ratelimited")
    with pytest.raises(Limited):
        outlet.person("U_RITA")


@SQLITE
def test_who_reads_direct_messages_is_known_or_asked(
    outlet: SlackGateway, slack: SlackDriver
) -> None:
    assert outlet.direct("U_RITA") == "D_RITA"
    assert outlet.reader("D_RITA") == "U_RITA"
    slack.slack.im("U_MONA")
    assert [outlet.reader("D_MONA") for _ in range(2)] == ["U_MONA"] * 2
    assert [name for name, _ in slack.slack.calls].count("conversations.open") == 2


@SQLITE
def test_who_is_in_a_user_group_is_asked(outlet: SlackGateway) -> None:
    assert outlet.gathered("S0NORTH") == {"U_OLGA"}
    with pytest.raises(Refused, match="no_such_subteam"):
        outlet.gathered("S0GONE")


@SQLITE
@pytest.mark.parametrize(
    ("failure", "error"),
    [
        ("ratelimited", Limited),
        ("500", Unclear),
        ("503", Unclear),
        ("drop_before", Unclear),
        ("drop_after", Unclear),
        ("internal_error", Unclear),
        ("not_in_channel", Refused),
        ("restricted_action", Refused),
    ],
)
def test_each_failure_is_taken_for_what_it_is(
    outlet: SlackGateway, slack: SlackDriver, failure: str, error: type[Exception]
) -> None:
    slack.slack.fail("chat.postMessage", with_=failure)
    with pytest.raises(error):
        outlet.post("C_SALES", None, HELLO, "k")


@SQLITE
def test_a_time_out_is_unclear(slack: SlackDriver, world: object) -> None:
    hasty = WebClient(
        slack.slack.bot_token, base_url=f"{slack.slack.url}/api/", timeout=0.2, retry_handlers=[]
    )
    slack.slack.fail("chat.postMessage", with_="slow", seconds=0.3)
    with pytest.raises(Unclear):
        SlackGateway(hasty).post("C_SALES", None, HELLO, "k")
    assert SlackGateway(hasty).find("C_SALES", None, "k", START) != ""


@SQLITE
def test_how_long_to_wait_is_rounded_up(outlet: SlackGateway, slack: SlackDriver) -> None:
    slack.slack.fail("chat.postMessage", with_="ratelimited", seconds=1.2)
    with pytest.raises(Limited) as limit:
        outlet.post("C_SALES", None, HELLO, "k")
    assert limit.value.pause == timedelta(seconds=2)


@SQLITE
def test_a_post_is_found_by_its_key_on_whatever_page_and_in_threads(
    outlet: SlackGateway, slack: SlackDriver
) -> None:
    ts = outlet.post("C_SALES", None, HELLO, "first")
    for number in range(201):
        slack.slack.post("C_SALES", "U_RITA", f"Talk {number}")
    answer = outlet.post("C_SALES", ts, HELLO, "answer")
    assert outlet.find("C_SALES", None, "first", START) == ts
    assert outlet.find("C_SALES", ts, "answer", START) == answer
    assert outlet.find("C_SALES", None, "answer", START) == ""


@SQLITE
def test_a_post_is_found_though_our_clock_was_ahead_and_nothing_before_it_is_looked_at(
    outlet: SlackGateway, slack: SlackDriver
) -> None:
    before, ts = (
        outlet.post("C_SALES", None, HELLO, "before"),
        outlet.post("C_SALES", None, HELLO, "ours"),
    )
    ahead = START + timedelta(hours=1)
    assert outlet.find("C_SALES", None, "ours", ahead) == ts
    assert outlet.find("C_SALES", None, "ours", ahead, after=before) == ts
    assert outlet.find("C_SALES", None, "before", ahead, after=before) == ""


@SQLITE
def test_a_post_neither_links_nor_media_of_which_are_unfurled(
    outlet: SlackGateway, slack: SlackDriver
) -> None:
    outlet.post("C_SALES", None, HELLO, "k")
    _, said = slack.slack.calls[-1]
    assert [
        said[name] in ("0", "False", "false", False) for name in ("unfurl_links", "unfurl_media")
    ] == [True, True]


@SQLITE
def test_an_interactive_message_that_slack_refuses_stays_refused(
    outlet: SlackGateway, slack: SlackDriver
) -> None:
    with pytest.raises(Refused, match="invalid_blocks"):
        outlet.post("C_SALES", None, Message("Bad", [{"type": "section"}]), "k")
    slack.slack.problems.clear()


@table("error", [*REASONS, "something_new"])
def test_every_refusal_is_a_sentence_that_says_where_and_why(error: str) -> None:
    place = Workspace(id="T1", sales_channel="#sales", support_channel="C_SUPPORT")
    said = sentence(error, "#sales", place)
    assert said.startswith("I could not post in #sales: ")
    assert said.endswith("The channel comes from the setting SALES_CHANNEL.")
    assert sentence(error, "U_RITA", place).startswith("I could not post in <@U_RITA>: ")
    assert "<#C_SUPPORT>" in sentence(error, "C_SUPPORT", place)
    assert "SUPPORT_CHANNEL" in sentence(error, "C_SUPPORT", place)
    assert "setting" not in sentence(error, "C_OTHER", place)
