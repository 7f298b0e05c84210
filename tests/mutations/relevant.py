"""Which tests are most likely to notice a mistake in a module, and which are all that could."""

from pathlib import Path

RIGHTS = (
    "models/core/test_access*", "models/core/test_sight*", "models/core/test_rights*", "models/core/test_roster*",
    "models/test_governing*", "models/test_undoing_rights*", "handlers/test_role*", "handlers/test_team*",
    "handlers/test_user*", "handlers/test_requests*", "handlers/test_buttons_by_right*", "handlers/test_outsiders*",
)  # fmt: skip
SEEING = ("models/test_where*", "models/test_filters*", "models/test_search*", "models/core/test_sight*",
          "handlers/test_looking_back*", "handlers/test_grammar*")  # fmt: skip
SENDING = (
    "bot/test_delivery*", "bot/test_outages*", "bot/test_outlet*", "bot/test_audience*", "bot/test_drawing*",
    "bot/test_lists*", "bot/test_retelling*", "bot/test_wrong*", "bot/test_groups*", "models/test_claims*",
    "models/test_deliveries*", "models/test_standing*", "models/test_retelling*", "models/test_audiences*",
    "handlers/test_deliveries*", "handlers/test_watch*",
)  # fmt: skip
UNDOING = ("models/test_undoing*", "models/test_past*", "models/test_reversible*", "handlers/test_undo*",
           "handlers/test_history*", "handlers/test_receipts*", "handlers/test_looking_back*")  # fmt: skip
NEAR: dict[str, tuple[str, ...]] = {
    "models/core/": RIGHTS,
    "models/exchange/": ("models/transfer/test_*", "bot/test_cli*", "models/core/test_sight*"),
    "models/core/search/filter_sql": SEEING,
    "models/core/search/query": SEEING,
    "models/core/outbox/queue": SENDING,
    "models/core/outbox/results": SENDING,
    "models/core/outbox/arrivals": SENDING,
    "models/core/history/undo": UNDOING,
    "models/core/history/as_of": UNDOING,
    "bot/": SENDING,
    "handlers/core/": ("handlers/test_*",),
    "handlers/notifications/reminders": ("bot/test_reminders*", "handlers/test_reminders*"),
    "handlers/notifications/record_events": ("handlers/test_news*", "handlers/test_watch*"),
    "handlers/": ("handlers/test_*",),
}
"""By the longest beginning of a module's path: patterns below tests/."""
WIDE = ("test_every_entity.py", "handlers", "models", "bot")
"""Everything that tests what is mutated, below tests/."""


def near(root: Path, path: str) -> list[str]:
    """The tests called like a module, then those of its subject."""
    longest = max((beginning for beginning in NEAR if path.startswith(beginning)), key=len)
    patterns = [f"**/test_{Path(path).stem}*", *NEAR[longest]]
    found = [each for pattern in patterns for each in sorted((root / "tests").glob(f"{pattern}.py"))]
    return [each.relative_to(root).as_posix() for each in dict.fromkeys(found)]


def wide(path: str) -> list[str]:
    """All tests, those of a module's own floor first."""
    floor = path.partition("/")[0]
    return [f"tests/{name}" for name in sorted(WIDE, key=lambda name: name != floor)]
