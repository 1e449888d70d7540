"""Sheets that the formats of feedback are shown."""

from __future__ import annotations

from archstat.homework.answers.truth import truth_of
from archstat.homework.marking.feedback import Feedback
from archstat.homework.marking.marking import mark
from archstat.homework.marking.policy import Policy
from archstat.homework.reading.table import FoundTable
from archstat.homework.sheet.columns import columns_of
from archstat.homework.sheet.sheet import sheet_of
from archstat.report.report import report_on
from tests.renderers.networks import network

TITLES = ("Layer", "Feature map", "# of weights", "# of neurons", "MACs", "Receptive field", "Why")
ROWS = (
    ("Input", "32x32x3", "", "", "", "", ""),
    ("Conv1", "32x32x8", "72", "8192", "442,368", "3", "3*3*8"),
    ("Pool1", "16x16x8", "-", "-", "-", "4", ""),
    ("Conv2", "16x16x12", "2,400", "3072", "691,200", "8", ""),
    ("Pool2", "6x6x12", "0", "", "", "dunno", ""),
    ("Magic", "?", "", "", "", "", "is it a layer?"),
    ("FC1", "40", "23.0k", "40", "46,080", "full", ""),
    ("FC2", "10", "490", "", "800", "full", ""),
    ("Total", "", "25,962", "", "", "", ""),
)
"""A sheet with every verdict; its MACs are doubled, and it has no row for the third convolution."""


def small():
    """Return a network whose numbers can be worked out by hand.

    conv1 8·3·3·3 = 216 weights, 8·32·32 = 8,192 neurons, 216·32·32 = 221,184 MACs, field 3
    pool1 16×16×8, field 4
    conv2 12·8·5·5 = 2,400 weights, 12·12·12 = 1,728 neurons, 345,600 MACs, field 4 + 4·2 = 12
    pool2 6×6×12, field 12 + 2 = 14
    conv3 16·12·3·3 = 1,728 weights, 16·6·6 = 576 neurons, 62,208 MACs, field 14 + 2·4 = 22
    fc1 576·40 = 23,040 weights; fc2 40·10 = 400 weights
    """
    return network(
        ("conv1", "conv2d", {"out_channels": 8, "kernel_size": 3, "padding": 1}),
        ("pool1", "max_pool2d", {"kernel_size": 2}),
        ("conv2", "conv2d", {"out_channels": 12, "kernel_size": 5}),
        ("pool2", "max_pool2d", {"kernel_size": 2}),
        ("conv3", "conv2d", {"out_channels": 16, "kernel_size": 3, "padding": 1}),
        ("flat", "flatten", {}),
        ("fc1", "linear", {"out_features": 40}),
        ("fc2", "linear", {"out_features": 10}),
        input_shape=(3, 32, 32),
        name="small",
    )


def feedback(level="hint", *, titles=TITLES, rows=ROWS, graph=None, name="ada.md", **keywords):
    """Return the feedback on a sheet; `policy`, `place` and `tool` are those of its marking."""
    policy = keywords.pop("policy", Policy())
    table = FoundTable(keywords.pop("place", "line 3"), titles, rows, keywords.pop("tool", None))
    graph = graph or small()
    truth = truth_of(graph, report_on(graph))
    marked = mark([sheet_of(table, columns_of(table))], truth, policy)
    return Feedback(marked, name, level, **keywords)
