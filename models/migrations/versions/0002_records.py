"""Customers and their contacts, accounts, leads, deals, cases and activities."""

from alembic import op
from sqlalchemy import Boolean, Column, Date, DateTime, ForeignKey, Integer, Numeric, String, Text

from models.migrations.frozen_columns import entity, index, row

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for make in TABLES:
        make()


def downgrade() -> None:
    for made in reversed(TABLES):
        op.drop_table(made.__name__)


def account() -> None:
    entity(
        "account",
        Column("name", String(255), nullable=False),
        Column("industry", String(255)),
        Column("domain", String(255)),
        Column("employees", Integer),
        Column("annual_revenue", Numeric(18, 2)),
        Column("parent", Integer, ForeignKey("account.id")),
        Column("owner", Integer, ForeignKey("user.id")),
        Column("country", String(2)),
        Column("tags", Text),
    )
    index("account", "workspace", "domain")
    index("account", "workspace", "owner")
    index("account", "workspace", "parent")


def customer() -> None:
    entity(
        "customer",
        Column("first_name", String(255)),
        Column("last_name", String(255)),
        Column("email", String(255)),
        Column("phone", String(15)),
        Column("job_title", String(255)),
        Column("owner", Integer, ForeignKey("user.id")),
        Column("tags", Text),
        Column("lifecycle", String(50)),
        Column("language", String(35)),
        Column("time_zone", String(64)),
        Column("street", String(255)),
        Column("city", String(255)),
        Column("region", String(255)),
        Column("postal_code", String(20)),
        Column("country", String(2)),
        Column("notes", Text),
    )
    index("customer", "workspace", "email")
    index("customer", "workspace", "owner")
    index("customer", "workspace", "phone")


def case() -> None:
    entity(
        "case",
        Column("customer", Integer, ForeignKey("customer.id"), nullable=False),
        Column("account", Integer, ForeignKey("account.id")),
        Column("subject", String(255), nullable=False),
        Column("status", String(50), nullable=False),
        Column("priority", String(50), nullable=False),
        Column("description", Text),
        Column("origin", String(50)),
        Column("type", String(50)),
        Column("assignee", Integer, ForeignKey("user.id")),
        Column("team", String(50)),
        Column("respond_by", DateTime(timezone=True)),
        Column("resolve_by", DateTime(timezone=True)),
        Column("responded_at", DateTime(timezone=True)),
        Column("resolved_at", DateTime(timezone=True)),
        Column("closed_at", DateTime(timezone=True)),
        Column("escalation", Integer),
        Column("csat", Integer),
        Column("merged_into", Integer, ForeignKey("case.id")),
    )
    index("case", "workspace", "assignee", "status")
    index("case", "workspace", "customer")
    index("case", "workspace", "status", "priority")


def contact() -> None:
    entity(
        "contact",
        Column("customer", Integer, ForeignKey("customer.id"), nullable=False),
        Column("type", String(50), nullable=False),
        Column("value", String(255), nullable=False),
        Column("primary", Boolean),
        Column("verified", Boolean),
        Column("opted_out", Boolean),
    )
    index("contact", "workspace", "customer")
    index("contact", "workspace", "value")


def membership() -> None:
    entity(
        "membership",
        Column("customer", Integer, ForeignKey("customer.id"), nullable=False),
        Column("account", Integer, ForeignKey("account.id"), nullable=False),
        Column("role", String(255)),
        Column("primary", Boolean),
        Column("since", Date),
        Column("until", Date),
    )
    index("membership", "workspace", "account")
    index("membership", "workspace", "customer")


def opportunity() -> None:
    entity(
        "opportunity",
        Column("name", String(255), nullable=False),
        Column("customer", Integer, ForeignKey("customer.id")),
        Column("account", Integer, ForeignKey("account.id")),
        Column("stage", String(50), nullable=False),
        Column("amount", Numeric(18, 2)),
        Column("currency", String(3)),
        Column("close_date", Date),
        Column("probability", Integer),
        Column("forecast", String(50)),
        Column("next_step", String(255)),
        Column("next_touch_on", Date),
        Column("owner", Integer, ForeignKey("user.id")),
        Column("lost_reason", String(255)),
        Column("competitor", String(255)),
    )
    index("opportunity", "workspace", "account")
    index("opportunity", "workspace", "customer")
    index("opportunity", "workspace", "owner", "stage")
    index("opportunity", "workspace", "stage", "close_date")


def lead() -> None:
    entity(
        "lead",
        Column("first_name", String(255)),
        Column("last_name", String(255)),
        Column("company", String(255)),
        Column("email", String(255)),
        Column("phone", String(15)),
        Column("job_title", String(255)),
        Column("source", String(255)),
        Column("status", String(50), nullable=False),
        Column("score", Integer),
        Column("owner", Integer, ForeignKey("user.id")),
        Column("team", String(50)),
        Column("tags", Text),
        Column("utm_source", String(255)),
        Column("utm_medium", String(255)),
        Column("utm_campaign", String(255)),
        Column("utm_term", String(255)),
        Column("utm_content", String(255)),
        Column("converted_customer", Integer, ForeignKey("customer.id")),
        Column("converted_account", Integer, ForeignKey("account.id")),
        Column("converted_opportunity", Integer, ForeignKey("opportunity.id")),
    )
    index("lead", "workspace", "email")
    index("lead", "workspace", "owner")
    index("lead", "workspace", "status")


def reply() -> None:
    row(
        "reply",
        Column("case", Integer, ForeignKey("case.id"), nullable=False),
        Column("author", Integer, ForeignKey("user.id")),
        Column("customer", Integer, ForeignKey("customer.id")),
        Column("public", Boolean, nullable=False),
        Column("text", Text, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
    )
    index("reply", "workspace", "case", "at")


def stage_change() -> None:
    row(
        "stage_change",
        Column("opportunity", Integer, ForeignKey("opportunity.id"), nullable=False),
        Column("from", String(50)),
        Column("to", String(50), nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("by", Integer, ForeignKey("user.id")),
    )
    index("stage_change", "workspace", "at")
    index("stage_change", "workspace", "opportunity", "at")


def activity() -> None:
    entity(
        "activity",
        Column("type", String(50), nullable=False),
        Column("description", Text, nullable=False),
        Column("due_date", DateTime(timezone=True)),
        Column("customer", Integer, ForeignKey("customer.id")),
        Column("lead", Integer, ForeignKey("lead.id")),
        Column("account", Integer, ForeignKey("account.id")),
        Column("opportunity", Integer, ForeignKey("opportunity.id")),
        Column("case", Integer, ForeignKey("case.id")),
        Column("owner", Integer, ForeignKey("user.id")),
        Column("done_at", DateTime(timezone=True)),
        Column("outcome", String(255)),
        Column("minutes", Integer),
    )
    index(
        "activity",
        "workspace",
        "due_date",
        "id",
        name="ix_activity_open",
        where="done_at IS NULL AND deleted_at IS NULL AND due_date IS NOT NULL",
    )
    index("activity", "workspace", "case")
    index("activity", "workspace", "customer")
    index("activity", "workspace", "opportunity")
    index("activity", "workspace", "owner", "done_at", "due_date")


TABLES = (
    account,
    customer,
    case,
    contact,
    membership,
    opportunity,
    lead,
    reply,
    stage_change,
    activity,
)
"""In the order in which they refer to each other."""
