"""What every workspace begins with: its roles, and a team of each name that people have."""

from sqlalchemy import select

from models.core.context import Context
from models.core.identity import rights
from models.core.identity.role import Role
from models.core.identity.team import Team
from models.core.identity.user import User
from models.core.parsing import values

DESCRIPTIONS = {
    "rep": "Sells: sees their own leads and their team's deals, changes their own",
    "senior rep": "Sells: sees and changes what is their team's",
    "manager": "Leads a team: everything of it, and of the teams below",
    "executive": "Sees totals and charts, never personal notes",
    "support": "Answers customers: all cases",
    "support lead": "Leads support: all cases, customers and ways to reach them",
    "marketing": "Brings in leads, exports them, never sees personal notes",
    "privacy officer": "Corrects, hands out and deletes what is kept about people; verifies the audit trail",
    "admin": "May do everything, and gives others their rights",
}


def furnish(work: Context) -> None:
    """Add what is missing; a role or team that was deleted stays deleted."""
    there = set(work.session.scalars(select(Role.key).execution_options(with_deleted=True)))
    for name, text in rights.PRESETS.items():
        if name not in there:
            work.add(
                Role(name=name, description=DESCRIPTIONS[name], rights=str(rights.stored(text)))
            )
    teams = set(work.session.scalars(select(Team.key).execution_options(with_deleted=True)))
    for team in dict.fromkeys(
        work.session.scalars(select(User.team).where(User.team.is_not(None)).order_by(User.id))
    ):
        if team and values.fold(team) not in teams:
            work.add(Team(name=team))
            teams.add(values.fold(team))
