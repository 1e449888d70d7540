"""What ratios of times are, where they lie, and what they say; every number worked out by hand."""

from __future__ import annotations

import pytest

from archstat.bench.comparing.ratio import (
    Answer,
    Ratio,
    decide,
    is_far,
    neighbours,
    paired_ratio,
    ratio_of_runs,
)
from archstat.bench.record import Result, Sample, Trial
from archstat.bench.statistics import Interval
from tests.bench.records import MS, cpu, work

BOTH_SLOW_DOWN = (10, 10, 10, 10, 14, 14, 14, 14)
"""Milliseconds of a call, everything 40 % slower from half-way on."""


def sample(at_ms, call_ms, **changes):
    return Sample(round(at_ms * MS), (round(call_ms * MS),), **changes)


def result(*processes):
    """Return a result of processes, each of (when, how long) in milliseconds."""
    trials = (
        Trial(number, 0, 0, tuple(sample(*one) for one in samples))
        for number, samples in enumerate(processes)
    )
    return Result(cpu(1), work(), tuple(trials))


def in_turn(times_ms, *, start):
    """Return when each was taken, every 100 ms."""
    return [(start + 100 * number, time_ms) for number, time_ms in enumerate(times_ms)]


@pytest.mark.parametrize(
    ("value", "interval", "answer"),
    [
        pytest.param(1.01, (0.98, 1.04), Answer.SAME, id="within the tolerance"),
        pytest.param(1.02, (1.01, 1.03), Answer.SAME, id="slower, by no more than the tolerance"),
        pytest.param(1.1, (1.01, 1.2), Answer.SLOWER, id="beyond it, 1 is not in the interval"),
        pytest.param(0.9, (0.8, 0.99), Answer.FASTER, id="the same the other way round"),
        pytest.param(1.04, (1.01, 1.07), Answer.UNDECIDED, id="slower, perhaps beyond it"),
        pytest.param(0.97, (0.94, 0.99), Answer.UNDECIDED, id="faster, perhaps beyond it"),
        pytest.param(1.1, (0.99, 1.2), Answer.UNDECIDED, id="beyond it, perhaps not at all"),
        pytest.param(1.0, (0.9, 1.1), Answer.UNDECIDED, id="anything"),
        pytest.param(1.0, (0.9523, 1.0), Answer.UNDECIDED, id="under 1 / 1.05 = 0.95238"),
        pytest.param(1.0, (0.9524, 1.05), Answer.SAME, id="1 / 1.05 = 0.95238"),
    ],
)
def test_an_answer(value, interval, answer):
    assert decide(Ratio(value, Interval(*interval)), 0.05) is answer


def test_nothing_is_said_where_no_interval_is_known():
    assert decide(Ratio(3.0, None), 0.05) is Answer.UNDECIDED
    assert not is_far(Ratio(3.0, None), 0.05)


@pytest.mark.parametrize(
    ("interval", "far"),
    [((1.06, 1.2), True), ((1.04, 1.2), False), ((0.8, 0.95), True), ((0.8, 0.96), False)],
)
def test_a_gap_is_far_if_all_of_the_interval_is_beyond_the_tolerance(interval, far):
    assert is_far(Ratio(1.0, Interval(*interval)), 0.05) is far


def test_the_scatter_of_two_runs_is_not_counted_twice():
    # each interval is ×/÷ 1.1, and holds the scatter of two runs: so does that of the ratio
    run = Interval(10 / 1.1, 10 * 1.1)

    ratio = ratio_of_runs((10.0, run), (12.0, Interval(12 / 1.1, 12 * 1.1)))

    assert ratio.value == pytest.approx(1.2)
    assert ratio.interval == pytest.approx((1.2 / 1.1, 1.2 * 1.1))


def test_ends_of_an_interval_that_is_not_even():
    # up: log 1.21 of the second, none of the first, so the root of half a square: 1.21 ** 0.7071
    first, second = (10.0, Interval(10.0, 12.1)), (10.0, Interval(10.0, 12.1))

    ratio = ratio_of_runs(first, second)

    assert ratio.interval == pytest.approx((0.87390, 1.14429), abs=1e-5)


def test_the_ratio_of_a_run_whose_scatter_is_unknown_has_no_interval():
    assert ratio_of_runs((10.0, None), (11.0, Interval(10, 12))) == Ratio(1.1, None)


def test_neighbours_are_taken_in_turn_whatever_the_order_of_a_round():
    a, b = [sample(0, 1), sample(30, 2), sample(40, 3)], [sample(10, 4), sample(20, 5)]

    # in time: a b b a a, so the last of a has no neighbour left
    assert list(neighbours(a, b)) == [(a[0], b[0]), (a[1], b[1])]


def test_the_longer_series_has_no_neighbours_where_the_other_has_ended():
    a, b = [sample(at, 1) for at in (0, 20, 40, 60)], [sample(10, 1)]

    assert list(neighbours(a, b)) == [(a[0], b[0])]


def test_drift_that_both_have_is_in_no_ratio():
    first = result(*[in_turn(BOTH_SLOW_DOWN, start=0)] * 2)
    second = result(*[in_turn(BOTH_SLOW_DOWN, start=50)] * 2)

    assert paired_ratio(first, second) == Ratio(1.0, Interval(1.0, 1.0))


def test_drift_is_in_no_ratio_where_one_stopped_before_it():
    # the medians are 10 and 12 ms, so that unpaired the second were 20 % slower
    first = result(*[in_turn(BOTH_SLOW_DOWN[:4], start=0)] * 2)
    second = result(*[in_turn(BOTH_SLOW_DOWN, start=50)] * 2)

    assert paired_ratio(first, second) == Ratio(1.0, Interval(1.0, 1.0))


def test_the_ratio_is_the_median_of_the_processes_and_its_interval_that_of_all_pairs():
    # 1.00 … 1.05, 1.01 … 1.06 and 1.02 … 1.07: medians 1.025, 1.035, 1.045
    # of 18 values, the 5th and the 14th: in order 1.00 1.01 1.01 1.02 1.02 1.02 1.03 1.03 1.03
    #                                              1.04 1.04 1.04 1.05 1.05 1.05 1.06 1.06 1.07
    first = result(*[in_turn([100] * 6, start=0)] * 3)
    second = result(
        *(in_turn([base + step for step in range(6)], start=50) for base in (100, 101, 102))
    )

    ratio = paired_ratio(first, second)

    assert ratio.value == pytest.approx(1.035)
    assert ratio.interval == pytest.approx((1.02, 1.05))


def test_an_interval_that_a_process_contradicts_holds_that_of_each():
    # 1.00 … 1.05, 1.04 … 1.09 and 1.05 … 1.10: the median of 1.025, 1.065, 1.075 is not in the
    # first, but 1.05 is in all
    first = result(*[in_turn([100] * 6, start=0)] * 3)
    second = result(
        *(in_turn([base + step for step in range(6)], start=50) for base in (100, 104, 105))
    )

    ratio = paired_ratio(first, second)

    assert ratio.value == pytest.approx(1.065)
    assert ratio.interval == pytest.approx((1.00, 1.10))


def test_processes_that_contradict_each_other_widen_the_interval():
    # logs of 1, 1.1, 1.21 are 0, 1, 2 times log 1.1: half = 4.303 · log 1.1 · sqrt(π / 3)
    # = 0.41968, and 1.1 · e^±0.41968 = 0.72298, 1.67363
    first = result(*[in_turn([100] * 6, start=0)] * 3)
    second = result(*(in_turn([each] * 6, start=50) for each in (100, 110, 121)))

    ratio = paired_ratio(first, second)

    assert ratio.value == pytest.approx(1.1)
    assert ratio.interval == pytest.approx((0.72298, 1.67363), abs=1e-5)


def test_an_interval_holds_its_ratio():
    # four processes with 15 of 21 pairs at 1, whose intervals end at 1.5, five with 10 of 21: the
    # median of medians is 1.5, while the 109th of all 189, where the interval ends, is the last 1
    first = result(*[in_turn([1000] * 21, start=0)] * 9)
    many, few = ([1000] * ones + [1500] * (21 - ones) for ones in (15, 10))
    second = result(*[in_turn(many, start=50)] * 4, *[in_turn(few, start=50)] * 5)

    assert paired_ratio(first, second) == Ratio(1.5, Interval(1.0, 1.5))


def test_few_pairs_have_an_interval_by_processes():
    first = result(*[in_turn([1000], start=0)] * 3)
    second = result(*[in_turn([1500], start=50)] * 3)

    assert paired_ratio(first, second) == Ratio(1.5, Interval(1.5, 1.5))


def test_few_pairs_of_one_process_have_no_interval():
    ratio = paired_ratio(
        result(in_turn([1000] * 5, start=0)), result(in_turn([1500] * 5, start=50))
    )

    assert ratio == Ratio(1.5, None)


def test_processes_that_sampled_one_only_have_no_ratio():
    first, second = result(in_turn([100] * 6, start=0)), result([], in_turn([100] * 6, start=50))

    assert paired_ratio(first, second) is None


def pairs(*marks):
    """Return two results whose pairs have ratios 2, 1, 1, …, the first marked as told."""
    a = tuple(sample(at * 100, 10) for at in range(7))
    b = tuple(
        sample(at * 100 + 50, 20 if at == 0 else 10, set_aside=mark)
        for at, mark in enumerate(marks)
    )
    return [Result(cpu(1), work(), (Trial(0, 0, 0, each),)) for each in (a, b)]


def test_a_pair_of_which_one_does_not_count_does_not_count():
    assert paired_ratio(*pairs("contended", *[""] * 6)).interval == (1.0, 1.0)
    assert paired_ratio(*pairs(*[""] * 7)).interval == (1.0, 2.0)


def test_all_pairs_count_where_none_does():
    assert paired_ratio(*pairs(*["contended"] * 7)).interval == (1.0, 2.0)
