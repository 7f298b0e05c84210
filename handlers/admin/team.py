"""What admins do with teams."""

from handlers.core.crud import Records
from handlers.core.request import Request
from handlers.core.responses import Response
from handlers.core.ui.receipts import receipt
from models.core.fields import Person
from models.core.identity.team import Team
from models.core.identity.user import User

router = Records(Team)


@router.verb("join", asks={"person": Person("Who", required=True)}, text="", button="Join")
def join(request: Request, team: Team) -> Response:
    """Take somebody into the team, with the role of its people where it has one: `team join sales
    @rita`.
    """  # noqa: D205
    person = request.work.get(User, request["person"])
    team.take(person)
    return receipt(request, person)
