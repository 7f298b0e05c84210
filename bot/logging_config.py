"""The log: text or JSON lines with the reference of the act, and nothing personal.

Nothing of what people said or are is logged.
"""

import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TextIO

from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from handlers.core.telemetry import reference

log = logging.getLogger(__name__)
OURS = ("bot", "handlers", "models", "__main__")
CHATTY = (
    "slack_sdk",
    "slack_bolt",
    "urllib3",
    "apscheduler",
    "uvicorn",
    "asyncio",
    "alembic",
    "sqlalchemy",
)
"""Libraries that are set to be quiet, since they would build a sentence for every call."""
PLAIN = (
    ArithmeticError,
    AttributeError,
    ImportError,
    NameError,
    OperationalError,
    OSError,
    RecursionError,
    TypeError,
)
"""Exceptions that speak of code or of the network.

What others say may be what people typed, and is left out.
"""
SECRETS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"\b(?:xox[a-z]|xapp)[-.][\w.-]+", "[token]"),
        (r"(?i)(authorization\W{1,4})(?:(?:bearer|basic)\s+)?[^\s'\",}]+", r"\1[removed]"),
        (r"(?i)\bbearer\s+[^\s'\",}]+", "Bearer [removed]"),
        (r"(\w://[^/\s:@]*):[^@\s/]+@", r"\1:[removed]@"),
        (r"([?&](?:code|state|ticket|token|client_secret)=)[^&\s'\"]+", r"\1[removed]"),
        (r"https://hooks\.slack\.com/\S+", "[response address]"),
        (r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", "[e-mail]"),
        (r"\+\d[\d ()/-]{6,}\d", "[telephone]"),
    )
)
PAYLOAD = re.compile(r"[{\[].*", re.DOTALL)


def configure(level: str, format: str = "text", stream: TextIO | None = None) -> None:
    """Log to stderr from now on.

    Args:
        level: The lowest level of the bot's own records; libraries log only warnings and errors.
        format: text or json.
        stream: Where to log in place of stderr.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(FORMATS[format]())
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or is_ours(record))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.raiseExceptions = (
        False  # a record that cannot be written would be printed with all that is in it
    )
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.root.level))
    threading.excepthook = lost  # Python would print what the exception says
    sys.excepthook = lambda *error: log.critical("It ended unexpectedly", exc_info=error)


def lost(thread: Any) -> None:
    """Log that a thread, of any library, ended with an exception."""
    name = thread.thread.name if thread.thread else "unknown"
    error = (thread.exc_type, thread.exc_value, thread.exc_traceback)
    log.error("The thread %s ended unexpectedly", name, exc_info=error)


def is_ours(record: logging.LogRecord) -> bool:
    """Return whether a record is the bot's own.

    Bolt's own loggers take names and levels as they please, so only the names of the bot's own
    loggers are to be trusted.
    """
    return record.name.partition(".")[0] in OURS


def said(record: logging.LogRecord) -> str:
    """Return the message without secrets and without what exceptions say.

    A library's message is also without payloads.
    """
    text, values = str(record.msg), record.args
    if isinstance(values, tuple):
        values = tuple(
            kind_of(value) if isinstance(value, SQLAlchemyError) else value for value in values
        )
    with suppress(TypeError, ValueError, KeyError):  # values that do not fit the text
        text = text % values if values else text
    for error in chain(record.exc_info[1]) if record.exc_info else ():
        for words in filter(None, (str(error), str(error).partition("\n")[0])):
            text = text if isinstance(error, PLAIN) else text.replace(words, kind_of(error))
    return scrubbed(text if is_ours(record) else PAYLOAD.sub("…", text))


def scrubbed(text: str) -> str:
    """Return a text without tokens, passwords and addresses of people or of answers.

    This does not depend on who wrote it.
    """
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def told(error: BaseException) -> str:
    """Return a traceback that shows code and kinds of errors.

    It shows what the errors say only where that cannot be anybody's words.
    """
    parts = [
        f"{''.join(traceback.format_tb(each.__traceback__))}{kind_of(each)}"
        for each in chain(error)
    ]
    return scrubbed("\n\nwhich led to\n\n".join(parts))


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception after those that led to it, the first cause first."""
    found: list[BaseException] = []
    at = error
    while at is not None and at not in found:
        found.append(at)
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    yield from reversed(found)


def kind_of(error: BaseException) -> str:
    """Return the kind of an error and what it may say: OperationalError: database is locked."""
    name = type(error).__qualname__
    if isinstance(error, SlackApiError):
        return f"{name}: {error.response.get('error')}"
    if not isinstance(error, PLAIN):
        return name
    text = str(error.orig) if isinstance(error, OperationalError) else str(error)
    return f"{name}: {text.partition(chr(10))[0]}"


class Text(logging.Formatter):
    """Lines such as: 2026-03-10 10:00:00,000 INFO bot.runner Rapport is running. [3f2a91bc]."""

    def format(self, record: logging.LogRecord) -> str:
        mark = f" [{reference()}]" if reference() else ""
        line = f"{self.formatTime(record)} {record.levelname} {record.name} {said(record)}{mark}"
        error = record.exc_info[1] if record.exc_info else None
        return f"{line}\n{told(error)}" if error else line


class JSON(logging.Formatter):
    """One object on each line: time, level, logger, message.

    It also has request and exception where there are any.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": said(record),
        }
        if request := reference():
            line["request"] = request
        if record.exc_info and (error := record.exc_info[1]):
            line["exception"] = told(error)
        return json.dumps(line, ensure_ascii=False)


FORMATS: dict[str, Callable[[], logging.Formatter]] = {"text": Text, "json": JSON}
