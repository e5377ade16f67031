"""One small fault at a time, put into a module's syntax tree: what a test suite has to notice.

Faults: comparisons shifted or turned, arithmetic and set operators swapped, `and`/`or` swapped, `not`, `~` and a minus
sign removed, numbers one higher, booleans turned, column names and compared words changed, `min`/`max`, `any`/`all` and
`floor`/`ceil` swapped, conditions turned, results replaced by None, calls, `raise` and `continue` taken out.
Left as they are: annotations, decorators, docstrings, texts of messages.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
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
COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
CALLED = {
    "min": "max",
    "max": "min",
    "minimum": "maximum",
    "maximum": "minimum",
    "any": "all",
    "all": "any",
    "floor": "ceil",
    "ceil": "floor",
}
#: Parts of a node that are no behaviour.
SKIPPED = {"annotation", "returns", "decorator_list", "type_params", "exc", "type_comment"}


@dataclass(frozen=True)
class Mutant:
    """One fault: its number in the module, its place, and the piece of code before and after."""

    number: int
    line: int
    function: str
    before: str
    after: str

    @property
    def label(self) -> str:
        """What names this fault also after lines have moved."""
        return f"{self.function}: {self.before} → {self.after}"


Change = tuple[ast.AST, Callable[[], None], Callable[[], str], str]


def mutants(source: str) -> list[Mutant]:
    """Every fault this module can have, in the order of the text."""
    return [_applied(source, number)[1] for number in range(_count(source))]


def sample(source: str, n: int, seed: str) -> list[Mutant]:
    """n different faults drawn by chance; the same for the same text and seed."""
    count = _count(source)
    chosen = sorted(random.Random(seed).sample(range(count), min(n, count)))
    return [_applied(source, number)[1] for number in chosen]


def mutated(source: str, number: int) -> ast.Module:
    """The module with fault `number` in it."""
    return _applied(source, number)[0]


def count(source: str) -> int:
    """How many faults this module can have."""
    return _count(source)


def _count(source: str) -> int:
    return sum(1 for _ in _changes(ast.parse(source)))


def _applied(source: str, number: int) -> tuple[ast.Module, Mutant]:
    tree = ast.parse(source)
    for place, (node, apply, text, function) in enumerate(_changes(tree)):
        if place == number:
            before = text()
            apply()
            mutant = Mutant(number, getattr(node, "lineno", 0), function, _short(before), _short(text()))
            return ast.fix_missing_locations(tree), mutant
    raise IndexError(number)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 100 else line[:97] + "..."


def _changes(tree: ast.Module) -> Iterator[Change]:
    yield from _below(tree, "module")


def _below(node: ast.AST, function: str) -> Iterator[Change]:
    for field, value in ast.iter_fields(node):
        if field in SKIPPED:
            continue
        items = value if isinstance(value, list) else [value]
        for place, item in enumerate(items):
            if not isinstance(item, ast.AST) or isinstance(item, ast.JoinedStr) or _is_docstring(node, item):
                continue
            if isinstance(value, list) and isinstance(item, ast.stmt):
                yield from _removed(value, place, function)
            here = f"{function}.{item.name}".removeprefix("module.") if _is_named(item) else function
            for apply in _of(item, node, field):
                shown = node if isinstance(item, ast.Constant) and isinstance(node, ast.expr) else item
                yield item, apply, lambda shown=shown: _text(shown), here
            yield from _below(item, here)


def _is_named(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


def _is_docstring(parent: ast.AST, node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.If | ast.While):
        return f"{'if' if isinstance(node, ast.If) else 'while'} {ast.unparse(node.test)}"
    if isinstance(node, ast.comprehension):
        return ast.unparse(node).strip()
    return ast.unparse(node)


def _removed(body: list[ast.stmt], place: int, function: str) -> Iterator[Change]:
    statement = body[place]
    is_call = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    if is_call or isinstance(statement, ast.Raise | ast.Continue):

        def take_out() -> None:
            body[place] = ast.Pass()

        yield statement, take_out, lambda: ast.unparse(body[place]), function


def _of(node: ast.AST, parent: ast.AST, field: str) -> Iterator[Callable[[], None]]:
    """The faults this node itself can have."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            if new := COMPARED.get(type(operator)):
                yield lambda place=place, new=new: node.ops.__setitem__(place, new())
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in COMPUTED and not _joins_text(node):
        yield lambda: setattr(node, "op", COMPUTED[type(node.op)]())
    elif isinstance(node, ast.BoolOp):
        yield lambda: setattr(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp):
        if isinstance(node.op, ast.Not | ast.Invert):
            yield lambda: setattr(node, "operand", ast.UnaryOp(op=type(node.op)(), operand=node.operand))
        elif isinstance(node.op, ast.USub):
            yield lambda: setattr(node, "op", ast.UAdd())
    elif isinstance(node, ast.Constant):
        yield from _of_constant(node, parent, field)
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in CALLED:
            yield lambda: setattr(node.func, "id", CALLED[node.func.id])
        elif isinstance(node.func, ast.Attribute) and node.func.attr in CALLED:
            yield lambda: setattr(node.func, "attr", CALLED[node.func.attr])
    elif isinstance(node, ast.Return) and node.value is not None and ast.unparse(node.value) != "None":
        yield lambda: setattr(node, "value", ast.Constant(None))
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        yield lambda: setattr(node, "test", ast.UnaryOp(op=ast.Not(), operand=node.test))
    if isinstance(node, ast.comprehension):
        for place, test in enumerate(node.ifs):
            yield lambda place=place, test=test: node.ifs.__setitem__(place, ast.UnaryOp(op=ast.Not(), operand=test))


def _of_constant(node: ast.Constant, parent: ast.AST, field: str) -> Iterator[Callable[[], None]]:
    if isinstance(node.value, bool):
        yield lambda: setattr(node, "value", not node.value)
    elif isinstance(node.value, int | float):
        yield lambda: setattr(node, "value", node.value + 1)
    elif isinstance(node.value, str) and (
        isinstance(parent, ast.Compare) or (isinstance(parent, ast.Subscript) and field == "slice")
    ):
        yield lambda: setattr(node, "value", f"XX{node.value}")


def _joins_text(node: ast.BinOp | ast.AugAssign) -> bool:
    """A text put together, or `X | None` in a name for a type: no arithmetic."""
    sides = [node.value] if isinstance(node, ast.AugAssign) else [node.left, node.right]
    return any(isinstance(s, ast.JoinedStr) or (isinstance(s, ast.Constant) and not _is_number(s)) for s in sides)


def _is_number(node: ast.Constant) -> bool:
    return isinstance(node.value, int | float) and not isinstance(node.value, bool)
