"""Which statements of a file are run to have a name of it: those that define, and what they need.

Imports, classes, functions and constants are run. A statement that does something else is run only
if it makes what the asked name needs: `device = pick()` where the class reads `device`, but neither
`loader = DataLoader(…)` that it does not read, nor a loop that trains.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

DEFINING = (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
ASSIGNING = (ast.Assign, ast.AnnAssign, ast.AugAssign)
DOING = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
CHANGING = frozenset(
    """
    add add_argument add_argument_group add_module add_mutually_exclusive_group append extend insert
    pop remove set_defaults setdefault sort update
    """.split()  # noqa: SIM905  a list of names
)
"""Methods of lists, sets, dictionaries, modules and parsers of arguments that change them."""


@dataclass(frozen=True)
class Statement:
    """A statement on the first level of a file.

    Attributes:
        binds: The names that it gives a value, or the objects of which it changes a part.
        reads: The names of the file that it, or a function in it, ever reads.
        reads_now: Those that it reads when it is run.
        defines: Whether running it only defines something.
    """

    node: ast.stmt
    binds: frozenset[str]
    reads: frozenset[str]
    reads_now: frozenset[str]
    defines: bool

    @property
    def is_import(self) -> bool:
        """Whether it imports something, or says where to import from."""
        is_path = isinstance(self.node, ast.Expr) and ast.unparse(self.node).startswith("sys.path.")
        return isinstance(self.node, (ast.Import, ast.ImportFrom)) or is_path

    @property
    def is_part(self) -> bool:
        """Whether it gives a part of another object a name, by which that is changed later."""
        call = self.node.value if isinstance(self.node, ast.Assign) else None
        method = call.func if isinstance(call, ast.Call) else None
        return isinstance(method, ast.Attribute) and method.attr in CHANGING

    @property
    def is_main(self) -> bool:
        """Whether it is what a script does when it is started."""
        node = self.node
        return isinstance(node, ast.If) and "__name__" in {*_names(node.test)}


def statements(source: str, file: str) -> list[Statement]:
    """Return the statements of a file.

    Raises:
        SyntaxError: It is no Python.
    """
    return [_statement(node, file) for node in ast.parse(source, file).body]


def chosen(found: Sequence[Statement], wanted: Iterable[str]) -> tuple[list[Statement], set[str]]:
    """Return the statements to run, and the names that are needed.

    Args:
        found: All statements of a file.
        wanted: The names that are asked for.
    """
    needed = set(wanted)
    known = {name for each in found for name in each.binds}
    run = {id(each) for each in found if each.is_import}
    before = -1
    while len(needed) + len(run) != before:  # what is needed needs more
        before = len(needed) + len(run)
        for each in found:
            if id(each) not in run and not each.is_main and each.binds & needed:
                run.add(id(each))
            if id(each) in run and each.binds & needed:
                needed |= each.reads | (each.binds if each.is_part else set())
        made = {name for each in found if id(each) in run for name in each.binds}
        run |= {id(each) for each in found if each.defines and not each.reads_now & known - made}
    return [each for each in found if id(each) in run], needed


def _statement(node: ast.stmt, file: str) -> Statement:
    now = {name for part in _run_now(node) for name in _names(part)}
    return Statement(
        node, frozenset(_bound(node)), frozenset(_read(node, file)), frozenset(now), _defines(node)
    )


def _defines(node: ast.stmt) -> bool:
    """Return whether running a statement only defines something."""
    if isinstance(node, (*DEFINING, ast.Pass)):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)  # the file's docstring, or a remark
    if isinstance(node, ASSIGNING):
        return not any(isinstance(part, DOING) for part in ast.walk(node))
    if isinstance(node, (ast.If, ast.Try)):
        inner = [part for field in ("body", "orelse", "finalbody") for part in _body(node, field)]
        inner += [part for handler in getattr(node, "handlers", ()) for part in handler.body]
        test = getattr(node, "test", ast.Constant(value=True))
        does = any(isinstance(part, DOING) for part in ast.walk(test))
        return all(map(_defines, inner)) and not does and "__name__" not in {*_names(test)}
    return False


def _body(node: ast.AST, field: str) -> list[ast.stmt]:
    found: list[ast.stmt] = getattr(node, field, [])
    return found


def _bound(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement gives a value, or changes, on the level of the file."""
    if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ExceptHandler):
        yield from (name for part in node.body for name in _bound(part))
    elif isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
        yield _root(node)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in CHANGING:
            yield _root(node.func)
    elif not isinstance(node, (ast.Lambda, ast.comprehension)):
        for part in ast.iter_child_nodes(node):
            yield from _bound(part)


def _root(node: ast.AST) -> str:
    """Return the name at which an expression such as `a.b[0].c()` begins; empty without one."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _names(node: ast.AST) -> Iterator[str]:
    return (part.id for part in ast.walk(node) if isinstance(part, ast.Name))


def _run_now(node: ast.stmt) -> Iterator[ast.AST]:
    """Yield what of a statement is worked out when it is run: no function's body is."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        yield from node.decorator_list
        yield from (default for default in (*node.args.defaults, *node.args.kw_defaults) if default)
    elif isinstance(node, ast.ClassDef):
        yield from (*node.decorator_list, *node.bases, *(key.value for key in node.keywords))
        for part in node.body:
            yield from _run_now(part)
    else:
        yield node


def _read(node: ast.stmt, file: str) -> set[str]:
    """Return the names of the file that a statement and the functions in it read."""
    table = symtable.symtable(ast.unparse(node), file, "exec")
    return set(_globals(table))


def _globals(table: symtable.SymbolTable) -> Iterator[str]:
    is_file = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (is_file or symbol.is_global()):
            yield symbol.get_name()
    for inner in table.get_children():
        yield from _globals(inner)
