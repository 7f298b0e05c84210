"""When each activity's owner is reminded, and the indexes that find reminders and deliveries."""

from models.migrations import online

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.update(
        "activity", "remind_at = due_date", "remind_at IS NULL AND due_date > CURRENT_TIMESTAMP"
    )
    untold = "remind_at IS NOT NULL AND done_at IS NULL AND deleted_at IS NULL"
    online.index(
        "activity", "workspace", "owner", "remind_at", name="ix_activity_untold", where=untold
    )
    online.index("activity", "workspace", "lead")
    online.index(
        "delivery", "workspace", "sent_at", name="ix_delivery_sent", where="sent_at IS NOT NULL"
    )
    waiting = "state IN ('waiting', 'unknown')"
    online.index(
        "delivery",
        "workspace",
        "channel",
        "id",
        name="ix_delivery_posts",
        where=f"{waiting} AND kind <> 'redraw'",
    )
    online.index(
        "delivery",
        "workspace",
        "id",
        name="ix_delivery_redraws",
        where=f"{waiting} AND kind = 'redraw'",
    )
    online.index(
        "delivery",
        "workspace",
        "attempts",
        name="ix_delivery_begun",
        where=f"{waiting} AND attempts > 0",
    )
    online.index(
        "delivery",
        "workspace",
        "record_id",
        name="ix_delivery_record",
        where=f"{waiting} AND record_id IS NOT NULL",
    )
    online.index(
        "delivery", "workspace", "id", name="ix_delivery_refused", where="state = 'refused'"
    )


def downgrade() -> None:
    online.drop_index("delivery", "ix_delivery_refused")
    online.drop_index("delivery", "ix_delivery_record")
    online.drop_index("delivery", "ix_delivery_begun")
    online.drop_index("delivery", "ix_delivery_redraws")
    online.drop_index("delivery", "ix_delivery_posts")
    online.drop_index("delivery", "ix_delivery_sent")
    online.drop_index("activity", "ix_activity_workspace_lead")
    online.drop_index("activity", "ix_activity_untold")
