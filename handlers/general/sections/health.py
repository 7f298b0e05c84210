"""What an admin looks at: how the CRM is doing, what Slack refused, and who has no role."""

from sqlalchemy import select

from handlers.admin import status
from handlers.core.request import Request
from handlers.core.ui import blocks
from handlers.core.ui.blocks import Block, escape
from handlers.general.focus import may
from handlers.general.sections import rows
from models.core.context import Context
from models.core.identity.role import Role
from models.core.identity.user import User
from models.core.outbox import results
from models.core.replica import replicas

PEOPLE = 5
WHY = 200


def health(request: Request) -> list[Block]:
    """Return in a sentence whether all is well, and a line for each thing that is not."""
    work, checks = request.work, request.checks()
    lag = results.lag(work)
    heading = status.headline(checks, replicas(work.session), work, lag > status.BEHIND)
    wrong = [f"{check.name}: {check.text}" for check in checks if not check.ok]
    lines = [f"*{escape(heading)}*", *(escape(line) for line in wrong)]
    return [
        blocks.header("Health"),
        blocks.section("\n".join(lines), rows.run(request, "Status", "status")),
    ]


def deliveries(request: Request) -> list[Block]:
    """Return how many messages wait and how many Slack refused, with the reason of the latest."""
    work = request.work
    refused, count = results.refused(work, 1)
    lag = results.lag(work)
    said = [f"*Deliveries:* {results.depth(work)} waiting, {count or 'none'} refused"]
    said += [f"The oldest has waited for {status.span(lag)}"] if lag > status.BEHIND else []
    said += [f"Refused last: {escape(blocks.cut(each.error or '', WHY))}" for each in refused]
    return [blocks.section("\n".join(said), rows.run(request, "Deliveries", "deliveries list"))]


def without_a_role(request: Request) -> list[Block]:
    """Return the people whose role does not exist any more, who may do nothing here."""
    people = strays(request.work, PEOPLE + 1)
    if not people:
        return [blocks.section("*People:* everybody has a role")]
    drawn = [blocks.section("*People without a role:* they may do nothing here")]
    for person in people[:PEOPLE]:
        give = blocks.button("Give a role", "role.give", person.ref)
        text = f"*{escape(person.name)}* ({person.ref})"
        drawn.append(blocks.section(text, give if may(request, "role give") else None))
    left = f"and more: `{request.catalogue.root} user list`"
    return [*drawn, *([blocks.context(left)] if len(people) > PEOPLE else [])]


def strays(work: Context, limit: int) -> list[User]:
    """Return people who are here and whose role does not exist, the longest here first."""
    roles = select(Role.key)
    wanted = (User.role.not_in(roles), ~User.left, ~User.guest)
    return list(work.session.scalars(select(User).where(*wanted).order_by(User.id).limit(limit)))
