"""A role that was there once, as a release before this one let it come to be."""

from sqlalchemy import text

from models.core.unit_of_work import UnitOfWorkFactory


def give_a_role_that_is_gone(works: UnitOfWorkFactory, person: str, role: str = "sorcerer") -> None:
    """Let somebody have a role that nobody knows. person: a Slack id of T1."""
    with works("T1") as work:
        named = text('UPDATE "user" SET role = :role WHERE slack_id = :person')
        work.session.connection().execute(named, {"role": role, "person": person})
        work.regroup()
