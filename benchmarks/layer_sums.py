"""Whether layers that are measured apart add up to the whole: `archstat bench --layers`.

The remainder is the whole without its layers, below 0 where they take longer apart.

    python benchmarks/layer_sums.py [--model torchvision/alexnet,…]

The exit code is 1 if a remainder is more than 5 % of the whole either way, or if layers and
remainder are not the whole to the nanosecond.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from benched import Options, benched, options, percent, results
from counters import print_table

CLAIM = 0.05
BATCHES = (1, 32)
MODELS = ("torchvision/alexnet", "torchvision/vgg16", "torchvision/resnet50")


def rows(asked: Options, met: list[bool]) -> Iterator[Sequence[str]]:
    """Yield a row for each model and batch, and note whether it is as claimed."""
    for model in asked.models:
        for size, result in results(benched([model], BATCHES, "--layers", *asked.more)):
            if "breakdown" not in result:
                whys = {times["failure"] for times in result["layers"]}
                sys.exit(f"{model}, batch {size}: no layers: {'; '.join(whys)}")
            found = result["breakdown"]
            layers_ns = sum(layer["latency_ns"] for layer in found["layers"])
            whole_ns, remainder_ns = found["whole_ns"], found["remainder_ns"]
            remainder = remainder_ns / whole_ns
            is_exact = layers_ns + remainder_ns == whole_ns
            met.append(is_exact and abs(remainder) <= CLAIM)
            yield (
                model,
                str(size),
                str(len(found["layers"])),
                percent(layers_ns / whole_ns),
                percent(remainder),
                "yes" if is_exact else "no",
                f"{found['rounds']} ({found['set_aside']})",
                result["figures"]["verdict"],
            )


def main() -> int:
    """Print one table; return 1 if a remainder is above the claim."""
    asked = options(__doc__, MODELS)
    met: list[bool] = []
    titles = ("model", "batch", "layers", "sum", "remainder", "exact", "rounds (set aside)")
    print_table((*titles, "verdict"), rows(asked, met))
    return int(not all(met))


if __name__ == "__main__":
    sys.exit(main())
