"""A sweep that is killed at random, and goes on: is anything lost, damaged or run twice?

python benchmarks/sweep.py [CASES] [KILLS]     200 cases and 5 kills unless stated

The last fiftieth of the cases are quick benchmarks of lenet5, the others count networks of the
catalogue. Each run but the last is killed (SIGKILL, its own process only, as the system does) once
it has kept a random number of cases, at a random moment of the next one, once of a benchmark.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from archstat.models.spec.catalogue import catalogue
from archstat.sweep.case import BENCH
from archstat.sweep.outcome import DONE
from archstat.sweep.plan import SweepPlan, read_plan
from archstat.sweep.store import Store

SEED = 20261201
COUNTING_S = 0.3
MEASURING_S = 10.0
"""At most until a kill, once enough is kept."""

TOLD = re.compile(r"\[\d+/\d+\] (done|failed)  (.+?) \(\d")


def main(count: int, kills: int) -> bool:
    """Run it, print what came of it, and return whether nothing was lost, damaged or run twice."""
    chance = random.Random(SEED)  # noqa: S311  the same kills each time
    with tempfile.TemporaryDirectory() as name:
        plan, store = Path(name) / "plan.toml", Store(Path(name) / "store")
        asked = write(plan, count)
        ids = {case.id for case in asked.cases}
        benches = sum(case.what == BENCH for case in asked.cases)
        counted = len(ids) - benches
        stops = sorted(chance.sample(range(1, counted), kills - 1))
        stops.append(counted + chance.randrange(benches))
        stamps: dict[str, str] = {}
        told: Counter[str] = Counter()
        lost = rewritten = 0
        for stop in [*stops, None]:
            wait_s = chance.uniform(0, MEASURING_S if stop == stops[-1] else COUNTING_S)
            told.update(run(plan, store, stop, wait_s))
            now = store.stamps()
            lost += len(stamps.keys() - now.keys())
            rewritten += sum(now.get(file, stamp) != stamp for file, stamp in stamps.items())
            stamps = now
            print(f"{'killed' if stop else 'ended'} with {len(now)} of {len(ids)} cases kept")
        statuses = store.statuses()
        damaged = [file for file in stamps if store.read(file).case.id not in file]
        done = sum(status == DONE for status in statuses.values())
        doubled = sum(number - 1 for number in told.values())
        print(f"{len(ids)} cases, {kills} kills: {done} done, {len(stamps)} files")
        print(
            f"lost {lost}, damaged {len(damaged)}, told twice {doubled}, written twice {rewritten}"
        )
        return (
            lost == rewritten == doubled == len(damaged) == 0
            and done == len(stamps) == len(ids)
            and statuses.keys() == ids
        )


def write(plan: Path, count: int) -> SweepPlan:
    """Write a plan of so many cases, and return it as it is read."""
    benches = max(1, count // 50)
    names = sorted(catalogue())
    batches = -(-(count - benches) // len(names))
    spare = len(names) * batches - (count - benches)
    text = f"[[cases]]\nmodels = {names}\nwhat = 'table'\nbatch = {list(range(1, batches + 1))}\n"
    text += f"[[cases]]\nmodels = ['lenet5']\nquick = true\nbatch = {list(range(1, benches + 1))}\n"
    if spare:
        text += f"[[leave_out]]\nmodels = {names[:spare]}\nwhat = ['table']\nbatch = [{batches}]\n"
    plan.write_text(text, encoding="utf-8")
    return read_plan(plan, lambda _: names)


def run(plan: Path, store: Store, stop: int | None, wait_s: float) -> list[str]:
    """Run a sweep, until it has kept so many cases and a little longer; return what it told."""
    words = ["sweep", str(plan), "-o", str(store.folder)]
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "archstat", *words], stdout=subprocess.DEVNULL, stderr=said
        )
        while process.poll() is None:
            if stop is not None and sum(1 for _ in store.names()) >= stop:
                time.sleep(wait_s)
                process.kill()
            time.sleep(0.01)
        if stop is None and process.returncode != 0:
            sys.exit(f"archstat sweep ended with {process.returncode}")
        said.seek(0)
        return [case for _, case in TOLD.findall(said.read())]


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    sys.exit(not main(*numbers, *(200, 5)[len(numbers) :]))
