"""The database keeps one contact of a customer, and one of their accounts, primary.

Where two people made two of them primary at once, the newest one stays primary.
"""

from models.migrations import online

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STANDS = '"primary" AND deleted_at IS NULL'


def newer(table: str, *same: str) -> str:
    """Return the condition for what is primary although a newer one is primary as well."""
    alike = " AND ".join(f'newer."{name}" = "{table}"."{name}"' for name in ("workspace", *same))
    also = f'{alike} AND newer.id > "{table}".id AND newer."primary" AND newer.deleted_at IS NULL'
    return f'{STANDS} AND EXISTS (SELECT 1 FROM "{table}" AS newer WHERE {also})'


def upgrade() -> None:
    online.only_one(
        "contact",
        "customer",
        "type",
        name="ix_contact_primary",
        where=STANDS,
        change='"primary" = false',
        others=newer("contact", "customer", "type"),
    )
    online.only_one(
        "membership",
        "customer",
        name="ix_membership_primary",
        where=STANDS,
        change='"primary" = false',
        others=newer("membership", "customer"),
    )


def downgrade() -> None:
    online.drop_index("membership", "ix_membership_primary")
    online.drop_index("contact", "ix_contact_primary")
