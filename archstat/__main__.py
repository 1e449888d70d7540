"""`python -m archstat`."""

from __future__ import annotations

import io
import sys

from archstat.cli.app import app


def main() -> None:
    """Run the command line; letters that standard output cannot hold become question marks."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    app(prog_name="archstat")


if __name__ == "__main__":
    main()
