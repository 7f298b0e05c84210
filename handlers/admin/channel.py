"""What admins choose for a channel: what Rapport posts there by itself."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from handlers.core.crud import Records
from handlers.core.request import Request
from handlers.core.responses import Message, Response
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import Block, escape
from handlers.core.ui.forms import form
from handlers.core.ui.receipts import receipt
from models.core import records
from models.core.errors import Conflict
from models.core.fields.base import read_all
from models.core.identity.channel import ALL, IDENTITY, WRITTEN, Channel, Room
from models.core.outbox.delivery import Delivery, Post
from models.core.parsing.texts import fold
from models.core.unit_of_work import UnitOfWork


class Channels(Records[Channel]):
    """The channels for which somebody chose something; every other one gets what is usual."""

    def list(self, request: Request, _: Any) -> Response:
        """List the channels for which somebody chose what I post there."""
        if request.line.rest.strip() or request.work.session.scalar(select(Channel.id).limit(1)):
            return super().list(request, _)
        usual = "Nobody chose what I post in a channel, so that each gets all that belongs there."
        where = " ".join(block["elements"][0]["text"] for block in footer(request))
        drawn = [blocks.section(usual), *footer(request), blocks.context(HOW)]
        return Message("\n".join(filter(None, [usual, where, HOW])), drawn)


router = Channels(Channel)
HOW = "To choose: `notify #sales`"
POSTS = Channel.fields()["posts"]
ASKS = {
    "channel": Room("Channel", required=True, also=("in",)),
    "what": replace(POSTS, label="I post there by myself", also=("posts",)),
}
ALIASES = {"off": "none", "on": "all"}
SETTINGS = {"sales_channel": "leads and deals", "support_channel": "cases"}
"""The settings with the channels where cards come, and what these are of."""


def footer(request: Request) -> Sequence[Block]:
    """Return where which cards come, and that previews are off where they are."""
    workspace = request.work.workspace
    told = [
        f"The cards of {what} come to {spoken(getattr(workspace, name))}."
        for name, what in SETTINGS.items()
        if getattr(workspace, name)
    ]
    told += [] if workspace.previews else ["References are answered in no channel: previews off."]
    return [blocks.context(" ".join(told))] if told else []


@router.verb(
    "notify",
    record=False,
    asks=ASKS,
    text="channel",
    title="Channel",
    button="Save",
    footer=footer,
)
def notify(request: Request, _: Any) -> Response:
    """Choose what I post in a channel by myself: `notify #sales`, `notify #sales off`,
    `notify #sales what="cards, won"`.
    """  # noqa: D205
    work = request.work
    said, _, words = request.texts["channel"].strip().partition(" ")
    slack_id, name = known(work, said, request)
    there = found(work, slack_id, name)
    wanted = request.texts.get("what", ALIASES.get(words.strip().casefold(), words.strip()) or None)
    if wanted is None:
        posts = POSTS.write(there.posts if there else ALL, work)
        assert request.verb
        shown = {"channel": slack_id or f"#{name}", "what": posts}
        return form(request.but(texts=shown), request.verb, None)
    posts = read_all({"what": ASKS["what"]}, {"what": wanted}, work)["what"]
    kept = {"name": name, "slack_id": slack_id, "posts": POSTS.write(posts, work)}
    if there:
        records.update(work, there, {field: text for field, text in kept.items() if text})
        told = []
    else:
        there = records.create(work, Channel, kept)
        told = [f"{POSTS.label}: {cards.texts(there, work, 'posts').get('posts', '')}"]
    work.session.flush()
    changed = "is changed" if work.changes else "is as before"
    return receipt(request, there, f"What I post in #{there.name} {changed}.", more=told)


def known(work: UnitOfWork, said: str, request: Request) -> tuple[str, str]:
    """Return the Slack id and the name of a channel, "" for an id that nobody knows.

    The name is the id where nothing tells it: Slack does not always say it, and a form never does.
    """
    written = WRITTEN.search(request.line.raw)
    if written and request.surface != "form":
        said, name = written[1], written[2] or ""
    else:
        said, name = said.removeprefix("#"), ""
    if not IDENTITY.fullmatch(said):
        return of_name(work, said), said
    return said, name or name_of(work, said)


def name_of(work: UnitOfWork, slack_id: str) -> str:
    """Return the name of a channel as far as it is known: by its record, or by what came there."""
    if there := found(work, slack_id, ""):
        return there.name
    for name in SETTINGS:
        place = getattr(work.workspace, name)
        if place.startswith("#") and posted_as(work, place) == slack_id:
            return str(place[1:])
    return slack_id


def of_name(work: UnitOfWork, name: str) -> str:
    """Return the id of a channel by its name, "" where it is known by that alone.

    Raises:
        Conflict: Nothing is known of such a channel: it may be a slip.
    """
    if there := found(work, "", name):
        return there.slack_id or ""
    named = [getattr(work.workspace, each).removeprefix("#") for each in SETTINGS]
    if fold(name) not in map(fold, named):
        raise Conflict(f"There is no channel #{name} that I know. Pick it from Slack's list.")
    return posted_as(work, f"#{name}")


def posted_as(work: UnitOfWork, name: str) -> str:
    """Return the id of a channel by its name, from a card that came there; "" where none did."""
    card = (Post.entity == Delivery.entity, Post.record_id == Delivery.record_id)
    came = select(Post.channel).where(
        Delivery.kind == "card", Delivery.channel == name, Post.ts == Delivery.ts, *card
    )
    return work.session.scalar(came.limit(1)) or ""


def found(work: UnitOfWork, slack_id: str, name: str) -> Channel | None:
    """Return the record of a channel."""
    for same in (Channel.slack_id == slack_id, Channel.key == fold(name)):
        if there := work.session.scalar(select(Channel).where(same).limit(1)):
            return there
    return None


def spoken(place: str) -> str:
    """Return a channel of the settings as mrkdwn, in which Slack puts the name for the id."""
    return f"<#{place}>" if IDENTITY.fullmatch(place) else escape(place)
