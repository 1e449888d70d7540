"""Other counters on torchvision's classification models: who is exact, and in what time.

Each tool that is installed counts each model in this process, one after the other. A count is exact
if it is the billions of multiply–accumulates that torchvision publishes, to its three decimals.
Tools that run the forward pass on real tensors get zeros on the CPU; models are built beforehand.

    pip install thop ptflops
    python benchmarks/peers.py [MODEL…]
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import sys
import time
import warnings
from collections.abc import Callable
from statistics import median
from typing import TYPE_CHECKING

import archstat

if TYPE_CHECKING:
    from torch import nn

MODELS = (
    "alexnet", "vgg16", "resnet18", "resnet50", "mobilenet_v2", "densenet121", "squeezenet1_1",
    "shufflenet_v2_x1_0", "efficientnet_b0", "regnet_y_400mf", "convnext_tiny", "vit_b_16",
    "swin_t",
)  # fmt: skip
SHAPE = (3, 224, 224)


def by_archstat(model: nn.Module) -> int:
    """Return MACs."""
    return archstat.analyze(model, SHAPE).totals.macs


def by_torchinfo(model: nn.Module) -> int:
    """Return mult-adds."""
    import torchinfo  # noqa: PLC0415  each tool loads when its turn comes

    return torchinfo.summary(model, input_size=(1, *SHAPE), verbose=0).total_mult_adds


def by_fvcore(model: nn.Module) -> int:
    """Return what fvcore calls flops."""
    import torch  # noqa: PLC0415  likewise
    from fvcore.nn import FlopCountAnalysis  # noqa: PLC0415  likewise

    analysis = FlopCountAnalysis(model, torch.zeros(1, *SHAPE))
    analysis.unsupported_ops_warnings(enabled=False).uncalled_modules_warnings(enabled=False)
    return int(analysis.total())


def by_flop_counter(model: nn.Module) -> int:
    """Return half of torch's FLOPs."""
    import torch  # noqa: PLC0415  likewise
    from torch.utils.flop_counter import FlopCounterMode  # noqa: PLC0415  likewise

    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(torch.zeros(1, *SHAPE))
    return counter.get_total_flops() // 2


def by_thop(model: nn.Module) -> int:
    """Return MACs."""
    import thop  # noqa: PLC0415  likewise
    import torch  # noqa: PLC0415  likewise

    return int(thop.profile(model, inputs=(torch.zeros(1, *SHAPE),), verbose=False)[0])


def by_ptflops(model: nn.Module) -> int:
    """Return MACs."""
    from ptflops import get_model_complexity_info  # noqa: PLC0415  likewise

    counted, _ = get_model_complexity_info(
        model, SHAPE, as_strings=False, print_per_layer_stat=False, verbose=False
    )
    return int(counted)


TOOLS: dict[str, tuple[str, Callable[[nn.Module], int]]] = {
    "archstat": ("archstat", by_archstat),
    "torchinfo": ("torchinfo", by_torchinfo),
    "fvcore": ("fvcore", by_fvcore),
    "FlopCounterMode": ("torch", by_flop_counter),
    "thop": ("thop", by_thop),
    "ptflops": ("ptflops", by_ptflops),
}


def counted(count: Callable[[nn.Module], int], name: str) -> tuple[int | None, float]:
    """Return what a tool counts in a fresh model, None if it fails, and the seconds it takes."""
    from torchvision import models  # noqa: PLC0415  likewise

    model = models.get_model(name, weights=None).eval()
    start = time.perf_counter()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            result = count(model)
    except Exception:  # noqa: BLE001  a tool may fail in any way
        return None, time.perf_counter() - start
    return result, time.perf_counter() - start


def main() -> None:
    """Print one line a tool."""
    from torchvision import models  # noqa: PLC0415  likewise

    warnings.simplefilter("ignore")
    names = sys.argv[1:] or MODELS
    published = {name: models.get_model_weights(name).DEFAULT.meta["_ops"] for name in names}
    seconds: dict[str, list[float]] = {}
    exact: dict[str, int] = {}
    for tool, (package, count) in TOOLS.items():
        if importlib.util.find_spec(package) is None:
            print(f"{tool}: not installed")
            continue
        results = {name: counted(count, name) for name in names}
        exact[tool] = sum(
            result is not None and round(result / 1e9, 3) == published[name]
            for name, (result, _) in results.items()
        )
        seconds[tool] = [spent for _, spent in results.values()]
    for tool, times in seconds.items():
        ratios = [theirs / ours for theirs, ours in zip(times, seconds["archstat"], strict=True)]
        print(
            f"{tool:16} exact on {exact[tool]:2} of {len(names)}, "
            f"median {median(times):6.3f} s, {median(ratios):5.1f} times archstat's"
        )


if __name__ == "__main__":
    main()
