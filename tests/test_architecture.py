"""The rules of the house are kept, and every check can fail."""

from handlers.notifications.digest import DRAWINGS
from handlers.registry import ROUTERS
from models.core.notifications.notify import KINDS
from models.core.outbox.delivery import ANSWERS
from models.core.parsing.texts import summary
from tests import architecture
from tests.architecture import FLOORS, FUNCTION, LINES, Module, Rule, circles, modules
from tests.layers import LAYERS, place
from tests.tables import table

OURS = modules(*FLOORS)
TESTS = modules("tests")
OF_TESTS = (
    architecture.is_long,
    architecture.has_long_functions,
    architecture.says_nothing_of_itself,
)


def broken_in(found: list[Module], rules: tuple[Rule, ...]) -> list[str]:
    """What breaks a rule; all rules at once, so that one process reads each module, and reads it
    once.
    """
    return [
        f"{module.name} {broken}" for module in found for rule in rules for broken in rule(module)
    ]


def test_no_module_breaks_a_rule() -> None:
    assert len(OURS) > 90
    assert broken_in(OURS, architecture.RULES) == []
    assert circles(OURS) == []


def test_tests_are_short_and_say_what_they_are() -> None:
    assert broken_in(TESTS, OF_TESTS) == []


def test_every_verb_says_what_it_does_in_a_sentence() -> None:
    verbs = [verb for router in ROUTERS for verb in router.verbs.values()]
    assert len(verbs) > 60
    assert [verb.id for verb in verbs if not summary(verb.help).endswith((".", "`.", "`"))] == []


def test_every_noun_says_what_it_is() -> None:
    assert [router.noun for router in ROUTERS if not router.doc] == []


BROKEN = [
    ("breaks_an_arrow", "models.sales.lead", '"""."""\nfrom handlers.core import blocks'),
    ("breaks_an_arrow", "handlers.sales.lead", '"""."""\nimport bot.config'),
    ("breaks_an_arrow", "models.core.unit_of_work", '"""."""\ndef f():\n    from bot import app'),
    ("breaks_an_arrow", "models.core.unit_of_work", '"""."""\nfrom models.sales.lead import Lead'),
    ("breaks_an_arrow", "models.sales.lead", '"""."""\nfrom models.exchange import load'),
    ("breaks_an_arrow", "handlers.core.ui.forms", '"""."""\nfrom handlers.general import home'),
    ("breaks_an_arrow", "handlers.core.ui.forms", '"""."""\nfrom ...general.home import home'),
    (
        "breaks_an_arrow",
        "models.sales.lead",
        '"""."""\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import bot.app',
    ),
    ("breaks_an_arrow", "models.sales.lead", '"""."""\nfrom models.support.case import Case'),
    ("is_long", "models.sales.lead", '"""."""\n' + "x = 1\n" * LINES),
    ("has_long_functions", "models.sales.lead", '"""."""\ndef f():\n' + "    x = 1\n" * FUNCTION),
    (
        "has_long_functions",
        "models.sales.lead",
        '"""."""\nclass A:\n    async def f(self):\n' + "        x = 1\n" * FUNCTION,
    ),
    ("says_nothing_of_itself", "models.sales.lead", "x = 1"),
    ("says_nothing_of_itself", "models.sales.lead", '"""  """'),
    ("reads_the_environment", "bot.app", '"""."""\nimport os\nos.environ["A"]'),
    ("reads_the_environment", "bot.app", '"""."""\nfrom os import getenv'),
    (
        "reads_the_clock_or_commits",
        "models.sales.lead",
        '"""."""\nfrom datetime import datetime\ndatetime.now()',
    ),
    (
        "reads_the_clock_or_commits",
        "bot.app",
        '"""."""\nimport datetime\ndatetime.datetime.now(datetime.UTC)',
    ),
    ("reads_the_clock_or_commits", "bot.app", '"""."""\nimport time\ntime.time()'),
    (
        "reads_the_clock_or_commits",
        "handlers.sales.lead",
        '"""."""\ndef f(work):\n    work.session.commit()',
    ),
    ("knows_slack", "handlers.sales.lead", '"""."""\nfrom slack_sdk import WebClient'),
    ("knows_slack", "models.sales.lead", '"""."""\nimport slack_bolt'),
    ("has_hollow_names", "models.sales.lead", '"""."""\nclass LeadManager: ...'),
    ("has_hollow_names", "models.util", '"""."""'),
    ("has_hollow_names", "models.text_utils", '"""."""'),
    (
        "draws_fields_by_hand",
        "handlers.notifications.record_events",
        '"""."""\ndef f(work, case: Case):\n    return f"{case.priority}"',
    ),
    (
        "draws_fields_by_hand",
        "handlers.notifications.record_events",
        '"""."""\ndef f(work, it: Entity | None):\n    return [it.amount]',
    ),
    (
        "draws_fields_by_hand",
        "handlers.notifications.record_events",
        '"""."""\ndef f(all: list[Case]):\n    return [c.csat for c in all]',
    ),
    (
        "draws_fields_by_hand",
        "handlers.notifications.record_events",
        '"""."""\ndef f(task: Activity):\n    a = task.due_date or now',
    ),
    (
        "draws_fields_by_hand",
        "handlers.notifications.record_events",
        '"""."""\ndef f(kind, value, work):\n    return kind.show(value, work)',
    ),
    (
        "tells_people_by_itself",
        "models.sales.opportunity",
        '"""."""\ndef f(work, user):\n    deliver(work, "won", user.slack_id, "won")',
    ),
    (
        "tells_people_by_itself",
        "bot.scheduler.jobs",
        '"""."""\ndef f(work, person):\n    work.deliver("digest", person, "digest")',
    ),
    (
        "tells_people_by_itself",
        "handlers.admin.audit",
        '"""."""\ndef f(work, person):\n    enqueue(work, "verdict", person, "verdict")',
    ),
]


@table(("rule", "name", "source"), BROKEN)
def test_each_rule_can_fail(rule: str, name: str, source: str) -> None:
    assert getattr(architecture, rule)(Module(name, source))


def test_each_rule_is_tried_on_something_bad() -> None:
    assert {rule.__name__ for rule in architecture.RULES} == {rule for rule, _, _ in BROKEN}


KEPT = [
    (
        "breaks_an_arrow",
        "bot.app",
        '"""."""\nfrom handlers.registry import ROUTERS\nimport models.sales.lead',
    ),
    ("breaks_an_arrow", "models.exchange.batch", '"""."""\nfrom models.sales.lead import Lead'),
    ("reads_the_environment", "bot.config", '"""."""\nimport os\nos.environ'),
    (
        "reads_the_clock_or_commits",
        "models.core.unit_of_work",
        '"""."""\nfrom datetime import datetime\ndatetime.now()',
    ),
    (
        "reads_the_clock_or_commits",
        "bot.app",
        '"""."""\nimport time\ntime.monotonic()\ntime.perf_counter()',
    ),
    ("knows_slack", "handlers.core.listeners", '"""."""\nimport slack_bolt'),
    (
        "has_long_functions",
        "models.sales.lead",
        '"""."""\ndef f():\n' + "    x = 1\n" * (FUNCTION - 1),
    ),
    (
        "draws_fields_by_hand",
        "handlers.notifications.record_events",
        '"""."""\ndef f(case: Case):\n    return case.title, case.csat == 1',
    ),
    (
        "draws_fields_by_hand",
        "handlers.notifications.record_events",
        '"""."""\ndef f(case: Case):\n    case.status = "open"',
    ),
    (
        "draws_fields_by_hand",
        "handlers.notifications.record_events",
        '"""."""\ndef f(task: Activity):\n    if not task.done_at: return 1',
    ),
    (
        "draws_fields_by_hand",
        "handlers.notifications.record_events",
        '"""."""\ndef f(a: Activity):\n    return a.due_date.date() < today',
    ),
]


@table(("rule", "name", "source"), KEPT)
def test_what_is_allowed_passes(rule: str, name: str, source: str) -> None:
    assert getattr(architecture, rule)(Module(name, source)) == []


def test_every_kind_of_delivery_is_for_channels_an_answer_or_chosen_by_who_reads_it() -> None:
    channels = {"card", "redraw", "event", "receipt", "won", "team_due", "cases", "preview", "made"}
    channels |= {"rule_post", "rule_digest"}
    assert set(DRAWINGS) == channels | set(ANSWERS) | set(KINDS)
    assert len(DRAWINGS) == len(channels) + len(ANSWERS) + len(KINDS)


def test_modules_that_import_each_other_are_found() -> None:
    one = Module("models.a", '"""."""\nfrom models.b import B')
    two = Module("models.b", '"""."""\nfrom models import c')
    assert circles([one, Module("models.b", '"""."""\nfrom models import a')]) == [
        ["models.a", "models.b"]
    ]
    assert circles([one, two, Module("models.c", '"""."""')]) == []
    later = (
        '"""."""\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from models.a import A'
    )
    assert circles([one, two, Module("models.c", later)]) == [["models.a", "models.b", "models.c"]]


def test_every_module_has_its_place_and_the_table_names_no_other() -> None:
    names = [module.name for module in OURS if "." in module.name]
    packages = [package for layer in LAYERS for package in layer]
    assert [name for name in names if place(name)[0] < 0] == []
    assert [
        each for each in packages if not any(f"{name}.".startswith(f"{each}.") for name in names)
    ] == []
