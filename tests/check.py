"""Every check in one command: format, lint, types, imports, tests; it stops at the first failure.

python tests/check.py           what must hold before a commit
python tests/check.py --fast    without the slow tests
python tests/check.py --fix     format and repair what can be repaired, then check
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent


def commands(*, fast: bool, fix: bool) -> list[list[str]]:
    """Return the checks in their order."""
    python = [sys.executable, "-m"]
    repair = [] if fix else ["--check"]
    return [
        [*python, "ruff", "format", *repair, "."],
        [*python, "ruff", "check", *(["--fix"] if fix else []), "."],
        [*python, "mypy"],
        [sys.executable, "-c", "from importlinter.cli import lint_imports; exit(lint_imports())"],
        [*python, "pytest", "-q", "-n", "auto", *(["-m", "not slow"] if fast else [])],
    ]


def main(arguments: list[str]) -> int:
    """Run the checks; return the exit code of the first that fails, or 0."""
    unknown = set(arguments) - {"--fast", "--fix"}
    if unknown:
        print(f"unknown option: {' '.join(sorted(unknown))}; there are --fast and --fix")
        return 2
    for command in commands(fast="--fast" in arguments, fix="--fix" in arguments):
        print("$", " ".join(command[1:]), flush=True)
        start = time.monotonic()
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        print(f"  {time.monotonic() - start:.0f} s\n", flush=True)
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
