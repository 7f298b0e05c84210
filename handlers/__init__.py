"""What people can do in Slack. ROUTERS is the map of the product, one line an entity: add yours."""

from handlers import activity, audit, case, crm, deliveries, lead, log, opportunity, role, team
from handlers.core.records import Records
from handlers.core.routes import Router
from models.account import Account
from models.contact import Contact
from models.core.user import User
from models.customer import Customer
from models.membership import Membership

ROUTERS: tuple[Router, ...] = (
    lead.router,
    opportunity.router,
    case.router,
    activity.router,
    log.router,
    Records(Customer),
    Records(Account),
    Records(Contact),
    Records(Membership),
    Records(User, without=("new", "delete", "restore", "revert")),  # people come and go in Slack
    role.router,
    team.router,
    deliveries.router,
    audit.router,
    crm.router,
)
