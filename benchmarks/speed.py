"""How much faster archstat counts than the tools that see functions and run on real tensors.

For each classification model of torchvision, archstat, FlopCounterMode and fvcore count the same
model in one process, round by round in random order. A round's times are divided by archstat's; the
median over the rounds is printed, and in the last row the median over the models.

    python benchmarks/speed.py [MODEL…]

The exit code is 1 if the faster of the others is, in the median, not 5 times slower.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from statistics import median

from counters import build, classification_models, print_table, times_archstats

CLAIM = 5.0
OTHERS = ("FlopCounterMode", "fvcore")


def rows(names: Sequence[str], fastest: list[float]) -> Iterator[Sequence[str]]:
    """Yield a row for each model, and the medians; note the ratios of the faster tool."""
    by_tool: dict[str, list[float]] = {tool: [] for tool in OTHERS}
    for name in names:
        ratios, _ = times_archstats(*build(name), OTHERS)
        fastest.append(min(ratios.values()))
        for tool in OTHERS:
            by_tool[tool].append(ratios[tool])
        yield (name, *(f"{ratios[tool]:.1f}" for tool in OTHERS), f"{fastest[-1]:.1f}")
    medians = [median(column) for column in (*by_tool.values(), fastest)]
    yield (f"median of {len(names)}", *(f"{ratio:.1f}" for ratio in medians))


def main(names: Sequence[str]) -> int:
    """Print one table; return 1 if the median is below the claim."""
    warnings.simplefilter("ignore")
    times_archstats(*build("alexnet"), OTHERS)  # so that no tool is timed while it loads
    fastest: list[float] = []
    titles = ("time / archstat's", *OTHERS, "the faster")
    print_table(titles, rows(names or list(classification_models()), fastest))
    return int(median(fastest) < CLAIM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
