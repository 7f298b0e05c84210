"""The worker: what one thread does with one delivery.

It renders the delivery as it is now, sends it to Slack, and reports the result.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from slack_sdk import WebClient
from sqlalchemy.exc import SQLAlchemyError

from bot.delivery.renderer import Later, Nothing, Rendered, Renderer
from bot.delivery.results import DeliveryResult
from bot.slack.channel_members import ChannelMembers
from bot.slack.circuit_breaker import Limited
from bot.slack.clients import Clients
from bot.slack.errors import CLOSED, GONE, REVOKED, UNTRUSTED, reason, sentence
from bot.slack.gateway import Refused, SlackGateway, Unclear, is_person
from handlers.core.responder import NO_FILES
from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.telemetry import Watch, referred
from handlers.core.ui.receipts import plainly
from handlers.notifications import rerender
from models.core import user_groups
from models.core.errors import Busy, CRMError, NotFound
from models.core.identity.team import GATHERING
from models.core.outbox import arrivals, reposting, results
from models.core.outbox import audience as audiences
from models.core.outbox.arrivals import Arrival
from models.core.outbox.audience import AUDIENCE
from models.core.outbox.delivery import Delivery, DeliveryState
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory

log = logging.getLogger(__name__)

Sender = Callable[[Delivery], DeliveryResult]
"""Sends a delivery that is not for Slack."""
SHUT = 60.0
"""Seconds after which a token that Slack refused is tried again."""


@dataclass(frozen=True)
class DeliveryTask:
    """A delivery that this dispatcher has taken.

    Attributes:
        delivery: The delivery.
        until: The last moment to begin a call to Slack, on the monotonic clock.
        drawn: What it said when it was taken, if it was rendered then.
    """

    delivery: Delivery
    until: float
    drawn: Rendered | None = None


class DeliveryWorker:
    """Sends deliveries to Slack, in as many threads as call it.

    It never holds the database while it talks to Slack.
    """

    def __init__(
        self,
        works: UnitOfWorkFactory,
        clients: Clients,
        catalogue: Catalogue,
        watch: Watch,
        senders: Mapping[str, Sender],
    ) -> None:
        self.senders = senders
        self.works, self.clients, self.root, self.watch = works, clients, catalogue.root, watch
        self.drawer = Renderer(works, catalogue)
        self.audiences: dict[str, ChannelMembers] = {}
        self.shut: dict[str, float] = {}

    def serves(self, workspace: str) -> bool:
        """Return whether Slack accepts the token of this workspace, as far as is known."""
        return self.shut.get(workspace, 0.0) <= time.monotonic()

    def carry(self, errand: DeliveryTask) -> DeliveryResult:
        """Send one delivery and return the result, which also reports every failure."""
        delivery = errand.delivery
        with referred() as reference:
            try:
                note = self.send(errand)
            except Exception as error:
                note = self.failed(delivery, error, reference)
        if note.outcome:
            waited = self.works.clock() - delivery.not_before
            self.watch.delivered(delivery.kind, note.outcome, waited.total_seconds())
        return note

    def failed(self, delivery: Delivery, error: Exception, reference: str) -> DeliveryResult:
        """Return the result of a delivery that failed."""
        match error:
            case Nothing():
                return DeliveryResult(delivery, partial(results.drop, why=str(error)), "dropped")
            case Limited():
                return DeliveryResult(
                    delivery, partial(results.put_back, pause=error.pause), "limited"
                )
            case Unclear():
                log.warning(
                    "Delivery %s: no clear answer from Slack (%s); it is looked for",
                    delivery.id,
                    error,
                )
                return DeliveryResult(delivery, partial(results.doubt, error=str(error)), "unknown")
            case Refused():
                return self.refused(delivery, str(error))
            case Later() | Busy() | SQLAlchemyError():
                return DeliveryResult(delivery, results.put_back)
            case CRMError():  # its sentence may name people: it is for its reader, not for the queue
                why = f"there is nothing to draw ({type(error).__name__})"
                return DeliveryResult(delivery, partial(results.drop, why=why), "dropped")
        log.error(
            "Delivery %s was interrupted; it is looked for. Reference %s",
            delivery.id,
            reference,
            exc_info=error,
        )
        return DeliveryResult(
            delivery, partial(results.doubt, error=f"interrupted, reference {reference}"), "unknown"
        )

    def refused(self, delivery: Delivery, error: str) -> DeliveryResult:
        """Return the result of a delivery that Slack refuses.

        Slack refuses the token, which is not the message's fault; a card that is gone; or the
        message.
        """
        if error in UNTRUSTED:
            self.mistrusted(delivery.workspace, error)
            return DeliveryResult(delivery, results.put_back)
        stood = (
            delivery.ts
            if results.is_redraw(delivery)
            else delivery.thread
            if delivery.kind == "event"
            else None
        )
        if stood and error in (*GONE, *CLOSED):
            return DeliveryResult(
                delivery, partial(results.gone, channel=delivery.channel, ts=stood), "dropped"
            )
        return DeliveryResult(delivery, partial(self.refuse, error=error), "refused")

    def mistrusted(self, workspace: str, error: str) -> None:
        """Make a workspace wait whose token Slack refuses; the log says what to do."""
        if error in REVOKED:
            self.clients.ended(workspace)
        elif self.serves(workspace):
            self.shut[workspace] = time.monotonic() + SHUT
            log.error(
                "Slack does not take the token of the workspace %s (%s). What is to be sent there waits and is tried "
                "every minute. Copy the token again from OAuth & Permissions, or install the app again.",
                workspace,
                error,
            )

    def refuse(self, work: UnitOfWork, delivery: Delivery, error: str) -> None:
        """Keep what Slack said, in words that say what to do, and have people informed of it."""
        advice = f"Then send it again: {self.root} deliveries"
        said = sentence(error, delivery.channel, work.workspace)
        if delivery.kind == GATHERING:
            said = f"I could not read who is in the Slack user group {delivery.about['group']}: {reason(error)}."
        results.refuse(work, delivery, said, advice)

    def send(self, errand: DeliveryTask) -> DeliveryResult:
        """Post a message or update a card; first look for what may have been posted before."""
        if sender := self.senders.get(errand.delivery.kind):
            self.hurry(errand)
            return sender(errand.delivery)
        delivery, audience = errand.delivery, self.audience(errand.delivery.workspace)
        outlet = audience.outlet
        self.hurry(errand)
        if delivery.kind in CHORES:
            return CHORES[delivery.kind](audience, delivery)
        channel, doubtful = outlet.place(delivery.channel), delivery.state == DeliveryState.UNKNOWN
        if is_person(channel) and (doubtful or delivery.kind in arrivals.SHOWING):
            channel = outlet.direct(channel)  # Slack takes a person only as a place to post to
        if results.is_redraw(delivery):
            return self.redraw(audience, errand, channel)
        key = results.fingerprint(delivery)
        if doubtful and (arrival := self.found(outlet, delivery, channel, key)):
            return self.found_again(audience, errand, arrival)
        drawn = self.drawer.drawn(audience, delivery, channel, errand.drawn)
        if ts := drawn.places.get(channel, ""):
            return DeliveryResult(
                delivery, partial(results.draw_anew, channel=channel, ts=ts), "sent"
            )
        self.hurry(errand)
        ts = outlet.post(channel, delivery.thread, with_files(outlet, channel, drawn.message), key)
        return sent(delivery, outlet.place(channel), ts, drawn)

    def redraw(
        self, audience: ChannelMembers, errand: DeliveryTask, channel: str
    ) -> DeliveryResult:
        """Update a card where it stands, unless it stands there as it is drawn now."""
        delivery = errand.delivery
        drawn = self.drawer.drawn(audience, delivery, channel, errand.drawn)
        if drawn.stands and results.is_certain(delivery):
            raise Nothing("it stands there as it is drawn")
        audience.outlet.redraw(channel, delivery.ts or "", drawn.message)
        return sent(delivery, channel, delivery.ts or "", drawn)

    def hurry(self, errand: DeliveryTask) -> None:
        """Raise Later rather than begin something that may outlast the lease.

        The next holder of the lease would send it too.
        """
        if time.monotonic() > errand.until:
            raise Later

    def found(
        self, outlet: SlackGateway, delivery: Delivery, channel: str, key: str
    ) -> Arrival | None:
        """Return where a post whose outcome is unknown arrived, if it did.

        Nobody knows for whom it was rendered, and when.
        """
        with self.works(delivery.workspace, writes=False) as work:
            after, named = arrivals.before(work, delivery), rerender.may_name(work, delivery)
        asked, settled = delivery.created_at, delivery.not_before
        ts = outlet.find(channel, delivery.thread, key, asked, settled, self.works.clock(), after)
        return Arrival(delivery, channel, ts, rerender.UNSEEN, named=named) if ts else None

    def found_again(
        self, audience: ChannelMembers, errand: DeliveryTask, arrival: Arrival
    ) -> DeliveryResult:
        """Return the result of a post that arrived, though nobody knows for whom it was rendered.

        Some messages cannot be rendered any more once they are marked as sent, because what was
        typed is not kept: such a message is rendered again now for its readers. Cards are rendered
        again at any time.
        """
        delivery, channel, ts = errand.delivery, arrival.channel, arrival.ts
        if reposting.is_told(delivery, channel):
            with suppress(Nothing):
                drawn = self.drawer.drawn(audience, delivery, channel, errand.drawn)
                audience.outlet.redraw(channel, ts, drawn.message)
                return sent(delivery, channel, ts, drawn)
        return DeliveryResult(delivery, outcome="sent", arrival=arrival)

    def audience(self, workspace: str) -> ChannelMembers:
        """Return the members and the gateway of a workspace, with its present token.

        A new token gets new ones.
        """
        try:
            client: WebClient = self.clients.of(workspace)
        except NotFound as missing:
            raise Later from missing
        known = self.audiences.get(workspace)
        if known is None or known.outlet.client is not client:
            outlet = SlackGateway(client, self.clients.is_distributed(workspace))
            known = self.audiences[workspace] = ChannelMembers(self.works, workspace, outlet)
        return known

    def ahead(self, workspace: str, taken: Sequence[Delivery]) -> dict[int, Rendered]:
        """Render what can be rendered ahead, and return it by delivery."""
        audience = self.audiences.get(workspace)
        return self.drawer.ahead(audience, taken) if audience else {}


def reconsider(audience: ChannelMembers, delivery: Delivery) -> DeliveryResult:
    """Render cards again for other readers, as soon as all of these are known."""
    known = audience.go_on(delivery.about.get("channel", ""))
    return DeliveryResult(delivery, audiences.spread if known else AGAIN)


def gather(audience: ChannelMembers, delivery: Delivery) -> DeliveryResult:
    """Make the members of a user group a team, as soon as all of them are known."""
    members, known = audience.gathered(delivery.about["group"])
    return DeliveryResult(
        delivery, partial(user_groups.gather, members=members) if known else AGAIN
    )


def check_members(audience: ChannelMembers, delivery: Delivery) -> DeliveryResult:
    """Shut out those who do not belong to the workspace.

    This is done as soon as Slack's list of everybody was read.
    """
    with audience.works(audience.workspace, writes=False) as work:
        known = user_groups.ours(work)
    outsiders, complete = audience.outsiders(known)
    return DeliveryResult(
        delivery, partial(user_groups.shut_out, outsiders=outsiders) if complete else AGAIN
    )


AGAIN = partial(results.put_back, pause=timedelta(seconds=1))
CHORES: dict[str, Callable[[ChannelMembers, Delivery], DeliveryResult]] = {
    AUDIENCE: reconsider,
    GATHERING: gather,
    user_groups.MEMBERS: check_members,
}
"""What is done in addition to sending messages."""


def with_files(outlet: SlackGateway, channel: str, message: Message) -> Message:
    """Send the files of a message ahead of it, and return the message, or one that says why not."""
    if not (files := message.files()):
        return message
    try:
        outlet.attach(channel, files)
    except Refused as refused:
        return plainly(NO_FILES.format(refused))
    return message


def sent(delivery: Delivery, channel: str, ts: str, drawn: Rendered) -> DeliveryResult:
    """Return the result of a delivery that is shown in Slack as it was rendered."""
    turn = drawn.room.turn if drawn.room else None
    arrival = Arrival(
        delivery, channel, ts, drawn.version, drawn.shown, turn, drawn.named, drawn.look
    )
    return DeliveryResult(delivery, outcome="sent", arrival=arrival)
