"""timm's models: are parameters and MACs those that timm publishes, or do they differ by name?

timm publishes its benchmarks in the folder `results` of its repository. A table has the columns

    model, img_size, param_count_m, gmacs

with millions of parameters and billions of operations, both to two decimals; more columns do no
harm. timm counts with fvcore, which counts norms and pooling beside MACs and passes over what it
does not know. Numbers are equal if they print what timm printed. A difference is explained if our
MACs and the terms of fvcore's convention (`archstat.analyses.conventions.fvcore`) do, in a model
whose parameters do: as timm builds it, as timm fuses it for inference, or as timm defined it then.
Weights are not loaded.

    pip install timm
    python benchmarks/timm_models.py TABLE.csv [--sample N] [--seed S] [--each]

The exit code is 1 if a difference is left without an explanation.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from counters import print_table

import archstat
from archstat.analyses.conventions.fvcore import FVCORE

if TYPE_CHECKING:
    from torch import nn

DEFINED_OTHERWISE: Mapping[str, Mapping[str, Any]] = {
    # the depth of ecaresnext26t, until timm corrected it
    "ecaresnext50t_32x4d": {"layers": (2, 2, 2, 2)},
    # the sizes that timm has left as a comment beside those of the published weights
    "regnety_2560": {"w0": 640, "wa": 124.47, "wm": 2.04, "group_size": 848},
    # retired names, all of which timm now sends to 32x8d
    "ig_resnext101_32x16d": {"base_width": 16},
    "ig_resnext101_32x32d": {"base_width": 32},
    "ig_resnext101_32x48d": {"base_width": 48},
}
"""What timm's builders need to make the model that timm counted under a name."""


@dataclass(frozen=True)
class Entry:
    """A line of timm's table."""

    model: str
    img_size: int
    param_count_m: float
    gmacs: float


@dataclass(frozen=True)
class Count:
    """What we count in one variant of a model."""

    variant: str
    params: int
    macs: int
    terms: Mapping[str, int]

    def verdict(self, entry: Entry) -> str:
        """Return how the counts relate to what timm printed."""
        if round(self.params / 1e6, 2) != entry.param_count_m:
            return "UNEXPLAINED"
        if round(self.macs / 1e9, 2) == entry.gmacs:
            return "exact"
        published = self.macs + sum(self.terms.values())
        return "explained" if round(published / 1e9, 2) == entry.gmacs else "UNEXPLAINED"


def entries(path: Path) -> list[Entry]:
    """Return the lines of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Entry(
                row["model"],
                int(row["img_size"]),
                float(row["param_count_m"]),
                float(row["gmacs"]),
            )
            for row in csv.DictReader(file)
        ]


def variants(name: str, size: int) -> Iterator[tuple[str, nn.Module]]:
    """Yield a model as timm builds it, as it fuses it for inference, and as it defined it then."""
    import timm  # noqa: PLC0415  after the arguments are read
    from timm.utils.model import reparameterize_model  # noqa: PLC0415  likewise

    yield "as built", load(name, size)
    yield "fused", reparameterize_model(timm.create_model(name).eval())  # fusing reads the values
    if name in DEFINED_OTHERWISE:
        yield "as timm defined it then", load(name, size, **DEFINED_OTHERWISE[name])


def load(name: str, size: int, **arguments: Any) -> nn.Module:
    """Return a model without its values, for images of a size where it wants to know."""
    from archstat.models.torch.loading.named import load_source  # noqa: PLC0415  torch, likewise

    source = load_source(f"timm/{name}", arguments)
    if source.input != (3, size, size):
        with suppress(archstat.ArchstatError):  # most models take any size
            return load_source(f"timm/{name}", {**arguments, "img_size": size}).model
    return source.model


def count(variant: str, model: nn.Module, size: int) -> Count:
    """Return what we count in a model, and what fvcore adds to it or leaves out."""
    from archstat.models.inputs import InputSpec  # noqa: PLC0415  likewise
    from archstat.models.torch.source import Source  # noqa: PLC0415  likewise
    from archstat.witnesses.calls import call_graph  # noqa: PLC0415  likewise

    shape = (3, size, size)
    totals = archstat.analyze(model, shape).totals
    calls = call_graph(Source(variant, model), [InputSpec(shape)])
    return Count(variant, totals.params, totals.macs, FVCORE.differences(calls))


def best(entry: Entry) -> Count:
    """Return the counts of the first variant that is exact or explained, or else of the first."""
    first = None
    for variant, model in variants(entry.model.partition(".")[0], entry.img_size):
        counted = count(variant, model, entry.img_size)
        if counted.verdict(entry) != "UNEXPLAINED":
            return counted
        first = first or counted
    return first


def told(entry: Entry, counted: Count) -> str:
    """Return one line: what timm printed, and how it comes about."""
    terms = ", ".join(f"{words} {number:+,}" for words, number in counted.terms.items())
    return (
        f"{entry.model} at {entry.img_size}: {entry.param_count_m} M, {entry.gmacs} G; "
        f"{counted.verdict(entry)}: {counted.variant}, {counted.params:,} parameters, "
        f"{counted.macs:,} MACs; fvcore: {terms or 'nothing'}"
    )


def main(arguments: Sequence[str]) -> int:
    """Print one table; return 1 if a difference is left without an explanation."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("table", type=Path, help="timm's published table")
    parser.add_argument("--sample", type=int, help="count so many entries, drawn at random")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--each", action="store_true", help="print a line for each entry first")
    options = parser.parse_args(arguments)
    published = entries(options.table)

    import timm  # noqa: PLC0415  after the arguments are read

    warnings.simplefilter("ignore")
    timm.layers.set_fused_attn(enable=False)  # as timm's own benchmark counts attention
    here = [entry for entry in published if timm.is_model(entry.model.partition(".")[0])]
    drawn = here
    if options.sample is not None and options.sample < len(here):
        drawn = random.Random(options.seed).sample(here, options.sample)  # noqa: S311  no secret
    verdicts, variants_used, terms = Counter[str](), Counter[str](), Counter[str]()
    for entry in drawn:
        counted = best(entry)
        verdict = counted.verdict(entry)
        verdicts[verdict] += 1
        variants_used[counted.variant] += verdict != "UNEXPLAINED"
        terms.update(list(counted.terms) if verdict == "explained" else [])
        if options.each or verdict == "UNEXPLAINED":
            print(told(entry, counted), flush=True)
    rows = [
        ("entries of the table", len(published)),
        (f"of them in timm {timm.__version__}", len(here)),
        ("counted", len(drawn)),
        *((f"parameters equal, {variant}", number) for variant, number in variants_used.items()),
        ("MACs equal", verdicts["exact"]),
        ("MACs equal with what fvcore adds and leaves out", verdicts["explained"]),
        *((f"… {words}", number) for words, number in terms.most_common()),
        ("unexplained", verdicts["UNEXPLAINED"]),
    ]
    print_table(("", "entries"), [(words, f"{number:,}") for words, number in rows])
    return int(verdicts["UNEXPLAINED"] > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
