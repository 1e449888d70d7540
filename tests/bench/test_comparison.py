"""What is compared with what, what the answer is by, and when there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archstat.bench.comparing.change import Basis, Difference
from archstat.bench.comparing.comparison import compare_models, compare_records
from archstat.bench.comparing.ratio import Answer
from archstat.bench.record import Reading, Result
from archstat.bench.work import Work
from archstat.errors import UsageError
from tests.bench.records import CONV_RATE, MEMORY_RATE, MS, ceilings, cpu, record, result, work

US = 1_000
STEADY = (10 * MS,) * 3
CONTENDED = {"reading": Reading(wait=0.2)}


def run(*latencies_ns, environment=None, case=None, **how):
    """Return a record of one case: a process for each latency."""
    whole = record(result(case or cpu(1), *latencies_ns, **how))
    return replace(whole, environment=environment) if environment else whole


def with_more(whole, *results):
    return replace(whole, results=(*whole.results, *results))


def drifted(factor, *latencies_ns):
    """Return a record of a device whose probes were slower by a factor, too."""
    how = {"flops_rate": CONV_RATE / factor, "bytes_rate": MEMORY_RATE / factor}
    return run(*(round(ns * factor) for ns in latencies_ns), **how)


def machine(name, **software):
    return {"cpu": {"name": name}, "software": {"torch": "2.15.0", **software}}


def models(*latencies_ns, copies=False, **how):
    """Return a record of models that each took the same time in three processes, in turn."""
    results = []
    for number, ns in enumerate(latencies_ns):
        case = replace(cpu(1), **({"copy": number + 1} if copies else {"model": f"net{number}"}))
        one = result(case, ns, ns, ns, **how)
        trials = tuple(
            replace(
                trial,
                samples=tuple(
                    replace(sample, at_ns=sample.at_ns + number * MS) for sample in trial.samples
                ),
            )
            for trial in one.trials
        )
        results.append(replace(one, trials=trials))
    return record(*results)


def slowing_down(name, start_ms):
    """Return a result of two processes, where everything takes 40 % longer from half-way on."""
    one = result(replace(cpu(1), model=name), 10 * MS, 10 * MS)
    trials = tuple(
        replace(
            trial,
            samples=tuple(
                replace(
                    sample,
                    at_ns=sample.at_ns + start_ms * MS,
                    calls_ns=(10 * MS if at < 3 else 14 * MS,),
                )
                for at, sample in enumerate(trial.samples)
            ),
        )
        for trial in one.trials
    )
    return replace(one, trials=trials)


def only(comparison):
    """Return the second entry of the only row."""
    (row,) = comparison.rows
    return row.entries[1]


# Models of one run


def test_a_copy_is_the_same():
    comparison = compare_models(models(10 * MS, 10 * MS, copies=True))

    assert comparison.titles == ("net", "net (copy 2)")
    assert only(comparison).change.by is Basis.PAIRS
    assert only(comparison).change.ratio == (1.0, (1.0, 1.0))
    assert only(comparison).answer is Answer.SAME
    assert not comparison.is_regression


def test_each_model_stands_beside_the_first():
    comparison = compare_models(models(10 * MS, 5 * MS, 20 * MS))

    (row,) = comparison.rows
    assert [entry.answer for entry in row.entries] == [None, Answer.FASTER, Answer.SLOWER]
    assert [entry.change.ratio.value for entry in row.entries[1:]] == [0.5, 2.0]
    assert comparison.is_regression


def test_models_that_slow_down_together_are_the_same():
    whole = record(slowing_down("a", 0), slowing_down("b", 5))

    assert only(compare_models(whole)).answer is Answer.SAME


def test_a_model_of_which_half_was_sampled_is_not_slower_for_it():
    first, second = slowing_down("a", 0), slowing_down("b", 5)
    stopped = tuple(replace(trial, samples=trial.samples[:3]) for trial in first.trials)
    whole = record(replace(first, trials=stopped), second)

    entry = only(compare_models(whole))

    assert entry.figures.latency_s == 0.012  # 20 % over the 10 ms of the first
    assert entry.change.ratio == (1.0, (1.0, 1.0))
    assert entry.answer is Answer.SAME


def test_a_contended_run_does_not_say_that_models_are_the_same():
    entry = only(compare_models(models(10 * MS, 10 * MS, **CONTENDED)))

    assert entry.answer is Answer.UNDECIDED
    assert entry.change.reason == "SAME if net0 were not CONTENDED"


def test_a_gap_far_beyond_the_tolerance_stands_in_a_contended_run():
    assert only(compare_models(models(10 * MS, 20 * MS, **CONTENDED))).answer is Answer.SLOWER


def test_models_that_no_process_sampled_both_are_not_compared():
    first, second = models(10 * MS, 20 * MS).results
    apart = tuple(replace(trial, process=trial.process + 3) for trial in second.trials)

    entry = only(compare_models(record(first, replace(second, trials=apart))))

    assert entry.change.latency == (2.0, None)
    assert (entry.answer, entry.change.reason) == (Answer.UNDECIDED, "no process sampled both")


def test_cases_that_one_model_has_not_are_listed():
    whole = models(10 * MS, 10 * MS)
    more = result(cpu(32), 10 * MS)

    comparison = compare_models(with_more(whole, more, result(cpu(1), 10 * MS)))

    assert len(comparison.rows) == 1
    assert comparison.unmatched == (("net", cpu(32)),)


def test_one_model_alone_is_refused():
    with pytest.raises(UsageError) as caught:
        compare_models(run(*STEADY))
    assert str(caught.value) == ("one model has nothing to be compared with\n  hint: name another")


# Two runs on one machine


def test_a_run_of_the_same_words_is_the_same():
    old = run(10_000 * US, 10_050 * US, 10_100 * US)
    new = run(10_050 * US, 10_100 * US, 10_150 * US)

    entry = only(compare_records(old, new))

    assert entry.change.by is Basis.SHARE
    assert entry.change.ratio.value == pytest.approx(10_100 / 10_050)
    # logs lie 0.0049628 apart, so half = 4.303 · 0.0049628 · sqrt(π / 3) = 0.021853 in each run
    assert entry.change.ratio.interval == pytest.approx((0.98325, 1.02718), abs=2e-5)
    assert entry.answer is Answer.SAME


def test_processes_that_scatter_leave_it_undecided():
    # sd of the logs about 3 %, so half = 4.303 · 0.03 · sqrt(π / 3) = 13 %
    old = run(9_700 * US, 10_000 * US, 10_300 * US)

    entry = only(compare_records(old, old, tolerance=0.05))

    assert entry.answer is Answer.UNDECIDED
    assert entry.change.reason == (
        "its interval is too wide for a tolerance of 5 %; use more processes or seconds"
    )


def test_one_process_says_nothing_of_another_run():
    entry = only(compare_records(run(10 * MS), run(30 * MS)))

    assert entry.change.ratio == (3.0, None)
    assert entry.change.latency == (3.0, None)
    assert entry.answer is Answer.UNDECIDED
    assert entry.change.reason == (
        "too few processes or samples to say; use more processes or seconds"
    )


@pytest.mark.parametrize(
    ("new_ns", "tolerance", "answer"),
    [
        (12 * MS, 0.05, Answer.SLOWER),
        (8 * MS, 0.05, Answer.FASTER),
        (12 * MS, 0.25, Answer.SAME),
    ],
)
def test_what_lies_beyond_the_tolerance_is_another_speed(new_ns, tolerance, answer):
    comparison = compare_records(run(*STEADY), run(*[new_ns] * 3), tolerance=tolerance)

    assert only(comparison).answer is answer
    assert comparison.is_regression is (answer is Answer.SLOWER)


def test_drift_between_the_runs_is_no_regression():
    comparison = compare_records(run(*STEADY), drifted(1.4, *STEADY))

    change = only(comparison).change
    assert change.latency.value == pytest.approx(1.4)
    assert change.share.value == pytest.approx(1)
    assert change.answer is Answer.SAME
    assert change.reason == ("SLOWER by the latency alone: the device drifted between the runs")


def test_drift_does_not_hide_a_regression():
    comparison = compare_records(drifted(1.4, *STEADY), run(*[14 * MS] * 3))

    change = only(comparison).change
    assert change.latency.value == 1.0
    assert change.ratio.value == pytest.approx(1.4)
    assert comparison.is_regression


def test_what_slowed_the_probes_may_be_other_software():
    old, new = run(*STEADY), drifted(1.4, *STEADY)
    new = replace(new, environment=machine("Some Processor", torch="2.16.0"))

    change = only(compare_records(old, new)).change

    assert change.answer is Answer.UNDECIDED
    assert change.reason == (
        "SAME by the share of the limit, SLOWER by the latency: with another environment, the "
        "limit may have changed as well"
    )


def test_the_latency_decides_where_no_limit_is_known():
    old, new = (replace(run(*[ns] * 3), ceilings=()) for ns in (10 * MS, 12 * MS))

    change = only(compare_records(old, new)).change

    assert (change.by, change.share) == (Basis.LATENCY, None)
    assert change.answer is Answer.SLOWER
    assert change.reason == ("by the latency, which drifts, as the share of the limit is not known")


@pytest.mark.parametrize(
    ("old_ns", "new_ns", "which", "answer"),
    [
        pytest.param(10 * MS, 20 * MS, "new", Answer.UNDECIDED, id="slower, as it was contended"),
        pytest.param(20 * MS, 10 * MS, "new", Answer.FASTER, id="faster, though contended"),
        pytest.param(20 * MS, 10 * MS, "old", Answer.UNDECIDED, id="than what was contended"),
        pytest.param(10 * MS, 20 * MS, "old", Answer.SLOWER, id="even than what was contended"),
        pytest.param(10 * MS, 10 * MS, "new", Answer.UNDECIDED, id="the same"),
    ],
)
def test_a_contended_latency_is_an_upper_bound(old_ns, new_ns, which, answer):
    old = run(*[old_ns] * 3, **(CONTENDED if which == "old" else {}))
    new = run(*[new_ns] * 3, **(CONTENDED if which == "new" else {}))

    entry = only(compare_records(old, new))

    assert entry.change.by is Basis.LATENCY
    assert entry.answer is answer


def test_an_unstable_figure_needs_a_gap_that_is_beyond_its_interval():
    # the processes differ by 10 %; logs of sd 0.05, half = 4.303 · 0.05 · sqrt(π / 6) = 16 %
    unstable = run(9_500 * US, 10_000 * US, 10_500 * US)

    near = only(compare_records(unstable, run(*[12_000 * US] * 3), tolerance=0.05))
    far = only(compare_records(unstable, run(*[14_000 * US] * 3), tolerance=0.05))

    assert near.answer is Answer.UNDECIDED
    assert near.change.reason == "SLOWER if old were not UNSTABLE"
    assert far.answer is Answer.SLOWER


def test_a_share_over_the_limit_decides_nothing():
    # 1.1001 ms of work in 1 ms
    entry = only(compare_records(run(*[MS] * 3), run(*[2 * MS] * 3)))

    assert entry.change.share is None
    assert entry.answer is Answer.SLOWER


def test_a_case_that_fails_now_is_a_regression():
    failed = record(Result(cpu(1), work(), failure="does not fit in memory"))

    comparison = compare_records(run(*STEADY), failed)

    assert only(comparison).answer is Answer.FAILED
    assert only(comparison).failure == "does not fit in memory"
    assert comparison.is_regression


def test_a_case_that_failed_before_is_none():
    failed = record(Result(cpu(1), work(), failure="does not fit in memory"))

    comparison = compare_records(failed, run(*STEADY))

    assert only(comparison).answer is None
    assert not comparison.is_regression


def test_a_case_that_was_not_measured_to_an_end_is_none():
    comparison = compare_records(run(*STEADY), record(Result(cpu(1), work())))

    assert only(comparison).answer is None
    assert not comparison.is_regression


# What belongs together


def test_models_of_other_paths_are_the_same_if_there_is_one_each():
    moved = run(*STEADY, case=replace(cpu(1), model="other/net.py:Net"))

    comparison = compare_records(run(*STEADY), moved)

    (row,) = comparison.rows
    assert row.case == replace(cpu(1), model="")


def test_cases_that_one_record_has_not_are_listed():
    old = with_more(run(*STEADY), result(cpu(8), 10 * MS))
    new = with_more(run(*STEADY), result(cpu(32), 10 * MS))

    comparison = compare_records(old, new)

    assert [row.case for row in comparison.rows] == [cpu(1)]
    assert comparison.unmatched == (("old", cpu(8)), ("new", cpu(32)))


def test_records_with_nothing_in_common_are_refused():
    with pytest.raises(UsageError) as caught:
        compare_records(run(*STEADY), run(*STEADY, case=cpu(32)))
    assert str(caught.value) == (
        "no case was measured in more than one of old, new\n  hint: measure with the same options"
    )


def test_figures_of_two_protocols_are_refused():
    with pytest.raises(UsageError) as caught:
        compare_records(run(*STEADY), replace(run(*STEADY), protocol=2))
    assert str(caught.value) == (
        "measured by protocol 1 and by protocol 2, whose figures are not comparable\n"
        "  hint: measure again with one version of archstat"
    )


def test_models_of_other_counts_are_refused():
    other = result(cpu(1), *STEADY)
    other = record(replace(other, work=Work(other.work.layers[:1], 1_000)))

    with pytest.raises(UsageError) as caught:
        compare_records(run(*STEADY), other)
    assert str(caught.value) == (
        "net, cpu, batch 1, float32, eager, 2 threads: not the same model: 2 layers of 1,000,000 "
        "weights and 420,000,000 FLOP, and 1 layer of 10,000 weights and 400,000,000 FLOP\n"
        "  hint: to compare two models, measure both in one run: archstat bench A B"
    )


def test_the_names_of_layers_do_not_matter():
    other = result(cpu(1), *STEADY)
    layers = tuple(replace(layer, name=layer.name.upper()) for layer in other.work.layers)
    other = record(replace(other, work=Work(layers, 1_000)))

    assert only(compare_records(run(*STEADY), other)).answer is Answer.SAME


def test_what_differs_in_the_environments_is_told():
    old = run(*STEADY, environment={**machine("A", python="3.11"), "process": {"load": 0.1}})
    new = run(*STEADY, environment={**machine("A", cuda="13.0"), "process": {"load": 1.7}})

    assert compare_records(old, new).differences == (
        Difference("software", "python", ("3.11", None)),
        Difference("software", "cuda", (None, "13.0")),
    )


# Two machines


def test_on_two_machines_nothing_is_slower():
    old, new = run(*STEADY, environment=machine("A")), run(20 * MS, environment=machine("B"))
    # whose limit is twice as far away
    new = replace(
        new, ceilings=tuple(replace(one, rates=(2 * one.rates[0],)) for one in ceilings())
    )

    comparison = compare_records(old, new, names=("here", "there"))

    assert comparison.titles == ("here: cpu (A), 2 threads", "there: cpu (B), 2 threads")
    assert only(comparison).change.ratio.value == 2.0
    assert only(comparison).answer is None
    assert not comparison.is_regression


def test_devices_of_two_machines_are_columns_of_one_row():
    gpu = replace(cpu(1), device="cuda:0", threads=0)
    here = replace(
        with_more(run(*STEADY), result(gpu, MS)),
        environment={"cpu": {"name": "A"}, "cuda:0": {"name": "G"}},
        ceilings=(*ceilings(), *ceilings("cuda:0", threads=0)),
    )
    there = replace(
        run(*STEADY, case=replace(cpu(1), threads=8)), environment={"cpu": {"name": "B"}}
    )

    comparison = compare_records(here, there)

    assert comparison.titles == (
        "old: cpu (A), 2 threads",
        "old: cuda:0 (G)",
        "new: cpu (B), 8 threads",
    )
    (row,) = comparison.rows
    assert row.case == replace(cpu(1), device="", threads=0)
    assert [entry.change and entry.change.latency.value for entry in row.entries] == [
        None,
        0.1,
        1.0,
    ]
    assert [entry.answer for entry in row.entries] == [None, None, None]
