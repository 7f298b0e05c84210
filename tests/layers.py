"""Which package may import which: one table, from the ground up."""

LAYERS: tuple[tuple[str, ...], ...] = (
    ("models.core.errors",),
    ("models.core.secrets",),
    ("models.core.context",),
    ("models.core.parsing",),
    ("models.core.db",),
    ("models.core.formula",),
    ("models.core.fields",),
    ("models.core.entity",),
    ("models.core.replica", "models.core.schedule"),
    ("models.core.identity",),
    ("models.core.permissions",),
    ("models.core.custom",),
    ("models.core.audit",),
    ("models.core.outbox",),
    ("models.core.notifications",),
    ("models.core.search",),
    ("models.core",),
    ("models.core.history",),
    ("models.core.background",),
    ("models.customers", "models.activities"),
    ("models.sales", "models.support"),
    ("models.analytics", "models.automation"),
    ("models.packs",),
    ("models.registry",),
    ("models.maintenance", "models.migrations"),
    ("models.exchange",),
    ("handlers.core.commandline.lexer",),
    ("handlers.core.commandline.pipe",),
    ("handlers.core.commandline.line", "handlers.core.commandline.named_fields"),
    ("handlers.core.commandline.parser",),
    ("handlers.core.ui.blocks", "handlers.core.ui.form_state", "handlers.core.ui.charts"),
    ("handlers.core.interaction",),
    ("handlers.core.payloads", "handlers.core.responses", "handlers.core.telemetry"),
    ("handlers.core.verb",),
    ("handlers.core.router",),
    ("handlers.core.request",),
    ("handlers.core.ui",),
    ("handlers.core.commandline",),
    ("handlers.core",),
    (
        "handlers.activities",
        "handlers.sales",
        "handlers.support",
        "handlers.admin",
        "handlers.automation",
    ),
    ("handlers.notifications",),
    ("handlers.general",),
    ("handlers.registry",),
    ("bot.outside",),
    ("bot.config", "bot.logging_config", "bot.manifest", "bot.database_watch"),
    ("bot.scheduler", "bot.background"),
    ("bot.slack",),
    ("bot.delivery",),
    ("bot.http",),
    ("bot.app",),
    ("bot.slack.oauth",),
    ("bot.runner",),
    ("bot.sandbox",),
    ("bot.cli",),
    ("bot.__main__",),
)
"""Packages and modules. A module is in the layer of the longest name that it begins with; it
imports from its own package and from the layers below.
"""
BESIDE: frozenset[tuple[str, str]] = frozenset(
    {("handlers.core.ui.charts", "handlers.core.ui.blocks")}
)
"""The arrows between packages of one layer."""


def place(name: str) -> tuple[int, str]:
    """Return the layer and the package of a module; the floor itself is below everything."""
    found = (-1, name.partition(".")[0])
    for height, layer in enumerate(LAYERS):
        for package in layer:
            inside = name == package or name.startswith(f"{package}.")
            if inside and len(package) > len(found[1]):
                found = (height, package)
    return found


def may_import(importer: str, imported: str) -> bool:
    """Whether an arrow between two modules is in the table."""
    (mine, here), (theirs, there) = place(importer), place(imported)
    return here == there or theirs < mine or (here, there) in BESIDE
