"""The shortcuts of Slack's menus: each is a verb, reached from anywhere or from a message."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shortcut:
    """A shortcut in Slack.

    Attributes:
        kind: "global", or "message" where the message's text goes into the form.
        callback: The verb's id.
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
    Shortcut("Create case", "message", "case.new", "Make a case of this message"),
    Shortcut("Make task", "message", "activity.new", "Make a task of this message"),
)
