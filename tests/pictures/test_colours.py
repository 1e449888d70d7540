"""Colours of drawings: how much of a quantity each block has, counted or measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archstat.bench.layer_summary import LayerFigures
from archstat.pictures.plans.measured import measured_quantity
from archstat.pictures.plans.palette import QUANTITIES, Palette
from archstat.pictures.plans.stops import stops
from tests.cli.running import assert_refused, invoke
from tests.pictures.drawings import report


@pytest.fixture(scope="module")
def alexnet():
    return report("paper-alexnet")


@pytest.mark.parametrize(
    ("by", "shares"),
    [
        # 223,948,800 and 37,748,736 of 724,406,816 MACs
        ("macs", {"conv2": "30.9 %", "fc6": "5.2 %", "pool1": "–"}),
        # 307,456 and 37,752,832 of 60,965,224 parameters
        ("params", {"conv2": "0.5 %", "fc6": "61.9 %", "pool1": "–"}),
    ],
)
def test_shares_of_a_quantity_are_written_and_coloured(alexnet, by, shares):
    shown = stops(alexnet)
    palette = Palette(shown, QUANTITIES[by])
    assert {each.name: palette.share(each) for each in shown if each.name in shares} == shares
    colours = {each.name: palette.of(each) for each in shown}
    assert colours["pool1"] == "#deeaf7"  # none: the palest
    assert colours["conv2" if by == "macs" else "fc6"] == "#083e82"  # the most: the darkest


def measured(**ns):
    """Return times of layers; a floor of a quarter of them for convolutions."""
    return [
        LayerFigures(name, "conv", each, 0.1, of_floor=0.25 if name.startswith("conv") else None)
        for name, each in ns.items()
    ]


def test_times_of_a_record_are_written_and_coloured(alexnet):
    # conv1 with its ReLU 3 of 8 ms, fc6 5 of 8 ms, pool1 not measured
    layers = measured(conv1=2_000_000, relu1=1_000_000, fc6=5_000_000)
    shown = stops(alexnet)
    palette = Palette(shown, measured_quantity("time", layers))
    shares = {each.name: palette.share(each) for each in shown}
    assert (shares["conv1"], shares["fc6"], shares["pool1"]) == ("37.5 %", "62.5 %", "? ms")
    assert palette.legend()[-1][1] == "5.00 ms"
    assert {each.name: palette.of(each) for each in shown}["fc6"] == "#083e82"


def test_shares_of_the_limit_do_not_add_up(alexnet):
    # a quarter of the floor in 2 of 3 ms, and a ReLU whose floor is nothing: 0.25·2/3 = 17 %
    layers = measured(conv1=2_000_000, relu1=1_000_000, conv3=7_000, fc6=5_000_000)
    shown = stops(alexnet)
    palette = Palette(shown, measured_quantity("limit", layers))
    shares = {each.name: palette.share(each) for each in shown}
    said = ("17 %", "25 %", "? of the limit")
    assert (shares["conv1"], shares["conv3"], shares["fc6"]) == said
    assert [text for _, text in palette.legend()][-1] == "100 % of the limit"


def test_colours_of_what_was_measured_need_a_record():
    assert_refused(
        invoke("draw", "lenet5", "--color-by", "time"),
        "error: --color-by time needs what was measured",
        "  hint: write archstat bench lenet5 --layers -o run.json, and --bench run.json here",
    )
    assert_refused(
        invoke("draw", "lenet5", "--bench", "run.json"),
        "error: --bench is for --color-by time or limit, and colours show: kind",
        "  hint: add --color-by time",
    )


def test_what_was_not_counted_has_a_question_mark(alexnet):
    rows = tuple(
        replace(row, macs=None, uncounted=("odd",)) if row.name == "conv3" else row
        for row in alexnet.layers
    )
    shown = stops(replace(alexnet, layers=rows))
    palette = Palette(shown, QUANTITIES["macs"])
    assert [palette.share(each) for each in shown if each.name == "conv3"] == ["? MACs"]
