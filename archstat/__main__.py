"""`python -m archstat`."""

from __future__ import annotations

from archstat.cli.app import app


def main() -> None:
    """Run the command line."""
    app(prog_name="archstat")


if __name__ == "__main__":
    main()
