"""Read Slack's payloads.

What people do becomes an interaction: who, where, and the line it amounts to. Of the events that
nobody did here, the functions at the end return what they are about. All raise TypeError, KeyError
or ValueError for a payload that Slack would not send; no error contains what is in the payload.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from handlers.core.interaction import Interaction
from handlers.core.ui.form_state import WHY, metadata, picked_people, read, typed

Payload = Mapping[str, Any]
GLOBAL = "crm"
"""The noun of verbs that are typed without a noun: find, help, home, undo."""
PICK, JOIN = "pick", "join"
"""The first words of the names of inputs that pick a record: JOIN also takes one to be made."""
CLOSED = "closed"
"""The surface of a form that was closed without being saved: nobody is there to answer."""
FORM = "form"
"""What the names of buttons begin with that change the form in which they are."""
NAME = re.compile(r"(\w+)(?:\.([\w-]*))?(?:#\d+)?", re.ASCII)
"""The form of our names for buttons, forms and shortcuts.

A name is a noun, a verb, and a number where the name occurs several times.
"""
DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)
"""The form of the name by which a workspace is found on the web."""
STAMP = re.compile(r"\d{1,12}\.\d{1,9}", re.ASCII)
"""The form of the time by which Slack names a message."""
CHANNEL, GROUP, EVENT = (
    re.compile("[CG][A-Z0-9_]{1,31}"),
    re.compile("S[A-Z0-9_]{1,31}"),
    re.compile(r"\w{1,64}"),
)
"""The form of Slack's ids for them."""


def given(part: Payload, name: str) -> Any:
    """Return a part of a payload; an empty text where it is missing or Slack says null."""
    said = part.get(name)
    return "" if said is None else said


def command(body: Payload, root: str) -> Interaction:
    """Read a slash command; an alias such as /crm-deal is the root with its noun already typed."""
    alias = body["command"].removeprefix(root).removeprefix("-")
    return Interaction(
        surface="command",
        workspace=body["team_id"],
        person=body["user_id"],
        line=f"{alias} {given(body, 'text')}".strip(),
        key=given(body, "trigger_id"),
        channel=given(body, "channel_id"),
        trigger=given(body, "trigger_id"),
        home_team=body["team_id"],
    )


def action(body: Payload) -> Interaction:
    """Read the press of a button or a choice in a menu.

    `opportunity.won` with the value `OP-42` is the line `opportunity won OP-42`.
    """
    pressed = body["actions"][0]
    if is_input(body, pressed):
        return in_form(body, pressed, "changed")
    noun, verb = noun_and_verb(pressed["action_id"])
    value = given(pressed, "value") or given(pressed.get("selected_option") or {}, "value")
    if noun == FORM:
        return in_form(body, pressed, verb, value)
    chosen = given(pressed, "selected_user")
    if chosen:  # a menu of people has no value: its block names the record
        value = f"{given(pressed, 'block_id').partition(':')[0]} <@{chosen}>"
    container, view = body.get("container") or {}, body.get("view") or {}
    state = metadata(view)
    return Interaction(
        surface="button",
        line=line_of(noun, "" if verb in ("run", "menu") else verb, value),
        key=once(body, pressed),
        state=state,
        channel=given(body.get("channel") or {}, "id") or state.get("c", ""),
        thread=given(body.get("message") or {}, "thread_ts")
        or given(container, "thread_ts")
        or state.get("t", ""),
        container=kind_of(container, view),
        named=(chosen,) if chosen else (),
        **sender(body),
    )


def is_input(body: Payload, pressed: Payload) -> bool:
    """Return whether an input of a form was changed, rather than a button pressed."""
    drawn = (body.get("view") or {}).get("blocks") or []
    inputs = {block.get("block_id") for block in drawn if block["type"] == "input"}
    return pressed.get("block_id") in inputs


def in_form(body: Payload, pressed: Payload, did: str, value: str = "") -> Interaction:
    """Read what a person did in a form without submitting it: the form is drawn again.

    It is the interaction of the form with what it contains now. Its state says what was done (x),
    and to what (u).
    """
    act = submission(body)
    state = {**act.state, "x": did, "u": value}
    return replace(act, key=once(body, pressed), state=state, container="view")


def closed(body: Payload) -> Interaction:
    """Read that a person closed a form, with what they typed in it.

    Where it was drawn again, what its inputs begin with is theirs as well.
    """
    act, view = submission(body), body["view"]
    texts = act.texts if act.state.get("k") else typed(view)
    return replace(act, surface=CLOSED, texts={n: t for n, t in texts.items() if n != WHY})


def noun_and_verb(name: str) -> tuple[str, str]:
    """Return the noun and the verb that one of our names means.

    Raises:
        ValueError: The name could be a line of its own.
    """
    found = NAME.fullmatch(name)
    if found is None:
        raise ValueError("a name is none of ours")
    return found[1], found[2] or ""


def once(body: Payload, pressed: Payload) -> str:
    """Return the key that distinguishes one press from the next.

    A button that carries a whole line works once in its message.
    """
    where = given(body.get("container") or {}, "message_ts")
    if where and pressed["action_id"].startswith(f"{GLOBAL}.run"):
        return f"{where}:{pressed['action_id']}:{body['user']['id']}"
    return f"{pressed.get('action_ts', '')}:{body.get('trigger_id', '')}"


def line_of(noun: str, *words: str) -> str:
    """Return the line that a button or a form amounts to; what needs no noun has none."""
    return " ".join(filter(None, ("" if noun == GLOBAL else noun, *words)))


def kind_of(container: Payload, view: Payload) -> str:
    if container.get("type") == "view":
        return "home" if view.get("type") == "home" else "view"
    return "ephemeral" if container.get("is_ephemeral") else "message"


def submission(body: Payload) -> Interaction:
    """Read a submitted form: its callback_id names the verb, its metadata the record."""
    view = body["view"]
    state, texts = metadata(view), read(view)
    if WHY in texts:
        state["w"] = texts.pop(WHY)
    noun, verb = noun_and_verb(view["callback_id"])
    return Interaction(
        surface="form",
        line=line_of(noun, verb, str(state.get("r", ""))),
        key=f"{view['id']}:{view['hash']}",
        texts=texts,
        named=picked_people(view),
        state=state,
        container=state.get("p", ""),
        channel=state.get("c", ""),
        thread=state.get("t", ""),
        **sender(body),
    )


def shortcut(body: Payload) -> Interaction:
    """Read a global or message shortcut.

    Its callback_id is the line, and the message is passed on as a text.
    """
    message = body.get("message") or {}
    return Interaction(
        surface="shortcut",
        line=" ".join(noun_and_verb(body["callback_id"])),
        key=given(body, "trigger_id"),
        texts={"message": message["text"]} if message.get("text") else {},
        state={"q": url} if (url := link_to(body)) else {},
        channel=given(body.get("channel") or {}, "id"),
        thread=given(message, "thread_ts") or given(message, "ts"),
        **sender(body),
    )


def link_to(body: Payload) -> str:
    """Return the link to the message that a shortcut was used on; "" where there is none.

    It is what Slack copies as the link of a message. A reply is found in its thread.
    """
    message, channel = body.get("message") or {}, given(body.get("channel") or {}, "id")
    domain, stamp = given(body.get("team") or {}, "domain"), given(message, "ts")
    thread = given(message, "thread_ts")
    if not (DOMAIN.fullmatch(str(domain)) and STAMP.fullmatch(str(stamp))):
        return ""
    reply = thread and thread != stamp and STAMP.fullmatch(str(thread))
    inside = f"?thread_ts={thread}&cid={channel}" if reply else ""
    return f"https://{domain}.slack.com/archives/{channel}/p{stamp.replace('.', '')}{inside}"


def message(body: Payload, bot: str) -> Interaction:
    """Read a mention of the bot, or a direct message to it.

    A message that is edited later is the same message, and not a second one.
    """
    event = body["event"]
    return Interaction(
        surface="message",
        workspace=body["team_id"],
        person=event["user"],
        line=given(event, "text").replace(f"<@{bot}>", " ").strip(),
        key=key_of(event, body["event_id"]),
        channel=event["channel"],
        thread=given(event, "thread_ts"),
        edited=bool(event.get("edited")),
        home_team=event.get("user_team") or event.get("team") or body["team_id"],
    )


def key_of(event: Payload, heard: str) -> str:
    """Return the key that distinguishes one message from the next: its place in the channel.

    Its event has another id each time the message is edited.
    """
    stamp = given(event, "ts")
    if not isinstance(stamp, str):
        raise TypeError("a stamp is no stamp")
    return f"{event['channel']}:{stamp}" if stamp else heard


def is_said(event: Payload) -> bool:
    """Return whether a message is a person's own words: no edit, no bot's, no notice of Slack's."""
    own = event.get("subtype") in (None, "file_share", "thread_broadcast", "me_message")
    return own and bool(event.get("user")) and not event.get("bot_id")


class Overheard(NamedTuple):
    """What a person said in a channel, and the thread that an answer belongs to."""

    text: str
    channel: str
    thread: str


def overheard(body: Payload, bot: str) -> Overheard | None:
    """Read what a person said to others in a channel.

    The result is None for what bots and Slack say, for an edit, and for what is said to us.
    """
    event = body["event"]
    text = given(event, "text")
    if not is_said(event) or event.get("edited") or f"<@{bot}>" in text:
        return None
    stamp = given(event, "thread_ts") or event["ts"]
    if not (isinstance(text, str) and isinstance(stamp, str) and STAMP.fullmatch(stamp)):
        raise TypeError("a message is no message")
    return Overheard(text, called(event["channel"], CHANNEL), stamp)


def home(body: Payload) -> Interaction:
    """Read that a person opened the App Home tab."""
    team = body["team_id"]
    return Interaction("home", team, body["event"]["user"], container="home", home_team=team)


def options(body: Payload) -> Interaction:
    """Read that a picker asks what it may offer.

    The line is what was typed; the state says for which noun. An input of a form is called
    `pick.NOUN.FIELD`, a search beside buttons like the verb that takes what was chosen.
    """
    first, _, rest = body["action_id"].partition(".")
    noun = rest.partition(".")[0] if first in (PICK, JOIN) else first
    noun = "" if (first, noun) == (PICK, GLOBAL) else noun  # a form picks records of one entity
    return Interaction(
        surface="options",
        line=given(body, "value"),
        state={"noun": noun, "adds": first == JOIN},
        **sender(body),
    )


def sender(body: Payload) -> dict[str, Any]:
    team = body.get("team") or {}
    user = body["user"]
    workspace = team.get("id") or user.get("team_id", "")
    return {
        "workspace": workspace,
        "person": user["id"],
        "home_team": user.get("team_id") or workspace,
        "trigger": given(body, "trigger_id"),
    }


def changed_channel(body: Payload) -> str:
    """Return the id of the channel that an event is about."""
    said = body["event"]["channel"]
    return called(said["id"] if isinstance(said, dict) else said, CHANNEL)


def changed_group(body: Payload) -> str:
    """Return the id of the user group that an event is about."""
    event = body["event"]
    return called(event["subteam_id"] if "subteam_id" in event else event["subteam"]["id"], GROUP)


def event_key(body: Payload) -> str:
    """Return the key that distinguishes an event from the next, however often Slack sends it."""
    return f"event:{called(body['event_id'], EVENT)}"


def event_time(body: Payload) -> int:
    """Return when it happened, in seconds since 1970; 0 where the event does not say."""
    said = body.get("event_time") or 0
    if not isinstance(said, int):
        raise TypeError("a time is no time")
    return said


def called(id: Any, by: re.Pattern[str]) -> str:
    if not isinstance(id, str) or not by.fullmatch(id):
        raise ValueError("an id is no id")
    return id
