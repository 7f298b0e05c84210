"""Find every place of a source where a small mistake can be put, and put one there."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

SOURCES = (
    *(
        f"models/core/{name}.py"
        for name in (
            "permissions/policy",
            "permissions/visibility",
            "identity/rights",
            "identity/role",
            "identity/team",
            "search/filter_sql",
            "search/full_text",
            "search/query",
            "outbox/queue",
            "outbox/results",
            "outbox/arrivals",
            "history/undo",
            "history/as_of",
        )
    ),
    "models/exchange/*.py",
    "bot/delivery/*.py",
    "bot/slack/gateway.py",
    "bot/slack/channel_members.py",
    "handlers/core/**/*.py",
    "handlers/*/*.py",
)
"""Rights, visibility, delivery, transfer and handlers."""
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
SET_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
TRIVIAL = (
    "dataclass",
    "property",
    "cached_property",
    "classmethod",
    "staticmethod",
    "contextmanager",
    "overload",
)
"""Without one of these decorators nothing works at all, or nothing changes."""


@dataclass(frozen=True)
class Mutant:
    """One mistake. within: the function or class it is in · start, end: the place in the source, in
    bytes.
    """

    path: str
    line: int
    within: str
    kind: str
    before: str
    after: str
    start: int
    end: int
    number: int = 1
    """Which of those that look alike in this function."""

    @property
    def key(self) -> str:
        """A name that stays when lines move."""
        again = f" #{self.number}" if self.number > 1 else ""
        return f"{self.path} | {self.within} | {self.kind} | {short(self.before)} -> {short(self.after)}{again}"

    def apply(self, source: bytes) -> bytes:
        return source[: self.start] + self.after.encode() + source[self.end :]


def short(text: str) -> str:
    """A piece of source on one line."""
    return " ".join(text.split())


def sources(root: Path) -> list[str]:
    """The paths of all modules that are mutated."""
    found = [
        path for pattern in SOURCES for path in sorted(root.glob(pattern)) if path.stat().st_size
    ]
    return [path.relative_to(root).as_posix() for path in found]


@cache
def mutants(path: str, source: bytes) -> list[Mutant]:
    """Every mistake that can be made in a source."""
    seen: Counter[tuple[str, ...]] = Counter()
    found: list[Mutant] = []
    for mutant in Search(path, source).all():
        look = (mutant.within, mutant.kind, short(mutant.before), short(mutant.after))
        seen[look] += 1
        found.append(replace(mutant, number=seen[look]))
    return found


def is_python(source: bytes) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


class Search:
    """Walks through the code that runs; not through annotations, docstrings, logging and
    imports.
    """

    def __init__(self, path: str, source: bytes) -> None:
        self.path, self.source = path, source
        lines = source.splitlines(keepends=True)
        self.offsets = [0]
        for line in lines:
            self.offsets.append(self.offsets[-1] + len(line))

    def all(self) -> Iterator[Mutant]:
        yield from self.inside(ast.parse(self.source), "module")

    def inside(self, node: ast.AST, within: str) -> Iterator[Mutant]:
        for child in running_parts(node):
            name = within
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = child.name if within == "module" else f"{within}.{child.name}"
            yield from self.of(child, name)
            yield from self.inside(child, name)

    def of(self, node: ast.AST, within: str) -> Iterator[Mutant]:
        for kind, at, after in changes(node):
            start, end = self.place(at)
            before = self.source[start:end].decode()
            yield Mutant(self.path, at.lineno, within, kind, before, after, start, end)

    def place(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Where a node stands in the source; a decorator with its sign."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self.offsets[node.lineno - 1] + node.col_offset
        return start, self.offsets[node.end_lineno - 1] + node.end_col_offset


def running_parts(node: ast.AST) -> Iterator[ast.AST]:
    """The children of a node that do something when the program runs."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "type_params", "type_comment"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not is_idle(child):
                yield child


def is_idle(node: ast.AST) -> bool:
    """Whether nobody would notice: docstrings, imports, logging, what only the type checker
    reads.
    """
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr | ast.Assert):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return True
    return isinstance(node, ast.Expr) and ast.unparse(node.value).startswith("log.")


Change = tuple[str, ast.expr | ast.stmt, str]
"""What kind, which node, and what stands there instead."""


def changes(node: ast.AST) -> Iterator[Change]:
    """Every change of this node itself."""
    yield from of_condition(node)
    yield from of_value(node)
    match node:
        case (
            ast.Expr(value=ast.Call())
            | ast.AugAssign()
            | ast.Raise()
            | ast.Continue()
            | ast.Break()
        ):
            yield "drop", node, "pass"
        case ast.Call(func=function, keywords=[_, *_]) if name_of(function) not in TRIVIAL:
            yield from without_keywords(node)
        case ast.FunctionDef(decorator_list=[_, *_]):
            yield from without_decorators(node)


def of_condition(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            yield "negate", test, f"(not ({ast.unparse(test)}))"
        case ast.comprehension(ifs=[test, *_]):
            yield "take all", test, "True"
        case ast.BoolOp():
            yield from of_bool(node)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "drop not", node, f"({ast.unparse(operand)})"


def of_value(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in SET_OPERATORS:
            swapped = ast.BinOp(left, SET_OPERATORS[type(op)](), right)
            yield "swap & and |", node, f"({ast.unparse(swapped)})"
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
            other = ast.Compare(left, [COMPARISONS[type(op)]()], [right])
            yield "compare otherwise", node, f"({ast.unparse(other)})"
        case ast.Constant(value=bool() as value):
            yield "other constant", node, str(not value)
        case ast.Constant(
            value=int() as value
        ):  # fractions are seconds that somebody waits, which no test does
            yield "other constant", node, str(value + 1)


def of_bool(node: ast.BoolOp) -> Iterator[Change]:
    other: ast.boolop = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield "swap and/or", node, f"({ast.unparse(ast.BoolOp(other, node.values))})"
    for place in range(len(node.values)):
        rest = node.values[:place] + node.values[place + 1 :]
        kept = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
        yield "drop an operand", node, f"({ast.unparse(kept)})"


def without_keywords(call: ast.Call) -> Iterator[Change]:
    for dropped in call.keywords:
        if dropped.arg:
            keywords = [each for each in call.keywords if each is not dropped]
            yield (
                f"drop {dropped.arg}=",
                call,
                ast.unparse(ast.Call(call.func, call.args, keywords)),
            )


def without_decorators(function: ast.FunctionDef) -> Iterator[Change]:
    for decorator in function.decorator_list:
        if ast.unparse(decorator).partition("(")[0].rpartition(".")[2] not in TRIVIAL:
            yield "drop decorator", decorator, "(lambda function: function)"


def name_of(node: ast.expr) -> str:
    """The last word of what is called."""
    return ast.unparse(node).partition("(")[0].rpartition(".")[2]
