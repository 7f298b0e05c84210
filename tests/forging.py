"""What Slack sends when people act, recorded from the small one, and the same with one thing in it
forged.
"""

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

from bot.sandbox.client import SlackDriver
from bot.sandbox.transport import SLASH, Envelope
from bot.sandbox.user_client import Person

Path = tuple[str | int, ...]
Forgery = tuple[str, Path, str]
"""Of what, where in it, and how."""
MARK = "Fnordia"
"""Stands in what was forged: no log may hold it."""
TYPED = "Zyxomma"
"""Stands in what was typed."""
PLACE, GROUP = "C_SALES", "S0NORTH"
"""The channel and the user group of which something is told."""
GONE = object()

FORGED: dict[str, Callable[[Any], Any]] = {
    "empty": lambda old: "",
    "missing": lambda old: GONE,
    "nothing": lambda old: None,
    "a number": lambda old: 7,
    "yes": lambda old: True,
    "a list": lambda old: [MARK],
    "an object": lambda old: {"id": MARK, "text": {"type": "mrkdwn", "text": f"<!channel> {MARK}"}},
    "deep": lambda old: nested(60),
    "huge": lambda old: MARK * 30_000,
    "controls": lambda old: f"\x00\x1b[31m{old}\n{MARK}\u202e",
    "half a letter": lambda old: f"\ud800{MARK}",
    "another record": lambda old: "LD-2",
    "another's record": lambda old: "LD-3 --yes",
    "another workspace": lambda old: "T2",
    "a stranger": lambda old: "U_OTTO",
    "a guest": lambda old: "U_GUS",
    "another verb": lambda old: "user.set",
    "a line": lambda old: f"lead delete LD-1 --yes --reason {MARK}",
    "code": lambda old: f"{{record.__class__}} %s '; DROP TABLE lead; -- {MARK}",
    "metadata": lambda old: f'{{"r": "LD-2", "v": "{MARK}", "c": ["C"], "w": {{}}}}',
    "broken": lambda old: '{"r": ',
}
"""What a string of a payload is forged into, by name."""


def nested(depth: int) -> Any:
    return {"text": nested(depth - 1)} if depth else MARK


def leaves(part: Any, path: Path = ()) -> Iterator[Path]:
    """The way to every string, and to every object and list on it: those are forged, too."""
    if isinstance(part, str) or (isinstance(part, dict | list) and path):
        yield path
    inner = (
        part.items()
        if isinstance(part, dict)
        else enumerate(part)
        if isinstance(part, list)
        else ()
    )
    for key, each in inner:
        yield from leaves(each, (*path, key))


def forged(envelope: Envelope, path: Path, how: str) -> Envelope:
    """The same with one thing in it forged."""
    payload = copy.deepcopy(envelope.payload)
    holder: Any = payload
    for key in path[:-1]:
        holder = holder[key]
    value = FORGED[how](holder[path[-1]])
    if envelope.kind == SLASH and isinstance(value, str):
        value = value.encode(
            "utf-8", "ignore"
        ).decode()  # a form cannot hold half a letter, unlike JSON
    if value is GONE:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return Envelope(envelope.kind, payload, envelope.retry, envelope.retry_reason)


def record(slack: SlackDriver) -> dict[str, Envelope]:
    """One of each thing that Slack sends, from Rita, about LD-1; by what it is."""
    kept: dict[str, Envelope] = {}

    def keep(name: str) -> None:
        kept[name] = copy.deepcopy(slack.slack.sent[-1])

    pressed(slack, keep)
    filled(slack, keep)
    chosen(slack, keep)
    slack.say(f"@crm lead set LD-1 company={TYPED}")
    keep("mention")
    slack.dm(f"lead set LD-1 company={TYPED}")
    keep("message")
    slack.home()
    keep("home")
    return kept | events(kept["message"])


def pressed(slack: SlackDriver, keep: Callable[[str], None]) -> None:
    """A command, and buttons of what it answers."""
    slack.command(f"/crm lead set LD-1 company={TYPED}")
    keep("command")
    slack.command("/crm LD-1")
    slack.click("lead.qualify")
    keep("button")
    slack.click("crm.undo")
    keep("undo")
    slack.command("/crm LD-1")
    slack.pick("lead.assign", "U_RITA")
    keep("menu")


def filled(slack: SlackDriver, keep: Callable[[str], None]) -> None:
    """Forms that are filled, and one that is given up."""
    slack.command("/crm deal new")
    slack.options("pick.customer.customer", TYPED)
    keep("suggestion")
    slack.close()
    slack.command("/crm edit LD-1")
    slack.submit(company=f"{TYPED} again")
    keep("edit")
    slack.command("/crm lead new")
    slack.submit(company=TYPED)
    keep("submission")
    slack.command("/crm edit LD-1")
    view = slack.slack.views.top(slack.user)
    assert view
    view.content["notify_on_close"] = True  # Slack tells of it only where it was asked to
    slack.close()
    keep("closing")


def chosen(slack: SlackDriver, keep: Callable[[str], None]) -> None:
    """Shortcuts, from anywhere and on a message."""
    slack.shortcut("lead.new")
    keep("shortcut")
    slack.close()
    slack.say(f"Somebody asks about {TYPED}")
    said = slack.slack.timeline.of(slack.channel)[-1]
    Person(slack.slack, slack.user).shortcut("case.new", said)
    keep("message shortcut")
    slack.close()


def events(said: Envelope) -> dict[str, Envelope]:
    """What Slack tells of people and of the app itself."""
    user = {
        "id": "U_RITA",
        "real_name": TYPED,
        "tz": "Europe/Berlin",
        "profile": {"email": f"{TYPED}@acme.example"},
    }
    inner = {
        "profile": {"type": "user_change", "user": user},
        "joining": {"type": "team_join", "user": {**user, "id": "U_RAVI"}},
        "revoking": {"type": "tokens_revoked", "tokens": {"oauth": ["U_RITA"]}},
        **of_channels(),
        **of_groups(),
    }
    return {
        name: Envelope(said.kind, {**said.payload, "event": event, "event_id": f"Ev{name.title()}"})
        for name, event in inner.items()
    }


def of_channels() -> dict[str, dict[str, Any]]:
    """What Slack tells of who reads a channel, and of its name."""
    who = {"user": "U_JULE", "channel": PLACE, "channel_type": "C", "team": "T1"}
    named = {"id": PLACE, "name": TYPED.lower(), "created": 1360782804}
    return {
        "coming": {"type": "member_joined_channel", **who, "inviter": "U_RITA"},
        "going": {"type": "member_left_channel", **who},
        "sharing": {"type": "channel_shared", "connected_team_id": "T_ELSEWHERE", "channel": PLACE},
        "unsharing": {
            "type": "channel_unshared",
            "previously_connected_team_id": "T_ELSEWHERE",
            "channel": PLACE,
        },
        "renaming": {"type": "channel_rename", "channel": named},
        "hiding": {"type": "group_rename", "channel": named},
    }


def of_groups() -> dict[str, dict[str, Any]]:
    """What Slack tells of who is in a user group."""
    group = {
        "id": GROUP,
        "team_id": "T1",
        "name": TYPED,
        "handle": TYPED.lower(),
        "users": ["U_OLGA"],
    }
    changed = {
        "added_users": ["U_ELI"],
        "added_users_count": "1",
        "removed_users": [],
        "removed_users_count": "0",
    }
    return {
        "gathering": {
            "type": "subteam_members_changed",
            "subteam_id": GROUP,
            "team_id": "T1",
            **changed,
        },
        "grouping": {"type": "subteam_updated", "subteam": group},
    }


INSTALLED: Path = ("authorizations", 0, "team_id")
"""Where an event says in whose name it comes: in a channel that is shared, `team_id` is that of
whoever did it.
"""
AUTHORITY: dict[str, tuple[Path, ...]] = {
    "command": (("user_id",), ("team_id",)),
    "button": (("user", "id"), ("user", "team_id"), ("team", "id"), ("actions", 0, "action_id")),
    "submission": (
        ("user", "id"),
        ("user", "team_id"),
        ("view", "app_installed_team_id"),
        ("view", "callback_id"),
    ),
    "message": (("event", "user"), ("event", "team")),
    **{
        name: (("event", "channel"), INSTALLED)
        for name in ("coming", "going", "sharing", "unsharing")
    },
    **{name: (("event", "channel", "id"), INSTALLED) for name in ("renaming", "hiding")},
    "gathering": (("event", "subteam_id"), INSTALLED),
    "grouping": (("event", "subteam", "id"), INSTALLED),
}
"""What says who acts, where, and what: with any other word there, nothing may change."""
SILENT = ("missing", "empty", "nothing")
"""Where it only says nothing, what else the payload says still holds."""


def every(kept: dict[str, Envelope]) -> list[Forgery]:
    """Every way to forge one thing in one of them."""
    return [
        (name, path, how)
        for name, each in kept.items()
        for path in leaves(each.payload)
        for how in FORGED
    ]


def authority() -> list[Forgery]:
    """Every way to forge who acts, where, and what."""
    hows = [how for how in FORGED if how not in SILENT]
    return [
        (name, path, how) for name, paths in AUTHORITY.items() for path in paths for how in hows
    ]


def some(kept: dict[str, Envelope], share: int, seed: object) -> list[Forgery]:
    """Each in so many of all ways, with every kind of payload and of forgery among them; the same
    for the same seed.
    """
    shuffled = every(kept)
    random.Random(str(seed)).shuffle(shuffled)
    first = {name: each for each in reversed(shuffled) for name in (each[0], each[2])}
    return list(dict.fromkeys([*first.values(), *shuffled[::share]]))
