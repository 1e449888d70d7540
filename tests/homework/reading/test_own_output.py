"""What archstat prints itself is read back whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from archstat.homework.reading import read_file

GOLDEN = Path(__file__).parent.parent.parent / "formats" / "golden"

TITLES = (
    *("layer", "kind", "filters", "stride / pad", "feature map", "weights", "neurons", "MACs"),
    "receptive field",
)
WIDE = ("wide", "conv", "4 @ 5×3×2", "1 / 2×1", "6×6×4", "120", "144", "4,320", "11×7")
TOTAL = ("total", "", "", "", "", "592", "298", "8,568", "")


@pytest.mark.parametrize("name", ["table.md", "table.txt", "table-120.txt"])
def test_a_table_for_people(name):
    (table,) = read_file(GOLDEN / name).tables

    assert table.header == TITLES
    assert len(table.rows) == 9
    assert (table.rows[2], table.rows[-1]) == (WIDE, TOTAL)


@pytest.mark.parametrize("name", ["table.csv", "table.tsv"])
def test_a_table_for_machines(name):
    (table,) = read_file(GOLDEN / name).tables

    assert table.header[:4] == ("layer", "kind", "filters", "filter_size")
    assert [row[0] for row in table.rows] == [
        *("conv1", "norm1", "wide", "lrn", "join", "pool", "flat", "fc"),
    ]
    assert table.rows[1] == (
        "norm1",
        "batch_norm2d",
        "",
        "",
        "",
        "",
        "",
        "6x6x4",
        "4",
        "0",
        "0",
        "3",
    )
