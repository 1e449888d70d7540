"""`archstat atlas`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archstat.cli.shared import answering
from archstat.errors import UsageError, shown
from archstat.files import is_file

if TYPE_CHECKING:
    from collections.abc import Mapping

EPILOG = """\b
Examples:
  archstat atlas store -o site
  archstat atlas h200 cpu -o site
"""


HEAD_BYTES = 1_000
MADE_BY = b'<meta name="generator" content="archstat atlas">'
"""What stands in the head of every page of an atlas."""


def atlas(
    stores: Annotated[
        list[str],
        typer.Argument(metavar="STORE…", help="Folders of archstat sweep.", show_default=False),
    ],
    output: Annotated[
        str,
        typer.Option(
            "-o", "--output", metavar="FOLDER", help="Where the pages go.", show_default=False
        ),
    ],
) -> None:
    """Make a site of what sweeps have kept: all models, all devices, a page for each.

    The pages load nothing and need no server; index.html is the first.
    """
    with answering():
        from archstat.files import write_file
        from archstat.pages.atlas.site import site
        from archstat.sweep.asking import KEYS, StoreQuestion
        from archstat.sweep.index import Index
        from archstat.sweep.store import SUFFIX, Store

        index = Index([Store(Path(name)) for name in stores])
        answer = index.ask(*StoreQuestion(KEYS).sql())
        if not answer.rows:
            raise UsageError(f"{', '.join(map(shown, stores))}: nothing is kept there yet")
        folder = Path(output)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"-o {shown(output)} cannot be a folder: {error.strerror}") from None
        _require_own(folder / "index.html")
        rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
        command = shlex.join(["archstat", *sys.argv[1:]])
        pages = 0
        by_name = dict(zip(index.names, index.stores, strict=True))

        def answers(row: Mapping[str, Any]) -> Mapping[str, Any]:
            return by_name[row["store"]].read(f"{row['id']}{SUFFIX}").answer

        for name, text in site(rows, answers, command):
            write_file(text, folder / name)
            pages += 1
        for problem in index.unreadable:
            typer.echo(f"left out: {problem}", err=True)
        typer.echo(f"{pages:,} pages: {folder / 'index.html'}")


def _require_own(page: Path) -> None:
    """Check that a folder has no first page, or one of an atlas, which may be made anew.

    Raises:
        UsageError: It is somebody's page.
    """
    if not is_file(page):
        return
    with page.open("rb") as file:
        if MADE_BY not in file.read(HEAD_BYTES):
            raise UsageError(
                f"-o: {shown(str(page))} is no page of an atlas, and would be overwritten",
                hint="write another folder, as in -o site",
            )
