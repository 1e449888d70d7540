"""Whether anything is faster than its limit: 20 models of torchvision at three batches.

A share beyond 100 % says that the probes missed what the device can do, or that the counts are
wrong; 2 % are left to noise.

    python benchmarks/limits.py [--model torchvision/alexnet,…]

The exit code is 1 if a share is above 102 %, or not known.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from benched import Options, benched, options, percent, results
from counters import print_table

CLAIM = 1.02
BATCHES = (1, 4, 16)
MODELS = """
    alexnet convnext_tiny densenet121 efficientnet_b0 efficientnet_v2_s googlenet inception_v3
    mnasnet1_0 mobilenet_v2 mobilenet_v3_large regnet_x_400mf regnet_y_400mf resnet18 resnet50
    resnext50_32x4d shufflenet_v2_x1_0 squeezenet1_1 swin_t vgg16 vit_b_32
""".split()  # noqa: SIM905  a list of quoted words reads worse


def rows(asked: Options, shares: list[float | None]) -> Iterator[Sequence[str]]:
    """Yield a row for each model and batch, and note its share."""
    for model in asked.models:
        for size, result in results(benched([model], BATCHES, "--quick", *asked.more)):
            said = result["figures"]
            share = said["limit"] and said["limit"]["share"]
            shares.append(share)
            yield model, str(size), percent(share), said["bound"] or "?", said["verdict"]


def main() -> int:
    """Print one table; return 1 if a share is above the claim."""
    asked = options(__doc__, [f"torchvision/{name}" for name in MODELS])
    shares: list[float | None] = []
    print_table(("model", "batch", "share of the limit", "bound", "verdict"), rows(asked, shares))
    over = sum(share is None or share > CLAIM for share in shares)
    print(f"\n{len(shares) - over} of {len(shares)} are at or below {percent(CLAIM)}")
    return int(over > 0)


if __name__ == "__main__":
    sys.exit(main())
