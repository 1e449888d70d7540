"""Time is what the fakes say it is, so every count and every order can be told beforehand."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from archstat.bench.protocol import (
    MS,
    QUICK,
    SECOND,
    Rules,
    Station,
    calls_of_a_sample,
    cause,
    is_enough,
    measure,
    warm_up,
)
from archstat.bench.record import Reading, Sample


class Desk:
    """A clock that only the fakes move, and what they did in their order."""

    def __init__(self):
        self.now = 0
        self.done = []

    def spend(self, ns, what):
        self.now += ns
        self.done.append(what)


class FakeSubject:
    """Takes the times that it is given, and the last of them for ever."""

    def __init__(self, *times, desk=None, name="model", queued=None):
        self.times = list(times)
        self.desk = desk or Desk()
        self.name = name
        self.queued = queued

    def calls(self, count):
        taken = tuple(self._next() for _ in range(count))
        self.desk.spend(sum(taken), self.name)
        return taken

    def queue(self, count):
        return None if self.queued is None else self.queued(count)

    def _next(self):
        return self.times.pop(0) if len(self.times) > 1 else self.times[0]


class FakeProbe:
    """Reaches the rates that it is given in turn, and then again, in no time."""

    def __init__(self, desk, name, *rates):
        self.desk = desk
        self.name = name
        self.rates = list(rates)

    def rate(self):
        self.desk.spend(0, self.name)
        self.rates.append(self.rates.pop(0))
        return self.rates[-1]


class FakeMeter:
    """Gives the readings that it is given, and the last of them for ever."""

    def __init__(self, desk, *readings):
        self.desk = desk
        self.readings = list(readings) or [Reading()]

    def start(self):
        self.desk.spend(0, "start")

    def read(self):
        self.desk.spend(0, "read")
        return self.readings.pop(0) if len(self.readings) > 1 else self.readings[0]


def station(desk, subject, calls=1, compute=(2.0,), memory=(4.0,)):
    return Station(
        subject, calls, FakeProbe(desk, "compute", *compute), FakeProbe(desk, "memory", *memory)
    )


def samples_of(desk, stations, rules, meter=None, seed=0):
    """Return all that was sampled, in its order, as pairs of whose and what."""
    taken = []
    measure(
        stations,
        rules,
        meter or FakeMeter(desk),
        now_ns=lambda: desk.now,
        random=Random(seed),  # noqa: S311  an order is no secret
        took=lambda key, sample: taken.append((key, sample)),
    )
    return taken


def test_a_quick_look_does_once_what_takes_longer_than_a_second():
    desk = Desk()
    slow = FakeSubject(2 * SECOND, desk=desk)
    assert warm_up(slow, QUICK).calls == 1
    assert len(samples_of(desk, {0: station(desk, slow)}, QUICK)) == 1
    assert desk.now == 2 * 2 * SECOND


def test_a_fast_model_is_warmed_up_for_a_third_of_a_second():
    warm = warm_up(FakeSubject(1 * MS), Rules())

    assert (warm.calls, warm.ns, warm.call_ns) == (300, 300 * MS, 1 * MS)


def test_a_model_of_100_ms_is_called_ten_times():
    warm = warm_up(FakeSubject(100 * MS), Rules())

    assert (warm.calls, warm.call_ns) == (10, 100 * MS)


def test_a_slow_model_is_called_three_times():
    assert warm_up(FakeSubject(251 * MS), Rules()).calls == 3


def test_a_model_of_a_quarter_of_a_second_is_not_slow_yet():
    assert warm_up(FakeSubject(250 * MS), Rules()).calls == 10


def test_warming_up_goes_on_until_the_last_five_calls_are_like_the_five_before():
    falling = [200 * MS - 10 * MS * call for call in range(10)]  # 200, 190, … 110 ms, then 100

    warm = warm_up(FakeSubject(*falling, 100 * MS), Rules())

    # Of 17 calls, the five before the last are 130, 120, 110, 100 and 100 ms: their median is 110.
    # Of 18, it is that of 120, 110, 100, 100 and 100 ms, as of the last five.
    assert (warm.calls, warm.call_ns) == (18, 100 * MS)


def test_a_first_call_that_compiles_does_not_count_as_settling():
    warm = warm_up(FakeSubject(2_000 * MS, 10 * MS), Rules())

    assert (warm.calls, warm.call_ns) == (10, 10 * MS)  # its time is spent, ten calls are not


def test_what_never_settles_is_warm_after_three_seconds():
    swinging = [100 * MS] * 5 + [200 * MS] * 5

    warm = warm_up(FakeSubject(*swinging * 3), Rules())

    assert (warm.calls, warm.ns) == (20, 3_000 * MS)


@pytest.mark.parametrize(
    ("call_ns", "calls"), [(5 * MS, 1), (6 * MS, 1), (4_999_999, 2), (50_000, 100), (0, 5_000_000)]
)
def test_a_sample_is_long_enough_for_the_clock(call_ns, calls):
    assert calls_of_a_sample(call_ns, Rules()) == calls  # of 5 ms


def taken(*times, set_aside=""):
    return [Sample(0, (time,), set_aside=set_aside) for time in times]


def test_nine_equal_samples_are_enough():
    assert not is_enough(taken(*[100] * 8), Rules())
    assert is_enough(taken(*[100] * 9), Rules())


def test_samples_that_scatter_are_not_enough():
    # The interval of nine is from the second to the eighth value: 1 % is allowed, it is 1.2 %
    assert not is_enough(taken(1000, 994, 1006, 1000, 994, 1006, 1000, 994, 1006), Rules())
    assert is_enough(taken(1000, 995, 1005, 1000, 995, 1005, 1000, 995, 1005), Rules())


def test_samples_that_drift_are_not_enough():
    rules = Rules(precise=0.5)

    assert not is_enough(taken(*[100] * 3, *[101] * 3, *[103.1] * 3), rules)
    assert is_enough(taken(*[100] * 3, *[101] * 3, *[102] * 3), rules)


def test_samples_that_are_set_aside_do_not_make_it_enough():
    assert not is_enough(taken(*[100] * 8) + taken(100, set_aside="contended"), Rules())
    assert is_enough(taken(*[100] * 9) + taken(900, set_aside="contended"), Rules())


def test_a_case_ends_when_it_is_known_well_enough():
    desk = Desk()

    assert len(samples_of(desk, {0: station(desk, FakeSubject(5 * MS, desk=desk))}, Rules())) == 9


def test_a_case_ends_when_its_time_is_spent():
    desk = Desk()
    swinging = FakeSubject(*[10 * MS, 20 * MS] * 100, desk=desk)

    taken = samples_of(desk, {0: station(desk, swinging)}, Rules(budget_ns=300 * MS))

    assert (len(taken), desk.now) == (20, 300 * MS)


def test_the_slowest_case_has_three_samples():
    desk = Desk()

    taken = samples_of(desk, {0: station(desk, FakeSubject(9_000 * MS, desk=desk))}, Rules())

    assert len(taken) == 3


def test_a_case_that_is_known_well_enough_leaves_the_time_to_the_others():
    desk = Desk()
    steady = FakeSubject(10 * MS, desk=desk, name="steady")
    swinging = FakeSubject(*[10 * MS, 20 * MS] * 100, desk=desk, name="swinging")
    stations = {0: station(desk, steady), 1: station(desk, swinging)}

    taken = samples_of(desk, stations, Rules(budget_ns=600 * MS))

    assert [key for key, _ in taken].count(0) == 9
    assert [key for key, _ in taken].count(1) == 40
    assert {key for key, _ in taken[18:]} == {1}


def test_each_round_samples_every_case_once():
    desk = Desk()
    stations = {key: station(desk, FakeSubject(5 * MS, desk=desk)) for key in range(4)}

    keys = [key for key, _ in samples_of(desk, stations, Rules())]

    rounds = [keys[at : at + 4] for at in range(0, len(keys), 4)]
    assert len(rounds) == 9
    assert all(sorted(each) == [0, 1, 2, 3] for each in rounds)


def test_the_order_of_a_round_is_drawn_anew():
    desk = Desk()
    stations = {key: station(desk, FakeSubject(5 * MS, desk=desk)) for key in range(4)}

    keys = [key for key, _ in samples_of(desk, stations, Rules())]

    assert len({tuple(keys[at : at + 4]) for at in range(0, len(keys), 4)}) > 5


def test_a_seed_gives_the_same_order_again():
    def order(seed):
        desk = Desk()
        stations = {key: station(desk, FakeSubject(5 * MS, desk=desk)) for key in range(4)}
        return [key for key, _ in samples_of(desk, stations, Rules(), seed=seed)]

    assert order(1) == order(1)
    assert order(1) != order(2)


def test_the_probes_run_before_and_after_each_sample_and_the_meters_look_at_the_sample_alone():
    desk = Desk()
    subject = FakeSubject(9_000 * MS, desk=desk)

    samples_of(desk, {0: station(desk, subject)}, Rules(fewest=1))

    assert desk.done == ["compute", "memory", "start", "model", "read", "memory", "compute"]


def test_a_rate_is_that_of_the_work_before_and_after_together():
    desk = Desk()
    subject = FakeSubject(9_000 * MS, desk=desk)
    one = station(desk, subject, compute=(30.0, 60.0), memory=(3.0, 6.0))

    ((_, sample),) = samples_of(desk, {0: one}, Rules(fewest=1))

    # The same work at 30 and then at 60 a second: twice the work in 1/30 + 1/60 s, 40 a second
    assert sample.flops_rate == pytest.approx(40.0)
    assert sample.bytes_rate == pytest.approx(4.0)


def test_a_sample_holds_each_call_and_when_it_began():
    desk = Desk()
    desk.now = 777  # a clock starts anywhere
    subject = FakeSubject(4_000 * MS, 1_000 * MS, 2_000 * MS, 3_000 * MS, desk=desk)

    (_, first), (_, second) = samples_of(
        desk, {0: station(desk, subject, calls=2)}, Rules(fewest=2)
    )

    assert (first.at_ns, first.calls_ns) == (0, (4_000 * MS, 1_000 * MS))
    assert (second.at_ns, second.calls_ns) == (5_000 * MS, (2_000 * MS, 3_000 * MS))
    assert (first.queue_calls, first.queue_ns, first.device_ns) == (0, 0, None)


def test_a_sample_holds_the_queue_where_there_is_one():
    desk = Desk()
    subject = FakeSubject(
        9_000 * MS, desk=desk, queued=lambda count: (count * 8 * MS, count * 7 * MS)
    )

    ((_, sample),) = samples_of(desk, {0: station(desk, subject, calls=3)}, Rules(fewest=1))

    assert (sample.queue_calls, sample.queue_ns, sample.device_ns) == (3, 24 * MS, 21 * MS)


def test_a_disturbed_sample_is_kept_and_set_aside():
    desk = Desk()
    meter = FakeMeter(desk, Reading(wait=0.4), Reading(wait=0.0))
    subject = FakeSubject(9_000 * MS, desk=desk)

    (_, first), (_, second) = samples_of(desk, {0: station(desk, subject)}, Rules(fewest=2), meter)

    assert (first.set_aside, first.reading.wait) == ("contended", 0.4)
    assert second.set_aside == ""


def test_a_sample_at_a_lower_clock_than_is_usual_for_its_case_is_set_aside():
    desk = Desk()
    clocks = [1980, 1980, 1781, 1782, 1980]
    meter = FakeMeter(desk, *(Reading(clock_mhz=clock) for clock in clocks))
    subject = FakeSubject(9_000 * MS, desk=desk)

    taken = samples_of(desk, {0: station(desk, subject)}, Rules(fewest=5), meter)

    # 90 % of 1980 MHz are 1782
    assert [sample.set_aside for _, sample in taken] == ["", "", "clock dropped", "", ""]


QUIET = Reading(wait=0.01, stolen=0.01, faults=12_000, clock_mhz=1980, throttled=("SwPowerCap",))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ""),
        ({"wait": 0.011}, "contended"),
        ({"stolen": 0.011}, "stolen"),
        ({"throttled": ("SwPowerCap", "SwThermalSlowdown")}, "throttled: SwThermalSlowdown"),
        ({"throttled": ("HwThermalSlowdown",)}, "throttled: HwThermalSlowdown"),
        ({"clock_mhz": 1781}, "clock dropped"),
    ],
)
def test_a_sample_is_set_aside_for_a_cause_that_was_seen(change, words):
    assert cause(replace(QUIET, **change), usual_mhz=1980) == words


def test_what_nobody_knows_is_no_cause():
    assert cause(Reading()) == ""
