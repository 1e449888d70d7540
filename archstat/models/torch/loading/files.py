"""Models out of Python files and notebooks, and out of modules that can be imported."""

from __future__ import annotations
import __future__

import ast
import importlib.util
import linecache
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import SourceFileLoader
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from archstat.errors import UsageError, did_you_mean, shown, within
from archstat.files import is_file, no_file, read_file
from archstat.models.torch.failures.hints import hint_for
from archstat.models.torch.loading.construction import summary, users_code
from archstat.models.torch.loading.definitions import Statement, chosen, statements
from archstat.models.torch.loading.home import FILES, Home
from archstat.models.torch.loading.neighbours import Neighbours
from archstat.models.torch.loading.notebook import code_of
from archstat.models.torch.loading.stubs import MissingName, MissingPackage

MOST_BYTES = 16 << 20
"""Of Python: what is generated has some."""

MOST_MISSING = 50  # packages and their parts that a file imports in vain


def from_file(home: Home, wanted: str, *, run_file: bool = False) -> ModuleType:
    """Return the module that a Python file or a notebook is, as far as a name of it needs it.

    Args:
        home: Where the file is.
        wanted: The name that is asked for; empty for the only class of modules.
        run_file: Whether every statement of the file is run.

    Raises:
        UsageError: There is no such file, or it fails.
    """
    path = home.file
    if not is_file(path):
        raise no_file(str(path), FILES)
    file = str(path.resolve())
    spec = importlib.util.spec_from_loader(path.stem, SourceFileLoader(path.stem, file))
    if spec is None:
        raise UsageError(f"{shown(str(path))} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    if not run_file:
        home.neighbours = _neighbours(home, str(path))
    with users_code(str(path), home):
        with within(shown(str(path))):
            source = code_of(path) if path.suffix == ".ipynb" else _text(path)
        if path.suffix == ".ipynb":  # whose lines are those of its code
            linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        found = statements(source, file)
        if home.neighbours is not None:
            home.neighbours.reads(found)
        names = {wanted.partition(".")[0]} if wanted else _classes(found)
        run, needed = (found, names) if run_file else chosen(found, names)
        sys.modules.setdefault(path.stem, module)  # dataclasses and pickle look a class's module up
        _run(run, module, needed, str(path), everything=run_file)
    _tell(path, [each for each in found if each not in run and _does_something(each)])
    return module


def _neighbours(home: Home, name: str) -> Neighbours:
    """Return what reads the modules beside a file for their definitions."""

    def run(statements: Sequence[Statement], module: ModuleType, needed: set[str]) -> None:
        _run(statements, module, needed, name, everything=False)

    def tell(file: str, left: list[Statement]) -> None:
        path = Path(file)
        shorter = path.relative_to(home.folder) if path.is_relative_to(home.folder) else path
        _tell(shorter, [each for each in left if _does_something(each)])

    return Neighbours(home.holds, run, tell)


def _text(path: Path) -> str:
    return importlib.util.decode_source(read_file(path, MOST_BYTES))


def _classes(found: Sequence[Statement]) -> set[str]:
    return {each.node.name for each in found if isinstance(each.node, ast.ClassDef)}


def _run(
    run: Sequence[Statement], module: ModuleType, needed: set[str], name: str, *, everything: bool
) -> None:
    """Run statements in a module; what nobody needs may fail."""
    flags, file = 0, str(module.__file__)
    for each in run:
        node = each.node
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                flags |= getattr(__future__, alias.name).compiler_flag
        tree = ast.Module([node], type_ignores=[])
        code = compile(tree, file, "exec", flags=flags, dont_inherit=True)
        try:
            _execute(code, module, name, may_lack=each.is_import and not everything)
        except (Exception, SystemExit) as error:
            if everything or each.binds & needed or "*" in each.binds:
                raise
            for lacking in each.binds - vars(module).keys():
                if each.is_import:
                    why = summary(error), hint_for(error)
                    setattr(module, lacking, MissingName(lacking, name, why))


def _execute(code: Any, module: ModuleType, name: str, *, may_lack: bool) -> None:
    """Run a statement; a package that it imports and that is missing is put up with."""
    for _ in range(MOST_MISSING):
        try:
            exec(code, vars(module))  # noqa: S102  the user's own file, which was asked for
        except ModuleNotFoundError as error:
            if not may_lack or not error.name or error.name in sys.modules:
                raise
            sys.modules[error.name] = MissingPackage(error.name, name)
        else:
            return


def _does_something(statement: Statement) -> bool:
    return not statement.defines and not statement.is_main


def _tell(path: Path, left: Sequence[Statement]) -> None:
    """Say on stderr which statements of a file were not run."""
    if not left:
        return
    lines = ", ".join(_spans(left))
    word = "line" if lines.isdecimal() else "lines"
    what = "a statement was" if len(left) == 1 else f"{len(left)} statements were"
    name = str(path)
    sys.stderr.write(
        f"{name if name.isprintable() else shown(name)}: {what} not run, as a file is read for "
        f"what it defines: {word} {lines}; to run all: --run-file, or run_file=True in Python\n"
    )


def _spans(left: Sequence[Statement]) -> Iterator[str]:
    """Yield the lines of statements, those in a row together."""
    lines = {n for each in left for n in range(each.node.lineno, (each.node.end_lineno or 0) + 1)}
    for _, run in groupby(enumerate(sorted(lines)), key=lambda pair: pair[1] - pair[0]):
        numbers = [line for _, line in run]
        yield str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}"


def from_package(name: str) -> ModuleType:
    """Return a module that can be imported from here.

    Raises:
        UsageError: There is none, or it fails.
    """
    here = Home(Path(name))
    try:
        with users_code(name, None), here.on_the_path():
            return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"there is no module {shown(name)}: {error}",
            hint="a file ends in .py, as in homework.py:AlexNet",
        ) from None


def attribute(module: ModuleType, name: str, model: str) -> Any:
    """Return what a module calls so; without a name, its only class of modules.

    Raises:
        UsageError: There is none of this name, or not one class.
    """
    if name:
        found: Any = module
        for part in name.split("."):
            if not hasattr(found, part):
                known = [word for word in dir(found) if not word.startswith("_")]
                where = model.rpartition(":")[0] if found is module else found.__name__
                raise UsageError(f"{where} has no {shown(part)}", hint=did_you_mean(part, known))
            found = getattr(found, part)
        return found
    own = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, nn.Module)
        and value.__module__ == module.__name__
    ]
    if len(own) == 1:
        return own[0]
    names = ", ".join(f"{model}:{value.__name__}" for value in own)
    raise UsageError(
        f"{model} defines {len(own) or 'no'} nn.Module classes",
        hint=f"say which: {names}" if own else "name a function or a model: file.py:name",
    )
