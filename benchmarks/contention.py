"""Whether a figure that is too slow says so: beside a busy loop on one core, and alone, in turn.

Each run is a fresh process. Figures are printed as multiples of the same tool's median of the quiet
runs; torch.utils.benchmark, with its default time and all cores, has no verdict.

    python benchmarks/contention.py [--runs 5]

The exit code is 1 if a run beside the loop is not CONTENDED, or a quiet one is.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from statistics import median

from benched import CONTENDED, benched, options, results, say
from counters import print_table
from rivals import TIMERS, rival_s

BATCH = 1
TIMER = next(iter(TIMERS))


@dataclass(frozen=True)
class Run:
    """What two tools say in one condition."""

    is_loaded: bool
    verdict: str
    our_s: float
    timer_s: float

    @property
    def is_right(self) -> bool:
        """Whether the verdict is what it should be."""
        return (self.verdict == CONTENDED) == self.is_loaded


@contextmanager
def busy() -> Iterator[None]:
    """Keep a core busy in a process of its own."""
    with subprocess.Popen((sys.executable, "-c", "while True: pass")) as process:
        try:
            yield
        finally:
            process.kill()


def measured(model: str, more: Sequence[str], *, is_loaded: bool) -> Run:
    """Return what both say, one after the other."""
    with busy() if is_loaded else nullcontext():
        [(_, result)] = results(benched([model], [BATCH], "--quick", *more))
        timer_s = rival_s(TIMER, model, BATCH)
    said = result["figures"]
    run = Run(is_loaded, said["verdict"], said["latency_s"], timer_s)
    words = f"{'loaded' if is_loaded else 'quiet'}: {run.verdict}, {1000 * run.our_s:.2f} ms"
    say(f"{words}; {TIMER}: {1000 * timer_s:.2f} ms")
    return run


def rows(runs: Sequence[Run]) -> Iterator[Sequence[str]]:
    """Yield a row for each run, the quiet ones first."""
    quiet = [run for run in runs if not run.is_loaded]
    our_s = median(run.our_s for run in quiet)
    timer_s = median(run.timer_s for run in quiet)
    for run in sorted(runs, key=lambda run: run.is_loaded):
        yield (
            "a busy loop on one core" if run.is_loaded else "quiet",
            run.verdict,
            f"{run.our_s / our_s:.2f}",
            f"{run.timer_s / timer_s:.2f}",
        )


def main() -> int:
    """Print one table; return 1 if a verdict is wrong."""
    asked = options(__doc__, ["torchvision/alexnet"], runs=5)
    runs = [
        measured(asked.models[0], asked.more, is_loaded=is_loaded)
        for _ in range(asked.runs)
        for is_loaded in (False, True)
    ]
    titles = ("beside it", "archstat's verdict", "archstat / quiet", f"{TIMER} / quiet")
    print_table(titles, rows(runs))
    wrong = sum(not run.is_right for run in runs)
    print(f"\n{len(runs) - wrong} of {len(runs)} verdicts are right")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
