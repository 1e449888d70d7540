"""How much faster archstat counts than the tools that see functions and run on real tensors.

For each classification model of torchvision, archstat, FlopCounterMode and fvcore count the same
model in turn, in one process; each round's times are divided by archstat's, the fastest of the
others is kept, and the median over rounds is printed.

    python benchmarks/speed.py [MODEL…]

The exit code is 1 if the median over the models is below 5.
"""

from __future__ import annotations

import random
import sys
import time
import warnings
from collections.abc import Sequence
from statistics import median

from counters import COUNTERS, build, classification_models, print_table

ROUNDS = 3
CLAIM = 5.0
OTHERS = ("FlopCounterMode", "fvcore")


def ratios(name: str) -> dict[str, float]:
    """Return how many times archstat's time each of the others takes, median of all rounds."""
    model, shape = build(name)
    seconds: dict[str, list[float]] = {tool: [] for tool in ("archstat", *OTHERS)}
    for tool in seconds:  # what is loaded or cached on first use is not what is compared
        COUNTERS[tool].quietly(model, shape)
    for _ in range(ROUNDS):
        for tool in random.sample(list(seconds), len(seconds)):
            start = time.perf_counter()
            COUNTERS[tool].quietly(model, shape)
            seconds[tool].append(time.perf_counter() - start)
    return {
        tool: median(t / ours for t, ours in zip(seconds[tool], seconds["archstat"], strict=True))
        for tool in OTHERS
    }


def main(names: Sequence[str]) -> int:
    """Print one table; return 1 if the median is below what is claimed."""
    warnings.simplefilter("ignore")
    by_model = {name: ratios(name) for name in names or classification_models()}
    fastest = {name: min(found.values()) for name, found in by_model.items()}
    rows = [
        (name, *(f"{found[tool]:.1f}" for tool in OTHERS), f"{fastest[name]:.1f}")
        for name, found in by_model.items()
    ]
    columns = [*([found[tool] for found in by_model.values()] for tool in OTHERS)]
    medians = [f"{median(column):.1f}" for column in (*columns, list(fastest.values()))]
    rows.append((f"median of {len(by_model)}", *medians))
    print_table(("time / archstat's", *OTHERS, "the faster one"), rows)
    return int(median(fastest.values()) < CLAIM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
