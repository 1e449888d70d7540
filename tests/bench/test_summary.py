"""The network of `tests.bench.records` cannot take less than 1.1 ms, by what it computes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archstat.bench.record import CONV, Ceiling, Reading, Result
from archstat.bench.statistics import Interval
from archstat.bench.summary import Publishable, best, ceilings_of, figures
from archstat.bench.work import Rates, Work
from tests.bench.records import (
    CONV_RATE,
    MATMUL_RATE,
    MEMORY_RATE,
    MS,
    US,
    ceilings,
    cpu,
    record,
    result,
    trial,
    work,
)


def figures_of(*trials, batch_size=1, **changes):
    """Return the figures of processes."""
    measured = Result(cpu(batch_size), work(batch_size), trials)
    return figures(record(measured, **changes), measured)


def with_samples(one, *changes):
    """Return a process with a sample for each change."""
    samples = [replace(one.samples[0], **change) for change in changes]
    return replace(one, samples=tuple(samples))


def verdict_of(*trials, **changes):
    found = figures_of(*trials, **changes)
    return found.verdict, found.reason


def waiting(*shares):
    """Return a process that waited for these shares of its samples' times."""
    return with_samples(
        trial(0, 2 * MS),
        *(
            {"reading": Reading(wait=share), "set_aside": "contended" if share > 0.01 else ""}
            for share in shares
        ),
    )


def test_nothing_is_said_of_a_case_that_failed():
    failed = Result(cpu(1), work(), failure="does not fit in memory")

    assert figures(record(failed), failed) is None


def test_the_latency_is_the_median_of_the_processes_medians():
    slow = with_samples(
        trial(1, 2 * MS), *({"calls_ns": (ns,)} for ns in (3 * MS, 3 * MS, 90 * MS))
    )

    found = figures_of(trial(0, 2 * MS, samples=50), slow, trial(2, 4 * MS))

    assert found.latency_s == 0.003  # of 2, 3 and 4 ms, though most samples say 2


def test_samples_that_are_set_aside_do_not_count():
    one = with_samples(
        trial(0, 2 * MS), {}, {}, {"calls_ns": (9 * MS,), "set_aside": "contended"}, {}
    )

    found = figures_of(one)

    assert (found.latency_s, found.samples, found.set_aside) == (0.002, 3, 1)


def test_if_none_counts_all_do():
    one = waiting(0.5, 0.5)

    found = figures_of(one)

    assert (found.latency_s, found.samples, found.set_aside) == (0.002, 0, 2)


@pytest.mark.parametrize(
    ("samples", "has_p95", "has_p99"), [(5, False, False), (6, True, False), (30, True, True)]
)
def test_percentiles_are_said_where_enough_calls_support_them(samples, has_p95, has_p99):
    found = figures_of(trial(0, 2 * MS, samples=samples))  # of ten calls each; 59 and 299 needed

    assert (found.low_s is not None) == has_p95
    assert (found.p95_s is not None) == has_p95
    assert (found.p99_s is not None) == has_p99


def test_percentiles_are_of_all_calls_that_count():
    calls = tuple(range(1 * MS, 101 * MS, MS))  # 1, 2, … 100 ms
    one = with_samples(
        trial(0, MS), {"calls_ns": calls}, {"calls_ns": (900 * MS,) * 99, "set_aside": "stolen"}
    )

    found = figures_of(one)

    assert (found.low_s, found.p95_s, found.p99_s) == (0.006, 0.096, None)


def test_throughput_is_of_the_queue_where_there_is_one():
    found = figures_of(trial(0, 32 * MS, queue_ns=16 * MS), batch_size=32)

    assert found.examples_per_s == pytest.approx(2000.0)  # 32 in 16 ms
    assert found.device_s == 0.016


def test_throughput_is_of_one_call_after_the_other_where_nothing_queues():
    found = figures_of(trial(0, 64 * MS), batch_size=32)

    assert found.examples_per_s == pytest.approx(500.0)
    assert found.device_s is None


def test_one_process_has_no_interval():
    times = (2.00, 2.01, 2.02, 2.03, 2.04, 2.05)
    one = with_samples(trial(0, MS), *({"calls_ns": (round(ms * MS),)} for ms in times))

    assert figures_of(one).interval is None


def test_where_no_sample_counts_nothing_is_said_of_the_limit():
    busy = [trial(number, 2 * MS, set_aside="contended") for number in range(3)]

    found = figures_of(*busy)

    assert (found.limit, found.samples, found.set_aside) == (None, 0, 18)
    assert found.notes == ("none of its samples counts: nothing is said of its limit",)


def test_a_process_of_which_no_sample_counts_is_left_out():
    busy = trial(2, 9 * MS, set_aside="contended")

    found = figures_of(trial(0, 2 * MS), trial(1, 2 * MS), busy)

    assert (found.latency_s, found.spread, found.set_aside) == (0.002, 0.0, 6)
    assert found.limit.share == pytest.approx(0.55)  # 1.1 ms of 2 ms


def test_the_interval_of_several_processes_is_of_their_scatter():
    found = figures_of(trial(0, 1_800_000), trial(1, 2 * MS), trial(2, 2_222_222))

    # As in test_statistics: exp(∓0.46394) around 2 ms
    assert found.interval == pytest.approx((0.0012576, 0.0031807), abs=1e-6)
    assert found.spread == pytest.approx(0.2111, abs=1e-4)


def test_the_interval_of_processes_is_never_narrower_than_that_of_the_samples():
    times = [1 * MS, 2 * MS, 3 * MS]
    one = with_samples(trial(0, MS), *({"calls_ns": (ns,)} for ns in times))

    found = figures_of(one, one, one)  # whose medians are equal

    # Of nine sorted values, 1 1 1 2 2 2 3 3 3, from the second to the eighth
    assert found.interval == Interval(0.001, 0.003)


def test_the_limit_is_what_no_schedule_is_faster_than_at_the_ceilings():
    limit = figures_of(trial(0, 2_200_000)).limit

    assert limit.rates == Rates(CONV_RATE, MATMUL_RATE, MEMORY_RATE)
    assert limit.floor.fused_s == pytest.approx(0.0011)
    assert limit.share == pytest.approx(0.5)
    assert limit.steady_s == pytest.approx(0.0022)


def test_the_share_stays_where_all_slows_down_by_40_percent():
    slow = {"flops_rate": CONV_RATE / 1.4, "bytes_rate": MEMORY_RATE / 1.4}

    found = figures_of(trial(0, 2_200_000), trial(1, 3_080_000, **slow))

    assert found.spread == pytest.approx(1 / 3)  # 0.88 of 2.64 ms
    assert found.limit.share == pytest.approx(0.5)
    assert found.limit.spread == pytest.approx(0.0)
    assert found.limit.steady_s == pytest.approx(0.0022)
    assert found.verdict is Publishable.UNSTABLE  # the share holds, and nobody knows the latency
    assert found.notes == (
        "the device's FLOP/s drifted by 33 %: trust the share of the limit more than the latency",
        "the device's memory drifted by 33 %: trust the share of the limit more than the latency",
    )


def test_the_share_is_taken_sample_by_sample():
    quick = {"calls_ns": (2_200_000,)}
    slow = {"calls_ns": (4_400_000,), "flops_rate": CONV_RATE / 2, "bytes_rate": MEMORY_RATE / 2}

    limit = figures_of(with_samples(trial(0, MS), quick, slow, quick, slow)).limit

    assert limit.share == pytest.approx(0.5)  # as in every sample; of the medians it would be 0.44


def test_a_probe_that_reaches_more_than_the_one_beside_the_samples_is_taken_by_their_ratio():
    better = Ceiling("cpu", "float32", 2, "other", (CONV,), 0, (2 * CONV_RATE,), (CONV_RATE,))

    limit = figures_of(trial(0, 2_200_000), ceilings=(*ceilings(), better)).limit

    assert limit.rates.conv == 2 * CONV_RATE
    assert limit.share == pytest.approx(0.6 / 2.2)  # 0.5 ms of convolution and 0.1 ms of products


def test_the_best_of_all_times_is_the_ceiling():
    first = Ceiling("cpu", "float32", 2, "first", (CONV,), 0, (5.0, 7.0), (5.0, 7.0))
    second = Ceiling("cpu", "float32", 2, "second", (CONV,), 0, (6.0, 6.0), (5.0, 7.0))

    assert best([first, second], CONV) is first


def test_ceilings_are_of_the_same_device_type_and_threads_and_of_as_many_bytes():
    one = result(cpu(1), 2 * MS)  # 1,001,000 numbers: a buffer of 4 MiB
    right = ceilings()
    others = (
        *ceilings(device="cuda:0"),
        *ceilings(dtype="bfloat16"),
        *ceilings(threads=1),
        replace(right[2], set_bytes=1 << 20),
    )
    fitting = replace(right[2], set_bytes=1 << 22)

    known = record(one, ceilings=(*right, *others, fitting))

    assert ceilings_of(known, one) == [*right, fitting]


@pytest.mark.parametrize(
    "changes",
    [
        {"ceilings": ()},
        {"ceilings": ceilings()[:2]},
    ],
    ids=["no probe", "no probe of memory"],
)
def test_without_ceilings_there_is_no_limit(changes):
    found = figures_of(trial(0, 2 * MS), **changes)

    assert (found.limit, found.bound, found.verdict) == (None, "", Publishable.VALID)


def test_without_probes_beside_the_samples_there_is_no_limit():
    assert figures_of(trial(0, 2 * MS, flops_rate=None, bytes_rate=None)).limit is None


def test_what_nobody_counted_has_no_limit():
    measured = replace(result(cpu(1), 2 * MS), work=replace(work(), uncounted=("fft",)))

    assert figures(record(measured), measured).limit is None


def test_a_network_that_does_nothing_has_no_limit():
    measured = replace(result(cpu(1), 2 * MS), work=Work((), 1000))

    assert figures(record(measured), measured).limit is None


def test_much_computing_is_bound_by_it():
    assert figures_of(trial(0, 2 * MS)).bound == "compute"


def test_much_reading_is_bound_by_memory():
    slow_memory = replace(ceilings()[2], rates=(MEMORY_RATE / 20,), beside=(MEMORY_RATE / 20,))
    one = trial(0, 5 * MS, bytes_rate=MEMORY_RATE / 20)

    found = figures_of(one, ceilings=(*ceilings()[:2], slow_memory))

    assert found.bound == "memory"
    assert found.limit.floor.fused_s == pytest.approx(0.002002)  # 4.004 MB at 2 GB/s


@pytest.mark.parametrize(("call_us", "bound"), [(2500, "compute"), (2501, "host")])
def test_what_waits_a_quarter_longer_than_the_device_works_is_bound_by_the_host(call_us, bound):
    assert figures_of(trial(0, call_us * US, queue_ns=2 * MS)).bound == bound


def test_a_quiet_run_is_valid():
    assert verdict_of(trial(0, 2 * MS), trial(1, 2 * MS)) == (Publishable.VALID, "")


def test_a_run_that_waited_is_contended():
    assert verdict_of(waiting(0.05, 0.05)) == (Publishable.VALID, "")

    verdict, reason = verdict_of(waiting(0.0, 0.7, 0.2))

    assert verdict is Publishable.CONTENDED
    assert reason == (
        "its threads waited for a processor for 30 % of the time, so the figure is an upper bound; "
        "stop other programs, or use fewer threads"
    )


def test_a_run_whose_time_was_stolen_is_contended():
    one = trial(0, 2 * MS, reading=Reading(stolen=0.25), set_aside="stolen")

    verdict, reason = verdict_of(one)

    assert verdict is Publishable.CONTENDED
    assert reason == (
        "the host of this virtual machine took 25 % of the time, so the figure is an upper bound; "
        "try again later, or use fewer threads"
    )


def throttled(*reasons):
    """Return a process with a sample for each reason; empty for none."""
    return with_samples(
        trial(0, 2 * MS),
        *(
            {
                "reading": Reading(throttled=("SwPowerCap", *([why] if why else []))),
                "set_aside": f"throttled: {why}" if why else "",
            }
            for why in reasons
        ),
    )


def test_a_run_that_was_too_hot_for_most_of_its_time_is_throttled():
    assert verdict_of(throttled("", "SwThermalSlowdown")) == (Publishable.VALID, "")
    assert verdict_of(throttled("", "SwThermalSlowdown", "SwThermalSlowdown")) == (
        Publishable.THROTTLED,
        "the device slowed down (SwThermalSlowdown); let it cool, or cool it better",
    )


def test_more_than_the_limit_is_an_error_of_the_limit():
    assert verdict_of(trial(0, 1_080_000))[0] is Publishable.VALID  # 1.1 of 1.08 ms: 101.9 %
    assert verdict_of(trial(0, 1_000_000)) == (
        Publishable.OVER,
        "at 110 % of its limit, so the probes missed what the device can do",
    )


def test_processes_that_differ_in_latency_and_in_share_are_unstable():
    assert verdict_of(trial(0, 2 * MS), trial(1, 2_020_000))[0] is Publishable.VALID
    assert verdict_of(trial(0, 2 * MS), trial(1, 2_200_000)) == (
        Publishable.UNSTABLE,
        "the processes differ by 10 %; allow more processes or seconds",
    )


def test_a_latency_that_nobody_knows_within_a_fifth_is_unstable():
    # of logarithms 0 and 0.0198: 12.7 · 0.0140 · √(π/2) = 0.22 either way
    assert verdict_of(trial(0, 2 * MS), trial(1, 2_040_000)) == (
        Publishable.UNSTABLE,
        "another run may lie more than 20 % off; allow more processes or seconds",
    )


def test_one_process_that_counts_of_several_is_not_enough():
    busy = trial(1, 2 * MS, set_aside="contended")
    assert verdict_of(trial(0, 2 * MS), busy) == (
        Publishable.UNSTABLE,
        (
            "the samples of one process only count, and say nothing of another's; "
            "allow more processes or seconds"
        ),
    )
    assert verdict_of(trial(0, 2 * MS))[0] is Publishable.VALID  # a quick look, which says so


def test_processes_without_a_limit_are_unstable_by_their_latency():
    assert verdict_of(trial(0, 2 * MS), trial(1, 3 * MS), ceilings=()) == (
        Publishable.UNSTABLE,
        "the processes differ by 40 %; allow more processes or seconds",
    )


def test_contention_is_said_before_what_comes_of_it():
    assert figures_of(waiting(0.5), trial(1, 9 * MS)).verdict is Publishable.CONTENDED


def test_small_drifts_need_no_note():
    slow = {"flops_rate": CONV_RATE / 1.04, "bytes_rate": MEMORY_RATE}

    assert figures_of(trial(0, 2 * MS), trial(1, 2 * MS, **slow)).notes == ()
