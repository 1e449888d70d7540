"""Of which code a run is, as git knows it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

LETTERS = 12
PATIENCE_S = 10


def commit_of(folder: Path) -> str:
    """Return the commit of a folder, with a "+" where files that git knows were changed since.

    Empty where there is no git, or no repository.
    """
    git = shutil.which("git")
    if git is None:
        return ""
    head = _said(git, folder, "rev-parse", f"--short={LETTERS}", "HEAD")
    if not head:
        return ""
    return head + ("+" if _said(git, folder, "status", "--porcelain", "-uno") else "")


def _said(git: str, folder: Path, *words: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603  git itself, and words of ours
            [git, "--no-optional-locks", *words],
            cwd=folder,
            capture_output=True,
            check=False,
            text=True,
            timeout=PATIENCE_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
