"""A run with processes that are fakes: what it keeps, and what it makes of those that die."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from archstat.bench.case import Case
from archstat.bench.plan import Done, Failed, LayersTaken, Ready, Surrounding, Taken
from archstat.bench.protocol import Rules
from archstat.bench.record import Ceiling, LayerRound, LayerTimes, Reading, Record, Sample, to_dict
from archstat.bench.run import Asked, Progress, Run, seconds_left
from archstat.bench.work import LayerWork, Work
from archstat.errors import DeviceError
from archstat.models.question import Question

MS = 1_000_000
WORK = Work((LayerWork("fc", "linear", 100, is_conv=False, values=20, weights=100),), 20)
SMALL = Case("net", "cpu", 1, threads=2)
LARGE = replace(SMALL, batch_size=32)
CEILING = Ceiling("cpu", "float32", 2, "sum", ("memory",), 1 << 20, (2.0, 4.0), (1.0, 2.0))


def run(start, *cases, processes=2, layers=False, **hooks):
    works = dict.fromkeys(cases or (SMALL, LARGE), WORK)
    asked = Asked(works, Question(), Rules(), processes, layers=layers)
    empty = Record("archstat bench net", is_quick=False, environment={}, titles={"net": "a net"})
    quiet = {"changed": lambda _: None, "ended": lambda _: None}
    return Run(empty, asked, start=start, **{**quiet, **hooks})


def good(plan):
    """Measure every case of a plan, in as many milliseconds as its batch has examples."""
    yield Surrounding({"software": {"torch": "2.15.0"}})
    for number, case in plan.cases.items():
        yield Ready(number, 10, 300 * MS, case.batch_size * MS)
    yield CEILING
    for number, case in plan.cases.items():
        yield Taken(number, Sample(0, (case.batch_size * MS,)))
    yield Done({"all": 1.0, "model": 0.5, "probes": 0.25})


def test_each_process_is_a_trial_of_each_case():
    record = run(good).measure()
    assert [result.case for result in record.results] == [SMALL, LARGE]
    assert [
        [(trial.process, trial.samples[0].calls_ns) for trial in result.trials]
        for result in record.results
    ] == [[(0, (MS,)), (1, (MS,))], [(0, (32 * MS,)), (1, (32 * MS,))]]


def test_of_an_hour_only_as_much_is_kept_as_fits_into_two_megabytes():
    rate = 1.234567890123e11
    reading = Reading(0.012345678, 0.012345678, 123_456, 1980, 412.5, 61, ("SwPowerCap",))

    def long(_):
        yield Ready(0, 10, 300 * MS, MS)
        for at in range(50_000):  # an hour of 72 ms
            calls = (1_234_567,) * 10
            yield Taken(
                0, Sample(at * 72 * MS, calls, 10, 12_345_678, 12_345_678, rate, rate, reading)
            )
        yield Done()

    record = run(long, SMALL, processes=1).measure()
    (trial,) = record.results[0].trials
    kept = [sample.at_ns // (72 * MS) for sample in trial.samples]
    assert trial.taken == 50_000
    # 1,600,000 bytes of 330 + 10 · 9 are 3,809 samples: 50,000 / 2 / 2 / 2 / 2 = 3,125
    assert kept == list(range(0, 50_000, 16))
    assert len(json.dumps(to_dict(record))) <= 2_000_000


def test_what_the_processes_say_is_put_together():
    record = run(good).measure()
    assert record.environment == {"software": {"torch": "2.15.0"}}
    assert record.ceilings == (
        replace(CEILING, rates=(2.0, 4.0, 2.0, 4.0), beside=(1.0, 2.0, 1.0, 2.0), processes=2),
    )
    assert record.ceilings[0].interval == (4.0, 4.0)
    assert record.spent_s == {"all": 2.0, "model": 1.0, "probes": 0.5}


def test_a_ceiling_has_an_interval_by_what_its_processes_reach():
    # 100 and 110 at best: of the logarithms 0.0674 is the deviation, t of one degree of freedom is
    # 12.706, and 0.0674 · 12.706 · √(π/2) = 1.0732; 105 / e^1.0732 = 35.9, 105 · e^1.0732 = 307.1
    low, high = replace(
        CEILING, rates=(90.0, 100.0, 110.0, 80.0), beside=(1.0,) * 4, processes=2
    ).interval
    assert (low, high) == pytest.approx((35.9, 307.1), abs=0.1)
    assert CEILING.interval is None  # one process


def test_devices_and_threads_are_measured_apart():
    plans = []

    def start(plan):
        plans.append(plan)
        return good(plan)

    gpu, single = replace(SMALL, device="cuda:0", threads=0), replace(SMALL, threads=1)
    run(start, SMALL, gpu, single, LARGE, processes=1).measure()
    assert [(plan.device, plan.threads, list(plan.cases)) for plan in plans] == [
        ("cpu", 2, [0, 3]),
        ("cuda:0", 0, [1]),
        ("cpu", 1, [2]),
    ]


def test_a_case_that_fails_is_a_result_that_says_why_and_is_not_tried_again():
    asked = []

    def start(plan):
        asked.append(list(plan.cases))
        for event in good(plan):
            if getattr(event, "number", 0) != 1:
                yield event
            elif isinstance(event, Ready):
                yield Failed(1, "does not fit in memory")

    record = run(start).measure()
    assert [result.failure for result in record.results] == ["", "does not fit in memory"]
    assert asked == [[0, 1], [0]]


def test_a_process_that_the_system_ends_is_started_again_without_what_it_died_of():
    asked = []

    def start(plan):
        asked.append(list(plan.cases))
        if 1 in plan.cases:
            yield Ready(0, 10, 300 * MS, MS)
            return
        yield from good(plan)

    record = run(start).measure()
    assert asked == [[0, 1], [0], [0]]
    small, large = record.results
    assert len(small.trials) == 2
    assert large.failure == "does not fit in memory: the system ended the process"


def test_a_process_that_ends_while_it_measures_is_an_error():
    def start(plan):
        for event in good(plan):
            if isinstance(event, Done):
                return
            yield event

    with pytest.raises(DeviceError) as caught:
        run(start).measure()
    assert str(caught.value) == (
        "the process that measures has ended while it measured\n  hint: use a smaller batch"
    )


def test_what_cannot_be_measured_is_never_started():
    def start(_):
        raise AssertionError

    record = run(start, replace(SMALL, dtype="tf32"), replace(SMALL, mode="graph")).measure()
    assert [result.failure for result in record.results] == [
        "tf32 is a type of cuda devices",
        "graph is a mode of cuda devices",
    ]


def test_a_run_that_is_stopped_has_kept_what_was_measured():
    def start(plan):
        for event in good(plan):
            yield event
            if isinstance(event, Taken):
                raise KeyboardInterrupt

    going = run(start)
    with pytest.raises(KeyboardInterrupt):
        going.measure()
    small, large = going.record().results
    assert len(small.trials[0].samples) == 1
    assert large.trials == ()


def test_a_record_is_there_whenever_a_process_has_ended():
    kept = []
    run(good, processes=3, ended=kept.append).measure()
    assert [len(record.results[0].trials) for record in kept] == [1, 2, 3]


def test_progress_tells_the_newest_estimate():
    told = []

    def changed(progress):
        told.append((progress.process, progress.number, dict(progress.call_ns)))

    run(good, SMALL, processes=2, changed=changed).measure()
    assert told == [(process, 0, {0: MS}) for process in (1, 1, 2, 2)]


def test_the_time_left_is_that_of_the_processes_left(monkeypatch):
    monkeypatch.setattr("time.monotonic", lambda: 110.0)
    assert seconds_left(Progress(processes=3, process=1), began=100.0) is None
    assert seconds_left(Progress(processes=3, process=2), began=100.0) == 20.0


def test_until_a_process_has_ended_the_whole_is_estimated(monkeypatch):
    # two processes of 8 s and twice the 1.5 s of samples of a case
    progress = run(good).progress
    assert progress.whole_s == 2 * (8 + 2 * 1.5)
    monkeypatch.setattr("time.monotonic", lambda: 110.0)
    assert seconds_left(progress, began=100.0) == 12.0
    assert seconds_left(progress, began=10.0) == 0.0  # and never less
    # and 2 s for the layers of a case
    assert run(good, SMALL, layers=True, processes=1).progress.whole_s == 8 + 1.5 + 2


def test_the_load_of_other_programs_is_that_before_the_first_process():
    loads = iter((0.25, 3.0))

    def loaded(plan):
        yield Surrounding({"process": {"load": next(loads), "threads": 2}})
        yield from good(plan)

    found = run(loaded).measure().environment["process"]
    assert found == {"load": 0.25, "threads": 2}


TIMES = LayerTimes(0, ("fc",), ("linear",), (LayerRound(0, 2 * MS, (MS,)),))


def with_layers(plan):
    """Measure every case, and then its layers."""
    yield from good(plan)
    for number in plan.cases if plan.layers else ():
        yield LayersTaken(number, replace(TIMES, process=plan.process))
    yield Done({"all": 1.0})


def test_each_process_measures_the_layers_of_each_case_if_asked():
    record = run(with_layers, layers=True).measure()
    for result in record.results:
        assert result.layers == (TIMES, replace(TIMES, process=1))


def test_layers_are_not_measured_unless_asked():
    assert [result.layers for result in run(with_layers).measure().results] == [(), ()]


def test_the_time_for_layers_is_counted():
    assert run(with_layers, processes=1, layers=True).measure().spent_s["all"] == 2.0


def test_a_process_that_dies_of_the_layers_costs_the_layers_only():
    def start(plan):
        yield from good(plan)
        yield LayersTaken(0, TIMES)

    small, large = run(start, processes=1, layers=True).measure().results
    assert (small.layers, large.layers) == (
        (TIMES,),
        (LayerTimes(0, failure="does not fit in memory: the system ended the process"),),
    )
    assert len(large.trials) == 1
