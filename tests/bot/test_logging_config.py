"""The log tells what failed and where, under the reference a person was told, and never what
anybody said or is.
"""

import io
import json
import logging
import re
import sys
import threading
from collections.abc import Callable

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy import text
from sqlalchemy.exc import DataError, OperationalError

from bot import logging_config
from bot.app import create_dispatcher
from bot.logging_config import CHATTY, configure, kind_of, scrubbed, told
from bot.sandbox.client import SlackDriver
from bot.sandbox.failures import Failure
from handlers.core.dispatcher import Dispatcher
from handlers.core.interaction import Interaction
from handlers.core.request import Request
from handlers.core.responses import Home, Response
from handlers.core.router import Catalogue, Router
from handlers.core.telemetry import referred
from models.core.identity.rights import Preset
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import given
from tests.handlers.core.test_telemetry import Heard
from tests.handlers.kit import SQLITE
from tests.tables import table

Log = Callable[[], str]
TOKEN = "xoxb-1234567890-abcdefABCDEF"
NAME, MAIL = "Lovelace", "ada.lovelace@analytical.example"
LINES = "text", "json"


@pytest.fixture(params=LINES)
def log(request: pytest.FixtureRequest, kept_logging: None) -> Log:
    """What was logged so far, with DEBUG on, in either format."""
    stream = io.StringIO()
    configure("DEBUG", request.param, stream)
    return stream.getvalue


def entries(written: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in written.splitlines()]


def in_json(level: str = "INFO") -> io.StringIO:
    stream = io.StringIO()
    configure(level, "json", stream)
    return stream


def test_text_reads_as_a_line(kept_logging: None) -> None:
    stream = io.StringIO()
    configure("INFO", "text", stream)
    logging.getLogger("bot.runner").info("Rapport is running. Type %s in Slack.", "/crm")
    pattern = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO bot\.runner Rapport is running\. Type /crm in Slack\.\n"
    assert re.fullmatch(pattern, stream.getvalue())


def test_json_is_an_object_a_line(kept_logging: None) -> None:
    stream = in_json()
    with referred() as reference:
        logging.getLogger("bot.delivery.dispatcher").warning("No clear answer:\n%s", "two lines")
    logging.getLogger("models.core.unit_of_work").info("Outside")
    first, second = entries(stream.getvalue())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", first.pop("time"))
    assert first == {
        "level": "WARNING",
        "logger": "bot.delivery.dispatcher",
        "message": "No clear answer:\ntwo lines",
        "request": reference,
    }
    assert "request" not in second


def failing(works: UnitOfWorkFactory, error: Callable[[Request], object]) -> Dispatcher:
    """Knows one verb, `try`, which fails in the way given."""
    router = Router("crm")

    @router.verb("try", record=False, text="", words=True)
    def attempt(request: Request, _: object) -> Response:
        """Fail."""
        error(request)
        raise AssertionError

    return Dispatcher(works, Catalogue([router]), lambda request: Home({}))


def bad_value(request: Request) -> object:
    raise ValueError(f"{request.line.raw} is no number, {TOKEN}")


def bad_row(request: Request) -> object:
    """PostgreSQL says in its own words which person stands there already."""
    request.work.session.add(User(slack_id="U_RITA", name=NAME))
    return request.work.session.flush()


def bad_cast(request: Request) -> object:
    """PostgreSQL says what it could not read."""
    return request.work.session.execute(text("SELECT CAST(:name AS integer)"), {"name": NAME})


def bad_answer(request: Request) -> object:
    raise SlackApiError(f"said to {MAIL}", {"ok": False, "error": "invalid_blocks", "text": NAME})


@pytest.mark.parametrize("trouble", [bad_value, bad_row, bad_cast, bad_answer])
def test_a_failing_request_leaves_nothing_of_the_person_behind(
    works: UnitOfWorkFactory, log: Log, trouble: object
) -> None:
    works.welcome("T1", "U_RITA", role=Preset.ADMIN)
    given(works, Lead, first_name="Ada", last_name=NAME, company="Analytical", email=MAIL)
    person = Heard()
    dispatcher = failing(works, trouble)  # type: ignore[arg-type]
    dispatcher.handle(
        Interaction("command", "T1", "U_RITA", f"try {NAME} {MAIL} {TOKEN}", key="k"), person
    )
    written = log()
    assert "A command failed" in written
    assert "test_logging_config.py" in written, "the traceback tells where"
    for secret in (NAME, MAIL, TOKEN, "Rita", "Reyes", "U_RITA"):
        assert secret not in written
    reference = person.said.rpartition(" ")[2]
    assert f"Reference {reference}" in written
    assert f"[{reference}]" in written or f'"request": "{reference}"' in written


@SQLITE
def test_what_people_do_every_day_leaves_nothing_of_them_behind(
    works: UnitOfWorkFactory, log: Log
) -> None:
    dispatcher = create_dispatcher(works)
    lead = f"lead new first_name=Ada last_name={NAME} email={MAIL}"
    for line in (lead, f"find {NAME}", "lead new email=nonsense", NAME):
        dispatcher.handle(Interaction("command", "T1", "U_RITA", line, key=line), Heard())
    assert NAME not in log()
    assert MAIL not in log()


@SQLITE
@pytest.mark.parametrize("kind", ["500", "fatal_error", "drop_after"])
def test_an_answer_that_does_not_reach_slack_leaves_nothing_behind(
    slack: SlackDriver, log: Log, kind: str
) -> None:
    slack.slack.failures.add(Failure("*", kind, times=9))
    slack.say(f"@crm lead new first_name=Ada last_name={NAME} email={MAIL}")
    slack.slack.failures.clear()
    written = log()
    assert "A message could not be answered" in written
    for secret in (NAME, MAIL, "Rita", slack.slack.bot_token):
        assert secret not in written


def test_bodies_that_slacks_libraries_log_are_dropped(log: Log) -> None:
    App(
        name="rapport",
        client=WebClient(token=TOKEN),
        signing_secret="s",
        token_verification_enabled=False,
    )
    for name in (
        "slack_sdk.web.base_client",
        "slack_bolt.App",
        "rapport:App",
        "urllib3.connectionpool",
    ):
        logger = logging.getLogger(name)
        logger.debug(
            "Sending a request - headers: {'Authorization': 'Bearer %s'}, body: %s", TOKEN, NAME
        )
        logger.warning(f"Unhandled request ({{'text': '{NAME}'}}) [{MAIL}]")
    written = log()
    assert "Unhandled request (…" in written
    for secret in (TOKEN, NAME, MAIL, "Sending"):
        assert secret not in written


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_libraries_only_warn(kept_logging: None, level: str) -> None:
    stream = in_json(level)
    for name in (*CHATTY, "rapport:App"):
        logger = logging.getLogger(name)
        logger.info("hello")
        logger.warning("careful")
    assert {entry["message"] for entry in entries(stream.getvalue())} == {"careful"}
    assert len(entries(stream.getvalue())) == len(CHATTY) + 1


@pytest.mark.parametrize("name", ["rapport:App", "bot.scheduler.scheduler"])
def test_whoever_repeats_an_exception_is_not_repeated(log: Log, name: str) -> None:
    try:
        raise ValueError(f"{NAME} is unknown\nand {MAIL}")
    except ValueError as error:
        first = str(error).partition("\n")[0]
        logging.getLogger(name).exception(f"It failed ({first}), because of {error}.")
    assert NAME not in log()
    assert "It failed (ValueError), because of ValueError." in log()


@table(
    ("secret", "instead"),
    [
        ("xoxb-1-2-abc", "[token]"),
        ("xapp-1-A0-9-f00", "[token]"),
        ("xoxe.xoxb-1-Mi0yLTEt", "[token]"),
        ("xoxe-1-My0xLTE", "[token]"),
        ("{'Authorization': 'Bearer abc.def'}", "{'Authorization': '[removed]'}"),
        ("authorization: Basic dXNlcg==", "authorization: [removed]"),
        ("bearer abc", "Bearer [removed]"),
        (
            "postgresql://crm:s3cret@db.example.org/crm",
            "postgresql://crm:[removed]@db.example.org/crm",
        ),
        (
            "/slack/oauth_redirect?code=1.2&state=abc",
            "/slack/oauth_redirect?code=[removed]&state=[removed]",
        ),
        ("https://hooks.slack.com/commands/T1/2/abc", "[response address]"),
        (MAIL, "[e-mail]"),
        ("+49 30 1234567", "[telephone]"),
    ],
)
def test_secrets_are_taken_out_whoever_writes_them(secret: str, instead: str) -> None:
    assert scrubbed(f"Before {secret} after") == f"Before {instead} after"


@table(
    "plain", ["Delivery 12: no clear answer", "2026-03-10 10:00:00+00:00", "SELECT 1 = 1", "/crm"]
)
def test_what_is_no_secret_stays(plain: str) -> None:
    assert scrubbed(plain) == plain


def test_errors_of_the_network_and_the_database_may_speak() -> None:
    busy = OperationalError("UPDATE lead", {}, Exception("database is locked\nDETAIL: Ada"))
    assert kind_of(busy) == "OperationalError: database is locked"
    assert kind_of(ConnectionRefusedError(111, "Connection refused")).endswith("Connection refused")
    assert kind_of(KeyError(NAME)) == "KeyError"
    assert kind_of(SlackApiError(NAME, {"error": "invalid_auth"})) == "SlackApiError: invalid_auth"


def test_an_error_of_the_database_that_is_told_in_a_sentence_is_told_by_its_kind(log: Log) -> None:
    error = DataError("SELECT 1", {}, Exception(f'invalid input syntax for type integer: "{NAME}"'))
    logging.getLogger("bot.scheduler.scheduler").warning("The job failed (%s)", error)
    assert "The job failed (DataError)" in log()
    assert NAME not in log()


def test_a_traceback_goes_back_to_the_first_cause() -> None:
    try:
        try:
            raise KeyError(NAME)
        except KeyError as error:
            raise ZeroDivisionError("division by zero") from error
    except ZeroDivisionError as error:
        text = told(error)
    assert (
        text.index("KeyError")
        < text.index("which led to")
        < text.index("ZeroDivisionError: division by zero")
    )
    assert NAME not in text


def test_what_ends_a_thread_is_logged_like_everything_else(kept_logging: None) -> None:
    stream = in_json()

    def fail() -> None:
        raise ValueError(NAME)

    thread = threading.Thread(target=fail, name="courier")
    thread.start()
    thread.join()
    sys.excepthook(ValueError, ValueError(NAME), None)
    first, second = entries(stream.getvalue())
    assert first["message"] == "The thread courier ended unexpectedly"
    assert second["message"] == "It ended unexpectedly"
    assert NAME not in stream.getvalue()


def test_a_message_whose_values_do_not_fit_is_logged_all_the_same(kept_logging: None) -> None:
    stream = in_json()
    logging.getLogger("bot.app").info("%s and %s", NAME)
    assert entries(stream.getvalue())[0]["message"] == "%s and %s"


def test_our_own_modules_are_known_by_their_names() -> None:
    for owner in (logging_config.__name__, User.__module__, Dispatcher.__module__):
        assert logging_config.is_ours(logging.LogRecord(owner, 10, "", 1, "", None, None))
    assert not logging_config.is_ours(logging.LogRecord("modelsearch", 10, "", 1, "", None, None))
