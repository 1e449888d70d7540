"""The folder of a user's file: its modules are found by name while it runs, and by nobody else.

Two files may each have another `blocks.py` beside them. So what a file imports from its own folder
is put among Python's modules while its code runs, and taken out again.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path, PurePath
from types import ModuleType

from archstat.files import note_read
from archstat.models.torch.loading.neighbours import Neighbours, looking_first
from archstat.models.torch.loading.stubs import MissingPackage

INSTALLED = tuple(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))
PACKAGES = {"site-packages", "dist-packages"}

FILES = (".py", ".ipynb")
"""How files end that hold a user's code."""


class Home:
    """The folder of a file, with the modules that were imported from it.

    Args:
        file: As its user named it.

    Attributes:
        neighbours: What reads the folder's modules for their definitions; None to run them whole.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.folder = file.parent.resolve()
        self.modules: dict[str, ModuleType] = {}
        self.neighbours: Neighbours | None = None

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Let code find the folder's modules, and put nothing there for anybody else."""
        strangers = {name: sys.modules.pop(name) for name in self._hiding()}
        before = set(sys.modules)
        sys.modules.update(self.modules)
        try:
            first = nullcontext() if self.neighbours is None else looking_first(self.neighbours)
            with self.on_the_path(), first:
                yield
        finally:
            new = [name for name in sys.modules if name not in before]
            own = [name for name in new if self._has(sys.modules[name])]
            self.modules.update({name: sys.modules.pop(name) for name in own})
            for place in (each for module in self.modules.values() for each in _places(module)):
                note_read(Path(place))
            sys.modules.update(strangers)

    @contextmanager
    def on_the_path(self) -> Iterator[None]:
        """Let code import from the folder, and see no arguments, as if Python had started it."""
        path, arguments, refuse = str(self.folder), sys.argv, ArgumentParser.error
        sys.path.insert(0, path)
        sys.argv = [str(self.file)]
        if self.neighbours is not None:
            ArgumentParser.error = _put_up_with  # type: ignore[assignment, method-assign]
        try:
            yield
        finally:
            sys.argv = arguments
            ArgumentParser.error = refuse  # type: ignore[method-assign]
            if path in sys.path:
                sys.path.remove(path)

    def holds(self, file: str) -> bool:
        """Return whether a file lies in the folder, and is nobody's library."""
        return file.startswith(str(self.folder) + os.sep) and not is_installed(file)

    def _has(self, module: ModuleType) -> bool:
        """Return whether a module lies in the folder, and is nobody's library."""
        if isinstance(module, MissingPackage):
            return True
        places = _places(module)
        return bool(places) and all(map(self.holds, places))

    def _hiding(self) -> list[str]:
        """Return the modules in whose place the folder has others of the same name."""
        own = {self.file.stem, *(path.stem for path in self.folder.iterdir())}
        return [
            name
            for name, module in sys.modules.items()
            if name.partition(".")[0] in own
            and (places := _places(module))
            and not any(map(is_installed, places))
            and not self._has(module)
        ]


def _put_up_with(_: ArgumentParser, __: str) -> None:
    """Go on where an argument is required: it is None then."""


def _places(module: ModuleType) -> list[str]:
    """Return the file of a module, or the folders of a package that has none."""
    file = getattr(module, "__file__", None)
    try:
        return [file] if isinstance(file, str) else [*map(str, getattr(module, "__path__", ()))]
    except Exception:  # noqa: BLE001  a module may be any object
        return []


def is_installed(file: str) -> bool:
    """Return whether a file belongs to Python, or to a library."""
    return file.startswith(INSTALLED) or not PACKAGES.isdisjoint(PurePath(file).parts)
