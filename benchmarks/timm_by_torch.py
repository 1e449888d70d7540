"""All models of the timm that is installed: are parameters and MACs those that torch counts?

Each model is built on meta, where nothing is allocated, for the image that its authors use. Its
parameters are held against the sum of `numel`, its MACs against FlopCounterMode; what that has no
formula for is named, with the count of a formula of `models/torch_counts.py`.

    pip install timm
    python benchmarks/timm_by_torch.py [--kept FILE.jsonl] [--sample N] [--seed S]

With `--kept`, each model is a line of a file as soon as it is counted, and the same command goes on
with those that are left. The exit code is 1 if a difference is left without an explanation.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent / "models"))

from counters import print_table

import archstat

if TYPE_CHECKING:
    from torch_counts import Counts

    from archstat.models.torch.source import Source

EXACT, EXPLAINED, REFUSED, UNEXPLAINED = "exact", "explained by name", "refused", "UNEXPLAINED"


def counted(name: str) -> dict[str, Any]:
    """Return what we and torch count of a model, how long we took, and how the counts relate."""
    from archstat.models.torch.loading.named import load_source  # noqa: PLC0415  torch

    source = load_source(f"timm/{name}", {})
    begin = time.monotonic()
    try:
        totals = archstat.analyze(source.model, source.input).totals
    except archstat.ArchstatError as error:
        return {"model": name, "verdict": REFUSED, "why": str(error)}
    took = time.monotonic() - begin
    theirs = _by_torch(source)
    passed_over = {kind: count for kind, count in theirs.passed_over.items() if count}
    return {
        "model": name,
        "input": source.input,
        "took_s": round(took, 3),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        "params": totals.params,
        "macs": totals.macs,
        "not_counted": totals.uncounted,
        "torch_params": theirs.params,
        "torch_macs": theirs.macs,
        "passed_over": passed_over,
        "verdict": _verdict(
            totals.params == theirs.params,
            totals.macs - theirs.macs,
            sum(passed_over.values()),
            is_whole=not totals.uncounted,
        ),
    }


def _by_torch(source: Source) -> Counts:
    """Return what torch counts: on meta, or with values where it runs with values alone."""
    import torch  # noqa: PLC0415  after the arguments are read
    from case import Given  # noqa: PLC0415  likewise
    from torch_counts import torch_counts  # noqa: PLC0415  likewise

    shape = (1, *(source.input or ()))
    try:
        image = torch.empty(shape, device="meta")
        return torch_counts(Given(source.model, (image,)), backward=False)
    except Exception:  # whatever it needs a value for
        if source.make is None:
            raise
        return torch_counts(Given(source.make(), (torch.zeros(shape),)), backward=False)


def _verdict(is_same: bool, more: int, passed_over: int, *, is_whole: bool) -> str:  # noqa: FBT001
    if not is_same or more not in {0, passed_over}:
        return UNEXPLAINED
    return EXACT if is_whole and more == 0 else EXPLAINED


def lines_of(names: Sequence[str], kept: Path | None) -> Iterator[dict[str, Any]]:
    """Yield a line for each model: those that are kept, and then the others, which are kept."""
    is_there = kept is not None and kept.exists()
    lines = [json.loads(line) for line in kept.read_text().splitlines()] if is_there else []
    yield from lines
    done = {line["model"] for line in lines}
    for name in (name for name in names if name not in done):
        line = counted(name)
        if kept is not None:
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        yield line


def main(arguments: Sequence[str]) -> int:
    """Print one table; return 1 if a difference is left without an explanation."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kept", type=Path, help="a file with a line for each model")
    parser.add_argument("--sample", type=int, help="count so many, drawn at random")
    parser.add_argument("--seed", type=int, default=0, help="of the order")
    options = parser.parse_args(arguments)

    import timm  # noqa: PLC0415  after the arguments are read

    warnings.simplefilter("ignore")
    names = timm.list_models()
    random.Random(options.seed).shuffle(names)  # noqa: S311  no secret; a part is then a sample
    lines = []
    for line in lines_of(names[: options.sample], options.kept):
        lines.append(line)
        if line["verdict"] != EXACT:
            print(json.dumps(line), flush=True)
    verdicts = Counter(line["verdict"] for line in lines)
    whole = [line for line in lines if "took_s" in line]
    rows = [
        (f"models of timm {timm.__version__}", len(timm.list_models())),
        ("counted", len(lines)),
        *((verdict, verdicts[verdict]) for verdict in (EXACT, EXPLAINED, REFUSED, UNEXPLAINED)),
    ]
    print_table(("", "models"), [(words, f"{number:,}") for words, number in rows])
    print(f"\nseconds a model: {median(line['took_s'] for line in whole):.2f} in the median")
    print(
        f"memory at its highest: {max(line['peak_mib'] for line in whole):,} MiB, torch's own too"
    )
    return int(verdicts[REFUSED] + verdicts[UNEXPLAINED] > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
