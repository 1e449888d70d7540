"""Autograd as a witness of training: it agrees, counts groups otherwise, or disagrees."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archstat.models.spec.resolve import resolve
from archstat.report.finding import Agreement

torch = pytest.importorskip("torch")

from tests.torches import telling  # noqa: E402  only where torch is


def test_a_network_without_groups_agrees():
    from archstat.witnesses.training import training_findings

    # two images: 2 · 715,440 MACs, 2 · 36,432 bytes
    assert [
        (finding.verdict, finding.words) for finding in training_findings(resolve("lenet5"))
    ] == [
        (Agreement.AGREES, "agrees: 2,861,760 = 2 × 1,430,880 MACs"),
        (Agreement.AGREES, "agrees on 5 layers"),
        (Agreement.AGREES, "agrees: 72,864 bytes for a batch of 2"),
    ]


def test_torch_counts_the_gradients_of_grouped_weights_too_often():
    from archstat.witnesses.training import training_findings

    finding, *_ = training_findings(resolve("paper-alexnet"))
    assert finding.verdict is Agreement.EXPLAINED
    # of two groups, once too often: 2 images · 2 FLOPs · (223,948,800 + 112,140,288 + 74,760,192)
    assert finding.words == (
        "differs as its rule says: 7,016,990,848 = 2 × 2,686,796,864 MACs + 1,643,397,120 "
        "(the gradients of grouped weights, counted as if there were no groups)"
    )


def test_other_numbers_disagree():
    from archstat.witnesses.training import BackwardPass, held

    flops, sides, kept = held(resolve("lenet5"), BackwardPass(2_861_762, 0, 72_860, {}))
    assert flops.verdict is sides.verdict is kept.verdict is Agreement.DISAGREES
    assert flops.words == "disagrees: 2,861,762 − 0 for groups, ours 2,861,760"
    assert sides.words.startswith(  # C1: 2 images, 28·28·6 outputs of 25 products
        "disagrees on C1 0 of inputs and 0 of weights, ours 0 of inputs and 235,200 of weights; "
    )
    assert kept.words == "disagrees: 72,860 bytes for a batch of 2, ours 72,864"


def test_what_is_not_known_is_not_measured():
    from archstat.graph import Training
    from archstat.witnesses.training import BackwardPass, held

    graph = resolve("lenet5")
    unknown = replace(graph.nodes[0], training=Training(None, None, 0, ("fused",)))
    (finding,) = held(replace(graph, nodes=(unknown,)), BackwardPass(0, 0, 0))
    assert finding.verdict is Agreement.NOT_MEASURED
    assert finding.words == "not measured: not known are the gradients of fused"


def said_of(model, shape):
    from archstat.models.inputs import InputSpec
    from archstat.models.torch.source import Source
    from archstat.witnesses.training import model_training_findings

    return [
        (finding.verdict, finding.words)
        for finding in model_training_findings(Source("net", model), [InputSpec(shape)])
    ]


@telling
def test_tensors_of_a_class_of_their_own_are_the_same_data():
    from torch import nn

    class Own(torch.Tensor):
        """A tensor."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(4, 6), nn.Linear(6, 3)

        def forward(self, x):
            return self.second(x.as_subclass(Own) @ self.first.weight.T)

    flops, sides, kept = said_of(Net(), (8, 4))
    # 2 examples of 8 rows: 24 and 18 for weights, 18 for what the second layer reads
    assert flops == (Agreement.AGREES, "agrees: 1,920 = 2 × 960 MACs")
    assert sides == (Agreement.AGREES, "agrees on 2 layers")
    assert kept == (Agreement.AGREES, "agrees: 640 bytes for a batch of 2")  # 16 · (4 + 6) · 4


@telling
def test_zeros_like_the_input_hold_nothing_of_it():
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(4, 6), nn.Linear(6, 3)

        def forward(self, x):
            state = self.first(torch.zeros_like(x))  # which its bias makes
            return self.second(state)

    _, sides, _ = said_of(Net(), (8, 4))
    assert sides == (Agreement.AGREES, "agrees on 2 layers")


@telling
def test_what_nothing_can_ask_for_any_more_is_not_kept():
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.aside = nn.Linear(4, 6), nn.Linear(6, 3)

        def forward(self, x):
            x = self.first(x)
            self.aside(x.tanh())  # whose output nobody reads
            return x

    flops, _, kept = said_of(Net(), (8, 4))
    assert flops == (Agreement.AGREES, "agrees: 768 = 2 × 384 MACs")  # 2 · 8 · 4 · 6
    assert kept == (Agreement.AGREES, "agrees: 256 bytes for a batch of 2")  # 2 · 8 · 4 · 4


def test_a_model_that_cannot_train_is_not_measured():
    from torch import nn

    from archstat.models.inputs import InputSpec
    from archstat.models.torch.source import Source
    from archstat.witnesses.training import model_training_findings

    class Refuses(nn.Module):
        def forward(self, x):
            if self.training:
                raise ValueError("where are the targets?")
            return x

    (finding,) = model_training_findings(Source("net", Refuses()), [InputSpec((3,))])
    assert finding.verdict is Agreement.NOT_MEASURED
    assert finding.words == (
        "not measured: the forward pass fails: ValueError: where are the targets?"
    )
