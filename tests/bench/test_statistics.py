from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from math import comb
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archstat.bench.statistics import (
    Interval,
    median_interval,
    next_run,
    percentile,
    spread,
    support,
)

times = st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=80)


# LoadGen's arithmetic, at 95 %: the least n with q^n <= 0.05
@pytest.mark.parametrize(
    ("quantile", "samples"), [(0.5, 5), (0.9, 29), (0.95, 59), (0.05, 59), (0.99, 299)]
)
def test_a_quantile_needs_samples_beyond_it(quantile, samples):
    assert support(quantile) == samples


@pytest.mark.parametrize(
    ("quantile", "too_few"), [(0.95, 58), (0.05, 58), (0.99, 298)], ids=["p95", "p5", "p99"]
)
def test_a_percentile_is_not_made_of_too_few_samples(quantile, too_few):
    assert percentile(range(too_few), quantile) is None
    assert percentile(range(too_few + 1), quantile) is not None


def test_percentiles_lie_where_they_say():
    values = range(1, 1001)

    assert percentile(values, 0.05) == 51  # 50 of 1,000 lie below it
    assert percentile(values, 0.95) == 951
    assert percentile(values, 0.99) == 991


@given(times, st.randoms())
def test_percentiles_do_not_depend_on_the_order(values, random):
    values = (values * 60)[:120]  # 59 are enough for a percentile
    shuffled = random.sample(values, len(values))

    assert percentile(values, 0.95) == percentile(shuffled, 0.95)


# The ranks of nonparametric 95 % intervals of a median, as in the usual tables (Conover, Practical
# Nonparametric Statistics, 3rd edition, section 3.2): n, and which from each end.
@pytest.mark.parametrize(("count", "rank"), [(6, 1), (9, 2), (12, 3), (20, 6), (50, 18), (100, 40)])
def test_the_median_lies_between_the_ranks_of_the_tables(count, rank):
    assert median_interval(range(1, count + 1)) == Interval(rank, count + 1 - rank)


@pytest.mark.parametrize("count", range(6))
def test_five_samples_are_too_few_for_an_interval(count):
    assert median_interval([1.0] * count) is None


@pytest.mark.parametrize("count", range(6, 61))
def test_an_interval_of_the_median_covers_it_with_95_percent_and_no_narrower_one_does(count):
    low, high = median_interval(range(1, count + 1))

    def covered(rank):  # it lies between the rank-th from below and the rank-th from above
        return Fraction(
            sum(comb(count, below) for below in range(rank, count - rank + 1)), 2**count
        )

    assert low + high == count + 1
    assert covered(low) >= Fraction(95, 100)
    assert covered(low + 1) < Fraction(95, 100)


@given(times)
def test_the_interval_of_the_median_holds_it(values):
    interval = median_interval(values)

    assert interval is None or interval.low <= median(values) <= interval.high


@given(times, st.randoms())
def test_the_interval_of_the_median_does_not_depend_on_the_order(values, random):
    assert median_interval(random.sample(values, len(values))) == median_interval(values)


@given(st.lists(st.integers(1, 10**9), min_size=6, max_size=80, unique=True))
def test_the_interval_of_the_median_leaves_as_many_out_below_as_above(values):
    low, high = median_interval(values)
    ordered = sorted(values)

    assert bisect_left(ordered, low) == len(values) - 1 - bisect_left(ordered, high)


def test_thousands_of_samples_have_an_interval():
    low, high = median_interval(range(20_000))

    assert (low, high) == (9860, 10_139)  # 10,000 ∓ 1.96 · √20,000 / 2, rounded outwards


def test_one_process_says_nothing_of_the_next_run():
    assert next_run([1.0]) is None


def test_the_next_run_lies_within_what_the_processes_scatter():
    low, high = next_run([0.9, 1.0, 1.0 / 0.9])

    # logarithms -0.10536, 0, 0.10536: deviation 0.10536; t = 4.303 for 2 degrees of freedom;
    # half-width 4.303 · 0.10536 · √(π/3) = 0.46394
    assert low == pytest.approx(0.6288, abs=1e-4)
    assert high == pytest.approx(1.5903, abs=1e-4)


def test_many_processes_are_taken_as_twenty_one():
    figures = [1.0, 1.1] * 20  # 40 of them: deviation of the logarithms 0.048264

    low, high = next_run(figures)

    # 2.086 · 0.048264 · √(π/40) = 0.028215 around 1.05
    assert low == pytest.approx(1.05 * 0.972179, rel=1e-5)
    assert high == pytest.approx(1.05 * 1.028617, rel=1e-5)


@given(st.lists(st.floats(1e-6, 1e3), min_size=2, max_size=30), st.floats(0.01, 100))
def test_the_next_run_scales_with_the_unit(figures, unit):
    low, high = next_run(figures)
    scaled = next_run([figure * unit for figure in figures])

    assert scaled == pytest.approx((low * unit, high * unit), rel=1e-6)


def test_equal_processes_promise_the_same_again():
    assert next_run([2.0, 2.0, 2.0]) == (2.0, 2.0)


def test_the_spread_is_a_share_of_the_median():
    assert spread([9.0, 10.0, 12.0]) == pytest.approx(0.3)


def test_united_intervals_hold_both():
    assert Interval(2, 5).united(Interval(1, 3)) == Interval(1, 5)
    assert Interval(1, 3).united(Interval(2, 5)) == Interval(1, 5)
    assert Interval(1, 3).united(None) == Interval(1, 3)
