"""Whether a second run gives the same figure: archstat's, torch.utils.benchmark's, and a loop's.

Each run is a fresh process, and those of all tools are interleaved in random order. CV: standard
deviation / mean. Latencies are printed as multiples of archstat's. The last column: of all pairs of
runs, those in which the 95 % interval that one prints holds what the other says; the others print
none. Runs that archstat calls CONTENDED are left out and listed; the others never say so, thus
theirs all count.

    python benchmarks/repeatability.py [--runs 10] [--minutes M] [--alone]

With `--minutes` no round is begun that would end later, if it takes as long as the longest so far;
`--alone` leaves the other tools out, so that more runs fit in.

The exit code is 1 if the share of the limit scatters by more than is claimed below or by more than
half of torch.utils.benchmark's latency, or if an interval holds less than 90 % of the others.
"""

from __future__ import annotations

import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import permutations
from math import inf
from statistics import fmean, median, stdev
from typing import Any

from benched import CONTENDED, Options, benched, options, percent, results, say
from counters import print_table
from rivals import RIVALS, TIMERS, rival_s

from archstat.bench.statistics import spread

CLAIMS = {1: 0.03, 32: 0.05}
"""The most that the share of the limit may scatter, by batch."""

OF_TIMER = 0.5
HELD = 0.9
FEWEST = 2  # runs, of which one can say how they scatter


def variation(values: Sequence[float]) -> float:
    """Return the coefficient of variation."""
    return stdev(values) / fmean(values)


def held(values: Sequence[float], intervals: Sequence[Sequence[float] | None]) -> float | None:
    """Return the part of ordered pairs in which the first's interval holds the second's value."""
    known = [interval for interval in intervals if interval is not None]
    if len(known) < len(values):
        return None
    pairs = list(permutations(range(len(values)), 2))
    return fmean(known[one][0] <= values[other] <= known[one][1] for one, other in pairs)


class Repeated:
    """What all runs say."""

    def __init__(self, asked: Options) -> None:
        self._asked = asked
        self._model = asked.models[0]
        self.ours: dict[int, list[dict[str, Any]]] = defaultdict(list)
        self.theirs: dict[tuple[str, int], list[float]] = defaultdict(list)
        self.left_out: list[str] = []

    def run(self) -> None:
        """Run everything once in each round, in another order each time."""
        begun, longest_s = time.monotonic(), 0.0
        for number in range(1, self._asked.runs + 1):
            start = time.monotonic()
            if start - begun + longest_s > 60 * (self._asked.minutes or inf):
                break
            turns: list[Callable[[], None]] = [partial(self._us, number)]
            if not self._asked.is_alone:
                turns += [partial(self._rival, name, size) for name in RIVALS for size in CLAIMS]
            random.shuffle(turns)
            for turn in turns:
                turn()
            longest_s = max(longest_s, time.monotonic() - start)

    def _us(self, number: int) -> None:
        document = benched([self._model], list(CLAIMS), *self._asked.more)
        for size, result in results(document):
            said = result["figures"]
            share = percent(said["limit"] and said["limit"]["share"])
            words = f"run {number}, batch {size}: {said['verdict']}, {share}"
            say(f"{words}, {1000 * said['latency_s']:.2f} ms")
            if said["verdict"] == CONTENDED:
                self.left_out.append(f"{words}: {said['reason']}")
            elif said["limit"] is None:
                sys.exit(f"{self._model}, batch {size}: its limit is not known")
            else:
                self.ours[size].append(said)

    def _rival(self, name: str, size: int) -> None:
        self.theirs[name, size].append(rival_s(name, self._model, size))
        say(f"{name}, batch {size}: {1000 * self.theirs[name, size][-1]:.2f} ms")


def rows(found: Repeated, missed: list[str]) -> Iterator[Sequence[str]]:
    """Yield a row for each figure of each batch, and note the claims that are not met."""
    for size, most in CLAIMS.items():
        ours = found.ours[size]
        if len(ours) < FEWEST:
            missed.append(f"batch {size}: only {len(ours)} runs count")
            continue
        limits = [said["limit"] for said in ours]
        shares = [limit["share"] for limit in limits]
        latencies = [said["latency_s"] for said in ours]
        by_share = held(shares, [limit["interval"] for limit in limits])
        by_latency = held(latencies, [said["interval_s"] for said in ours])
        usual = median(latencies)
        row = partial(_row, size)
        yield row("archstat, share of the limit", percent(median(shares)), shares, by_share)
        for name, values, part in (
            ("archstat, latency", latencies, by_latency),
            ("archstat, latency at the ceilings", [limit["steady_s"] for limit in limits], None),
            *((rival, times, None) for (rival, of), times in found.theirs.items() if of == size),
        ):
            yield row(name, f"{median(values) / usual:.3f}", values, part)
        timers = [found.theirs[timer, size] for timer in TIMERS if (timer, size) in found.theirs]
        best = min(map(variation, timers), default=None)
        allowed = most if best is None else min(most, OF_TIMER * best)
        if variation(shares) > allowed:
            words = f"the share scatters by {percent(variation(shares))}"
            missed.append(f"batch {size}: {words}; claimed: {percent(allowed)}")
        for what, part in (("share", by_share), ("latency", by_latency)):
            if part is None or part < HELD:
                missed.append(f"batch {size}: the interval of the {what} holds {percent(part)}")


def _row(
    size: int, name: str, middle: str, values: Sequence[float], part: float | None
) -> Sequence[str]:
    interval = "" if part is None else percent(part)
    scatter = percent(variation(values)), percent(spread(values))
    return name, str(size), str(len(values)), middle, *scatter, interval


def main() -> int:
    """Print one table; return 1 if a claim is not met."""
    asked = options(__doc__, ["torchvision/alexnet"], runs=10, is_bounded=True)
    if asked.runs < FEWEST:
        sys.exit(f"--runs: must be {FEWEST} at least")
    found, missed = Repeated(asked), list[str]()
    found.run()
    titles = ("figure", "batch", "runs", "median", "CV", "(max − min) / median", "interval holds")
    print_table(titles, rows(found, missed))
    print(f"\nleft out: {len(found.left_out)}", *found.left_out, sep="\n")
    print("not met:" if missed else "all claims met", *missed, sep="\n")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
