"""What Alembic runs around every step: which tables there should be, and how a step is written."""

from typing import Any

from alembic import context

import models.registry  # noqa: F401  brings every table
from models.core.entity.base import Base
from models.core.search.index import is_search_index
from models.migrations.autogenerate import plain_type, rewrite


def ours(item: Any, name: str | None, kind: str, reflected: bool, compared_to: Any) -> bool:
    """Return whether a comparison looks at something.

    The search index belongs to its migration: no model can declare it.
    """
    return not is_search_index(name or "")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=ours,
    process_revision_directives=rewrite,
    render_item=plain_type,
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
