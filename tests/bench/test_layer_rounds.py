"""Rounds through the layers with clocks that are fakes."""

from __future__ import annotations

from itertools import islice
from random import Random

import pytest

from archstat.bench.layer_rounds import RoundPlan, layer_rounds
from archstat.bench.protocol import MS, Rules
from archstat.bench.record import Reading

RULES = Rules(fewest=3, layers_ns=100 * MS, round_ns=20 * MS)


class Clock:
    """Stands still, but for what runs."""

    def __init__(self):
        self.ns = 0
        self.ran = []

    def now(self):
        return self.ns

    def station(self, name, *times):
        """Return what takes these times one after the other, and the last from then on."""
        left = list(times)

        def timed():
            self.ran.append(name)
            ns = left.pop(0) if len(left) > 1 else left[0]
            self.ns += ns
            return ns

        return timed


class Probe:
    def __init__(self, *rates):
        self.rates = list(rates)

    def rate(self):
        return self.rates.pop(0) if len(self.rates) > 1 else self.rates[0]


class Meter:
    def __init__(self, reading):
        self.reading = reading

    def start(self):
        pass

    def read(self):
        return self.reading


STEADY = Probe(1.0), Probe(1.0)
QUIET = Reading(wait=0.0)


def rounds(clock, whole, *layers, probes=STEADY, reading=QUIET):
    line = RoundPlan(whole, layers, *probes)
    random = Random(0)  # noqa: S311  an order is no secret
    return layer_rounds(line, RULES, Meter(reading), now_ns=clock.now, random=random)


def test_a_round_has_the_whole_and_every_layer_in_their_places():
    clock = Clock()
    whole = clock.station("whole", 10 * MS)
    found = next(rounds(clock, whole, clock.station("a", 6 * MS), clock.station("b", 3 * MS)))
    assert (found.whole_ns, found.layers_ns) == (10 * MS, (6 * MS, 3 * MS))


def test_a_short_round_goes_through_all_several_times_and_takes_the_medians():
    clock = Clock()
    # the first two passes are not of a round: 20 ms / (3 + 1 ms) = 5 passes make one
    whole = clock.station("whole", 3 * MS)
    layer = clock.station("a", MS, MS, 1, 5, 4, 3, 2)
    found = next(rounds(clock, whole, layer))
    assert clock.ran.count("a") == 2 + 5
    assert found.layers_ns == (3,)


def test_the_first_calls_are_not_of_a_round():
    clock = Clock()
    whole = clock.station("whole", 900 * MS, 20 * MS)
    found = next(rounds(clock, whole, clock.station("a", 900 * MS, 20 * MS)))
    assert (found.at_ns, found.whole_ns, found.layers_ns) == (0, 20 * MS, (20 * MS,))


def test_the_order_changes_from_pass_to_pass():
    clock = Clock()
    names = ["a", "b", "c"]
    stations = [clock.station(name, 10 * MS) for name in names]
    list(rounds(clock, clock.station("whole", 10 * MS), *stations))
    passes = {tuple(clock.ran[at : at + 4]) for at in range(0, len(clock.ran), 4)}
    assert len(passes) > 1
    assert {tuple(sorted(each)) for each in passes} == {("a", "b", "c", "whole")}


def test_rounds_end_when_their_time_is_spent():
    clock = Clock()
    found = list(rounds(clock, clock.station("whole", 15 * MS), clock.station("a", 10 * MS)))
    # rounds of 25 ms: the fourth begins at 75 ms, before the 100 ms are over
    assert [each.at_ns for each in found] == [0, 25 * MS, 50 * MS, 75 * MS]


def test_slow_models_have_the_fewest_rounds_all_the_same():
    clock = Clock()
    found = list(rounds(clock, clock.station("whole", 900 * MS), clock.station("a", 900 * MS)))
    assert len(found) == 3


def test_the_probes_run_before_and_after_a_round():
    clock = Clock()
    # of the same work in 1/2 s and in 1/6 s: 2 in 2/3 s, so 3 a second
    whole = clock.station("whole", 20 * MS)
    found = next(rounds(clock, whole, probes=(Probe(2, 6), Probe(1))))
    assert (found.flops_rate, found.bytes_rate) == (pytest.approx(3), 1)


def test_a_round_in_which_others_held_the_processor_is_set_aside():
    clock = Clock()
    whole = clock.station("whole", 20 * MS)
    found = list(islice(rounds(clock, whole, reading=Reading(wait=0.2)), 1))
    assert [each.set_aside for each in found] == ["contended"]
