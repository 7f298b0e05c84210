"""The workspace and its people, the audit trail, the outbox, and the texts that are searched."""

from alembic import op
from sqlalchemy import JSON, Boolean, Column, DateTime, Integer, String, Text, UniqueConstraint

from models.migrations.frozen_columns import entity, index, row

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for make in TABLES:
        make()
    {"sqlite": search_on_sqlite, "postgresql": search_on_postgresql}[op.get_bind().dialect.name]()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    for made in reversed(TABLES):
        op.drop_table(made.__name__)


def counter() -> None:
    op.create_table(
        "counter",
        Column("workspace", String(20), primary_key=True),
        Column("entity", String(40), primary_key=True),
        Column("last", Integer, nullable=False),
    )


def workspace() -> None:
    op.create_table(
        "workspace",
        Column("id", String(20), primary_key=True),
        Column("name", String(255), nullable=False),
        Column("currency", String(3), nullable=False),
        Column("region", String(2), nullable=False),
        Column("sales_channel", String(80), nullable=False),
        Column("support_channel", String(80), nullable=False),
        Column("digest_at", String(5), nullable=False),
        Column("remind_at", String(5), nullable=False),
        Column("zone", String(64), nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
    )


def audit_entry() -> None:
    row(
        "audit_entry",
        Column("unit", String(32), nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("actor", Integer),
        Column("door", String(20), nullable=False),
        Column("action", String(10), nullable=False),
        Column("entity", String(40), nullable=False),
        Column("record_id", Integer, nullable=False),
        Column("version", Integer, nullable=False),
        Column("field", String(60), nullable=False),
        Column("old", Text),
        Column("new", Text),
    )
    index("audit_entry", "workspace", "entity", "record_id")
    index("audit_entry", "workspace", "unit")


def delivery() -> None:
    row(
        "delivery",
        Column("key", String(200), nullable=False),
        Column("kind", String(40), nullable=False),
        Column("channel", String(80), nullable=False),
        Column("thread", String(40)),
        Column("about", JSON, nullable=False),
        Column("entity", String(40)),
        Column("record_id", Integer),
        Column("state", String(10), nullable=False),
        Column("not_before", DateTime(timezone=True), nullable=False),
        Column("claimed_until", DateTime(timezone=True)),
        Column("attempts", Integer, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("sent_at", DateTime(timezone=True)),
        Column("ts", String(40)),
        Column("error", Text),
        UniqueConstraint("workspace", "key"),
    )
    index(
        "delivery",
        "workspace",
        "not_before",
        "id",
        name="ix_delivery_waiting",
        where="state IN ('waiting', 'unknown')",
    )


def job_run() -> None:
    row(
        "job_run",
        Column("job", String(80), nullable=False),
        Column("slot", String(80), nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        UniqueConstraint("workspace", "job", "slot"),
    )


def post() -> None:
    row(
        "post",
        Column("entity", String(40), nullable=False),
        Column("record_id", Integer, nullable=False),
        Column("channel", String(40), nullable=False),
        Column("ts", String(40), nullable=False),
        Column("posted_at", DateTime(timezone=True), nullable=False),
        UniqueConstraint("workspace", "channel", "ts"),
    )
    index("post", "workspace", "entity", "record_id")


def search_text() -> None:
    row(
        "search_text",
        Column("entity", String(40), nullable=False),
        Column("record_id", Integer, nullable=False),
        Column("text", Text, nullable=False),
        UniqueConstraint("workspace", "entity", "record_id"),
    )


def seen() -> None:
    row(
        "seen",
        Column("key", String(200), nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        UniqueConstraint("workspace", "key"),
    )
    index("seen", "at")


def user() -> None:
    entity(
        "user",
        Column("slack_id", String(20), nullable=False),
        Column("name", String(255), nullable=False),
        Column("email", String(255)),
        Column("role", String(50), nullable=False),
        Column("team", String(50)),
        Column("zone", String(64), nullable=False),
        Column("starts_at", String(5)),
        Column("ends_at", String(5)),
        Column("guest", Boolean),
        Column("left", Boolean),
        UniqueConstraint("workspace", "slack_id"),
    )


def search_on_sqlite() -> None:
    """Create the search index on SQLite.

    FTS5 keeps only the trigrams; the text itself stays in search_text, and triggers keep the two in
    step.
    """
    op.execute(
        "CREATE VIRTUAL TABLE search_index USING fts5("
        "text, content='search_text', content_rowid='id', tokenize='trigram case_sensitive 1', detail='none')"
    )
    op.execute("INSERT INTO search_index (search_index, rank) VALUES ('automerge', 16)")
    add = "INSERT INTO search_index (rowid, text) VALUES (new.id, new.text);"
    drop = (
        "INSERT INTO search_index (search_index, rowid, text) VALUES ('delete', old.id, old.text);"
    )
    for event, act in {"INSERT": add, "DELETE": drop, "UPDATE OF text": drop + add}.items():
        name = f"search_text_{event.split()[0].lower()}"
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON search_text BEGIN {act} END")


def search_on_postgresql() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    # what was just written waits in a list that every search reads through: a short one (kB)
    op.execute(
        "CREATE INDEX search_index ON search_text USING gin (text gin_trgm_ops) WITH (gin_pending_list_limit = 128)"
    )


TABLES = (
    counter,
    workspace,
    audit_entry,
    delivery,
    job_run,
    post,
    search_text,
    seen,
    user,
)
"""In the order in which they refer to each other."""
