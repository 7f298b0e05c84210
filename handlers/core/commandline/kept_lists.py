"""Read a line that is the name of a list that somebody keeps: Proposals."""

import re
from collections.abc import Iterator

from handlers.core.request import Request
from handlers.core.router import Command
from models.core import saved_lists
from models.core.parsing import values

LEADING = frozenset(
    ("show", "open", "list", "get", "run", "see", "me", "my", "the", "saved", "kept")
)
"""Words that people say before the name of a list of theirs."""
FLAGS = re.compile(r"(?:\s+--[a-z]+)+$", re.IGNORECASE)
"""What may follow the name, such as --here."""


def with_kept_list(request: Request) -> Request:
    """Return the request for the list whose name is the whole line, else the request as it is.

    A name counts where a line says no verb itself: what a person calls a list goes before what a
    phrase may mean.
    """
    typed = values.clean(request.line.phrase or request.line.raw)
    said = FLAGS.sub("", typed).rstrip(" ?!.")
    if not may_be_name(request.command) or not said or request.surface == "form":
        return request
    named = (saved_lists.called(request.work, name) for name in names(said))
    kept = next(filter(None, named), None)
    if kept is None:
        return request
    flags = typed.removeprefix(FLAGS.sub("", typed))
    return request.but(command=request.catalogue.command(f"{kept.line}{flags}"))


def names(said: str) -> Iterator[str]:
    """Yield what may be the name: all that was said, then what follows each leading word."""
    words = said.split(" ")
    for at in range(len(words)):
        yield " ".join(words[at:])
        if words[at].casefold() not in LEADING:
            return


def may_be_name(command: Command) -> bool:
    """Return whether a line may be the name of a list: it says no verb and no record itself."""
    line = command.line
    unread = command.verb is None or bool(line.phrase) or line.verb is None
    return unread and not any(ref.number for ref in line.refs)
