"""Other counters on torchvision's classification models: who is exact, in what time and memory.

A count is exact if it is the billions of multiply–accumulates that torchvision publishes, to its
three decimals. Each tool counts in its own convention, so another count need not be a mistake.

Time: all tools count copies of one model in one process, round by round in random order; a round's
times are divided by archstat's, and the median is taken over rounds, then over models. Memory: each
tool counts each model in a process of its own; what is printed is the peak above that of
`import torch, torchvision`. archstat is asked by name there, so that it builds the model itself.

    pip install ptflops thop torchscan
    python benchmarks/peers.py [MODEL…]

The exit code is 1 if archstat is not exact on every model.
"""

from __future__ import annotations

import copy
import random
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from counters import (
    ARGUMENTS,
    COUNTERS,
    build,
    classification_models,
    peak_bytes,
    print_table,
)

import archstat

ROUNDS = 3
MEBIBYTE = 2**20

COUNT = "sys.path.insert(0, {folder!r}); import peers; peers.count_once({tool!r}, {name!r})"


def count_once(tool: str, name: str) -> None:
    """Let a tool count a model, for its memory."""
    warnings.simplefilter("ignore")
    if tool == "archstat":
        archstat.analyze(f"torchvision/{name}", arguments=ARGUMENTS.get(name))
    else:
        COUNTERS[tool].quietly(*build(name))


def memory(tool: str, name: str) -> float:
    """Return the MiB that counting a model takes above the imports, in a process of its own."""
    before, after = peak_bytes(COUNT.format(folder=sys.path[0], tool=tool, name=name))
    return (after - before) / MEBIBYTE


def main(names: Sequence[str]) -> int:
    """Print one table; return 1 if archstat is not exact on every model."""
    warnings.simplefilter("ignore")
    published = classification_models()
    names = names or list(published)
    tools = [tool for tool, counter in COUNTERS.items() if counter.is_installed]
    exact: dict[str, int] = defaultdict(int)
    ratios: dict[str, list[float]] = defaultdict(list)
    for name in names:
        model, shape = build(name)
        rounds: dict[str, list[float]] = defaultdict(list)
        counts: dict[str, int] = {}
        for _ in range(ROUNDS):
            for tool in random.sample(tools, len(tools)):
                own = copy.deepcopy(model)
                start = time.perf_counter()
                counts[tool] = COUNTERS[tool].quietly(own, shape)
                rounds[tool].append(time.perf_counter() - start)
        for tool in tools:
            exact[tool] += round(counts[tool] / 1e9, 3) == published[name][1]
            pairs = zip(rounds[tool], rounds["archstat"], strict=True)
            ratios[tool].append(median(theirs / ours for theirs, ours in pairs))
    peaks = {tool: [memory(tool, name) for name in names] for tool in tools}
    rows = [
        (
            tool,
            f"{exact[tool]} of {len(names)}",
            f"{median(ratios[tool]):.1f}",
            f"{median(peaks[tool]):,.0f}",
            f"{max(peaks[tool]):,.0f}",
        )
        if tool in tools
        else (tool, "not installed", "", "", "")
        for tool in COUNTERS
    ]
    print_table(("", "exact", "time / archstat's", "median MiB", "most MiB"), rows)
    return int(exact["archstat"] < len(names))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
