"""Packages that are needed by some questions only."""

from __future__ import annotations

from importlib.util import find_spec

from archstat.errors import UsageError

TORCH = ("torch",)
WITNESSES = ("torch", "torchinfo", "fvcore")


def require(packages: tuple[str, ...], *, purpose: str) -> None:
    """Check that packages are installed, without importing them.

    Raises:
        UsageError: One is not.
    """
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise UsageError(
            f"{purpose} needs {' and '.join(missing)}, which this Python does not have",
            hint="pip install 'archstat[torch]'",
        )
