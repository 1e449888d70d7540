"""Other counters on torchvision's classification models: who is exact, in what time and memory.

A count is exact if it is the billions of multiply–accumulates that torchvision publishes, to its
three decimals. Each tool counts in its own convention, so another count need not be a mistake.

Time: all tools count copies of one model in one process, round by round in random order; a round's
times are divided by archstat's, and the median is taken over rounds, then over models. Memory: each
tool counts each of a few models in a process of its own; what is printed is the peak above that of
`import torch, torchvision`. archstat is asked by name there, so that it builds the model itself.

    pip install ptflops thop torchscan
    python benchmarks/peers.py [MODEL…]

The exit code is 1 if archstat is not exact on every model.
"""

from __future__ import annotations

import sys
import warnings
from collections import Counter, defaultdict
from collections.abc import Sequence
from statistics import median

from counters import (
    ARGUMENTS,
    COUNTERS,
    build,
    classification_models,
    peak_bytes,
    print_table,
    times_archstats,
)

import archstat

MEASURED_FOR_MEMORY = (
    "alexnet", "vgg16", "resnet18", "resnet50", "mobilenet_v2", "densenet121", "squeezenet1_1",
    "shufflenet_v2_x1_0", "efficientnet_b0", "regnet_y_400mf", "convnext_tiny", "vit_b_16",
    "swin_t",
)  # fmt: skip
"""One of each family."""

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
    few = [name for name in names or published if name in MEASURED_FOR_MEMORY]
    names = names or list(published)
    tools = [tool for tool, counter in COUNTERS.items() if counter.is_installed]
    exact: Counter[str] = Counter()
    times: dict[str, list[float]] = defaultdict(list)
    times_archstats(*build("alexnet"), tools)  # so that no tool is timed while it loads
    for name in names:
        ratios, counts = times_archstats(*build(name), tools)
        for tool in tools:
            exact[tool] += round(counts[tool] / 1e9, 3) == published[name][1]
            times[tool].append(ratios[tool])
    titles = ("", f"exact, of {len(names)}", "time / archstat's", f"MiB, median of {len(few)}")
    rows = []
    for tool in COUNTERS:
        if tool in tools:
            peak = f"{median(memory(tool, name) for name in few):,.0f}" if few else "–"
            rows.append((tool, str(exact[tool]), f"{median(times[tool]):.1f}", peak))
        else:
            rows.append((tool, "not installed", "", ""))
    print_table(titles, rows)
    return int(exact["archstat"] < len(names))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
