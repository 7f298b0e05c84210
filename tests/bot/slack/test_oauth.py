"""Installing the app: to Slack and back, once, in one browser; and several workspaces side by
side.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from bot.app import create_app, create_dispatcher
from bot.config import Settings
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.http.server import Events, Web
from bot.manifest import SCOPES
from bot.sandbox.api.oauth import agree
from bot.sandbox.client import SlackDriver
from bot.sandbox.payloads import event
from bot.sandbox.slack import Slack
from bot.sandbox.transport import EVENT, Envelope
from bot.slack.clients import Clients
from bot.slack.oauth import COOKIE, Installs
from bot.slack.socket_mode import DrainGate
from models.core.identity.installation import Installation, InstallState
from models.core.identity.user import User, Workspace
from models.core.secrets import Vault, new_key
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.bot.posted import Answered, Posted, ask
from tests.bot.teams import PUBLIC, teams
from tests.ground import StoppedClock
from tests.handlers.kit import SQLITE

pytestmark = SQLITE


@dataclass
class Place:
    """The bot over HTTP, and the two workspaces it may be installed in."""

    url: str
    works: UnitOfWorkFactory
    clients: Clients
    courier: DeliveryDispatcher
    slacks: tuple[Slack, Slack]
    vault: Vault

    def begin(self) -> tuple[str, str]:
        """A browser asks to install: where it is sent, and the cookie it gets."""
        answer = ask(f"{self.url}/slack/install")
        assert answer.status == 302
        found = re.match(rf"{COOKIE}=([^;]+);", answer.headers["set-cookie"])
        assert found
        return answer.headers["location"], found[1]

    def back(self, address: str, cookie: str) -> Answered:
        """Slack sends the browser back."""
        path = address.removeprefix(PUBLIC)
        return ask(
            f"{self.url}{path}", headers=[("cookie", f"{COOKIE}={cookie}")] if cookie else []
        )

    def install(self, slack: Slack) -> Answered:
        address, cookie = self.begin()
        return self.back(agree(slack, address, "U_RITA"), cookie)

    def desk(self, slack: Slack) -> SlackDriver:
        return SlackDriver(
            slack, Posted(f"{self.url}/slack/events", slack.signing_secret), "U_RITA", "C_SALES"
        )

    def happened(self, slack: Slack, kind: str, **about: object) -> bool:
        """Slack tells of something; whether that was acknowledged."""
        posted = Posted(f"{self.url}/slack/events", slack.signing_secret)
        return posted.send(Envelope(EVENT, event(slack, {"type": kind, **about})), 3).acknowledged


@pytest.fixture
def place(works: UnitOfWorkFactory, clock: StoppedClock) -> Iterator[Place]:
    with teams(clock) as slacks:
        vault, gate = Vault(new_key()), DrainGate()
        gate.unlock()
        clients = Clients(f"{slacks[0].url}/api/", works, vault)
        settings = Settings(
            slack_client_id="1.2",
            slack_client_secret="sandbox",
            public_url=PUBLIC,
            currency="EUR",
            sales_channel="#sales",
        )
        dispatcher = create_dispatcher(works)
        events = Events(create_app(clients, dispatcher, "sandbox"), "sandbox", gate)
        web = Web(
            [*events.routes(), *Installs(settings, works, clients, vault).routes()], "127.0.0.1", 0
        )
        web.start()
        courier = DeliveryDispatcher(works, clients, dispatcher.catalogue, pace=0)
        yield Place(f"http://127.0.0.1:{web.port}", works, clients, courier, slacks, vault)
        web.server.should_exit = True  # nobody waits for it


def kept(place: Place, workspace: str) -> Installation | None:
    with place.works(workspace, writes=False) as work:
        return Installation.here(work)


def states(place: Place) -> int:
    with place.works("T1", writes=False) as work:
        return len(work.session.scalars(select(InstallState)).all())


# ── to Slack and back ─────────────────────────────────────────────────────────────────────────────


def test_the_browser_is_sent_to_slack_with_the_scopes_of_the_manifest_and_a_state_of_its_own(
    place: Place,
) -> None:
    address, cookie = place.begin()
    asked = {name: values for name, [values] in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{place.slacks[0].url}/oauth/v2/authorize?")
    assert asked == {
        "client_id": "1.2",
        "scope": ",".join(SCOPES),
        "redirect_uri": f"{PUBLIC}/slack/oauth_redirect",
        "state": cookie,
    }
    assert place.begin()[1] != cookie


def test_the_cookie_is_for_this_browser_and_these_addresses_alone(place: Place) -> None:
    said = ask(f"{place.url}/slack/install").headers["set-cookie"]
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/slack", "Max-Age=600"):
        assert part in said


def test_who_agrees_finds_the_app_installed_and_its_token_sealed(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    answer = place.install(place.slacks[0])
    assert answer.status == 200
    assert "Rapport is installed in T_ONE" in answer.text
    assert "Open Slack and type /crm." in answer.text
    there = kept(place, "T_ONE")
    assert there is not None
    assert (there.bot_user, there.bot_id, there.app_id, there.installed_by) == (
        "U0BOT",
        "B0BOT",
        "A0BOT",
        "U_RITA",
    )
    assert there.scopes == ",".join(SCOPES)
    assert place.vault.open(there.token) == "xoxb-T_ONE"
    assert "xoxb" not in there.token + caplog.text + answer.text


def test_the_workspace_begins_with_the_settings_and_keeps_its_own(place: Place) -> None:
    place.install(place.slacks[0])
    with place.works("T_ONE") as work:
        assert (work.workspace.name, work.currency, work.workspace.sales_channel) == (
            "T_ONE",
            "EUR",
            "#sales",
        )
        work.session.get_one(Workspace, "T_ONE").currency = "NOK"
    place.install(place.slacks[0])
    with place.works("T_ONE", writes=False) as work:
        assert work.currency == "NOK"


def test_pages_are_kept_by_nobody_and_run_nothing(place: Place) -> None:
    for answer in (place.install(place.slacks[0]), place.back("/slack/oauth_redirect", "")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["referrer-policy"] == "no-referrer"


# ── what goes wrong ───────────────────────────────────────────────────────────────────────────────


def refused(place: Place, answer: Answered, why: str, status: int = 400) -> None:
    assert answer.status == status
    assert "Rapport was not installed" in answer.text
    assert why in answer.text
    assert place.clients.workspaces() == []


def test_who_does_not_agree_is_told_that_nothing_was_installed(place: Place) -> None:
    _, cookie = place.begin()
    answer = place.back(f"/slack/oauth_redirect?error=access_denied&state={cookie}", cookie)
    why = "You did not agree at Slack, so nothing was installed. To try again, begin at /slack/install."
    refused(place, answer, why)
    assert states(place) == 0


def test_what_slack_says_is_shown_as_text(place: Place) -> None:
    _, cookie = place.begin()
    answer = place.back(f"/slack/oauth_redirect?error=%3Cscript%3E&state={cookie}", cookie)
    refused(place, answer, "Slack did not agree (&lt;script&gt;)")


@pytest.mark.parametrize("other", ["", "another", "é"])
def test_another_browser_gets_nowhere_and_the_state_stays_good_for_the_right_one(
    place: Place, other: str
) -> None:
    address, cookie = place.begin()
    back = agree(place.slacks[0], address, "U_RITA")
    answer = place.back(back, other.encode().decode("latin-1"))
    refused(place, answer, "This installation was not begun in this browser.")
    assert place.back(back, cookie).status == 200


def test_without_a_state_nothing_happens(place: Place) -> None:
    refused(
        place,
        place.back("/slack/oauth_redirect?code=T_ONE.U_RITA.1", ""),
        "was not begun in this browser",
    )


def test_a_state_is_good_once(place: Place) -> None:
    address, cookie = place.begin()
    back = agree(place.slacks[0], address, "U_RITA")
    assert place.back(back, cookie).status == 200
    again = place.back(back, cookie)
    assert again.status == 400
    assert "This installation was finished already, or took longer than ten minutes." in again.text


def test_a_state_that_is_too_old_is_good_for_nothing(place: Place, clock: StoppedClock) -> None:
    address, cookie = place.begin()
    clock.forward(timedelta(minutes=11))
    refused(
        place,
        place.back(agree(place.slacks[0], address, "U_RITA"), cookie),
        "took longer than ten minutes",
    )


def test_a_code_that_slack_does_not_know_is_explained(place: Place) -> None:
    _, cookie = place.begin()
    answer = place.back(f"/slack/oauth_redirect?code=forged&state={cookie}", cookie)
    refused(place, answer, "Slack refuses this installation (invalid_code).")


def test_a_code_is_good_once_whatever_the_state(place: Place) -> None:
    address, cookie = place.begin()
    back = agree(place.slacks[0], address, "U_RITA")
    assert place.back(back, cookie).status == 200
    _, another = place.begin()
    answer = place.back(back.replace(cookie, another), another)
    assert "Slack refuses this installation (code_already_used)." in answer.text


@pytest.mark.parametrize("why", ["bad_client_secret", "invalid_client_id", "bad_redirect_uri"])
def test_settings_of_another_app_are_told_to_who_runs_the_bot(
    place: Place, caplog: pytest.LogCaptureFixture, why: str
) -> None:
    place.slacks[0].fail("oauth.v2.access", with_=why)
    refused(
        place,
        place.install(place.slacks[0]),
        f"The bot is not set up for installations ({why}).",
        500,
    )
    assert "check SLACK_CLIENT_ID" in caplog.text


@pytest.mark.parametrize("failure", ["500", "ratelimited"])
def test_a_slack_that_does_not_answer_is_explained(place: Place, failure: str) -> None:
    place.slacks[0].fail("oauth.v2.access", with_=failure)
    refused(place, place.install(place.slacks[0]), "Slack does not answer right now.", 502)


def test_a_whole_organisation_is_refused_in_words(place: Place) -> None:
    place.slacks[0].team_id = ""
    refused(
        place,
        place.install(place.slacks[0]),
        "in one workspace after the other, not in a whole organisation",
    )


def test_a_token_that_is_no_bots_is_refused_in_words(place: Place) -> None:
    place.slacks[0].bot_token = "xoxp-1"
    refused(place, place.install(place.slacks[0]), "Slack gave no token for a bot.")


# ── several workspaces ────────────────────────────────────────────────────────────────────────────


def test_two_workspaces_work_side_by_side_and_nothing_crosses(place: Place) -> None:
    one, two = place.slacks
    for slack in place.slacks:
        assert place.install(slack).status == 200
    place.desk(one).command("/crm lead new Ada Lovelace company=Analytical")
    place.desk(two).command("/crm lead new Grace Hopper company=Navy")
    place.courier.drain()
    for team, name, posted in (("T_ONE", "Ada Lovelace", one), ("T_TWO", "Grace Hopper", two)):
        with place.works(team, writes=False) as work:
            assert [lead.title for lead in work.session.scalars(select(Lead))] == [name]
            assert work.session.scalars(select(User.name)).all() == [f"Rita of {team}"]
        cards = [
            message.text for message in posted.timeline.of("C_SALES") if message.only_for is None
        ]
        assert len(cards) == 1
        assert name in cards[0]


def test_removed_what_is_to_be_sent_waits_and_installed_again_it_arrives(place: Place) -> None:
    one, two = place.slacks
    for slack in place.slacks:
        place.install(slack)
    place.desk(one).command("/crm lead new Ada Lovelace")
    assert place.happened(one, "app_uninstalled")
    assert place.clients.workspaces() == ["T_TWO"]
    place.courier.drain()
    assert not [message for message in one.timeline.of("C_SALES") if message.only_for is None]
    assert place.install(one).status == 200
    place.courier.drain()
    assert len([message for message in one.timeline.of("C_SALES") if message.only_for is None]) == 1


def test_only_the_token_of_the_bot_matters(place: Place) -> None:
    place.install(place.slacks[0])
    assert place.happened(
        place.slacks[0], "tokens_revoked", tokens={"oauth": ["U_RITA"], "bot": []}
    )
    assert place.clients.workspaces() == ["T_ONE"]
    assert place.happened(place.slacks[0], "tokens_revoked", tokens={"oauth": [], "bot": ["U0BOT"]})
    assert place.clients.workspaces() == []


def test_who_types_in_a_workspace_that_removed_the_app_is_told_so(place: Place) -> None:
    one, _ = place.slacks
    place.install(one)
    place.happened(one, "app_uninstalled")
    desk = place.desk(one)
    desk.command("/crm lead new Ada Lovelace")
    assert "Rapport is not installed in this workspace, or was removed." in desk.last.text
