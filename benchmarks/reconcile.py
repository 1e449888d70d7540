"""Each tool's own number in every model: is it explained by the tool's convention, to the unit?

The models are the catalogue, and one of each family of torchvision's classification models.

    pip install calflops deepspeed ptflops thop torchscan transformers
    python benchmarks/reconcile.py [TOOL…] [--each]

Plain: the number is the MACs, or two for each. Explained: it is, with terms of the convention that
are named one by one. Tools that are not installed are left out. The exit code is 1 if a number is
left without an explanation.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.metadata import version

from counters import ARGUMENTS, print_table

from archstat.errors import ArchstatError
from archstat.models.question import Question
from archstat.models.spec.catalogue import catalogue
from archstat.witnesses.explaining import tool_count
from archstat.witnesses.tools import TOOLS, Tool

TORCHVISION = (
    "alexnet",
    "convnext_tiny",
    "densenet121",
    "efficientnet_b0",
    "efficientnet_v2_s",
    "googlenet",
    "inception_v3",
    "maxvit_t",
    "mnasnet1_0",
    "mobilenet_v2",
    "mobilenet_v3_large",
    "regnet_y_400mf",
    "resnet18",
    "resnext50_32x4d",
    "shufflenet_v2_x1_0",
    "squeezenet1_1",
    "swin_t",
    "swin_v2_t",
    "vgg16",
    "vit_b_16",
)
VERDICTS = ("plain", "explained", "unexplained", "failed")


def models() -> Iterator[tuple[str, Question]]:
    """Yield every model, and how it is asked for."""
    for name in catalogue():
        yield name, Question()
    for name in TORCHVISION:
        yield f"torchvision/{name}", Question(arguments=ARGUMENTS.get(name, {}))


def verdict(tool: Tool, model: str, question: Question) -> tuple[str, str]:
    """Return how a tool's number in a model is explained, and what it is."""
    try:
        counted = tool_count(tool, model, question)
    except ArchstatError as error:
        return "failed", str(error)
    if counted.remainder:
        off = ", ".join(f"{layer.off:+,} in {layer.name}" for layer in counted.layers)
        return "unexplained", f"{counted.count:,}: {counted.remainder:+,} ({off or 'no layer'})"
    return "explained" if len(counted.items) > 1 else "plain", f"{counted.count:,}"


def row(tool: Tool, *, tells_each: bool) -> tuple[str, ...]:
    """Return a tool's line of the table; on standard error, each of its numbers."""
    verdicts: Counter[str] = Counter()
    for model, question in models():
        found, words = verdict(tool, model, question)
        verdicts[found] += 1
        if tells_each or found in {"unexplained", "failed"}:
            print(f"{tool.name}, {model}: {found}: {words}", file=sys.stderr, flush=True)
    named = f"{tool.name} {version(tool.package).partition('.post')[0]}"
    return (named, *(str(verdicts[name]) for name in VERDICTS))


def main(arguments: Sequence[str]) -> int:
    """Print the table; return 1 if a number is left without an explanation."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tools", nargs="*", choices=[[], *TOOLS])
    parser.add_argument("--each", action="store_true")
    asked = parser.parse_args(arguments)
    rows = []
    for tool in (TOOLS[name] for name in asked.tools or TOOLS):
        try:
            tool.require()
        except ArchstatError as error:
            print(error, file=sys.stderr)
            continue
        rows.append(row(tool, tells_each=asked.each))
    print_table(("tool", *VERDICTS), rows)
    at = 1 + VERDICTS.index("unexplained")
    return int(any(line[at] != "0" for line in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
