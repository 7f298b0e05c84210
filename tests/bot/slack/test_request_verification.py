"""The signature: Slack's own recipe, and everything that is not."""

import pytest
from slack_sdk.signature import Clock, SignatureVerifier

from bot.slack.request_verification import SIGNATURE, STAMP, Signature
from tests.tables import table

BODY = (
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SECRET, AT = "8f742231b10e8888abcd99yyyzzz85a5", 1531420618
RIGHT = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
"""The example of Slack's documentation:
docs.slack.dev/authentication/verifying-requests-from-slack.
"""


class Stopped(Clock):
    def __init__(self, ahead: float = 0) -> None:
        self.ahead = ahead

    def now(self) -> float:
        return AT + self.ahead


def said(stamp: str = str(AT), signature: str = RIGHT) -> dict[str, list[str]]:
    return {STAMP: [stamp], SIGNATURE: [signature]}


@table("body", [BODY, BODY.encode()])
def test_the_example_of_slacks_documentation_is_right(body: str | bytes) -> None:
    assert Signature(SECRET, Stopped()).signed(said(), body)


@table(("ahead", "good"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_it_is_good_for_five_minutes_either_way(ahead: float, good: bool) -> None:
    assert Signature(SECRET, Stopped(ahead)).signed(said(), BODY) is good


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {STAMP: [], SIGNATURE: []},
        {STAMP: [str(AT)], SIGNATURE: [RIGHT, RIGHT]},
        {STAMP: [str(AT), str(AT)], SIGNATURE: [RIGHT]},
        said(signature=RIGHT.upper()),
        said(signature=f" {RIGHT}"),
        said(stamp="9" * 5000),
        said(stamp=f"0{'0' * 12}{AT}"),
    ],
    ids=range(8),
)
def test_what_is_malformed_is_refused(headers: dict[str, list[str]]) -> None:
    assert not Signature(SECRET, Stopped()).signed(headers, BODY)


def test_bytes_that_are_no_text_are_refused() -> None:
    assert not Signature(SECRET, Stopped()).signed(said(), b"\xff")


def test_without_a_secret_nothing_gets_in() -> None:
    signature = SignatureVerifier("x").generate_signature(timestamp=str(AT), body=BODY) or ""
    assert not Signature("", Stopped()).signed(said(signature=signature), BODY)
