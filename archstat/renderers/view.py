"""What a person asked to see of a report: which columns, and which axis first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archstat.renderers.cells import Layout
from archstat.report.columns import COLUMNS, DEFAULT, Column


@dataclass(frozen=True)
class View:
    """How to show a report.

    Attributes:
        columns: The columns that were asked for; None for the usual ones.
    """

    columns: tuple[Column, ...] | None = None
    layout: Layout = "hwc"

    def chosen(self) -> Sequence[Column]:
        """Return the columns to show."""
        return self.columns or tuple(COLUMNS[key] for key in DEFAULT)
