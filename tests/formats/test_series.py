"""Formats of tools that keep series of figures: Bencher, github-action-benchmark."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from archstat.bench.case import Case
from archstat.documents.bench.record import record_document
from archstat.documents.document import Document
from archstat.errors import UsageError
from archstat.formats import format_named
from tests.bench.records import MS, record, result

CASE = Case("net", "cpu", 4, threads=2)


@pytest.fixture(scope="module")
def document():
    """Return a benchmark in which three processes took 10, 10 and 10 ms, and another failed."""
    failed = replace(result(replace(CASE, batch_size=8)), failure="does not fit in memory")
    return record_document(record(result(CASE, 10 * MS, 10 * MS, 10 * MS), failed))


def test_bencher_reads_nanoseconds_and_examples_a_second(document):
    found = json.loads(format_named("bencher", ("bencher",)).write(document))
    [(name, measures)] = found.items()
    assert name == "net, cpu, batch 4, float32, eager, 2 threads"
    assert measures["latency"]["value"] == pytest.approx(10_000_000)
    assert measures["latency"]["lower_value"] <= 10_000_000 <= measures["latency"]["upper_value"]
    assert measures["throughput"] == {"value": pytest.approx(400)}  # 4 in 10 ms


def test_the_action_reads_milliseconds(document):
    [entry] = json.loads(format_named("benchmark-action", ("benchmark-action",)).write(document))
    assert (entry["name"], entry["unit"]) == ("net, cpu, batch 4, float32, eager, 2 threads", "ms")
    assert entry["value"] == pytest.approx(10)
    assert entry["extra"].startswith("VALID, ")


def test_they_are_formats_of_benchmarks_alone():
    with pytest.raises(UsageError, match="a format of benchmarks, and not of a budget"):
        format_named("bencher", ("bencher",)).write(Document("budget", "x"))
