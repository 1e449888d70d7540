"""What a user's file imports from its own folder: read for its definitions, as the file itself is.

A name that only running would make is made when somebody asks for it: `from train import loader`
runs the statement that makes `loader`, and what that needs.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Any

from archstat.models.torch.loading.definitions import Statement, chosen, statements

Run = Callable[[Sequence[Statement], ModuleType, set[str]], None]
"""What runs statements in a module, of which some names are needed."""


class Neighbours(MetaPathFinder):
    """Finds the modules of a folder, before Python does.

    Args:
        belongs: Whether a file is one of the folder's own.
        run: What runs statements.
        tell: What is told of statements that were not run.
    """

    def __init__(
        self, belongs: Callable[[str], bool], run: Run, tell: Callable[[str, list[Statement]], None]
    ) -> None:
        self._belongs, self._run, self._tell = belongs, run, tell
        self.wanted: dict[str, set[str]] = {}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Return a module of the folder; None leaves it to Python."""
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or not spec.origin or not spec.origin.endswith(".py"):
            return None
        if not self._belongs(spec.origin):
            return None
        spec.loader = _Definitions(name, spec.origin, self)
        return spec

    def reads(self, found: Sequence[Statement]) -> None:
        """Note which names statements import from which modules."""
        for each in found:
            for node in ast.walk(each.node):
                if isinstance(node, ast.ImportFrom) and node.module:
                    names = {alias.name for alias in node.names}
                    self.wanted.setdefault(node.module.rpartition(".")[2], set()).update(names)

    def read(self, module: ModuleType, source: bytes | str, file: str) -> None:
        """Run the definitions of a module in it, and let it make the rest when it is asked for."""
        text = source if isinstance(source, str) else source.decode("utf-8", errors="replace")
        found = statements(text, file)
        self.reads(found)
        own = {each.node.name for each in found if isinstance(each.node, ast.ClassDef)}
        wanted = own | self.wanted.get(module.__name__.rpartition(".")[2], set())
        run, needed = chosen(found, wanted)
        done = {id(each) for each in run}

        def make(name: str) -> Any:
            made, names = chosen(found, {name})
            left = [each for each in made if id(each) not in done]
            if not name.startswith("__") and any(name in each.binds for each in left):
                done.update(map(id, left))
                self._run(left, module, names)
                if name in vars(module):
                    return vars(module)[name]
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")

        vars(module)["__getattr__"] = make
        self._run(run, module, needed)
        self._tell(file, [each for each in found if id(each) not in done])


class _Definitions(SourceFileLoader):
    """Loads a module of a folder by its definitions."""

    def __init__(self, name: str, path: str, neighbours: Neighbours) -> None:
        super().__init__(name, path)
        self._neighbours = neighbours

    def exec_module(self, module: ModuleType) -> None:
        """Run what defines something."""
        file = self.get_filename(module.__name__)
        self._neighbours.read(module, self.get_source(module.__name__) or "", file)


@contextmanager
def looking_first(finder: Neighbours) -> Iterator[None]:
    """Let a finder be asked before all others."""
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        if finder in sys.meta_path:
            sys.meta_path.remove(finder)
