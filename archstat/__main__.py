"""`python -m archstat`."""

from __future__ import annotations

import io
import sys

from archstat.cli.app import COMMANDS, application


def main() -> None:
    """Run the command line; letters that standard output cannot hold become question marks."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    first = sys.argv[1:2]  # importing one command is faster than importing all
    application(first if set(first) & set(COMMANDS) else COMMANDS)(prog_name="archstat")


if __name__ == "__main__":
    main()
