"""Comparisons in each format; what they hold is tested beside what makes them."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import pytest

from archstat.bench.comparing.comparison import compare_records
from archstat.bench.record import Reading, Result
from tests.bench.records import MS, ceilings, cpu, record, result, work
from tests.documents.bench.writing import compared_in as render

TABLE = """\
net, cpu, forward pass, float32, eager, threads 2

                                   new / old
              % of           % of
batch   old  limit     new  limit  ratio   95 % interval  by       answer
         ms             ms
    1  10.0   11 %    10.0   11 %  1.000  [1.000, 1.000]  share    SAME
    2  10.0   22 %    20.0   11 %  2.000  [2.000, 2.000]  latency  UNDECIDED
   32   400  8.8 %     500  7.0 %  1.250  [1.250, 1.250]  share    SLOWER
   64   400   18 %  failed      –      –               –  –        FAILED

batch 2, new: CONTENDED: its threads waited for a processor for 20 % of the time, so the figure \
is an upper bound; stop other programs, or use fewer threads
batch 2, new: SLOWER if new were not CONTENDED
batch 64, new: does not fit in memory
the environments differ: software torch: 2.15.0 → 2.16.0
only in old: net, cpu, batch 8, float32, eager, 2 threads
1 SAME, 1 UNDECIDED, 1 SLOWER, 1 FAILED, at a tolerance of 5 %; a ratio is of times, so under 1 \
is faster
"""


@pytest.fixture
def two_days():
    """Return a comparison with every kind of answer, on another day with another torch."""
    old = record(
        result(cpu(1), *[10 * MS] * 3),
        result(cpu(2), *[10 * MS] * 3),
        result(cpu(32), *[400 * MS] * 3),
        result(cpu(64), *[400 * MS] * 3),
        result(cpu(8), *[20 * MS] * 3),
    )
    new = record(
        result(cpu(1), *[10 * MS] * 3),
        result(cpu(2), *[20 * MS] * 3, reading=Reading(wait=0.2)),
        result(cpu(32), *[500 * MS] * 3),
        Result(cpu(64), work(64), failure="does not fit in memory"),
        environment={"cpu": {"name": "Some Processor"}, "software": {"torch": "2.16.0"}},
    )
    return compare_records(old, new)


def test_a_table(two_days):
    assert render(two_days, "table") == TABLE


def test_markdown(two_days):
    lines = render(two_days, "markdown").splitlines()

    assert lines[:7] == [
        "**old and new**",
        "",
        "- net, cpu, forward pass, float32, eager, threads 2",
        "",
        (
            "| batch | old \\[ms\\] | % of limit | new \\[ms\\] | % of limit | new / old: ratio "
            "| new / old: 95 % interval | new / old: by | new / old: answer |"
        ),
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | :--- | :--- |",
        "| 1 | 10.0 | 11 % | 10.0 | 11 % | 1.000 | \\[1.000, 1.000\\] | share | SAME |",
    ]
    assert lines[-2] == "- only in old: net, cpu, batch 8, float32, eager, 2 threads"


def test_csv_has_a_line_for_each_column_of_each_case(two_days):
    lines = list(csv.DictReader(render(two_days, "csv").splitlines()))

    assert [(line["batch_size"], line["column"], line["answer"]) for line in lines] == [
        ("1", "old", ""),
        ("1", "new", "SAME"),
        ("2", "old", ""),
        ("2", "new", "UNDECIDED"),
        ("32", "old", ""),
        ("32", "new", "SLOWER"),
        ("64", "old", ""),
        ("64", "new", "FAILED"),
    ]
    assert lines[5]["latency_ratio"] == "1.25"
    assert lines[7]["reason"] == "does not fit in memory"


def test_json(two_days):
    document = json.loads(render(two_days, "json"))

    assert list(document) == [
        "schema",
        "kind",
        "tolerance",
        "is_regression",
        "columns",
        "rows",
        "differences",
        "unmatched",
    ]
    assert (document["kind"], document["is_regression"]) == ("bench-comparison", True)
    old, new = document["rows"][2]["entries"]
    assert (old["latency_s"], old["answer"], old["share_ratio"]) == (0.4, None, None)
    assert (new["latency_s"], new["answer"], new["by"]) == (0.5, "SLOWER", "share")
    assert new["latency_ratio"] == {"value": 1.25, "interval": [1.25, 1.25]}
    assert document["differences"] == [
        {"section": "software", "key": "torch", "values": ["2.15.0", "2.16.0"]}
    ]
    assert document["unmatched"][0]["case"]["batch_size"] == 8


def test_what_is_wrong_with_several_is_said_once():
    both = record(*(result(cpu(size), 10 * MS) for size in (1, 2)))

    lines = render(compare_records(both, both), "table").splitlines()

    assert lines[-2] == (
        "batch 1, new; batch 2, new: too few processes or samples to say; use more processes or "
        "seconds"
    )


def test_what_is_wrong_with_all_is_said_of_all():
    busy = record(result(cpu(1), *[10 * MS] * 3, reading=Reading(wait=0.2)))

    lines = render(compare_records(busy, busy), "table").splitlines()

    assert lines[-3].startswith("all: CONTENDED: ")
    assert lines[-2] == "batch 1, new: SAME if old were not CONTENDED"


def test_two_machines_are_columns_with_letters():
    gpu = replace(cpu(1), device="cuda:0", threads=0)
    here = record(result(cpu(1), *[10 * MS] * 3))
    there = record(
        result(gpu, MS),
        environment={"cuda:0": {"name": "A GPU"}, "software": {"torch": "2.15.0"}},
        ceilings=(*ceilings("cuda:0", threads=0),),
    )

    assert render(compare_records(here, there), "table") == (
        "net, forward pass, float32, eager\n"
        "A: old: cpu (Some Processor), 2 threads\n"
        "B: new: cuda:0 (A GPU)\n"
        "\n"
        "                                 B / A\n"
        "              % of         % of             95 %\n"
        "batch     A  limit     B  limit  ratio  interval  by       answer\n"
        "         ms           ms\n"
        "    1  10.0   11 %  1.00  110 %  0.100         ?  latency  –\n"
        "\n"
        "batch 1, new: cuda:0 (A GPU): OVER LIMIT: at 110 % of its limit, so the probes missed "
        "what the device can do\n"
        "the environments differ: cpu name: Some Processor → ?\n"
        "the environments differ: cuda:0 name: ? → A GPU\n"
        "a ratio is of times, so under 1 is faster; between two devices nothing has become faster "
        "or slower\n"
    )


def test_nothing_from_a_file_reaches_a_terminal_or_a_spreadsheet_as_it_is():
    evil = replace(cpu(1), model="=net\x1b[31m")
    one = record(result(evil, *[10 * MS] * 3), result(cpu(1), *[10 * MS] * 3))

    comparison = compare_records(one, one)

    assert "\x1b" not in render(comparison, "table")
    assert "\x1b" not in render(comparison, "markdown")
    assert "\n'=net [31m,cpu,1," in render(comparison, "csv")
