"""Every entity, once, and every other table; a new entity costs one file, and a line here."""

from models.activities.activity import Activity
from models.analytics import overview, timeline
from models.automation import triggers, validation
from models.automation.rule import Rule
from models.automation.run import RuleRun
from models.core import listeners, related, rollups, rules
from models.core.approval import Approval
from models.core.audit.entries import AuditEntry, AuditHead
from models.core.background import queue, reshaping
from models.core.background.task import BackgroundTask
from models.core.custom.custom_field import CustomField
from models.core.custom.custom_object import CustomObject
from models.core.custom.custom_record import CustomRecord
from models.core.custom.field_layout import FieldLayout
from models.core.custom.indexed import CustomValue
from models.core.custom.noun_word import NounWord
from models.core.custom.option import Option
from models.core.drafts import Draft
from models.core.entity.base import Base, Entity
from models.core.entity.facts import DETAILS, EVERY, FACTS, TIMELINES
from models.core.entity.sequences import Counter
from models.core.identity.channel import Channel
from models.core.identity.installation import Installation, InstallState
from models.core.identity.role import Role
from models.core.identity.team import Team
from models.core.identity.user import User
from models.core.notifications.marks import Subscription
from models.core.outbox.delivery import Delivery, IdempotencyKey, JobRun, Post
from models.core.outbox.posted import ListSubscription, PostedMessage
from models.core.related import BESIDES, Related
from models.core.replica import Replica
from models.core.saved_filters import SavedFilter
from models.core.saved_lists import SavedList
from models.core.search.index import SearchText
from models.core.sources import Source
from models.customers.account import Account
from models.customers.contact import Contact
from models.customers.customer import Customer
from models.customers.membership import Membership
from models.packs.pack import Pack
from models.sales import lifecycle
from models.sales.closed_deals import ClosedDeals
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity, StageChange
from models.sales.product import Product
from models.sales.purchase import Purchase
from models.sales.purchase_line import PurchaseLine
from models.support.case import Case, CaseComment

ENTITIES: tuple[type[Entity], ...] = (
    Lead,
    Opportunity,
    Purchase,
    PurchaseLine,
    Product,
    Case,
    Activity,
    Customer,
    Account,
    Contact,
    Membership,
    User,
    Role,
    Team,
    Channel,
    CustomObject,
    CustomField,
    SavedFilter,
    Rule,
    FieldLayout,
    NounWord,
    Option,
    Pack,
    Approval,
)
"""The map of the product: what people know by a number."""
EVERY.append(related.added_facts)
DETAILS["customer"] = [lifecycle.facts]
for about in (Customer, Account, Lead, Opportunity, Case):
    FACTS[about.slug()] = [overview.talk_and_next]
    TIMELINES[about.slug()] = timeline.timeline
    BESIDES[about.slug()] = [Related("task", "Tasks", Activity, look=overview.tasks)]
for whose in (Customer, Account):
    FACTS[whose.slug()].append(overview.open_work)
BESIDES["customer"].append(Related("colleague", "Colleagues", Customer, look=overview.colleagues))
listeners.FOLLOWERS.extend((reshaping.follow, triggers.follow))
queue.STOPPED[reshaping.FILL] = reshaping.stop_filling
rules.CHECKS.append(validation.check)
rollups.check(ENTITIES)
TABLES: tuple[type[Base], ...] = (
    AuditEntry,
    AuditHead,
    BackgroundTask,
    ClosedDeals,
    Counter,
    CustomRecord,
    CustomValue,
    Delivery,
    Draft,
    Installation,
    InstallState,
    JobRun,
    ListSubscription,
    Post,
    Replica,
    RuleRun,
    SavedList,
    CaseComment,
    SearchText,
    Source,
    IdempotencyKey,
    StageChange,
    Subscription,
    PostedMessage,
)
"""The tables of what has no number."""
