"""Compare what training costs with autograd's own backward pass, for specs and torchvision.

Every network of the catalogue and twenty models of torchvision are run on meta, a batch of two,
forward and backward: torch's FlopCounterMode counts the operators of the backward pass, and hooks
weigh what autograd keeps for it. Prints a Markdown table; exits with 1 if a number differs.

    python benchmarks/training.py
"""

from __future__ import annotations

import sys

import torch
from counters import print_table

from archstat.analyses.training import training
from archstat.graph import Graph
from archstat.models.argument import find_model
from archstat.models.question import Question
from archstat.models.spec.catalogue import catalogue
from archstat.models.spec.resolve import resolve
from archstat.models.torch.examples import example_inputs, stated_inputs
from archstat.models.torch.module import build_module
from archstat.models.torch.tracing import trace_source
from archstat.witnesses.training import BATCH_SIZE, META, BackwardPass, backward_pass

MODELS = """
    alexnet convnext_tiny densenet121 efficientnet_b0 efficientnet_v2_s googlenet inception_v3
    maxvit_t mnasnet1_0 mobilenet_v2 mobilenet_v3_large regnet_x_400mf regnet_y_400mf resnet18
    resnet50 resnext50_32x4d shufflenet_v2_x1_0 squeezenet1_1 swin_t swin_v2_t vgg16_bn vit_b_32
""".split()  # noqa: SIM905  a list of quoted words reads worse
"""Models of torchvision: every family that classifies."""


def main() -> None:
    rows = []
    for name in catalogue():
        graph = resolve(name)
        example = torch.zeros((BATCH_SIZE, *graph.input_shape), device=META)
        rows.append(_row(name, graph, backward_pass(build_module(graph, META), [example], {})))
    for model in MODELS:
        source = find_model(f"torchvision/{model}").module(Question())
        stated = stated_inputs(source, ())
        graph, _ = trace_source(
            source, (), batch_size=BATCH_SIZE, device_name=META.type, train=True
        )
        args, kwargs = example_inputs(source, stated, BATCH_SIZE, META)
        rows.append(_row(source.name, graph, backward_pass(source.model, args, kwargs)))
    wrong = sum(row[4] != "0" or row[6] != "0" for row in rows)
    titles = ["model", "backward MACs", "FlopCounterMode", "of it for groups", "difference"]
    print_table([*titles, "kept bytes", "difference"], rows)
    print(f"\n{len(rows) - wrong} of {len(rows)} exact")
    sys.exit(wrong > 0)


def _row(name: str, graph: Graph, seen: BackwardPass) -> list[str]:
    """Return what we and torch say of one network; MACs are half of torch's FLOPs."""
    costs = training(graph, batch_size=BATCH_SIZE).values()
    macs = sum(cost.backward_macs or 0 for cost in costs)
    kept = sum(cost.kept_bytes or 0 for cost in costs)
    theirs, of_groups = seen.flops // 2, seen.flops_of_groups // 2
    numbers = [macs, theirs, of_groups, theirs - of_groups - macs, kept, seen.kept_bytes - kept]
    return [name, *(f"{number:,}" for number in numbers)]


if __name__ == "__main__":
    main()
