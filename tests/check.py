"""Every check in one command: format, lint, types, imports, tests; told at the end is what failed.

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


def commands(*, fast: bool, fix: bool) -> dict[str, list[str]]:
    """Return the checks by name, in their order."""
    python = [sys.executable, "-m"]
    repair = [] if fix else ["--check"]
    contract = "from importlinter.cli import lint_imports; exit(lint_imports())"
    return {
        "format": [*python, "ruff", "format", *repair, "."],
        "lint": [*python, "ruff", "check", *(["--fix"] if fix else []), "."],
        "types": [*python, "mypy"],
        "imports": [sys.executable, "-c", contract],
        "tests": [*python, "pytest", "-q", "-n", "auto", *(["-m", "not slow"] if fast else [])],
    }


def main(arguments: list[str]) -> int:
    """Run all checks; return 1 if any fails, or 0."""
    unknown = set(arguments) - {"--fast", "--fix"}
    if unknown:
        print(f"unknown option: {' '.join(sorted(unknown))}; there are --fast and --fix")
        return 2
    failed = []
    for name, command in commands(fast="--fast" in arguments, fix="--fix" in arguments).items():
        print("$", " ".join(command[1:]), flush=True)
        start = time.monotonic()
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        print(f"  {time.monotonic() - start:.0f} s\n", flush=True)
        if code:
            failed.append(name)
    print(f"failed: {', '.join(failed)}" if failed else "every check passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
