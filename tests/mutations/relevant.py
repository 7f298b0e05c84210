"""Which tests are most likely to notice a mistake in a module, and which are all that could."""

from pathlib import Path

RIGHTS = (
    "models/core/permissions/test_*",
    "models/core/identity/test_*",
    "models/core/history/test_undo_refusals*",
    "handlers/admin/test_*",
    "handlers/core/ui/test_buttons_by_right*",
    "handlers/core/test_outsiders*",
)
SEEING = (
    "models/core/search/test_*",
    "models/core/permissions/test_visibility*",
    "handlers/core/ui/test_looking_back*",
    "handlers/core/commandline/test_parser*",
)
SENDING = (
    "bot/delivery/test_*",
    "bot/scheduler/test_outages*",
    "bot/slack/test_gateway*",
    "bot/slack/test_channel*",
    "bot/slack/test_groups*",
    "bot/cli/test_wrong*",
    "models/core/outbox/test_*",
    "handlers/admin/test_deliveries*",
    "handlers/core/test_telemetry*",
)
UNDOING = (
    "models/core/history/test_*",
    "handlers/core/test_undo*",
    "handlers/core/ui/test_history*",
    "handlers/core/ui/test_receipts*",
    "handlers/core/ui/test_looking_back*",
)
NEAR: dict[str, tuple[str, ...]] = {
    "models/core/": RIGHTS,
    "models/exchange/": (
        "models/exchange/test_*",
        "bot/cli/test_*",
        "models/core/permissions/test_visibility*",
    ),
    "models/core/search/": SEEING,
    "models/core/outbox/": SENDING,
    "models/core/history/": UNDOING,
    "bot/": SENDING,
    "handlers/core/": ("handlers/**/test_*",),
    "handlers/notifications/reminders": (
        "bot/scheduler/test_reminders*",
        "handlers/notifications/test_reminders*",
    ),
    "handlers/notifications/record_events": (
        "handlers/notifications/test_record_events*",
        "handlers/core/test_telemetry*",
    ),
    "handlers/": ("handlers/**/test_*",),
}
"""By the longest beginning of a module's path: patterns below tests/."""
WIDE = ("test_every_entity.py", "handlers", "models", "bot")
"""Everything that tests what is mutated, below tests/."""


def near(root: Path, path: str) -> list[str]:
    """The tests called like a module, then those of its subject."""
    longest = max((beginning for beginning in NEAR if path.startswith(beginning)), key=len)
    patterns = [f"**/test_{Path(path).stem}*", *NEAR[longest]]
    found = [
        each for pattern in patterns for each in sorted((root / "tests").glob(f"{pattern}.py"))
    ]
    return [each.relative_to(root).as_posix() for each in dict.fromkeys(found)]


def wide(path: str) -> list[str]:
    """All tests, those of a module's own floor first."""
    floor = path.partition("/")[0]
    return [f"tests/{name}" for name in sorted(WIDE, key=lambda name: name != floor)]
