"""Choose what Rapport tells you by itself: what, where and when; what is muted and followed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from handlers.core.request import Request
from handlers.core.responses import Response
from handlers.core.router import Router
from handlers.core.ui import blocks
from handlers.core.ui.blocks import Block, escape
from handlers.core.ui.receipts import choices, plainly, receipt
from models.core import records
from models.core.entity.base import Entity
from models.core.errors import Conflict
from models.core.fields.base import read_all
from models.core.identity.notices import NOTICES, RARELY, Notice, Seldom
from models.core.identity.user import User
from models.core.notifications import marks
from models.core.notifications.notify import count_last_week
from models.core.parsing.texts import fold
from models.core.permissions import policy
from models.core.search.query import find_everywhere
from models.core.unit_of_work import UnitOfWork

FOUND = 5
"""The records that are offered to a person who names one in words."""
ASKS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "what": ("notices", {"label": "Tell me about", "also": ("about",)}),
    "less": ("seldom", {"also": ("seldom", "rarely")}),
    "where": (
        "told_in",
        {"label": "Where", "hint": "Home only: nothing pings you; it waits for you there."},
    ),
    "from": ("starts_at", {"label": "From", "also": ("starts",), "hint": "Your working hours"}),
    "until": ("ends_at", {"label": "Until", "also": ("ends", "to"), "hint": ""}),
    "days": ("works_on", {"label": "On", "also": ("on",)}),
    "nights": (
        "anytime",
        {"label": "At any time", "also": ("anytime",), "hint": "Also at night and on days off"},
    ),
}
"""What the form asks for: the field of the person, and what the form says differently of it."""
BOXES = ("what", "less", "nights")
"""The inputs in which nothing is an answer: no box is ticked."""


def asked() -> dict[str, Any]:
    """Return the fields of a person that they choose here."""
    kinds = User.fields()
    return {ask: replace(kinds[name], form=True, **words) for ask, (name, words) in ASKS.items()}


def begun(work: UnitOfWork, _: Any) -> Mapping[str, str]:
    """Return what the form begins with: what the person has chosen."""
    if not work.actor:
        return {}
    kinds = User.fields()
    return {
        ask: kinds[name].write(getattr(work.actor, name), work) for ask, (name, _) in ASKS.items()
    }


def footer(request: Request) -> Sequence[Block]:
    """Return what is muted and followed, and what the settings would have sent lately."""
    work = request.work
    if not work.actor:
        return []
    drawn: list[Block] = []
    for title, verb, muted in (("Muted", "unmute", True), ("Following", "unfollow", False)):
        for record in marks.listed(work, muted):
            name = str(record).removeprefix(record.ref).strip()
            said = f"{title}: {name} ({record.ref})" if name else f"{title}: {record.ref}"
            action, value = f"{record.slug()}.{verb}", f"{record.ref} --tab=notify"
            button = blocks.button(verb.capitalize(), action, value)
            button["accessibility_label"] = blocks.cut(f"{verb.capitalize()} {record}", 75)
            drawn.append(blocks.section(escape(said), button))
    count = count_last_week(work, work.actor)
    said = f"{count} message{'' if count == 1 else 's'}"
    told = f"With what is saved you would have got {said} in the last 7 days."
    return [blocks.divider(), *drawn, blocks.context(told)]


def notify(request: Request, _: Any) -> Response:
    """Choose what I tell you by myself, where and when: `notify`, `notify home`, `notify off`,
    `notify days=mon-thu`, `notify what="due, mine"`, `notify less=digest`.
    """  # noqa: D205
    if not request.work.actor:
        raise Conflict("Only people are told things. Say who with --as.")
    given = {ask: text for ask, text in request.texts.items() if text or ask in BOXES}
    read_all(asked(), given, request.work)
    records.update(
        request.work, request.work.actor, {ASKS[ask][0]: text for ask, text in given.items()}
    )
    return saved(request)


def saved(request: Request) -> Response:
    """Return what changed of what the actor is told."""
    work = request.work
    work.session.flush()
    assert work.actor
    changed = any(row["entity"] == "user" for row in work.changes)
    said = "Your notifications are changed." if changed else "Your notifications are as before."
    return receipt(request, work.actor, said)


def mute(request: Request, _: Any) -> Response:
    """Get no more messages of a kind, or about a record: `mute digest`, `mute OP-4`."""
    return chosen(request, "mute")


def unmute(request: Request, _: Any) -> Response:
    """Get messages of a kind again, or about a record: `unmute digest`, `unmute OP-4`."""
    return chosen(request, "unmute")


def less(request: Request, _: Any) -> Response:
    """Get a kind of message less often: `less digest` is once a week, `less changes` all together
    once a day, `less none` as often as it happens.
    """  # noqa: D205
    work, kind = request.work, User.fields()["seldom"]
    if not work.actor:
        raise Conflict("Only people are told things. Say who with --as.")
    words = request.line.rest.strip().removeprefix("often").strip()
    wanted = read_all({"seldom": kind}, {"seldom": words}, work)["seldom"] if words else None
    if wanted is None:
        kinds = ", ".join(f"{each} ({RARELY[each]})" for each in Seldom)
        return plainly(f"Name a kind of message: {kinds}.")
    texts = {*(work.actor.seldom or ()), *wanted} if wanted else ()
    records.update(work, work.actor, {"seldom": kind.write(tuple(sorted(texts)), work)})
    return saved(request)


def chosen(request: Request, verb: str) -> Response:
    """Switch a kind of message off or on, or offer the records that words may name."""
    work, words = request.work, request.line.rest.strip()
    if not work.actor:
        raise Conflict("Only people are told things. Say who with --as.")
    if notice := kind_of(words):
        others = [each for each in work.actor.notices if each != notice]
        wanted = [*others, notice] if verb == "unmute" else others
        text = User.fields()["notices"].write(tuple(map(str, wanted)), work)
        records.update(work, work.actor, {"notices": text})
        return saved(request)
    found = meant(work, verb, words)
    offers = [
        (f"{verb.capitalize()} {record}", f"{verb} {record.ref}")
        for record in found
        if record.owned and policy.can(work.actor, verb, record)
    ]
    if offers:
        return choices(f"Which one shall I {verb}?", offers)
    kinds = ", ".join(f"{each} ({NOTICES[each]})" for each in Notice)
    every = "off" if verb == "mute" else "on"
    said = f"Name a record, such as {verb} OP-4, or a kind of message: {kinds}."
    return plainly(f"{said} For everything: notify {every}")


def meant(work: UnitOfWork, verb: str, words: str) -> Sequence[Entity]:
    """Return the records that words may name; of what is muted already where that is to end."""
    if verb == "mute":
        return find_everywhere(work, words, FOUND) if words else []
    muted = marks.listed(work, muted=True)
    return [each for each in muted if fold(words) in fold(each.title)] or muted


def kind_of(words: str) -> Notice | None:
    """Return the kind of message that words name, None where they name none."""
    said = fold(words)
    return next((each for each in Notice if said in (each, fold(NOTICES[each]))), None)


def add_to(router: Router) -> None:
    """Give a noun the verbs by which people choose what they are told."""
    form = {
        "asks": asked(),
        "text": "where",
        "saves": True,
        "partial": True,
        "begins": begun,
        "footer": footer,
    }
    router.verb("notify", record=False, title="Notifications", **form)(notify)
    router.verb("mute", record=False, words=True)(mute)
    router.verb("unmute", record=False, words=True)(unmute)
    router.verb("less", record=False, words=True)(less)
