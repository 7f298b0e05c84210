"""A backup is brought back: what was sent since is not sent again, and Slack shows what the
database has.
"""

from datetime import timedelta
from pathlib import Path

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.slack.clients import Clients
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core import records
from models.core.outbox.delivery import DeliveryState
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance import after_restore, backup
from models.sales.opportunity import Opportunity
from tests.bot.outgoing import deal, rows, say, texts
from tests.ground import StoppedClock
from tests.handlers.kit import SQLITE


def brought_back(works: UnitOfWorkFactory, file: Path) -> None:
    """What `crm restore` does."""
    works.close()
    backup.restore(works.engine, file, file.with_name("aside"), force=True)
    works.close()
    after_restore.draw_anew(works)


@SQLITE
def test_after_a_restore_nothing_is_sent_again_and_cards_show_what_the_database_has(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    clients: Clients,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
    tmp_path: Path,
) -> None:
    sails = deal(works, stage="qualification")
    courier.drain()
    with works("T1", "U_RITA") as work:
        work.find(Opportunity, sails.number).move(work, "discovery")
    say(works, "C_GENERAL", "once")
    backup.back_up(works.engine, tmp_path / "kept.backup")
    courier.drain()
    with works("T1", "U_RITA") as work:
        records.update(work, work.find(Opportunity, sails.number), {"stage": "proposal"})
    courier.drain()
    before = {channel: len(texts(slack, channel)) for channel in ("C_SALES", "C_GENERAL")}
    brought_back(works, tmp_path / "kept.backup")
    again = DeliveryDispatcher(works, clients, Catalogue(ROUTERS), pace=0)
    for _ in range(3):
        again.drain()
        clock.forward(timedelta(minutes=1))
    assert {channel: len(texts(slack, channel)) for channel in before} == before
    assert "Discovery" in slack.posted("C_SALES")[0]
    assert {row.state for row in rows(works)} == {DeliveryState.SENT}
