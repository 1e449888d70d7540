"""The layers of a case in every format."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

from archstat.bench.reading import from_dict
from archstat.bench.record import LayerRound, LayerTimes
from tests.bench.records import CONV_RATE, MEMORY_RATE, MS, cpu, record, result
from tests.documents.bench.writing import layers_in as shown
from tests.documents.bench.writing import render


def measured(*layers_ns, whole_ns=2 * MS, names=("conv", "fc", "drop")):
    """Return a record of a convolution with a floor of 1 ms, a linear layer with 0.1 ms."""
    once = LayerRound(0, whole_ns, layers_ns, flops_rate=CONV_RATE, bytes_rate=MEMORY_RATE)
    times = LayerTimes(0, names, ("conv2d", "linear", "dropout"), (once,))
    whole = replace(result(cpu(1), 2 * MS), layers=(times,))
    return record(whole)


USUAL = measured(1_250_000, 500_000, 1_000)


def test_the_table():
    # conv 62.5 % of 2 ms, 1 / 1.25 of its floor; the sum 1.751 ms, 87.55 %
    assert (
        shown(USUAL, "table")
        == """\
layers of net, cpu, batch 1, float32, eager, 2 threads
                                                        % of  bound
  layer      kind     latency  share            floor  floor  by
                           µs                      µs
  ───────────────────────────────────────────────────────────────────
  conv       conv2d     1,250   62 %  ████████  1,000   80 %  compute
  fc         linear       500   25 %  ███▎        100   20 %  compute
  drop       dropout     1.00  0.1 %                –      –  –
  ───────────────────────────────────────────────────────────────────
  sum                   1,750   88 %
  remainder               249   12 %
  whole                 2,000  100 %

note: 12 % of the whole is in no layer: what the model does between them, and what Python takes
"""
    )


def test_a_remainder_below_zero_has_its_sign():
    assert "\n  remainder              −100  −5.0 %\n" in shown(
        measured(1_500_000, 500_000, 100_000), "table"
    )


def test_markdown():
    lines = shown(USUAL, "markdown").splitlines()
    assert lines[0] == "## layers of net, cpu, batch 1, float32, eager, 2 threads"
    assert lines[4] == "| conv | conv2d | 1,250 | 62 % | ████████ | 1,000 | 80 % | compute |"
    assert lines[-3] == "| **whole** |  | **2,000** | **100 %** |  |  |  |  |"


def test_csv_has_the_remainder_and_the_whole_in_lines_of_their_own():
    rows = list(csv.DictReader(io.StringIO(shown(USUAL, "csv"))))
    assert [(row["layer"], row["latency_s"]) for row in rows] == [
        ("conv", "0.00125"),
        ("fc", "0.0005"),
        ("drop", "1e-06"),
        ("(remainder)", "0.000249"),
        ("(whole)", "0.002"),
    ]
    assert (rows[2]["floor_s"], rows[2]["bound"]) == ("", "")


def test_json_adds_up_exactly():
    found = json.loads(shown(measured(1_250_001, 500_003, 7), "json"))
    assert (found["sum_ns"], found["remainder_ns"], found["whole_ns"]) == (
        1_750_011,
        249_989,
        2 * MS,
    )
    assert list(found["layers"][0]) == [
        "name",
        "kind",
        "latency_ns",
        "share",
        "floor_s",
        "share_of_floor",
        "bound",
    ]


def test_names_of_users_obey_nobody():
    hostile = measured(1, 1, 1, names=("a\x1b[31m", "=1+1", "b|c"))
    assert "\x1b" not in shown(hostile, "table")
    assert "'=1+1" in shown(hostile, "csv")
    assert "b\\|c" in shown(hostile, "markdown")


def test_a_case_without_layers_says_why():
    whole = replace(result(cpu(1), 2 * MS), layers=(LayerTimes(0, failure="no room"),))
    run = record(whole)
    assert shown(run, "table") == (
        "layers of net, cpu, batch 1, float32, eager, 2 threads: no room\n"
    )
    assert json.loads(shown(run, "json"))["records"] == []
    assert shown(run, "csv").count("\n") == 1


def test_the_whole_record_shows_them_in_each_format():
    assert shown(USUAL, "table") in render(USUAL, "table")
    assert shown(USUAL, "markdown").rstrip() in render(USUAL, "markdown")
    document = json.loads(render(USUAL, "json"))
    assert document["results"][0]["breakdown"] == json.loads(shown(USUAL, "json"))


def test_what_was_written_is_read_back():
    assert from_dict(json.loads(render(USUAL, "json"))).results == USUAL.results
