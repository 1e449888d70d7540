"""What a person asked to see of a report: which columns, which axis first, and what not."""

from __future__ import annotations

from collections.abc import Sequence

from archstat.record import record
from archstat.report.columns import (
    COLUMNS,
    DEFAULT,
    TRAINING,
    LayerColumn,
    for_machines,
    with_count,
)
from archstat.report.values import Layout

BESIDE_BARS = ("layer", "kind", "feature_map", "params", "macs")
"""The usual columns where bars stand beside them, which take room."""


@record
class View:
    """How to show a report.

    Attributes:
        columns: The columns that were asked for; None for the usual ones.
        bars: Whether shares stand as bars beside the MACs and the parameters.
        is_homework: Whether it is a sheet for homework, which has its totals in every format and
            says how the columns are counted.
        blank: The columns that students fill in; what else would tell them the answers is left out.
        trains: Whether the usual columns are those of training, too.
        count: The name of a convention whose count stands behind the MACs.
        more: Columns behind all others.
        given: Columns of a sheet that say what has no column of its own, behind the settings.
        definitions: What else somebody must be told who fills the blanks in.
        open_cells: The cells that leave something to work out, as layers and keys of columns; None
            for all of the blank columns.
    """

    columns: tuple[LayerColumn, ...] | None = None
    layout: Layout = "hwc"
    is_homework: bool = False
    blank: tuple[LayerColumn, ...] = ()
    trains: bool = False
    count: str | None = None
    more: tuple[LayerColumn, ...] = ()
    given: tuple[LayerColumn, ...] = ()
    definitions: tuple[str, ...] = ()
    open_cells: frozenset[tuple[str, str]] | None = None
    bars: bool = False

    def chosen(self) -> Sequence[LayerColumn]:
        """Return the columns to show."""
        usual = BESIDE_BARS if self.bars else DEFAULT
        usual = (*usual, *TRAINING) if self.trains else usual
        chosen = self.columns or tuple(COLUMNS[key] for key in usual)
        if self.count is not None:
            chosen = with_count(chosen, self.count)
        found = tuple(dict.fromkeys((*chosen, *self.more)))
        at = 1 + max((at for at, one in enumerate(found) if one.key in DEFAULT[:4]), default=-1)
        return (*found[:at], *self.given, *found[at:])

    def is_blank(self, column: LayerColumn) -> bool:
        """Return whether the cells of a column are left empty."""
        return column in self.blank or column in for_machines(self.blank)

    def is_open(self, layer: str, column: LayerColumn) -> bool:
        """Return whether a cell of a blank column is to be filled in."""
        return self.open_cells is None or (layer, column.key) in self.open_cells
