"""Records in files: back as they were, or one sentence that says what is wrong."""

from __future__ import annotations

import json
import os
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archstat.bench import reading
from archstat.bench.case import DTYPES, MODES, OPTIMIZERS, Case
from archstat.bench.reading import from_dict, read_record
from archstat.bench.record import (
    RESOURCES,
    Ceiling,
    LayerRound,
    LayerTimes,
    Reading,
    Record,
    Result,
    Sample,
    Trial,
    to_dict,
)
from archstat.bench.work import LayerWork, Work
from archstat.documents.bench.record import record_document
from archstat.errors import RecordError
from archstat.formats import format_named
from archstat.pictures.record import picture_of
from tests.bench.records import MS, cpu, record, result, usual
from tests.documents.bench.writing import render

LAYERS = "results[0].layers[0]"
HINT = "\n  hint: give a file that archstat bench -o FILE.json wrote"

counts = st.integers(0, 2**40)
times_ns = st.integers(1, 2**40)
rates = st.floats(1, 1e18)
shares = st.floats(0, 1)
words = st.text(max_size=8)
cases = st.builds(
    Case,
    model=words,
    device=words,
    batch_size=st.integers(1, 4096),
    dtype=st.sampled_from(DTYPES),
    mode=st.sampled_from(MODES),
    channels_last=st.booleans(),
    threads=st.integers(0, 64),
    optimizer=st.sampled_from(("", *OPTIMIZERS)),
)
works = st.builds(
    Work,
    st.lists(
        st.builds(LayerWork, words, words, counts, st.booleans(), counts, counts), max_size=2
    ).map(tuple),
    counts,
    st.lists(words, max_size=1).map(tuple),
)
readings = st.builds(
    Reading,
    wait=st.none() | shares,
    stolen=st.none() | shares,
    faults=st.none() | counts,
    clock_mhz=st.none() | counts,
    power_w=st.none() | rates,
    temperature_c=st.none() | counts,
    throttled=st.lists(words, max_size=2).map(tuple),
)
plain_samples = st.builds(
    Sample,
    counts,
    st.lists(times_ns, min_size=1, max_size=3).map(tuple),
    flops_rate=st.none() | rates,
    bytes_rate=st.none() | rates,
    reading=readings,
    set_aside=st.sampled_from(["", "contended", "stolen", "throttled: hot"]),
)
samples = plain_samples | st.builds(
    lambda sample, number, queue_ns, device_ns: replace(
        sample, queue_calls=number, queue_ns=queue_ns, device_ns=device_ns
    ),
    plain_samples,
    st.integers(1, 99),
    times_ns,
    st.none() | times_ns,
)
trials = st.builds(Trial, counts, counts, counts, st.lists(samples, max_size=3).map(tuple))
results = st.builds(Result, cases, works, st.lists(trials, max_size=2).map(tuple), words)
ceilings = st.builds(
    lambda pairs, **others: Ceiling(
        rates=tuple(rate for rate, _ in pairs), beside=tuple(rate for _, rate in pairs), **others
    ),
    st.lists(st.tuples(rates, rates), max_size=2),
    device=words,
    dtype=st.sampled_from(DTYPES),
    threads=st.integers(0, 64),
    probe=words,
    resources=st.lists(st.sampled_from(RESOURCES), max_size=2).map(tuple),
    set_bytes=counts,
)
records = st.builds(
    Record,
    words=words,
    is_quick=st.booleans(),
    environment=st.dictionaries(words, st.dictionaries(words, st.none() | counts | words)),
    titles=st.dictionaries(words, words),
    results=st.lists(results, max_size=3).map(tuple),
    ceilings=st.lists(ceilings, max_size=3).map(tuple),
    spent_s=st.dictionaries(st.sampled_from(["model", "probes", "all"]), rates),
    protocol=counts,
    inputs=st.dictionaries(words, st.lists(counts, max_size=3).map(tuple)),
    epoch_images=counts,
)


def through_json(document):
    return json.loads(json.dumps(document))


@given(records)
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_record_comes_back_as_it_was(record):
    assert from_dict(through_json(to_dict(record))) == record


def test_the_figures_in_a_file_are_no_part_of_the_record():
    assert from_dict(json.loads(render(usual(), "json"))) == usual()


def places(value, place=()):
    """Yield the place of everything in a document."""
    yield place
    items = value.items() if isinstance(value, dict) else ()
    for key, each in [*items, *(enumerate(value) if isinstance(value, list) else ())]:
        yield from places(each, (*place, key))


def put(document, place, value):
    for key in place[:-1]:
        document = document[key]
    document[place[-1]] = value


ODD = (None, True, -1, 0, 1, 10**400, 1e300, 1e-300, "", "cpu", [], [0], [""], {}, {"a": 1})


@pytest.mark.slow
def test_what_is_wrong_is_said_and_all_else_can_be_shown():
    """Everything in a record is replaced by everything odd, one at a time."""
    throttled = {"reading": Reading(throttled=("HwThermalSlowdown",)), "set_aside": "throttled: x"}
    run = record(
        result(cpu(1), 2 * MS, 2 * MS, samples=1, queue_ns=2 * MS),
        result(cpu(4), 4 * MS, samples=1, **throttled),
    )
    document = through_json(to_dict(run))
    for place in [place for place in places(document) if place]:
        for odd in ODD:
            changed = deepcopy(document)
            put(changed, place, odd)
            try:
                read = from_dict(changed)
            except RecordError as error:
                assert len(str(error).splitlines()) == 2  # noqa: PT017  a sentence and its hint
                continue
            assert picture_of(read)
            answer = record_document(read)
            for format_name in ("text", "markdown", "html", "csv", "json"):
                assert format_named(format_name).write(answer)


def written(tmp_path, text):
    path = tmp_path / "run.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_file_is_read(tmp_path):
    assert read_record(written(tmp_path, json.dumps(to_dict(usual())))) == usual()


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(RecordError) as caught:
        read_record(tmp_path / "none.json")
    assert str(caught.value) == f"{tmp_path}/none.json: cannot be read: No such file or directory"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"schema": 1, "kind": "be', "ends in the middle of the record"),
        ('{"schema": 1, "results": [{"a": 1}', "ends in the middle of the record"),
        ("batch 1: 16 ms", "is no JSON: line 1: Expecting value"),
        ('{"schema": NaN}', "is no JSON of a record"),
        ("[" * 100_000, "is no JSON of a record"),
        ("1" * 5_000, "is no JSON of a record"),
        ("[1, 2]", "holds no record of archstat bench"),
        ('{"schema": 1, "model": "lenet5"}', "holds no record of archstat bench"),
        (b"\xff\xfe\x00", "is no text in UTF-8"),
    ],
)
def test_a_file_without_a_record_is_said(text, said, tmp_path):
    path = written(tmp_path, text)
    with pytest.raises(RecordError) as caught:
        read_record(path)
    assert str(caught.value) == f"{path}: {said}{HINT}"


def test_another_schema_is_not_read():
    with pytest.raises(RecordError) as caught:
        from_dict({"schema": 2, "kind": "bench"})
    assert str(caught.value) == (
        "is a record of schema 2; this archstat reads 1\n"
        "  hint: read it with the archstat that wrote it, or measure again"
    )


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("results",), None, "results: None is no list"),
        (("results", 0), 3, "results[0]: 3 is no object"),
        (
            ("results", 0, "case", "batch_size"),
            "32",
            "results[0].case.batch_size: '32' is no whole number from 0 on",
        ),
        (("results", 0, "case", "batch_size"), 0, "results[0].case.batch_size: no examples"),
        (("results", 0, "case", "dtype"), "int4", "results[0].case.dtype: 'int4' is not known"),
        (("is_quick",), 1, "is_quick: 1 is neither true nor false"),
        (("environment", "cpu"), [], "environment.cpu: [] is no object"),
        (("words",), 1, "words: 1 is no text"),
        (("spent_s", "all"), -1.0, "spent_s.all: -1.0 is no number from 0 on"),
        (
            ("results", 0, "trials", 0, "samples", 0, "calls_ns", 1),
            True,
            "results[0].trials[0].samples[0].calls_ns[1]: True is no whole number from 0 on",
        ),
        (
            ("results", 0, "trials", 0, "samples", 0, "calls_ns"),
            [],
            "results[0].trials[0].samples[0] has no time",
        ),
        (("results", 0, "layers", 0, "kinds"), [], f"{LAYERS} has not as many kinds as names"),
        (
            ("results", 0, "layers", 0, "rounds", 0, "layers_ns"),
            [1, 2],
            f"{LAYERS} has a round with more or fewer layers than names",
        ),
        (
            ("results", 0, "layers", 0, "rounds", 0, "whole_ns"),
            0,
            f"{LAYERS} has a round in which the whole took no time",
        ),
        (
            ("results", 0, "layers", 0, "rounds", 0, "bytes_rate"),
            0.5,
            f"{LAYERS} has a probe that did nothing",
        ),
        (
            ("results", 0, "trials", 0, "samples", 0, "queue_calls"),
            7,
            "results[0].trials[0].samples[0] has calls in a row without their time",
        ),
        (
            ("results", 0, "trials", 0, "samples", 0, "device_ns"),
            7,
            "results[0].trials[0].samples[0] has a time of the device without calls in a row",
        ),
        (("ceilings", 0, "rates"), [0.0], "ceilings[0] has a probe that did nothing"),
        (("ceilings", 0, "rates"), [], "ceilings[0] has not as many rates as rates beside them"),
        (
            ("ceilings", 0, "resources"),
            ["disk"],
            "ceilings[0] tells of resources that are not known",
        ),
    ],
)
def test_the_place_of_what_is_wrong_is_named(place, value, said):
    first, *others = usual().results
    times = LayerTimes(0, ("conv",), ("conv2d",), (LayerRound(0, 2 * MS, (MS,), bytes_rate=1.0),))
    results = (replace(first, layers=(times,)), *others)
    document = through_json(to_dict(replace(usual(), results=results)))
    put(document, place, value)
    with pytest.raises(RecordError) as caught:
        from_dict(document)
    assert str(caught.value) == said + HINT


def test_a_missing_key_is_named():
    document = through_json(to_dict(usual()))
    del document["results"][0]["case"]["model"]
    with pytest.raises(RecordError) as caught:
        from_dict(document)
    assert str(caught.value) == f"results[0].case.model is missing{HINT}"


def test_keys_of_later_versions_are_left_out_and_those_with_a_default_may_be_missing():
    document = through_json(to_dict(usual()))
    del document["epoch_images"]
    document["weather"] = "rain"
    assert from_dict(document) == usual()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_what_is_no_file_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("run.json")
    with pytest.raises(RecordError, match=r"^run\.json: is not an ordinary file$"):
        read_record(Path("run.json"))


def test_a_file_without_end_is_not_read_to_it(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 10)
    (tmp_path / "run.json").write_text('{"kind": "bench"}')
    with pytest.raises(RecordError, match="has more than 10 bytes"):
        read_record(tmp_path / "run.json")
