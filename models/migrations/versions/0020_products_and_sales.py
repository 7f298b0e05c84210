"""Products, and sales with a line for each thing that was sold."""

import sqlalchemy as sa
from alembic import op

from models.migrations.row_level_security import isolate

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "product",
        sa.Column("sku", sa.String(length=50), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("category", sa.String(length=100), nullable=True),
        sa.Column("price", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("unit", sa.String(length=30), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column(
            "sku_key",
            sa.String(length=255).with_variant(sa.String(length=255, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column(
            "key",
            sa.String(length=255).with_variant(sa.String(length=255, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["workspace"], ["workspace.id"], name=op.f("fk_product_workspace")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint(
            "workspace", "external_id", name=op.f("uq_product_workspace_external_id")
        ),
        sa.UniqueConstraint("workspace", "number", name=op.f("uq_product_workspace_number")),
    )
    isolate("product")
    op.create_index(
        op.f("ix_product_workspace_category"), "product", ["workspace", "category"], unique=False
    )
    op.create_index(op.f("ix_product_workspace_key"), "product", ["workspace", "key"], unique=False)
    op.create_index(
        op.f("ix_product_workspace_sku_key"),
        "product",
        ["workspace", "sku_key"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "purchase",
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("customer", sa.Integer(), nullable=True),
        sa.Column("account", sa.Integer(), nullable=True),
        sa.Column("opportunity", sa.Integer(), nullable=True),
        sa.Column("sold_on", sa.Date(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("total", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("owner", sa.Integer(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column(
            "key",
            sa.String(length=255).with_variant(sa.String(length=255, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_purchase_account")),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name=op.f("fk_purchase_customer")),
        sa.ForeignKeyConstraint(
            ["opportunity"], ["opportunity.id"], name=op.f("fk_purchase_opportunity")
        ),
        sa.ForeignKeyConstraint(["owner"], ["user.id"], name=op.f("fk_purchase_owner")),
        sa.ForeignKeyConstraint(
            ["workspace"], ["workspace.id"], name=op.f("fk_purchase_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase")),
        sa.UniqueConstraint(
            "workspace", "external_id", name=op.f("uq_purchase_workspace_external_id")
        ),
        sa.UniqueConstraint("workspace", "number", name=op.f("uq_purchase_workspace_number")),
    )
    isolate("purchase")
    op.create_index(
        op.f("ix_purchase_workspace_account"), "purchase", ["workspace", "account"], unique=False
    )
    op.create_index(
        op.f("ix_purchase_workspace_customer"), "purchase", ["workspace", "customer"], unique=False
    )
    op.create_index(
        op.f("ix_purchase_workspace_key"), "purchase", ["workspace", "key"], unique=False
    )
    op.create_index(
        op.f("ix_purchase_workspace_opportunity"),
        "purchase",
        ["workspace", "opportunity"],
        unique=False,
    )
    op.create_index(
        op.f("ix_purchase_workspace_owner_sold_on"),
        "purchase",
        ["workspace", "owner", "sold_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_purchase_workspace_sold_on"), "purchase", ["workspace", "sold_on"], unique=False
    )
    op.create_table(
        "purchase_line",
        sa.Column("purchase", sa.Integer(), nullable=False),
        sa.Column("product", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=18, scale=3), nullable=False),
        sa.Column("price", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("discount", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("tax_rate", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("total", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column(
            "key",
            sa.String(length=255).with_variant(sa.String(length=255, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["product"], ["product.id"], name=op.f("fk_purchase_line_product")),
        sa.ForeignKeyConstraint(
            ["purchase"], ["purchase.id"], name=op.f("fk_purchase_line_purchase")
        ),
        sa.ForeignKeyConstraint(
            ["workspace"], ["workspace.id"], name=op.f("fk_purchase_line_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_line")),
        sa.UniqueConstraint(
            "workspace", "external_id", name=op.f("uq_purchase_line_workspace_external_id")
        ),
        sa.UniqueConstraint("workspace", "number", name=op.f("uq_purchase_line_workspace_number")),
    )
    isolate("purchase_line")
    op.create_index(
        op.f("ix_purchase_line_workspace_key"), "purchase_line", ["workspace", "key"], unique=False
    )
    op.create_index(
        op.f("ix_purchase_line_workspace_product"),
        "purchase_line",
        ["workspace", "product"],
        unique=False,
    )
    op.create_index(
        op.f("ix_purchase_line_workspace_purchase"),
        "purchase_line",
        ["workspace", "purchase"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_purchase_line_workspace_purchase"), table_name="purchase_line")
    op.drop_index(op.f("ix_purchase_line_workspace_product"), table_name="purchase_line")
    op.drop_index(op.f("ix_purchase_line_workspace_key"), table_name="purchase_line")
    op.drop_table("purchase_line")
    op.drop_index(op.f("ix_purchase_workspace_sold_on"), table_name="purchase")
    op.drop_index(op.f("ix_purchase_workspace_owner_sold_on"), table_name="purchase")
    op.drop_index(op.f("ix_purchase_workspace_opportunity"), table_name="purchase")
    op.drop_index(op.f("ix_purchase_workspace_key"), table_name="purchase")
    op.drop_index(op.f("ix_purchase_workspace_customer"), table_name="purchase")
    op.drop_index(op.f("ix_purchase_workspace_account"), table_name="purchase")
    op.drop_table("purchase")
    op.drop_index(
        op.f("ix_product_workspace_sku_key"),
        table_name="product",
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(op.f("ix_product_workspace_key"), table_name="product")
    op.drop_index(op.f("ix_product_workspace_category"), table_name="product")
    op.drop_table("product")
