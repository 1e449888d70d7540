"""Times in a report, which were measured elsewhere."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from archstat.documents.view import View
from archstat.report.columns import choose_columns, latency_columns
from archstat.report.folding import by_kind
from archstat.report.latency import with_latency
from tests.formats.writing import written
from tests.renderers.networks import report

LAYERS = {row.name: 1e-3 for row in report().layers}
FIRST = report().layers[0].name
VIEW = View(choose_columns(["layer"]), more=latency_columns(["cpu"]))


def timed(layers=LAYERS, whole_s=0.5, notes=()):
    return with_latency(report(), "cpu", layers, whole_s, notes)


def test_a_row_has_its_time_and_the_foot_that_of_the_whole():
    lines = written("markdown", timed({**LAYERS, FIRST: 5.1e-5}), VIEW).splitlines()
    assert f"| {FIRST} | 51.0 µs |" in lines
    assert "| **total** | **500 ms** |" in lines


def test_a_layer_that_was_not_timed_is_not_known():
    layers = {name: time for name, time in LAYERS.items() if name != FIRST}
    assert f"| {FIRST} | ? |" in written("markdown", timed(layers), VIEW)


def test_a_module_that_is_never_called_takes_nothing():
    first, *others = report().layers
    idle = replace(first, out_shape=())
    timed = with_latency(replace(report(), layers=(idle, *others)), "cpu", {}, 0.5, ())
    assert [row.latency_s["cpu"] for row in timed.layers[:2]] == [0.0, None]
    assert f"| {FIRST} | – |" in written("markdown", timed, VIEW)


def test_a_whole_that_was_not_timed_is_not_known():
    assert "| **total** | **?** |" in written("markdown", timed(whole_s=None), VIEW)


def test_each_device_has_a_column():
    both = with_latency(timed(), "cuda:0", {**LAYERS, FIRST: 2e-6}, 0.1, ())
    view = View(choose_columns(["layer"]), more=latency_columns(["cpu", "cuda:0"]))
    header, row, *_ = written("csv", both, view).splitlines()
    assert (header, row) == ("layer,latency_cpu,latency_cuda:0", f"{FIRST},0.001,2e-06")


def test_the_usual_columns_stay_before_them():
    header = written("csv", timed(), View(more=latency_columns(["cpu"]))).partition("\n")[0]
    assert header.endswith(",macs,receptive_field,latency_cpu")


def test_json_has_them_where_they_were_measured():
    document = json.loads(written("json", timed(notes=["quick"]), View()))
    assert document["layers"][0]["latency_s"] == {"cpu": 1e-3}
    assert document["totals"]["latency_s"] == {"cpu": 0.5}
    assert document["notes"][-1] == "quick"
    without = json.loads(written("json", report(), View()))
    assert "latency_s" not in without["layers"][0]
    assert "latency_s" not in without["totals"]


@pytest.mark.parametrize("format_name", ["text", "tsv", "latex", "typst"])
def test_formats_for_people_and_machines_show_them(format_name):
    assert "latency" in written(format_name, timed(), VIEW)


def test_a_workbook_has_seconds():
    pytest.importorskip("xlsxwriter")
    assert written("xlsx", timed(), VIEW).startswith(b"PK")


def test_rows_that_are_summed_up_add_their_times():
    rows = by_kind(timed()).layers
    assert sum(row.latency_s["cpu"] for row in rows) == pytest.approx(1e-3 * len(LAYERS))


def test_a_sum_with_an_unknown_time_is_not_known():
    layers = {name: time for name, time in LAYERS.items() if name != FIRST}
    kind = report().layers[0].kind
    (row,) = (row for row in by_kind(timed(layers)).layers if row.kind == kind)
    assert row.latency_s == {"cpu": None}
