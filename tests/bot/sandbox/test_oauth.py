"""Installing an app in the small Slack: who agrees gives it a code, and the code is good for a
token, once.
"""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.api.oauth import agree
from bot.sandbox.entities import Member
from bot.sandbox.server import serve
from bot.sandbox.slack import Slack
from bot.sandbox.tickets import Refused
from tests.ground import StoppedClock

BACK = "https://crm.example.com/slack/oauth_redirect"
MANIFEST = {
    "oauth_config": {"redirect_urls": [BACK], "scopes": {"bot": ["chat:write", "commands"]}}
}


@pytest.fixture(scope="module")
def slack() -> Iterator[Slack]:
    slack = Slack(MANIFEST, [Member("U_RITA", "rita")], [], StoppedClock())
    with serve(slack, port=0):
        yield slack


def address(**asked: str) -> str:
    wanted = {
        "client_id": "1.2",
        "scope": "commands,chat:write",
        "state": "s",
        "redirect_uri": BACK,
    } | asked
    return f"https://slack.com/oauth/v2/authorize?{urlencode(wanted)}"


def exchange(
    slack: Slack, code: str, secret: str = "sandbox", back: str = BACK
) -> dict[str, object]:
    client = WebClient(base_url=f"{slack.url}/api/", retry_handlers=[])
    answer = client.oauth_v2_access(
        client_id="1.2", client_secret=secret, code=code, redirect_uri=back
    )
    return dict(answer.data)  # type: ignore[arg-type]


def code_of(slack: Slack) -> str:
    [code] = parse_qs(urlsplit(agree(slack, address(), "U_RITA")).query)["code"]
    return code


def test_who_agrees_is_sent_back_with_a_code_and_the_state(slack: Slack) -> None:
    back = agree(slack, address(), "U_RITA")
    assert back.startswith(f"{BACK}?code=T1.U_RITA.")
    assert back.endswith("&state=s")


def test_without_an_address_the_first_of_the_manifest_is_meant(slack: Slack) -> None:
    assert agree(slack, address(redirect_uri=""), "U_RITA").startswith(f"{BACK}?")


@pytest.mark.parametrize(
    ("asked", "error"),
    [({"client_id": "9.9"}, "invalid_client_id"), ({"scope": "commands"}, "invalid_scope")],
)
def test_what_another_app_asks_or_more_than_the_manifest_says_is_refused(
    slack: Slack, asked: dict[str, str], error: str
) -> None:
    with pytest.raises(Refused, match=error):
        agree(slack, address(**asked), "U_RITA")


def test_a_code_is_good_for_a_token_once(slack: Slack) -> None:
    code = code_of(slack)
    grant = exchange(slack, code)
    assert (grant["access_token"], grant["token_type"]) == (slack.bot_token, "bot")
    assert grant["scope"] == "chat:write,commands"
    assert (grant["team"], grant["authed_user"]) == (
        {"id": "T1", "name": "Sandbox"},
        {"id": "U_RITA"},
    )
    with pytest.raises(SlackApiError, match="code_already_used"):
        exchange(slack, code)


def test_a_code_of_nobody_another_secret_and_another_address_are_refused(slack: Slack) -> None:
    with pytest.raises(SlackApiError, match="invalid_code"):
        exchange(slack, "nothing")
    with pytest.raises(SlackApiError, match="bad_client_secret"):
        exchange(slack, code_of(slack), secret="another")
    with pytest.raises(SlackApiError, match="bad_redirect_uri"):
        exchange(slack, code_of(slack), back="https://elsewhere.example.com")


def test_an_apps_id_and_secret_open_nothing_else(slack: Slack) -> None:
    with pytest.raises(SlackApiError, match="invalid_auth"):
        WebClient(base_url=f"{slack.url}/api/", retry_handlers=[]).api_call(
            "auth.test", auth={"client_id": "1.2", "client_secret": "sandbox"}
        )
