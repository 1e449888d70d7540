"""The networks that come with the package, one spec file each."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def catalogue() -> dict[str, Path]:
    """Return the spec file of every network in the catalogue, by name; no file is read."""
    package = Path(__file__).parent.parent.parent
    installed, checked_out = package / "specs", package.parent / "specs"
    folder = installed if installed.is_dir() else checked_out
    return {path.stem: path for path in sorted(folder.glob("*.toml"), key=lambda path: path.stem)}
