"""What stands for a package that a file imports and that is not there: it fails when used."""

from __future__ import annotations

from types import ModuleType
from typing import Any, NoReturn, Self, TypeAlias

from archstat.errors import UsageError

Why: TypeAlias = tuple[str, str | None] | None
"""By what an import fails, and what to do; None where the package is not installed."""


class MissingName:
    """A name of a package that is not installed.

    It may be passed on and stand in an annotation; whoever calls it or builds a class on it is told
    what is missing.
    """

    def __init__(self, package: str, file: str, why: Why = None) -> None:
        self._package, self._file, self._why = package, file, why

    def _refuse(self) -> NoReturn:
        if self._why is not None:
            what, hint = self._why
            raise UsageError(f"{self._file} needs {self._package}, which fails: {what}", hint=hint)
        raise UsageError(
            f"{self._file} needs {self._package}, which is not installed",
            hint=f"pip install {self._package}, if it is called so there",
        )

    def __call__(self, *_: object, **__: object) -> NoReturn:
        """Tell what is missing."""
        self._refuse()

    def __mro_entries__(self, _: object) -> NoReturn:
        """Tell what is missing to who builds a class on it."""
        self._refuse()

    def __getattr__(self, name: str) -> Self:
        """Return what stands for a name in it."""
        if name.startswith("__"):
            raise AttributeError(name)
        return type(self)(self._package, self._file, self._why)

    def __getitem__(self, _: object) -> Self:
        """Return itself, as annotations write types of types."""
        return self

    def __or__(self, _: object) -> Self:
        """Return itself, as annotations write alternatives."""
        return self

    __ror__ = __or__

    def __instancecheck__(self, _: object) -> bool:
        """Nothing is an instance of what is missing."""
        return False

    def __iter__(self) -> Any:
        """Tell what is missing."""
        self._refuse()


class MissingPackage(ModuleType):
    """A package that is not installed, as far as importing from it goes."""

    def __init__(self, name: str, file: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []  # so that parts of it are looked for
        self._missing = MissingName(name.partition(".")[0], file)

    def __getattr__(self, name: str) -> Any:
        """Return what stands for a name in it."""
        if name.startswith("__"):
            raise AttributeError(name)
        return self._missing
