"""Messages, people and channels through slack_sdk's own client: the Web API answers and refuses as
Slack does.
"""

import json
import urllib.request

import pytest
from slack_sdk import WebClient

from bot.sandbox.entities import Json
from bot.sandbox.server import serve
from bot.sandbox.slack import Slack

from .kit import MANIFEST, client, refused, section, workspace


def test_the_token_says_who_calls(web: WebClient, slack: Slack) -> None:
    who = web.auth_test()
    assert (who["user_id"], who["team_id"], who["bot_id"]) == ("U0BOT", "T1", "B0BOT")
    assert who["url"] == f"{slack.url}/"
    assert refused(lambda: web.auth_test(token="xoxb-stolen"))["error"] == "invalid_auth"
    assert (
        refused(lambda: web.auth_test(token=slack.app_token))["error"] == "not_allowed_token_type"
    )
    assert (
        refused(lambda: WebClient(base_url=f"{slack.url}/api/").auth_test())["error"]
        == "not_authed"
    )


def test_an_unknown_method_and_broken_json_are_refused(web: WebClient, slack: Slack) -> None:
    assert refused(lambda: web.api_call("chat.shout"))["error"] == "unknown_method"
    request = urllib.request.Request(
        f"{slack.url}/api/auth.test", b"{", {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request) as response:
        assert json.load(response) == {"ok": False, "error": "invalid_json"}


def test_a_message_is_posted_with_its_metadata(web: WebClient) -> None:
    metadata = {"event_type": "card", "event_payload": {"key": "k1"}}
    posted = web.chat_postMessage(
        channel="C_SALES", text="Hello", metadata=metadata, unfurl_links=False
    )
    assert posted["channel"] == "C_SALES"
    assert posted["message"]["bot_id"] == "B0BOT"
    plainly = web.conversations_history(channel="C_SALES")["messages"][0]
    assert "metadata" not in plainly
    wholly = web.conversations_history(channel="C_SALES", include_all_metadata=True)["messages"][0]
    assert wholly["metadata"] == metadata


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"channel": "C_NOWHERE", "text": "a"}, "channel_not_found"),
        ({"channel": "C_BOARD", "text": "a"}, "channel_not_found"),
        ({"channel": "C_QUIET", "text": "a"}, "not_in_channel"),
        ({"channel": "C_OLD", "text": "a"}, "is_archived"),
        ({"channel": "C_SALES"}, "no_text"),
        ({"channel": "C_SALES", "text": "a", "metadata": {"key": 1}}, "invalid_metadata_format"),
        ({"channel": "C_SALES", "text": "a", "thread_ts": "1.000001"}, "thread_not_found"),
        (
            {"channel": "C_SALES", "text": "a", "blocks": [section("x" * 2700)] * 5},
            "msg_blocks_too_long",
        ),
    ],
)
def test_a_message_slack_would_not_post_is_refused(web: WebClient, args: Json, error: str) -> None:
    assert refused(lambda: web.api_call("chat.postMessage", json=args))["error"] == error


def test_a_bad_block_is_named_and_remembered(web: WebClient, slack: Slack) -> None:
    answer = refused(
        lambda: web.chat_postMessage(channel="C_SALES", text="a", blocks=[section("")])
    )
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]"
    ]
    assert "invalid_blocks in a message" in slack.problems[0]


def test_blocks_may_come_in_a_form(web: WebClient) -> None:
    blocks = json.dumps([section("Hello")])
    posted = web.api_call(
        "chat.postMessage", params={"channel": "C_SALES", "blocks": blocks, "text": "Hello"}
    )
    assert posted["message"]["blocks"][0]["text"]["text"] == "Hello"
    broken = {"channel": "C_SALES", "blocks": "[", "text": "Hello"}
    assert (
        refused(lambda: web.api_call("chat.postMessage", params=broken))["error"]
        == "invalid_arguments"
    )


def test_a_very_long_text_is_cut_when_posted_and_refused_when_updated(web: WebClient) -> None:
    posted = web.chat_postMessage(channel="C_SALES", text="x" * 50_000)
    assert len(posted["message"]["text"]) == 40_000
    answer = refused(lambda: web.chat_update(channel="C_SALES", ts=posted["ts"], text="x" * 4001))
    assert answer["error"] == "msg_too_long"


def test_a_message_is_updated_in_place_and_deleted(web: WebClient) -> None:
    posted = web.chat_postMessage(channel="C_SALES", text="One", blocks=[section("One")])
    web.chat_update(channel="C_SALES", ts=posted["ts"], text="Two")
    message = web.conversations_history(channel="C_SALES")["messages"][0]
    assert (message["text"], message["blocks"][0]["text"]["text"]) == ("Two", "One")
    assert message["edited"]["user"] == "U0BOT"
    web.chat_update(channel="C_SALES", ts=posted["ts"], text="Three", blocks=[])
    assert "blocks" not in web.conversations_history(channel="C_SALES")["messages"][0]
    web.chat_delete(channel="C_SALES", ts=posted["ts"])
    assert web.conversations_history(channel="C_SALES")["messages"] == []
    again = refused(lambda: web.chat_delete(channel="C_SALES", ts=posted["ts"]))
    assert again["error"] == "message_not_found"


def test_what_a_person_wrote_is_not_the_bots_to_change(web: WebClient, slack: Slack) -> None:
    message = slack.post("C_SALES", "U_RITA", "mine")
    changed = refused(lambda: web.chat_update(channel="C_SALES", ts=message.ts, text="x"))
    deleted = refused(lambda: web.chat_delete(channel="C_SALES", ts=message.ts))
    assert (changed["error"], deleted["error"]) == ("cant_update_message", "cant_delete_message")


def test_an_ephemeral_message_is_seen_by_one_and_kept_nowhere(web: WebClient, slack: Slack) -> None:
    sent = web.chat_postEphemeral(channel="C_SALES", user="U_RITA", text="psst")
    assert [message.text for message in slack.visible("U_RITA")] == ["psst"]
    assert slack.visible("U_SAM") == []
    assert web.conversations_history(channel="C_SALES")["messages"] == []
    change = refused(lambda: web.chat_update(channel="C_SALES", ts=sent["message_ts"], text="x"))
    assert change["error"] == "message_not_found"
    outside = refused(lambda: web.chat_postEphemeral(channel="C_SALES", user="U_OLGA", text="psst"))
    assert outside["error"] == "user_not_in_channel"


def test_a_thread_has_its_parent_and_its_replies(web: WebClient) -> None:
    parent = web.chat_postMessage(channel="C_SALES", text="parent")
    first = web.chat_postMessage(channel="C_SALES", text="first", thread_ts=parent["ts"])
    web.chat_postMessage(channel="C_SALES", text="second", thread_ts=first["ts"])
    thread = web.conversations_replies(channel="C_SALES", ts=parent["ts"])["messages"]
    assert [message["text"] for message in thread] == ["parent", "first", "second"]
    assert (thread[0]["reply_count"], thread[0]["thread_ts"]) == (2, parent["ts"])
    assert [
        message["text"] for message in web.conversations_history(channel="C_SALES")["messages"]
    ] == ["parent"]
    link = web.chat_getPermalink(channel="C_SALES", message_ts=first["ts"])["permalink"]
    assert link.endswith(f"?thread_ts={parent['ts']}")


def test_history_comes_newest_first_in_pages_and_since_a_moment(web: WebClient) -> None:
    stamps = [web.chat_postMessage(channel="C_SALES", text=f"m{n}")["ts"] for n in range(5)]
    first = web.conversations_history(channel="C_SALES", limit=2)
    assert [message["text"] for message in first["messages"]] == ["m4", "m3"]
    assert first["has_more"] is True
    cursor = first["response_metadata"]["next_cursor"]
    second = web.conversations_history(channel="C_SALES", limit=2, cursor=cursor)
    assert [message["text"] for message in second["messages"]] == ["m2", "m1"]
    since = web.conversations_history(channel="C_SALES", oldest=stamps[2])
    assert [message["text"] for message in since["messages"]] == ["m4", "m3"]
    inclusive = web.conversations_history(
        channel="C_SALES", oldest=stamps[3], latest=stamps[3], inclusive=True
    )
    assert [message["text"] for message in inclusive["messages"]] == ["m3"]
    assert (
        refused(lambda: web.conversations_history(channel="C_SALES", cursor="x"))["error"]
        == "invalid_cursor"
    )
    assert (
        refused(lambda: web.conversations_history(channel="C_QUIET"))["error"] == "not_in_channel"
    )


def test_people_are_listed_in_pages_and_found_by_address(slack: Slack, web: WebClient) -> None:
    names = [member["name"] for page in web.users_list(limit=2) for member in page["members"]]
    assert names == ["rita", "sam", "olga", "notes"]
    rita = web.users_lookupByEmail(email="RITA@acme.example")["user"]
    assert (rita["id"], rita["tz"], rita["profile"]["title"]) == (
        "U_RITA",
        "America/New_York",
        "Sales rep",
    )
    assert rita["tz_offset"] == -5 * 3600
    olga = web.users_info(user="U_OLGA")["user"]
    assert (olga["team_id"], olga["is_stranger"]) == ("T2", False)
    slack.channels["C_SHARED"].members = ["U_RITA", "U0BOT"]
    assert web.users_info(user="U_OLGA")["user"]["is_stranger"] is True
    assert refused(lambda: web.users_info(user="U_NO"))["error"] == "user_not_found"
    assert (
        refused(lambda: web.users_lookupByEmail(email="no@x.example"))["error"] == "users_not_found"
    )


def test_channels_are_listed_opened_joined_and_described(web: WebClient) -> None:
    public = web.conversations_list(exclude_archived=True)["channels"]
    assert [channel["name"] for channel in public] == ["sales", "support", "quiet", "shared"]
    assert web.conversations_info(channel="C_SHARED")["channel"]["is_ext_shared"] is True
    assert web.conversations_members(channel="C_SALES")["members"] == ["U_RITA", "U_SAM", "U0BOT"]
    web.conversations_join(channel="C_QUIET")
    assert web.chat_postMessage(channel="#quiet", text="in")["ok"]
    opened = web.conversations_open(users="U_RITA")["channel"]["id"]
    assert web.chat_postMessage(channel="U_RITA", text="hi")["channel"] == opened
    assert web.conversations_list(types="im")["channels"][0]["user"] == "U_RITA"
    assert refused(lambda: web.conversations_join(channel="C_OLD"))["error"] == "is_archived"
    assert refused(lambda: web.conversations_open(users="U0BOT"))["error"] == "cannot_dm_bot"


def test_a_private_channel_is_there_only_for_its_members(web: WebClient, slack: Slack) -> None:
    assert web.conversations_list(types="private_channel")["channels"] == []
    slack.join("C_BOARD", "U0BOT")
    (board,) = web.conversations_list(types="private_channel")["channels"]
    assert (board["name"], board["is_private"], board["is_group"]) == ("board", True, True)
    assert refused(lambda: web.conversations_join(channel="C_BOARD"))["error"] == (
        "method_not_supported_for_channel_type"
    )


def test_opening_a_conversation_needs_one_person(web: WebClient) -> None:
    im = web.conversations_open(users="U_RITA", return_im=True)["channel"]
    assert (im["is_im"], im["user"]) == (True, "U_RITA")
    assert web.conversations_open(channel=im["id"])["channel"]["id"] == im["id"]
    assert refused(lambda: web.conversations_open(users=""))["error"] == "users_list_not_supplied"
    assert (
        refused(lambda: web.conversations_open(users="U_RITA,U_SAM"))["error"] == "not_enough_users"
    )


def test_replies_of_a_lost_thread_and_odd_moments_are_refused(web: WebClient) -> None:
    assert (
        refused(lambda: web.conversations_replies(channel="C_SALES", ts="1.000001"))["error"]
        == "thread_not_found"
    )
    web.chat_postMessage(channel="C_SALES", text="a")
    odd = refused(lambda: web.conversations_history(channel="C_SALES", oldest="yesterday"))
    assert odd["error"] == "invalid_ts_oldest"
    few = refused(lambda: web.api_call("users.list", params={"limit": "few"}))
    assert few["error"] == "invalid_arguments"


def test_an_update_may_change_the_metadata(web: WebClient) -> None:
    posted = web.chat_postMessage(channel="C_SALES", text="One")
    metadata = {"event_type": "card", "event_payload": {"key": "k2"}}
    web.chat_update(channel="C_SALES", ts=posted["ts"], text="Two", metadata=metadata)
    message = web.conversations_history(channel="C_SALES", include_all_metadata=True)["messages"][0]
    assert message["metadata"]["event_payload"] == {"key": "k2"}


def test_an_ephemeral_reply_stays_in_its_thread(web: WebClient, slack: Slack) -> None:
    parent = slack.post("C_SALES", "U_RITA", "parent")
    web.chat_postEphemeral(channel="C_SALES", user="U_RITA", text="psst", thread_ts=parent.ts)
    assert [reply.text for reply in slack.timeline.replies("C_SALES", parent.ts)] == ["psst"]
    assert len(web.conversations_replies(channel="C_SALES", ts=parent.ts)["messages"]) == 1


def test_team_bot_and_reactions(web: WebClient, slack: Slack) -> None:
    assert web.team_info()["team"]["name"] == "Acme"
    assert web.bots_info(bot="B0BOT")["bot"]["user_id"] == "U0BOT"
    assert refused(lambda: web.bots_info(bot="B1"))["error"] == "bot_not_found"
    message = slack.post("C_SALES", "U_RITA", "nice")
    web.reactions_add(channel="C_SALES", timestamp=message.ts, name="tada")
    assert message.reactions[0]["name"] == "tada"
    again = refused(lambda: web.reactions_add(channel="C_SALES", timestamp=message.ts, name="tada"))
    assert again["error"] == "already_reacted"


def test_a_scope_the_manifest_does_not_ask_for_is_missing() -> None:
    manifest = MANIFEST | {
        "oauth_config": {"scopes": {"bot": ["chat:write", "users:read", "channels:read"]}}
    }
    slack = workspace(manifest=manifest)
    with serve(slack, port=0):
        web = client(slack)
        assert web.chat_postMessage(channel="C_SALES", text="a")["ok"]
        answer = refused(lambda: web.conversations_open(users="U_RITA"))
        assert (answer["error"], answer["needed"]) == ("missing_scope", "im:write")
        assert (
            refused(lambda: web.conversations_history(channel="C_SALES"))["error"]
            == "missing_scope"
        )
        assert refused(lambda: web.conversations_list(types="im"))["error"] == "missing_scope"
        assert "email" not in web.users_info(user="U_RITA")["user"]["profile"]
