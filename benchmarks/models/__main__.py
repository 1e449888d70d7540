"""A yardstick for tracing: models of other libraries, held against torch's own counts.

Every model is built small, from its configuration, with random weights and without network: no
table of ours was made from any of them. For each are compared:

- the parameters, and the multiply–accumulates of a forward pass, which torch's FlopCounterMode
  counts; what it has no formula for is explained by name, from formulas that stand here;
- both sides of the backward pass, the gradients of inputs and of weights, module by module, which
  autograd's own graph tells, as it runs; what torch's counter has no formula for is counted there
  as it is forward;
- the model, what it was given, and what belongs to the whole process, before and after.

    pip install timm transformers diffusers segmentation-models-pytorch torchaudio
    pip install torch-geometric monai ultralytics peft vit-pytorch x-transformers
    python benchmarks/models [--only TEXT …] [--shard 1/4] [--each]

A model whose library is not installed, or that does not run by itself, is named and left out. The
exit code is 1 if anything differs without an explanation.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import random
import sys
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import of_attention
import of_images
import of_others
import of_science
import of_transformers
import torch
from case import Case, Given
from counters import print_table
from likeness import differences, likeness
from torch_counts import Counts, torch_counts

from archstat.analyses.training import training
from archstat.errors import ArchstatError
from archstat.graph import Graph
from archstat.models.question import Question
from archstat.models.torch.tracing import trace_module
from archstat.witnesses.sides import stated_sides

EXACT, EXPLAINED, NOT = "exact", "explained by name", "not"
VERDICTS = (EXACT, EXPLAINED, NOT)


@dataclass
class Result:
    """How we agree with torch on one model."""

    case: Case
    parameters: str = ""
    forward: str = ""
    backward: str = ""
    changed: Sequence[str] = ()
    words: list[str] = field(default_factory=list)

    @property
    def is_wrong(self) -> bool:
        """Whether anything differs without an explanation."""
        return NOT in {self.parameters, self.forward, self.backward} or bool(self.changed)


def all_cases() -> Iterator[Case]:
    """Yield all models."""
    for each in (of_transformers, of_images, of_attention, of_science, of_others):
        yield from each.cases()


def seed() -> None:
    """Let what is left to chance come out the same."""
    for each in (random.seed, np.random.seed, torch.manual_seed):
        each(0)


def measured(case: Case) -> Result | str:
    """Return how we agree on a model, or why it does not run."""
    seed()
    try:
        given = case.build()
        theirs = torch_counts(given)
    except Exception as error:  # noqa: BLE001  the library's own business
        return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0][:100]}"
    result = Result(case)
    seed()
    before = likeness(given.model, given)
    graph = _traced(given, result, "forward", trains=False)
    if graph is not None:
        _compare(graph, theirs, result)
    graph = _traced(given, result, "backward", trains=True) if theirs.sides is not None else None
    if theirs.sides is None:
        result.backward = "cannot train"
        result.words.append(
            f"it cannot be trained as it stands, or its sides are unclear: {theirs.unclear}"
        )
    elif graph is not None:
        _compare_sides(graph, theirs, result)
    result.changed = differences(before, likeness(given.model, given))
    result.words += [f"changed: {', '.join(result.changed[:4])}"] * bool(result.changed)
    return result


def _traced(given: Given, result: Result, what: str, *, trains: bool) -> Graph | None:
    seed()
    try:
        loaded = trace_module(given.model, Question(train=trains), given.args, given.kwargs)
    except ArchstatError as error:
        setattr(result, what, NOT)
        result.words.append(f"{what}: {str(error).partition(chr(10))[0][:300]}")
    except Exception as error:  # noqa: BLE001  which must not be
        setattr(result, what, NOT)
        result.words.append(f"{what}: TRACEBACK {type(error).__name__}: {error}")
    else:
        result.words += [f"{what}: {note}" for note in loaded.graph.notes if "traced on" in note]
        return loaded.graph
    return None


def _compare(graph: Graph, theirs: Counts, result: Result) -> None:
    ours = sum(node.weights + node.biases for node in graph.nodes)
    result.parameters = EXACT if ours == theirs.params else NOT
    if ours != theirs.params:
        result.words.append(f"parameters: ours {ours:,}, torch's {theirs.params:,}")
    macs = sum((node.examples or 0) * node.macs for node in graph.nodes)
    more = sum(theirs.passed_over.values())
    unknown = sorted(
        {name for node in graph.nodes for name in getattr(node.layer, "uncounted", ())}
    )
    told = ", ".join(f"{name} {count:,}" for name, count in theirs.passed_over.items() if count)
    if unknown:
        result.forward = EXPLAINED if macs <= theirs.macs + more else NOT
        result.words.append(
            f"forward: ≥ {macs:,} without {', '.join(unknown)}; torch's {theirs.macs:,}"
        )
    elif macs == theirs.macs:
        result.forward = EXACT
    elif macs == theirs.macs + more:
        result.forward = EXPLAINED
        result.words.append(f"forward: torch's counter passes over {told}")
    else:
        result.forward = NOT
        result.words.append(
            f"forward: ours {macs:,}, torch's {theirs.macs:,}" + f" + {told}" * bool(told)
        )


def _compare_sides(graph: Graph, theirs: Counts, result: Result) -> None:
    costs = training(graph, batch_size=1)
    unknown = sorted({reason for cost in costs.values() for reason in cost.unknown})
    if unknown:
        result.backward = EXPLAINED
        result.words.append(f"backward: not known are the gradients of {', '.join(unknown)}")
        return
    ours, seen = stated_sides(graph, costs), theirs.sides or {}
    wrong = [
        path for path in sorted({*ours, *seen}) if ours.get(path, (0, 0)) != seen.get(path, (0, 0))
    ]
    result.backward = NOT if wrong else EXACT
    for path in wrong[:3]:
        result.words.append(
            f"backward: {path or 'itself'}: ours {ours.get(path)}, autograd's {seen.get(path)}"
        )
    result.words += [f"backward: … and in {len(wrong) - 3} more"] * (len(wrong) > 3)  # noqa: PLR2004  shown


def main(arguments: Sequence[str]) -> int:
    """Print one table; return 1 if anything differs without an explanation."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--only", nargs="+", default=[""], help="models whose name holds one of these"
    )
    parser.add_argument("--shard", default="1/1", help="one part of so many, as 2/4")
    parser.add_argument("--each", action="store_true", help="print a line for each model")
    options = parser.parse_args(arguments)
    part, parts = map(int, options.shard.split("/"))
    chosen = [case for case in all_cases() if any(text in case.whole for text in options.only)]
    warnings.simplefilter("ignore")
    results, left_out = [], {}
    for case in chosen[part - 1 :: parts]:
        begin = time.monotonic()
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            result = measured(case)
        took = time.monotonic() - begin
        if isinstance(result, str):
            left_out[case.whole] = result
            told = f"left out: {result}"
        else:
            results.append(result)
            told = f"{result.parameters}, {result.forward}, {result.backward}"
        if options.each or (isinstance(result, Result) and result.is_wrong):
            print(f"{case.whole} ({took:.1f} s): {told}", flush=True)
            for words in [] if isinstance(result, str) else result.words:
                print(f"    {words}", flush=True)
    _print(results, left_out)
    return int(any(result.is_wrong for result in results))


def _print(results: Sequence[Result], left_out: dict[str, str]) -> None:
    by_library = defaultdict(list)
    for result in results:
        by_library[result.case.library].append(result)
    rows = []
    for library, own in [*by_library.items(), ("all", list(results))]:
        counts = [
            Counter(getattr(each, what) for each in own)
            for what in ("parameters", "forward", "backward")
        ]
        cells = [" / ".join(str(count[verdict]) for verdict in VERDICTS) for count in counts]
        rows.append((library, str(len(own)), *cells, str(sum(not each.changed for each in own))))
    print()
    print_table(
        ("library", "models", "parameters", "MACs forward", "both sides backward", "unchanged"),
        rows,
    )
    print("\neach: exact / explained by name / not")
    untrained = sum(result.backward == "cannot train" for result in results)
    print(
        f"{untrained} cannot be trained as they stand, or torch does not tell whose their "
        "gradients are"
    )
    print(f"{len(left_out)} do not run by themselves: {', '.join(left_out) or 'none'}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
