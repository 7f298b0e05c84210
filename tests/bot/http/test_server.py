"""Serving on a port: from the start to an end that loses nothing that was begun; and reading what
is posted.
"""

import json
import socket
import threading
import time
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.config import SettingsError
from bot.http.payloads import payload
from bot.http.server import Web
from tests.bot.posted import Answered, ask
from tests.tables import table

TEXTS = st.dictionaries(
    st.text(min_size=1), st.text() | st.sampled_from(["%22", "%2522", "a+b & c=d; %", '"{[:,/]}"'])
)


def test_what_is_in_hand_is_answered_before_it_stops_and_nothing_more_is_taken() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(request: Request) -> Response:
        begun.set()
        go_on.wait(5)
        return PlainTextResponse("done")

    web = Web([Route("/", slow)], "127.0.0.1", 0)
    web.start()
    answers: list[Answered] = []
    person = threading.Thread(target=lambda: answers.append(ask(f"http://127.0.0.1:{web.port}/")))
    person.start()
    begun.wait(5)
    stopped: list[bool] = []
    stopping = threading.Thread(target=lambda: stopped.append(web.stop(5)))
    stopping.start()
    while is_open(web.port):
        time.sleep(0.01)
    go_on.set()
    stopping.join()
    person.join()
    assert (stopped, [answer.text for answer in answers]) == ([True], ["done"])


def is_open(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


def test_what_does_not_end_is_not_waited_for_for_ever() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def stuck(request: Request) -> Response:
        begun.set()
        go_on.wait(10)
        return PlainTextResponse("late")

    web = Web([Route("/", stuck)], "127.0.0.1", 0)
    web.start()
    person = socket.create_connection(("127.0.0.1", web.port))
    person.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
    begun.wait(5)
    web.stop(0)
    assert not is_open(web.port)
    go_on.set()
    person.close()


def test_a_taken_port_is_explained() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(SettingsError) as refused:
        Web([], "127.0.0.1", other.getsockname()[1]).start()
    assert str(refused.value).startswith(
        "Nothing can be served on HTTP_HOST 127.0.0.1 and HTTP_PORT "
    )


@given(TEXTS)
def test_whatever_slack_says_is_read_as_it_was_said(said: dict[str, str]) -> None:
    for body in (json.dumps(said), urlencode({"payload": json.dumps(said)})):
        assert payload(body.encode()) == said
    said.pop("payload", None)
    assert payload(urlencode(said).encode()) == said


@table("body", [b"[]", b"payload=[1]", b"payload=", b"{", b"\xff"])
def test_what_is_no_object_is_none_of_slacks(body: bytes) -> None:
    with pytest.raises(ValueError, match="object|Expecting|decode"):
        payload(body)
