"""How long a model takes on meta: all that archstat says of it, against torch's bare counter.

For each classification model of torchvision and each transformer, archstat.analyze and
FlopCounterMode count the same model in one process, in turns. archstat forgets before every turn
what operators have given and what layers have worked out, so that nothing that it knows of a model
helps it in the next turn. The shortest turns are printed, as whatever else a machine does only adds
to a turn, and their ratio; at last how the time of a chain grows with its layers.

    python benchmarks/tracing_speed.py [MODEL…]

The exit code is 1 if archstat takes longer in the median, or more than 1.3 times as long for one.
"""

from __future__ import annotations

import gc
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import torch
from counters import build, classification_models, print_table
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import archstat
from archstat.analyses.receptive_field.layout import all_units
from archstat.models.torch.known import STATED, worked_out
from archstat.models.torch.recording.meta import ANSWERS
from archstat.report.itemizing import more_settings

TURNS = 3
MEDIAN, MOST = 1.0, 1.3
SIZES = (100, 1_000, 10_000)


def encoder(width: int, depth: int, heads: int) -> nn.Module:
    layer = nn.TransformerEncoderLayer(width, heads, 4 * width, batch_first=True)
    return nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)


def decoder(width: int, depth: int, heads: int) -> nn.Module:
    return Both(nn.TransformerDecoderLayer(width, heads, 4 * width, batch_first=True), depth)


class Both(nn.Module):
    """A decoder whose memory is its input."""

    def __init__(self, layer: nn.Module, depth: int) -> None:
        super().__init__()
        self.decoder = nn.TransformerDecoder(layer, depth)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return what the decoder makes of x and x."""
        return self.decoder(x, x)


class Written(nn.Module):
    """A transformer's block as people write it out, its attention by F."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x with attention and features added."""
        batch, tokens, width = x.shape
        qkv = self.qkv(self.norm1(x)).view(batch, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        y = nn.functional.scaled_dot_product_attention(*qkv)
        x = x + self.out(y.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.down(nn.functional.gelu(self.up(self.norm2(x))))


def transformers() -> dict[str, Callable[[], nn.Module]]:
    sizes = [(192, 12, 3), (256, 4, 4), (320, 8, 5), (384, 6, 6), (512, 6, 8), (768, 12, 12)]
    sizes.append((1024, 24, 16))
    made: dict[str, Callable[[], nn.Module]] = {}
    for width, depth, heads in sizes:
        name = f"{depth}×{width}"
        made[f"encoder {name}"] = lambda w=width, d=depth, h=heads: encoder(w, d, h)
        made[f"decoder {name}"] = lambda w=width, d=depth, h=heads: decoder(w, d, h)
        made[f"written {name}"] = lambda w=width, d=depth, h=heads: nn.Sequential(
            *(Written(w, h) for _ in range(d))
        )
    return made


def seconds(call: Callable[[], object]) -> float:
    gc.collect()
    start = time.process_time()
    call()
    return time.process_time() - start


def forget() -> None:
    """Forget what earlier turns have worked out."""
    ANSWERS.forget()
    worked_out.cache_clear()
    STATED.clear()
    more_settings.cache_clear()
    all_units.cache_clear()


def turns(model: nn.Module, shape: Sequence[int]) -> tuple[float, float, float]:
    """Return the shortest times of archstat and of the counter, and their ratio."""
    x = torch.zeros((1, *shape), device="meta")

    def bare() -> None:
        with torch.no_grad(), FlopCounterMode(display=False):
            model(x)

    ours, theirs = [], []
    for turn in range(TURNS + 1):
        theirs.append(seconds(bare))
        forget()
        ours.append(seconds(lambda: archstat.analyze(model, tuple(shape))))
        if turn == 0:  # which loads what both need
            ours.clear()
            theirs.clear()
    return min(ours), min(theirs), min(ours) / min(theirs)


def cells(layers: int, taken: float) -> tuple[str, str]:
    """Return milliseconds, and those of a layer."""
    return f"{1e3 * taken:.0f}", f"{1e3 * taken / layers:.2f}"


def models(names: Sequence[str]) -> Iterator[tuple[str, nn.Module, Sequence[int]]]:
    made = transformers()
    for name in names or [*classification_models(), *made]:
        if name in made:
            with torch.device("meta"):
                yield name, made[name]().eval(), (64, int(name.rpartition("×")[2]))
        else:
            with torch.device("meta"):
                model, shape = build(name)
            yield name, model.to("meta"), shape


def chain(layers: int) -> nn.Module:
    with torch.device("meta"):
        return nn.Sequential(*(nn.Linear(8, 8) for _ in range(layers)))


def seconds_of_chains(layers: int, folder: Path) -> tuple[float, float]:
    """Return how long linear layers in a chain take, as a model and as a spec."""
    model, spec = chain(layers), folder / f"{layers}.toml"
    lines = [f'{{ name = "l{n}", kind = "linear", out_features = 8 }},' for n in range(layers)]
    spec.write_text("\n".join(['name = "chain"', "input = [8]", "layers = [", *lines, "]"]))
    times = []
    for given in (model, spec):
        archstat.analyze("lenet5")  # which loads what a spec needs
        forget()
        times.append(seconds(lambda given=given: archstat.analyze(given, (8,))))
    return times[0], times[1]


def main(names: Sequence[str]) -> int:
    """Print two tables; return 1 if the claim does not hold."""
    warnings.simplefilter("ignore")
    ratios: list[float] = []

    def rows() -> Iterator[Sequence[str]]:
        for name, model, shape in models(names):
            ours, theirs, ratio = turns(model, shape)
            ratios.append(ratio)
            yield name, f"{1e3 * ours:.0f}", f"{1e3 * theirs:.0f}", f"{ratio:.2f}"
        yield f"median of {len(ratios)}", "", "", f"{median(ratios):.2f}"
        yield "most", "", "", f"{max(ratios):.2f}"

    print_table(("model", "archstat, ms", "FlopCounterMode, ms", "ratio"), rows())
    print()
    if not names:
        with TemporaryDirectory() as folder:
            times = [(size, *seconds_of_chains(size, Path(folder))) for size in SIZES]
        print_table(
            ("linear layers in a chain", "model, ms", "ms a layer", "spec, ms", "ms a layer"),
            [(f"{n:,}", *cells(n, model), *cells(n, spec)) for n, model, spec in times],
        )
    return int(median(ratios) > MEDIAN or max(ratios) > MOST)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
