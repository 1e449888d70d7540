"""The pictures that the docs show, drawn by archstat itself.

python docs/drawn.py            writes docs/alexnet-shares.svg and docs/alexnet-fields.svg
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import archstat
from archstat.pictures.network import field_picture

HERE = Path(__file__).parent


def pictures() -> Iterator[tuple[Path, str]]:
    """Yield each picture and where it is kept."""
    report = archstat.analyze("paper-alexnet")
    yield HERE / "alexnet-shares.svg", f"{report.plot()}\n"
    yield HERE / "alexnet-fields.svg", f"{field_picture(report)}\n"


if __name__ == "__main__":
    for path, svg in pictures():
        path.write_text(svg, encoding="utf-8")
