"""The other ways to time a model: torch.utils.benchmark, and the loop that people write.

Each is asked in a fresh process, as `archstat bench` asks itself, with as many threads, and calls
the very same function.

    python benchmarks/rivals.py RIVAL MODEL BATCH
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

from archstat.bench.case import Case
from archstat.devices.processor import physical_cores

NAIVE_CALLS = 10


def timer_s(step: Callable[[], object], seconds: float) -> float:
    """Return the seconds of a call by torch.utils.benchmark, all cores used."""
    from torch.utils.benchmark import Timer  # noqa: PLC0415  only where it measures

    timer = Timer("step()", globals={"step": step}, num_threads=physical_cores())
    return float(timer.blocked_autorange(min_run_time=seconds).median)


def loop_s(step: Callable[[], object]) -> float:
    """Return the seconds of a call by the wall clock, of some calls and no others before."""
    start = time.time()
    for _ in range(NAIVE_CALLS):
        step()
    return (time.time() - start) / NAIVE_CALLS


TIMERS = {
    "blocked_autorange(0.2)": partial(timer_s, seconds=0.2),
    "blocked_autorange(2)": partial(timer_s, seconds=2),
}
"""torch.utils.benchmark, by its `min_run_time`; the first is its default."""

RIVALS: dict[str, Callable[[Callable[[], object]], float]] = {**TIMERS, "loop of 10": loop_s}


def step_of(model: str, batch_size: int) -> tuple[Case, Callable[[], object]]:
    """Return a pass as `archstat bench` calls it, and the case that it is of."""
    import torch  # noqa: PLC0415  likewise

    from archstat.bench.measuring.subject import Models  # noqa: PLC0415  likewise
    from archstat.models.question import Question  # noqa: PLC0415  likewise

    torch.set_num_threads(physical_cores())
    case = Case(model, "cpu", batch_size, threads=physical_cores())
    return case, Models(Question(), seed=0).step(case)


def rival_s(rival: str, model: str, batch_size: int) -> float:
    """Return the seconds of a pass by a rival in a fresh process."""
    done = subprocess.run(
        (sys.executable, __file__, rival, model, str(batch_size)),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return float(done.stdout)


def main(rival: str, model: str, batch_size: str) -> None:
    """Print the seconds of a pass."""
    _, step = step_of(model, int(batch_size))
    print(RIVALS[rival](step))


if __name__ == "__main__":
    main(*sys.argv[1:])
