"""What makes the audit trail append-only since 0013; never edited, because that migration uses it.

`models.core.audit.verify` compares a database with these texts. Both databases keep the text of a
trigger to the letter: SQLite the whole statement, PostgreSQL the body of a function, so its
conditions are there and not in a WHEN.
"""

SAID = (
    "id",
    "workspace",
    "unit",
    "at",
    "actor",
    "door",
    "action",
    "entity",
    "record_id",
    "version",
    "field",
    "old",
    "new",
    "reason",
)
SEAL = ("place", "salt", "digest", "hash")
HEAD = ("id", "workspace", "place", "hash", "at")
LOCAL = "LOCAL"
"""What was filled before Slack was connected moves, once, to the first workspace that connects."""
REFUSED = "The audit trail is append-only."
TABLES = {"audit_entry": "place", "audit_head": "workspace"}
"""The tables, and the column that identifies their rows within a workspace."""
ALIKE = {"sqlite": "IS", "postgresql": "IS NOT DISTINCT FROM"}


def same(dialect: str, names: tuple[str, ...], but: tuple[str, ...] = ()) -> str:
    """Return the condition that these columns stay as they are."""
    return " AND ".join(
        f'NEW."{name}" {ALIKE[dialect]} OLD."{name}"' for name in names if name not in but
    )


def entry_change(dialect: str) -> str:
    """Return the condition of the changes allowed to an entry.

    None of them changes what the entry says: it is sealed, it is erased, or it moves in.
    """
    gone = ("old", "new", "salt")
    nothing = " AND ".join(f'NEW."{name}" IS NULL' for name in gone)
    sealed = "OLD.hash IS NULL AND NEW.hash IS NOT NULL AND NEW.place IS NOT NULL AND " + same(
        dialect, SAID
    )
    erased = f"OLD.hash IS NOT NULL AND {nothing} AND {same(dialect, (*SAID, *SEAL), gone)}"
    moved = f"OLD.workspace = '{LOCAL}' AND {same(dialect, (*SAID, *SEAL), ('workspace',))}"
    return f"({sealed}) OR ({erased}) OR ({moved})"


def head_change(dialect: str) -> str:
    """Return the condition of the changes allowed to a head: it goes on, is signed, or moves in.

    Once a key has signed it, it goes nowhere without a new signature.
    """
    signed = f"NEW.signature IS NOT NULL AND {same(dialect, ('since',))}"
    newly = "OLD.signature IS NULL"
    goes_on = f"NEW.place > OLD.place AND {same(dialect, ('id', 'workspace'))}"
    goes_on += f" AND ({newly} OR ({signed} AND NEW.signature <> OLD.signature))"
    is_signed = f"{same(dialect, HEAD)} AND NEW.signature IS NOT NULL AND ({newly} OR {same(dialect, ('since',))})"
    moved = f"OLD.workspace = '{LOCAL}' AND {same(dialect, (*HEAD, 'since', 'signature'), ('workspace',))}"
    return f"({goes_on}) OR ({is_signed}) OR ({moved})"


CHANGES = {"audit_entry": entry_change, "audit_head": head_change}


def sqlite_triggers() -> dict[str, str]:
    """Return each trigger of SQLite by name: the statement that creates it.

    INSERT OR REPLACE deletes what is in its way without asking the delete trigger, so it is refused
    before.
    """
    found: dict[str, str] = {}
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    for table, key in TABLES.items():
        there = f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"
        keyed = (
            f"EXISTS (SELECT 1 FROM {table} WHERE workspace = NEW.workspace AND {key} = NEW.{key})"
        )
        conditions = {
            f"stays_{table}": f"BEFORE DELETE ON {table}",
            f"grows_{table}": f"BEFORE UPDATE ON {table} WHEN NOT ({CHANGES[table]('sqlite')})",
            f"replaces_{table}": f"BEFORE INSERT ON {table} WHEN {there} OR {keyed}",
        }
        found |= {
            name: f"CREATE TRIGGER {name} {when} {refuse}" for name, when in conditions.items()
        }
    return found


RAISE = f"RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'restrict_violation';"


def postgresql_functions() -> dict[str, str]:
    """Return each function of the PostgreSQL triggers by name: its body."""
    found = {"append_only": f"BEGIN {RAISE} END"}
    for table in TABLES:
        allowed = CHANGES[table]("postgresql")
        found[f"grows_{table}"] = f"BEGIN IF {allowed} THEN RETURN NEW; END IF; {RAISE} END"
    return found


ROW, BEFORE, DELETE, UPDATE, TRUNCATE = 1, 2, 8, 16, 32
"""The bits with which the PostgreSQL catalogue says when a trigger runs."""


def postgresql_triggers() -> dict[str, tuple[str, int, str]]:
    """Return each trigger of PostgreSQL by name: its table, when it runs, the function it calls."""
    found = {}
    for table in TABLES:
        found[f"stays_{table}"] = (table, ROW | BEFORE | DELETE, "append_only")
        found[f"grows_{table}"] = (table, ROW | BEFORE | UPDATE, f"grows_{table}")
        found[f"whole_{table}"] = (table, BEFORE | TRUNCATE, "append_only")
    return found


EVENTS = {DELETE: "DELETE", UPDATE: "UPDATE", TRUNCATE: "TRUNCATE"}


def statements(dialect: str) -> list[str]:
    """Return the statements that create all of this, in place of what release 0.1 created."""
    if dialect == "sqlite":
        made = sqlite_triggers()
        return [*(f"DROP TRIGGER IF EXISTS {name}" for name in made), *made.values()]
    functions = [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body${body}$body$"
        for name, body in postgresql_functions().items()
    ]
    triggers = [
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {next(word for bit, word in EVENTS.items() if when & bit)} ON {table}"
        f" FOR EACH {'ROW' if when & ROW else 'STATEMENT'} EXECUTE FUNCTION {function}()"
        for name, (table, when, function) in postgresql_triggers().items()
    ]
    return functions + triggers
