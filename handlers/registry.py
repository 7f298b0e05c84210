"""What people can do: every noun with its verbs.

An entity without its own router has the verbs that all entities have.
"""

from handlers.activities import activity, log_activity
from handlers.admin import audit, channel, custom_object, deliveries, option, pack, role, team
from handlers.automation import approval, rule
from handlers.core.crud import Records
from handlers.core.router import Router
from handlers.general import commands, saved_filter
from handlers.sales import lead, opportunity
from handlers.support import case
from models.core.custom.custom_record import CustomRecord
from models.core.identity import rights
from models.core.identity.user import User
from models.registry import ENTITIES

OWN: tuple[Router, ...] = (
    lead.router,
    opportunity.router,
    case.router,
    activity.router,
    log_activity.router,
    saved_filter.router,
)
ADMIN: tuple[Router, ...] = (
    Records(User, without=("new", "delete", "restore", "revert")),  # people come and go in Slack
    role.router,
    team.router,
    channel.router,
    custom_object.router,
    Records(CustomRecord),  # what admins make is like this
    rule.router,
    approval.router,
    option.router,
    pack.router,
    deliveries.router,
    audit.router,
)
WRITTEN = {router.noun for router in (*OWN, *ADMIN)}
ROUTERS: tuple[Router, ...] = (
    *OWN,
    *(Records(entity) for entity in ENTITIES if entity.slug() not in WRITTEN),
    *ADMIN,
    commands.router,
)
rights.register((verb.about, name) for router in ROUTERS for name, verb in router.verbs.items())
