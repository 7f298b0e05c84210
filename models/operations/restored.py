"""What follows when a backup is brought back: the database knows less than Slack shows."""

from sqlalchemy import Engine, update

from models.core.database import everywhere
from models.core.outbox import DeliveryState
from models.core.work import Works
from models.operations import audiences
from models.operations.questions import WAITING, row, table


def doubt(engine: Engine) -> None:
    """What waits may have been sent since: it is looked for in Slack first. Also in a database of an older step."""
    waits = update(table).where(WAITING, row.kind != "redraw")
    with everywhere(engine).begin() as connection:
        connection.execute(waits.values(state=DeliveryState.UNKNOWN))


def draw_anew(works: Works) -> None:
    """What stands in Slack may show what the database does not know any more: all of it is drawn anew, bit by bit."""
    for workspace in works.workspaces():
        with works(workspace) as work:
            audiences.reconsider(work)
