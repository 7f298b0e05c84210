"""Tell programs what rules say, signed, until each has answered that it knows.

The same call has the same `webhook-id` each time, so that a program can pass over what it knows
already: an answer may be lost on its way.
"""

import base64
import hmac
from functools import partial

from bot import outside
from bot.delivery.results import DeliveryResult
from bot.outside import Allowed, Blocked, Unreachable
from models.automation import runner, webhook
from models.automation.outward import host_of
from models.automation.rule import Rule
from models.automation.run import RuleRun
from models.automation.webhook import Call, Over
from models.core.outbox import results
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory

PASSING = (408, 425, 429)
"""What a program answers that may take it later; so it may where it has an error of its own."""
AGAIN = "Then send it again: deliveries"


class WebhookSender:
    """Sends the deliveries that are for programs.

    Args:
        works: Begins units of work.
        allowed: The places inside the own network that may be reached.
    """

    def __init__(self, works: UnitOfWorkFactory, allowed: Allowed | None = None) -> None:
        self.works, self.allowed = works, allowed or Allowed()

    def send(self, delivery: Delivery) -> DeliveryResult:
        """Tell a program, and return what came of it."""
        try:
            with self.works(delivery.workspace, writes=False) as work:
                call = webhook.call_of(work, delivery)
        except Over as over:
            return DeliveryResult(delivery, partial(results.drop, why=str(over)), "dropped")
        host = host_of(call.url)
        try:
            status, pause = outside.post(
                call.url, call.body, self.headers(delivery, call), self.allowed
            )
        except Unreachable as error:
            return later(delivery, f"I could not reach {host}: {error}")
        except Blocked as error:
            return refused(delivery, f"I tell {host} nothing: {error}.")
        if 200 <= status < 300:
            return DeliveryResult(delivery, results.done, "sent")
        if status >= 500 or status in PASSING:
            return later(delivery, f"{host} answered {status}", pause)
        more = " I follow no redirects: name the last address." if 300 <= status < 400 else ""
        return refused(delivery, f"{host} answered {status}.{more}")

    def headers(self, delivery: Delivery, call: Call) -> dict[str, str]:
        """Return the headers by which a program knows a call, and who made it."""
        id, at = f"msg_{results.fingerprint(delivery)}", f"{self.works.clock().timestamp():.0f}"
        signed = [f"v1,{signature(each, id, at, call.body)}" for each in call.secrets]
        found = {
            "content-type": "application/json",
            "user-agent": "Rapport",
            "webhook-id": id,
            "webhook-timestamp": at,
        }
        return found | ({"webhook-signature": " ".join(signed)} if signed else {})


def signature(secret: bytes, id: str, at: str, body: bytes) -> str:
    """Return the signature of a call, as standardwebhooks.com says."""
    signed = hmac.digest(secret, f"{id}.{at}.".encode() + body, "sha256")
    return base64.b64encode(signed).decode()


def later(delivery: Delivery, why: str, pause: float = 0.0) -> DeliveryResult:
    """Return that a program is told again later, for a day at most."""
    if delivery.attempts >= results.ATTEMPTS:
        return refused(delivery, f"{why}, for a day.")
    return DeliveryResult(delivery, partial(results.again, error=why, pause=pause), "limited")


def refused(delivery: Delivery, why: str) -> DeliveryResult:
    """Return that a program is not told; the owner of the rule and an admin hear why."""
    return DeliveryResult(delivery, partial(refuse, why=why), "refused")


def refuse(work: UnitOfWork, delivery: Delivery, why: str) -> None:
    results.refuse(work, delivery, why, AGAIN)
    rule = work.get(Rule, delivery.about["rule"])
    run = work.session.get(RuleRun, delivery.about["run"])
    if run is not None:
        runner.tell_owner(work, run, rule, why)
