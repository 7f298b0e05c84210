"""The rules of the house, each a function from the source of a module to the sentences about what breaks it."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parent.parent
FLOORS = ("models", "handlers", "bot")
"""From the ground up: each imports only from itself and from those before it."""
CLOCK = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
ENVIRONMENT = ("os.environ", "os.getenv")
HOLLOW = ("Service", "Manager", "Helper", "Util", "Utils", "Impl")
"""Words that say nothing about what a class is."""
LINES, FUNCTION = 400, 40


@dataclass(frozen=True)
class Module:
    """A Python file by its dotted name, such as `models.core.work`. package: whether it is an `__init__`."""

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
        """The modules and names it imports when it runs; what only the type checker sees does not count."""
        return [name for node in running(self.tree) for name in self.named(node)]

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
                case ast.Call(func=ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name)):
                    yield node.lineno, f"{owner}.{name}"
                case ast.Call(func=ast.Attribute(attr=name)):
                    yield node.lineno, f".{name}"


BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """What stands in the blocks of a node, however deep, without the expressions, which are the most."""
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


def climbs(module: Module) -> list[str]:
    """Floors import only downwards."""
    above = FLOORS[FLOORS.index(module.floor) + 1 :]
    return [f"imports {name}, which is above" for name in module.imports if name.partition(".")[0] in above]


def goes_round_core(module: Module) -> list[str]:
    """In models core ← entities ← operations; in handlers core ← the rest."""
    if module.floor not in ("models", "handlers"):
        return []
    mine = height(module.name)
    ours = [name for name in module.imports if name.startswith(f"{module.floor}.")]
    return [f"imports {name}, which is above" for name in ours if height(name) > mine]


def height(name: str) -> int:
    """How far up its floor a module stands: core, then the nouns, then what needs several of them."""
    floor, part = (name.split(".") + [""])[:2]
    order = {"core": 0, "operations": 2} if floor == "models" else {"core": 0}
    return 3 if part == "migrations" else order.get(part, 1)


def is_long(module: Module) -> list[str]:
    count = len(module.source.splitlines())
    return [f"has {count} lines"] if count > LINES else []


def has_long_functions(module: Module) -> list[str]:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in statements(module.tree) if isinstance(node, functions)]
    lengths = {f"{node.name} (line {node.lineno})": (node.end_lineno or 0) - node.lineno + 1 for node in found}
    return [f"{name} has {length} lines" for name, length in lengths.items() if length > FUNCTION]


def says_nothing_of_itself(module: Module) -> list[str]:
    return [] if (ast.get_docstring(module.tree) or "").strip() else ["does not open with a sentence"]


def reads_the_environment(module: Module) -> list[str]:
    if module.name == "bot.config":
        return []
    attributes = [node for node in module.nodes if isinstance(node, ast.Attribute)]
    names = [ast.unparse(node) for node in attributes if node.attr in ("environ", "getenv")]
    direct = [name for name in module.imports if name in ENVIRONMENT]
    return [f"uses {name}" for name in [*names, *direct] if name in ENVIRONMENT]


def reads_the_clock_or_commits(module: Module) -> list[str]:
    if module.name == "models.core.work":
        return []
    return [
        f"calls {call} on line {line}"
        for line, call in module.calls()
        if call in CLOCK or call.split(".")[-1] == "commit"
    ]


def knows_slack(module: Module) -> list[str]:
    """Slack's libraries belong to the top floor and to the one module that joins it to the handlers."""
    if module.floor == "bot" or module.name == "handlers.core.router":
        return []
    return [f"imports {name}" for name in module.imports if name.partition(".")[0] in ("slack_bolt", "slack_sdk")]


def has_hollow_names(module: Module) -> list[str]:
    names = [node.name for node in statements(module.tree) if isinstance(node, ast.ClassDef)]
    words = [*names, *(part.title() for part in module.name.rpartition(".")[2].split("_"))]
    return [f"is or has a {word}" for word in words if word.endswith(HOLLOW)]


Rule = Callable[[Module], list[str]]

RULES: tuple[Rule, ...] = (
    climbs,
    goes_round_core,
    is_long,
    has_long_functions,
    says_nothing_of_itself,
    reads_the_environment,
    reads_the_clock_or_commits,
    knows_slack,
    has_hollow_names,
)


def pairs(found: list[Module]) -> list[tuple[str, str]]:
    """The modules that import each other."""
    names = {module.name for module in found}
    arrows = {(module.name, owner(name, names)) for module in found for name in module.imports}
    return sorted((a, b) for a, b in arrows if a < b and (b, a) in arrows)


def owner(name: str, names: set[str]) -> str:
    """The module a name comes from: `models.lead.Lead` comes from models.lead."""
    return name if name in names else name.rpartition(".")[0]
