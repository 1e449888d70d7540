"""How long a store of many cases takes to answer, with and without its index.

python benchmarks/store.py [CASES]     100,000 unless stated

The cases are made up. Of the questions with an index there are five, whose median is printed;
each looks at every file for changes. Seconds of the processor stand beside those of the clock.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from archstat.sweep.asking import StoreQuestion
from archstat.sweep.case import SweepCase
from archstat.sweep.index import NAME, Index
from archstat.sweep.outcome import DONE, CaseOutcome
from archstat.sweep.store import Store

TIMES = 5
FIGURES = {
    "latency_s": 0.01,
    "interval_s": [0.009, 0.011],
    "examples_per_s": 100.0,
    "limit": {"limit_s": 0.005, "share": 0.5, "interval": [0.45, 0.55]},
    "bound": "memory",
    "verdict": "VALID",
    "reason": "",
}


def main(cases: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.make()
        begun = time.monotonic()
        for number in range(cases):
            write(store, number)
        print(f"{cases:,} files written in {time.monotonic() - begun:.1f} s")
        clock, processor = asked(store)
        print(f"first question, which makes the index: {clock:.1f} s ({processor:.1f} s)")
        size = (store.folder / NAME).stat().st_size
        print(f"index: {size / 1e6:.1f} MB")
        times = [asked(store) for _ in range(TIMES)]
        clock, processor = (statistics.median(each) for each in zip(*times, strict=True))
        print(f"question, index up to date: {clock:.2f} s ({processor:.2f} s)")


def write(store: Store, number: int) -> None:
    """Write a file as a sweep does, without the care for kills that takes most of its time."""
    model = f"timm/model-{number // 64}"
    case = SweepCase(model, batch_size=1 + number % 64)
    record = {
        "environment": {"cpu": {"name": "A Processor"}, "software": {"torch": "2.14.1"}},
        "inputs": {model: [3, 224, 224]},
        "params": {model: number},
        "results": [
            {
                "case": {**case.to_dict(), "threads": 2},
                "work": {"layers": [{"flops": 2 * number}], "uncounted": []},
                "figures": {**FIGURES, "latency_s": 0.01 + number * 1e-6},
            }
        ],
    }
    outcome = CaseOutcome(case, DONE, record, began="2026-12-01T10:00:00Z")
    text = json.dumps(outcome.to_dict())
    (store.files / f"{case.id}.json").write_text(text, encoding="utf-8")


def asked(store: Store) -> tuple[float, float]:
    """Ask for the best case of each model; return the seconds by the clock and the processor."""
    question = StoreQuestion(
        ["model", "latency_s"], where=["batch_size>=8"], best="latency_s", per=["model"], top=10
    )
    clock, processor = time.monotonic(), time.process_time()
    Index([store]).ask(*question.sql())
    return time.monotonic() - clock, time.process_time() - processor


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 100_000)
