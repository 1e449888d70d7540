"""What is said of layers, from rounds made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archstat.bench.layer_summary import breakdown, failure, layer_seconds
from archstat.bench.record import LayerRound, LayerTimes
from tests.bench.records import CONV_RATE, MEMORY_RATE, MS, cpu, record, result

OVER = (
    "over 100 % of the floor: conv; what they work on lies in a cache that is faster than the "
    "memory, or they multiply less than is counted"
)
BETWEEN = (
    "20 % of the whole is in no layer: what the model does between them, and what Python takes"
)
LONGER = "the layers take 20 % longer apart than in the whole, where they overlap or are fused"
FAST = {"flops_rate": CONV_RATE, "bytes_rate": MEMORY_RATE}


def a_round(whole_ns, *layers_ns, **changes):
    return LayerRound(0, whole_ns, layers_ns, **{**FAST, **changes})


def times(process, *rounds, names=("conv", "fc"), kinds=("conv2d", "linear")):
    return LayerTimes(process, names, kinds, rounds)


def found(*layers, case=None):
    whole = replace(result(case or cpu(1), 2 * MS), layers=layers)
    return breakdown(record(whole), whole)


def test_a_latency_is_the_share_of_the_whole_in_the_same_round():
    # a device that halves its pace twice: 0.6 and 0.3 in every round, 2 ms in the middle
    parts = found(
        times(
            0,
            a_round(1_000_000, 600_000, 300_000),
            a_round(2_000_000, 1_200_000, 600_000),
            a_round(4_000_000, 2_400_000, 1_200_000),
        )
    )
    assert [(layer.name, layer.share) for layer in parts.layers] == [("conv", 0.6), ("fc", 0.3)]
    assert [layer.ns for layer in parts.layers] == [1_200_000, 600_000]


def test_sum_and_remainder_are_the_whole_exactly():
    parts = found(times(0, a_round(1_000_003, 333_333, 333_333), a_round(999_999, 333_331, 1)))
    assert parts.sum_ns + parts.remainder_ns == parts.whole_ns == 1_000_001


def test_processes_count_alike_however_many_rounds_they_have():
    parts = found(
        times(0, a_round(100, 10, 0)),
        times(1, *[a_round(100, 50, 0)] * 9),
        times(2, a_round(100, 20, 0)),
    )
    assert parts.layers[0].share == 0.2


def test_rounds_that_are_set_aside_do_not_count():
    parts = found(
        times(0, a_round(100, 90, 0, set_aside="contended"), a_round(100, 40, 0)),
    )
    assert (parts.layers[0].share, parts.rounds, parts.set_aside) == (0.4, 2, 1)


def test_disturbed_rounds_are_told_where_they_are_most():
    parts = found(times(0, a_round(100, 60, 40, set_aside="contended")))
    assert parts.notes == (
        "1 of 1 rounds were disturbed: trust the shares more than the latencies",
    )


def test_a_floor_is_that_of_the_layer_alone_at_the_ceilings():
    # conv: 0.4 GFLOP at 400 GFLOP/s, 1 ms; 840,000 bytes at 40 GB/s take less
    # fc: 0.02 GFLOP at 200 GFLOP/s, 0.1 ms; 3,968,000 bytes at 40 GB/s, 0.0992 ms
    conv, fc = found(times(0, a_round(2 * MS, 1_250_000, 400_000))).layers
    assert (conv.floor_s, conv.of_floor, conv.bound) == (
        pytest.approx(1e-3),
        pytest.approx(0.8),
        "compute",
    )
    assert (fc.floor_s, fc.of_floor, fc.bound) == (
        pytest.approx(1e-4),
        pytest.approx(0.25),
        "compute",
    )


def test_the_share_of_the_floor_goes_by_what_the_device_could_do_in_the_round():
    # at half of its ceilings, the convolution's floor is 2 ms, of 2.5 ms
    slow = {"flops_rate": CONV_RATE / 2, "bytes_rate": MEMORY_RATE / 2}
    conv, _ = found(times(0, a_round(4 * MS, 2_500_000, 0, **slow))).layers
    assert (conv.floor_s, conv.of_floor) == (pytest.approx(2e-3), pytest.approx(0.8))


def test_a_layer_that_moves_nothing_has_no_floor():
    parts = found(
        times(
            0,
            a_round(100, 60, 30, 10),
            names=("conv", "fc", "drop"),
            kinds=("conv2d", "linear", "dropout"),
        )
    )
    drop = parts.layers[2]
    assert (drop.floor_s, drop.of_floor, drop.bound) == (None, None, "")


def test_a_layer_of_nothing_has_no_floor():
    whole = result(cpu(1), 2 * MS)
    nothing = replace(whole.work.layers[0], flops=0, values=0, weights=0)
    work = replace(whole.work, layers=(nothing,))
    layers = (times(0, a_round(100, 90), names=("conv",), kinds=("conv2d",)),)
    whole = replace(whole, work=work, layers=layers)
    (conv,) = breakdown(record(whole), whole).layers
    assert (conv.floor_s, conv.of_floor, conv.bound) == (None, None, "")


@pytest.mark.parametrize(
    ("layers_ns", "note"),
    [
        ((6 * MS, 2 * MS), BETWEEN),
        ((8 * MS, 4 * MS), LONGER),
    ],
)
def test_a_remainder_over_a_tenth_is_said(layers_ns, note):
    assert found(times(0, a_round(10 * MS, *layers_ns))).notes == (note,)


@pytest.mark.parametrize("layers_ns", [(7 * MS, 2 * MS), (8 * MS, 3 * MS)])
def test_a_remainder_of_a_tenth_is_not_said(layers_ns):
    assert found(times(0, a_round(10 * MS, *layers_ns))).notes == ()


def test_a_layer_over_its_floor_is_explained():
    # conv in 0.9 ms where its floor is 1 ms
    parts = found(times(0, a_round(1 * MS, 900_000, 100_000)))
    assert parts.notes == (OVER,)


def test_layers_that_were_not_timed_are_named():
    parts = found(times(0, a_round(2 * MS, 2 * MS), names=("conv",), kinds=("conv2d",)))
    assert parts.notes == ("not measured, as they do not run by themselves: fc",)


def test_a_layer_that_fails_is_named_with_its_reason():
    alone = times(0, a_round(2 * MS, 2 * MS), names=("conv",), kinds=("conv2d",))
    parts = found(replace(alone, failures={"fc": "ValueError: no"}))
    assert parts.notes[-1] == "not measured, as they fail by themselves: fc: ValueError: no"


def test_layers_beside_a_compiled_whole_are_told_apart():
    parts = found(times(0, a_round(2 * MS, MS, MS)), case=cpu(1, mode="compile"))
    assert parts.notes[-1] == "layers run one by one, as they are; the whole is compiled"


def test_seconds_by_name_are_those_of_the_table():
    whole = replace(result(cpu(1), 2 * MS), layers=(times(0, a_round(2 * MS, MS, 500_000)),))
    assert layer_seconds(whole) == {"conv": 1e-3, "fc": 5e-4}


def test_a_process_without_layers_leaves_them_to_the_others():
    parts = found(LayerTimes(0, failure="does not fit in memory"), times(1, a_round(100, 60, 40)))
    assert parts.whole_ns == 100


def test_a_case_without_layers_says_why():
    whole = replace(result(cpu(1), 2 * MS), layers=(LayerTimes(0, failure="no room"),))
    assert breakdown(record(whole), whole) is None
    assert layer_seconds(whole) == {}
    assert failure(whole) == "no room"


def test_nobody_asked_and_nothing_failed():
    whole = result(cpu(1), 2 * MS)
    assert (breakdown(record(whole), whole), failure(whole)) == (None, "")
