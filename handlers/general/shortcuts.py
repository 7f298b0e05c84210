"""The shortcuts of Slack's menus: each is a verb, reached from anywhere or from a message."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shortcut:
    """A shortcut in Slack.

    Attributes:
        kind: "global", or "message" where the message's text goes into the form, and the message's
            thread is told what was made of it.
        callback: The verb's id, with a number where it occurs several times.
    """

    name: str
    kind: str
    callback: str
    description: str


SHORTCUTS = (
    Shortcut("New lead", "global", "lead.new", "Write down someone who showed interest"),
    Shortcut(
        "Log activity", "global", "log.new", "Write down a call, a meeting, an e-mail or a note"
    ),
    Shortcut("New case", "message", "case.new", "Make a case of this message"),
    Shortcut("Make task", "message", "activity.new", "Make a task of this message"),
    Shortcut("Log this", "message", "log.new#2", "Write down this message as a talk with somebody"),
)
