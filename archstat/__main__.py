"""`python -m archstat`."""

from __future__ import annotations

import os
import sys

STOPPED = 130


def main() -> None:
    """Run the command line, and end with its exit code, whatever happens."""
    try:
        _run()
    except KeyboardInterrupt:  # while the command line is being imported, too
        sys.exit(STOPPED)


def _run() -> None:
    from archstat.cli.streams import CANNOT_ANSWER, leave, prepare  # noqa: PLC0415  see main

    prepare()
    try:
        os.getcwd()  # noqa: PTH109  a path takes longer
    except OSError:
        sys.stderr.write(
            "error: the folder that this was started in is gone\n  hint: go to another one, cd …\n"
        )
        leave(CANNOT_ANSWER)
    leave(_code_of(sys.argv[1:2]))


def _code_of(first: list[str]) -> int:
    """Run a command, and return its exit code."""
    from archstat.cli.app import COMMANDS, application  # noqa: PLC0415  see main
    from archstat.cli.streams import CANNOT_ANSWER  # noqa: PLC0415  see main

    names = first if set(first) & set(COMMANDS) else COMMANDS  # one is faster than all
    try:
        application(names)(prog_name="archstat")
        sys.stdout.flush()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else bool(end.code)
    except KeyboardInterrupt:
        return STOPPED
    except MemoryError:
        sys.stderr.write("error: this takes more memory than there is\n")
    except BaseException as error:  # noqa: BLE001  an exit code of 1 would say "no"
        from archstat.cli.wording import bug  # noqa: PLC0415  rarely needed

        sys.stderr.write(bug(error))
    return CANNOT_ANSWER


if __name__ == "__main__":
    main()
