"""Views, files and response addresses: the Web API answers and refuses as Slack does."""

import json
import urllib.error
import urllib.request
from datetime import timedelta

import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from bot.sandbox.slack import Slack

from .kit import NOTE, form, plain, refused, section


def test_a_file_with_no_bytes_or_no_place_is_refused(web: WebClient, slack: Slack) -> None:
    asked = web.files_getUploadURLExternal(filename="a.txt", length=3)
    early = refused(
        lambda: web.files_completeUploadExternal(files=[{"id": asked["file_id"], "title": "a"}])
    )
    assert early["error"] == "file_not_found"
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(asked["upload_url"], b"too long")
    with urllib.request.urlopen(asked["upload_url"], b"abc") as response:
        assert response.read() == b"OK - 3"
    files = [{"id": asked["file_id"], "title": "A"}]
    away = refused(lambda: web.files_completeUploadExternal(files=files, channel_id="C_QUIET"))
    assert away["error"] == "not_in_channel"
    assert refused(lambda: web.files_completeUploadExternal(files=[]))["error"] == "no_file_data"
    nameless = refused(
        lambda: web.api_call("files.getUploadURLExternal", params={"filename": "", "length": 0})
    )
    assert nameless["error"] == "invalid_arguments"


def test_a_trigger_opens_one_view_within_its_time(web: WebClient, slack: Slack) -> None:
    trigger = slack.tickets.trigger("U_RITA")
    view = web.views_open(trigger_id=trigger, view=NOTE)["view"]
    assert view["root_view_id"] == view["id"]
    assert view["state"]["values"]["kind"]["kind"]["selected_option"]["value"] == "call"
    assert (
        refused(lambda: web.views_open(trigger_id=trigger, view=NOTE))["error"]
        == "exchanged_trigger_id"
    )
    assert (
        refused(lambda: web.views_open(trigger_id="1.2.x", view=NOTE))["error"]
        == "invalid_trigger_id"
    )
    slack.tickets.trigger_seconds = -1
    late = slack.tickets.trigger("U_RITA")
    assert (
        refused(lambda: web.views_open(trigger_id=late, view=NOTE))["error"] == "expired_trigger_id"
    )


def test_three_views_stack_and_a_fourth_is_refused(web: WebClient, slack: Slack) -> None:
    first = web.views_open(trigger_id=slack.tickets.trigger("U_RITA"), view=NOTE)["view"]
    for _ in range(2):
        pushed = web.views_push(trigger_id=slack.tickets.trigger("U_RITA"), view=NOTE)["view"]
    assert pushed["root_view_id"] == first["id"]
    trigger = slack.tickets.trigger("U_RITA")
    assert (
        refused(lambda: web.views_push(trigger_id=trigger, view=NOTE))["error"]
        == "push_limit_reached"
    )
    nobody = slack.tickets.trigger("U_SAM")
    assert refused(lambda: web.views_push(trigger_id=nobody, view=NOTE))["error"] == "not_found"


def test_an_older_click_cannot_draw_over_a_newer_view(web: WebClient, slack: Slack) -> None:
    view = web.views_open(trigger_id=slack.tickets.trigger("U_RITA"), view=NOTE)["view"]
    newer = web.views_update(view_id=view["id"], hash=view["hash"], view=form(section("Two")))[
        "view"
    ]
    assert newer["hash"] != view["hash"]
    stale = refused(
        lambda: web.views_update(view_id=view["id"], hash=view["hash"], view=form(section("Three")))
    )
    assert stale["error"] == "hash_conflict"
    assert refused(lambda: web.views_update(view_id="V9", view=NOTE))["error"] == "not_found"


def test_a_bad_view_is_refused_with_the_reason(web: WebClient, slack: Slack) -> None:
    trigger = slack.tickets.trigger("U_RITA")
    answer = refused(
        lambda: web.views_open(trigger_id=trigger, view=NOTE | {"title": plain("t" * 25)})
    )
    assert answer["error"] == "invalid_arguments"
    assert "[json-pointer:/title/text]" in answer["response_metadata"]["messages"][0]
    assert web.views_open(trigger_id=trigger, view=NOTE)["ok"]
    large = form(*(section("x" * 2900) for _ in range(90)))
    assert refused(lambda: web.views_open(trigger_id="1", view=large))["error"] == "view_too_large"


def test_an_external_id_names_one_view(web: WebClient, slack: Slack) -> None:
    web.views_open(
        trigger_id=slack.tickets.trigger("U_RITA"), view=NOTE | {"external_id": "note-1"}
    )
    taken = refused(
        lambda: web.views_open(
            trigger_id=slack.tickets.trigger("U_SAM"), view=NOTE | {"external_id": "note-1"}
        )
    )
    assert taken["error"] == "duplicate_external_id"
    assert web.views_update(external_id="note-1", view=form(section("Two")))["ok"]


def test_a_home_tab_is_published_anew_under_the_same_id(web: WebClient) -> None:
    home = {"type": "home", "blocks": [section("One")]}
    first = web.views_publish(user_id="U_RITA", view=home)["view"]
    second = web.views_publish(user_id="U_RITA", view=home, hash=first["hash"])["view"]
    assert first["id"] == second["id"]
    conflict = refused(lambda: web.views_publish(user_id="U_RITA", view=home, hash=first["hash"]))
    assert conflict["error"] == "hash_conflict"
    assert (
        refused(lambda: web.views_publish(user_id="U_NO", view=home))["error"] == "user_not_found"
    )


def test_a_file_is_sent_in_three_steps(web: WebClient, slack: Slack) -> None:
    web.files_upload_v2(
        channel="C_SALES", filename="deals.csv", content="a,b\n1,2\n", initial_comment="Here"
    )
    message = slack.timeline.of("C_SALES")[0]
    assert message.text == "Here"
    with urllib.request.urlopen(message.files[0]["url"]) as response:
        assert response.read() == b"a,b\n1,2\n"
    lost = refused(lambda: web.files_completeUploadExternal(files=[{"id": "F9", "title": "x"}]))
    assert lost["error"] == "file_not_found"


def response_url(slack: Slack, ts: str | None = None, channel: str = "C_QUIET") -> str:
    return f"{slack.url}/response/{slack.tickets.address('U_RITA', channel, slack.now(), ts).code}"


def test_a_response_address_serves_five_times_where_the_bot_is_not(slack: Slack) -> None:
    hook = WebhookClient(response_url(slack))
    assert [hook.send(text=f"n{n}").body for n in range(5)] == ["ok"] * 5
    sixth = hook.send(text="n5")
    assert (sixth.status_code, json.loads(sixth.body)["error"]) == (404, "used_url")
    assert [message.only_for for message in slack.timeline.of("C_QUIET")] == ["U_RITA"] * 5


def test_a_response_address_expires_after_half_an_hour(slack: Slack) -> None:
    hook = WebhookClient(response_url(slack))
    slack.clock.forward(timedelta(minutes=31))
    assert json.loads(hook.send(text="late").body)["error"] == "expired_url"


def test_a_response_can_be_for_all_replace_or_remove_the_original(slack: Slack) -> None:
    original = slack.post("C_SALES", "U0BOT", "one", only_for="U_RITA")
    hook = WebhookClient(response_url(slack, original.ts, "C_SALES"))
    hook.send(text="two", replace_original=True)
    assert (original.text, len(slack.timeline.of("C_SALES"))) == ("two", 1)
    hook.send(text="all", response_type="in_channel")
    assert slack.timeline.of("C_SALES")[-1].only_for is None
    hook.send(delete_original=True)
    assert slack.timeline.find("C_SALES", original.ts) is None
    bad = hook.send(text="bad", blocks=[{"type": "section"}])
    assert (bad.status_code, json.loads(bad.body)["error"]) == (400, "invalid_blocks")
