"""The rules of the house, each a function from the source of a module to the sentences about what
breaks it.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import handlers.registry  # noqa: F401  the map of the product knows every entity
from models.core.entity.base import ENTITIES
from models.core.notifications.notify import KINDS
from tests.layers import may_import

ROOT = Path(__file__).parent.parent
FLOORS = ("models", "handlers", "bot")
"""From the ground up: each imports only from itself and from those before it."""
SLACK = ("handlers.core.listeners", "handlers.core.responder")
"""The two modules below `bot` that may import Slack's libraries: one hears, one answers."""
CLOCK = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
}
ENVIRONMENT = ("os.environ", "os.getenv")
HOLLOW = ("Service", "Manager", "Helper", "Util", "Utils", "Impl")
"""Words that say nothing about what a class is."""
TELLING = ("models.core.notifications", "models.core.outbox.delivery")
"""Where messages for people are put into the queue."""
LINES, FUNCTION = 500, 40
"""The longest a file may be, where 400 is enough for most, and a function."""
TABLES = 1.4
"""How many times longer tests may be: they are full of tables, a row a line."""
DRAWING = {
    f"handlers.core.ui.{name}"
    for name in ("card_text", "cards", "forms", "history", "proposed", "receipts")
}
"""Where what a field holds, or held, is drawn: each asks which fields the readers see."""


@dataclass(frozen=True)
class Module:
    """A Python file by its dotted name, such as `models.core.unit_of_work`. package: whether it is
    an `__init__`.
    """

    name: str
    source: str
    package: bool = False

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @property
    def floor(self) -> str:
        return self.name.partition(".")[0]

    @cached_property
    def imports(self) -> list[str]:
        """The modules and names it imports when it runs; what only the type checker sees does not
        count.
        """
        return [name for node in running(self.tree) for name in self.named(node)]

    @cached_property
    def all_imports(self) -> list[str]:
        """The modules and names it imports, also those for the type checker."""
        return [name for node in statements(self.tree) for name in self.named(node)]

    def named(self, node: ast.AST) -> list[str]:
        if isinstance(node, ast.Import):
            return [alias.name for alias in node.names]
        if not isinstance(node, ast.ImportFrom):
            return []
        base = self.above(node.level) if node.level else ""
        whole = ".".join(filter(None, (base, node.module)))
        return [f"{whole}.{alias.name}" for alias in node.names]

    def above(self, level: int) -> str:
        parts = self.name.split(".")
        return ".".join(parts[: len(parts) - level + self.package])

    def calls(self) -> Iterator[tuple[int, str]]:
        """Every call as its line and the last two of the dotted words before the parenthesis."""
        for node in self.nodes:
            match node:
                case ast.Call(func=ast.Name(id=name)):
                    yield node.lineno, name
                case ast.Call(
                    func=ast.Attribute(
                        value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name
                    )
                ):
                    yield node.lineno, f"{owner}.{name}"
                case ast.Call(func=ast.Attribute(attr=name)):
                    yield node.lineno, f".{name}"


BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """What stands in the blocks of a node, however deep, without the expressions, which are the
    most.
    """
    for block in BLOCKS:
        for each in getattr(node, block, ()):
            yield each
            yield from statements(each)


def running(node: ast.AST) -> Iterator[ast.AST]:
    """All statements but those under `if TYPE_CHECKING`."""
    for block in BLOCKS:
        for each in getattr(node, block, ()):
            if not (isinstance(each, ast.If) and "TYPE_CHECKING" in ast.dump(each.test)):
                yield each
                yield from running(each)


def modules(*folders: str) -> list[Module]:
    """Every module below these folders of the project."""
    return [module_of(path) for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def module_of(path: Path) -> Module:
    parts = path.relative_to(ROOT).with_suffix("").parts
    package = parts[-1] == "__init__"
    return Module(".".join(parts[:-1] if package else parts), path.read_text(), package)


def breaks_an_arrow(module: Module) -> list[str]:
    """Imports follow the table of `tests.layers`, also those for the type checker."""
    if module.floor not in FLOORS:
        return []
    ours = [name for name in module.all_imports if name.partition(".")[0] in FLOORS]
    return [
        f"imports {name}, which the table of layers does not allow"
        for name in ours
        if not may_import(module.name, name)
    ]


def longer(module: Module) -> float:
    return TABLES if module.floor == "tests" else 1


def is_long(module: Module) -> list[str]:
    count = len(module.source.splitlines())
    return [f"has {count} lines"] if count > LINES * longer(module) else []


def has_long_functions(module: Module) -> list[str]:
    if module.name.startswith("models.migrations.versions."):
        return []  # a released step stays as it is
    most = FUNCTION * longer(module)
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in statements(module.tree) if isinstance(node, functions)]
    lengths = {f"{node.name} (line {node.lineno})": lines_of(node) for node in found}
    return [f"{name} has {length} lines" for name, length in lengths.items() if length > most]


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines of code a function has: its docstring may take as many as it needs."""
    first = function.body[0]
    said = ast.get_docstring(function, clean=False) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if said else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def says_nothing_of_itself(module: Module) -> list[str]:
    return (
        [] if (ast.get_docstring(module.tree) or "").strip() else ["does not open with a sentence"]
    )


def reads_the_environment(module: Module) -> list[str]:
    if module.name == "bot.config":
        return []
    attributes = [node for node in module.nodes if isinstance(node, ast.Attribute)]
    names = [ast.unparse(node) for node in attributes if node.attr in ("environ", "getenv")]
    direct = [name for name in module.imports if name in ENVIRONMENT]
    return [f"uses {name}" for name in [*names, *direct] if name in ENVIRONMENT]


def reads_the_clock_or_commits(module: Module) -> list[str]:
    if module.name == "models.core.unit_of_work":
        return []
    return [
        f"calls {call} on line {line}"
        for line, call in module.calls()
        if call in CLOCK or call.split(".")[-1] == "commit"
    ]


def knows_slack(module: Module) -> list[str]:
    """Slack's libraries belong to the top floor and to the modules that join it to the handlers."""
    if module.floor == "bot" or module.name in SLACK:
        return []
    return [
        f"imports {name}"
        for name in module.imports
        if name.partition(".")[0] in ("slack_bolt", "slack_sdk")
    ]


def has_hollow_names(module: Module) -> list[str]:
    names = [node.name for node in statements(module.tree) if isinstance(node, ast.ClassDef)]
    words = [*names, *(part.title() for part in module.name.rpartition(".")[2].split("_"))]
    return [f"is or has a {word}" for word in words if word.endswith(HOLLOW)]


def draws_fields_by_hand(module: Module) -> list[str]:
    """What a field of a record holds comes into what people read in one way, `cards.texts`, which
    knows who reads. The other handlers may ask what a record holds, to decide; they do not take the
    value itself, nor have a kind show it.
    """
    if module.floor != "handlers" or module.name in DRAWING:
        return []
    found = [f"shows a field on line {node.lineno}" for node in module.nodes if shows_a_value(node)]
    functions = [node for node in module.nodes if isinstance(node, ast.FunctionDef)]
    return found + [told for node in functions for told in fields_taken(node)]


def shows_a_value(node: ast.AST) -> bool:
    """Whether it is `kind.show(value, reader)`."""
    return (
        isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") == "show"
        and len(node.args) > 1
    )


def fields_taken(function: ast.FunctionDef) -> Iterator[str]:
    """The fields of a record, by the annotated arguments of a function, whose values are more than
    compared.
    """
    arguments = {
        each.arg: named_in(each.annotation)
        for each in [*function.args.args, *function.args.kwonlyargs]
    }
    arguments |= {each: arguments[of] for each, of in loops(function) if of in arguments}
    asked = {id(part) for node in ast.walk(function) for part in questions(node)}
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Load)
            and isinstance(node.value, ast.Name)
        ):
            records = arguments.get(node.value.id, set())
            if id(node) not in asked and any(node.attr in hideable(name) for name in records):
                yield f"takes {node.value.id}.{node.attr} on line {node.lineno}: say it with cards.texts"


def loops(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """The names that loops give to each of a sequence: (of one, of all)."""
    for node in ast.walk(function):
        match node:
            case ast.For(target=ast.Name(id=one), iter=ast.Name(id=them)):
                yield one, them
            case ast.comprehension(target=ast.Name(id=one), iter=ast.Name(id=them)):
                yield one, them


def named_in(annotation: ast.expr | None) -> set[str]:
    return (
        {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}
        if annotation
        else set()
    )


def questions(node: ast.AST) -> list[ast.expr]:
    """The expressions of which a node only asks whether they are so."""
    match node:
        case ast.Compare():
            return [part for side in (node.left, *node.comparators) for part in followed(side)]
        case ast.UnaryOp(op=ast.Not()):
            return conditions(node.operand)
        case ast.If() | ast.IfExp():
            return conditions(node.test)
    return []


def conditions(test: ast.expr) -> list[ast.expr]:
    return (
        [part for each in test.values for part in conditions(each)]
        if isinstance(test, ast.BoolOp)
        else [test]
    )


def followed(expression: ast.expr) -> Iterator[ast.expr]:
    """An expression, and what its calls and attributes are of:
    `task.due_date.astimezone(zone).date()`.
    """
    yield expression
    inner = (
        expression.func if isinstance(expression, ast.Call) else getattr(expression, "value", None)
    )
    if isinstance(inner, ast.expr):
        yield from followed(inner)


def hideable(name: str) -> set[str]:
    """The fields of an entity, by the name of its class, that a role may hide; of any, where it may
    be any.
    """
    wanted = [
        each
        for each in ENTITIES.values()
        if name in (each.__name__, "Entity", "E") and not each.governing
    ]
    return {
        field
        for each in wanted
        for field in each.fields()
        if field not in (*each.named, *each.stand_ins, each.owned)
    }


Rule = Callable[[Module], list[str]]


def tells_people_by_itself(module: Module) -> list[str]:
    """What nobody asked for reaches a person through `models.core.notifications` alone, which asks
    what they chose, what they muted, whose act it was, and when they work.
    """
    if module.name.startswith(TELLING):
        return []
    calls = [node for node in module.nodes if isinstance(node, ast.Call)]
    return [
        f"sends a person a message on line {call.lineno}: say it with notify, or with answer"
        for call in calls
        if name_of(call) == "enqueue" or (name_of(call) == "deliver" and is_to_a_person(call))
    ]


def name_of(call: ast.Call) -> str:
    """The last part of what is called: deliver in `work.deliver(…)`."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def is_to_a_person(call: ast.Call) -> bool:
    """Whether a delivery goes to somebody's Slack id, or is of a kind that people read alone."""
    inside = [node for arg in call.args for node in ast.walk(arg)]
    kinds = [node.value for node in call.args if isinstance(node, ast.Constant)]
    to_person = any(isinstance(node, ast.Attribute) and node.attr == "slack_id" for node in inside)
    return to_person or any(kind in KINDS for kind in kinds)


RULES: tuple[Rule, ...] = (
    breaks_an_arrow,
    is_long,
    has_long_functions,
    says_nothing_of_itself,
    reads_the_environment,
    reads_the_clock_or_commits,
    knows_slack,
    has_hollow_names,
    draws_fields_by_hand,
    tells_people_by_itself,
)


def circles(found: list[Module]) -> list[list[str]]:
    """Return the modules that import each other in a circle of any length, each circle sorted.

    Tarjan, R. E., Depth-first search and linear graph algorithms, SIAM J. Comput. 1 (1972).
    """
    names = {module.name for module in found}
    arrows = {
        module.name: sorted({owner(name, names) for name in module.all_imports} - {module.name})
        for module in found
    }
    return Search(
        {name: [each for each in to if each in names] for name, to in arrows.items()}
    ).all()


def owner(name: str, names: set[str]) -> str:
    """The module a name comes from: `models.sales.lead.Lead` comes from models.sales.lead."""
    return name if name in names else name.rpartition(".")[0]


class Search:
    """The strongly connected parts of a graph."""

    def __init__(self, arrows: dict[str, list[str]]) -> None:
        self.arrows = arrows
        self.seen: dict[str, int] = {}
        self.low: dict[str, int] = {}
        self.path: list[str] = []
        self.found: list[list[str]] = []

    def all(self) -> list[list[str]]:
        for name in self.arrows:
            if name not in self.seen:
                self.visit(name)
        return sorted(self.found)

    def visit(self, name: str) -> None:
        self.seen[name] = self.low[name] = len(self.seen)
        self.path.append(name)
        for other in self.arrows[name]:
            if other not in self.seen:
                self.visit(other)
                self.low[name] = min(self.low[name], self.low[other])
            elif other in self.path:
                self.low[name] = min(self.low[name], self.seen[other])
        if self.low[name] == self.seen[name]:
            at = self.path.index(name)
            part, self.path = self.path[at:], self.path[:at]
            if len(part) > 1:
                self.found.append(sorted(part))
