"""What counts of layers that most sheets have no row for."""

from __future__ import annotations

import pytest

from archstat.homework.marking.policy import Policy
from tests.homework.networks import marked, sheet

SKIPPING = """
name = "skipping"
input = [2, 9, 9]
layers = [
  {name="conv1", kind="conv2d", out_channels=4, kernel_size=3},
  {name="conv2", kind="conv2d", out_channels=3, kernel_size=3},
  {name="crop", kind="zero_pad2d", padding=-1, inputs=["conv1"]},
  {name="concat", kind="concat", inputs=["crop", "conv2"]},
]
"""


@pytest.mark.parametrize(
    ("rows", "points", "out_of"),
    [
        ((), 2, 2),
        (("concat | 5x5x7",), 3, 3),
        (("concat | 5x5x8",), 2, 3),
        (("crop | 5x5x4", "concat | ?"), 3, 4),
    ],
)
def test_what_puts_maps_together_counts_where_it_has_a_row(tmp_path, rows, points, out_of):
    """A convolution of 3×3 leaves 7×7, then 5×5; the crop has 4 channels, and 3 are put behind."""
    path = tmp_path / "skipping.toml"
    path.write_text(SKIPPING, encoding="utf-8")
    table = sheet("layer | feature map", "conv1 | 7x7x4", "conv2 | 5x5x3", *rows)
    result = marked(table, str(path))
    assert (result.points, result.out_of) == (points, out_of)


def test_a_join_that_the_policy_names_counts_without_a_row(tmp_path):
    path = tmp_path / "skipping.toml"
    path.write_text(SKIPPING, encoding="utf-8")
    table = sheet("layer | feature map", "conv1 | 7x7x4", "conv2 | 5x5x3")
    result = marked(table, str(path), Policy(cells={("concat", "feature_map"): 2}))
    assert (result.points, result.out_of, result.missing) == (2, 4, ("concat",))


def test_whoever_does_not_ask_why_gets_the_same_worth_and_no_causes():
    """The second convolution has 256·48·25 weights in its two groups, and 256·96·25 without."""
    table = sheet("layer | weights", "conv1 | 34848", "conv2 | 614400", "conv3 | 884736")
    why, plain = (marked(table, "paper-alexnet", Policy(asks_why=asks)) for asks in (True, False))
    assert len(why.causes) == 1
    assert plain.causes == ()
    assert [one.worth for one in why.marks] == [one.worth for one in plain.marks]
    assert plain.gaps == why.gaps
