"""PyTorch models before the witnesses that know any model."""

from __future__ import annotations

from dataclasses import fields

import pytest
import torch
from torch import nn

from archstat.models.inputs import InputSpec
from archstat.models.torch.source import Source
from archstat.report.finding import Agreement
from archstat.witnesses import gradients, proof
from archstat.witnesses.proof import model_findings
from tests.torches import telling


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.pool, self.head = nn.MaxPool2d(2), nn.Linear(64, 2)

    def forward(self, x):
        x = torch.relu(self.first(x))
        return self.head(self.pool(self.second(x) + x).flatten(1))


class Vector(nn.Module):
    """A product with a vector, of which fvcore asks two axes."""

    def __init__(self):
        super().__init__()
        self.v = nn.Parameter(torch.ones(8))

    def forward(self, x):
        return x @ self.v


class Product(torch.autograd.Function):
    """A product with a backward pass of its author's."""

    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x @ w

    @staticmethod
    def backward(ctx, grad):
        x, w = ctx.saved_tensors
        return grad @ w.T, x.T @ grad


class OfItsOwn(nn.Module):
    """Products that fvcore does not see."""

    def __init__(self, call):
        super().__init__()
        self.w, self.call = nn.Parameter(torch.ones(8, 4)), call

    def forward(self, x):
        return self.call(x, self.w)


def by_an_author(x, w):
    return Product.apply(x, w)


def for_each_row(x, w):
    return torch.func.vmap(lambda row: row @ w)(x)


def findings_of(model, *shape):
    return list(model_findings(Source("model", model), [InputSpec(shape)], "cpu"))


@telling
def test_every_witness_agrees_on_a_residual_network():
    findings = findings_of(Residual(), 3, 8, 8)
    assert [(finding.witness, finding.verdict) for finding in findings] == [
        ("forward pass on cpu", Agreement.AGREES),
        ("model.parameters()", Agreement.AGREES),
        ("FlopCounterMode", Agreement.AGREES),
        ("fvcore", Agreement.AGREES),
        ("FlopCounterMode", Agreement.AGREES),
        ("autograd", Agreement.AGREES),
        ("autograd", Agreement.AGREES),
        ("autograd", Agreement.AGREES),
        ("autograd", Agreement.AGREES),
    ]
    # 4*27*64 + 4*36*64 + 64*2 = 16,256 MACs
    assert findings[2].words == "agrees: 32,512 = 2 × 16,256 MACs"
    assert findings[3].words == "agrees: 16,256 MACs"
    assert findings[-2].words == "agrees on 7 layers: size, stride and padding"
    # the head sees 5 pixels of each unit, one more for the pool, and four of those, two apart: 12
    assert findings[-1].words == (
        "agrees on 6 of 7 layers, in the model itself: size, stride and padding; "
        "on 1 more as far as the image goes"
    )


def test_what_has_no_places_is_not_measured():
    assert findings_of(nn.Linear(8, 2), 8)[-1].verdict is Agreement.NOT_MEASURED


def test_a_model_that_reads_values_is_not_counted_twice():
    class Reads(nn.Linear):
        def forward(self, x):
            return super().forward(x) * x.sum().item()

    verdicts = {finding.witness: finding.verdict for finding in findings_of(Reads(8, 2), 8)}
    assert verdicts["FlopCounterMode"] is Agreement.NOT_MEASURED
    assert verdicts["fvcore"] is Agreement.NOT_MEASURED


def test_fvcore_is_explained_to_the_unit_on_a_model_that_is_there_already():
    model = nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU())
    fvcore = findings_of(model, 3, 8, 8)[3]
    assert fvcore.verdict is Agreement.EXPLAINED
    # 4·27 weights on 6·6 places; 2 · 4·6·6
    assert fvcore.words == (
        "differs as its convention says: 4,176 = 3,888 MACs + 288 "
        "(two operations per value of a batch norm)"
    )


def test_fvcore_sees_into_a_frozen_encoder_layer():
    # torch would run it as one operator; fvcore leaves out 2 · 6·6·8 of its attention
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    layer.requires_grad_(requires_grad=False)
    assert "− 576 (calls that it does not know)" in findings_of(layer, 6, 8)[3].words
    assert torch.backends.mha.get_fastpath_enabled()


@pytest.mark.parametrize(
    ("model", "given", "device", "words"),
    [
        (
            nn.Linear(8, 2),
            InputSpec((8,)),
            "meta",
            "it cannot trace without values, which the CPU has",
        ),
        (nn.Linear(8, 2), InputSpec((8,), name="input"), "cpu", "it takes no inputs by name"),
        (Vector(), InputSpec((8,)), "cpu", "it fails: IndexError: list index out of range"),
        (
            OfItsOwn(by_an_author),
            InputSpec((8,)),
            "cpu",
            "it does not see what runs in Product",
        ),
        (
            OfItsOwn(for_each_row),
            InputSpec((8,)),
            "cpu",
            "it does not see what runs in torch.func",
        ),
    ],
)
def test_what_fvcore_cannot_count_is_not_measured(model, given, device, words):
    finding = list(model_findings(Source("model", model), [given], device))[3]
    assert (finding.witness, finding.verdict) == ("fvcore", Agreement.NOT_MEASURED)
    assert finding.words == f"not measured: {words}"


@pytest.mark.parametrize(("what", "number"), [("weights", 1), ("macs", 2)])
def test_a_wrong_number_is_found(monkeypatch, what, number):
    def lying(*arguments, **options):
        graph, device = proof_trace(*arguments, **options)
        node = type("Lying", (type(graph.nodes[0]),), {what: property(lambda _: 7)})
        facts = {field.name: getattr(graph.nodes[0], field.name) for field in fields(node)}
        first = node(**facts)
        return type(graph)(**{**vars(graph), "nodes": (first, *graph.nodes[1:])}), device

    proof_trace = proof.trace_source
    monkeypatch.setattr(proof, "trace_source", lying)
    finding = findings_of(Residual(), 3, 8, 8)[number]
    assert finding.verdict is Agreement.DISAGREES


def test_operators_that_another_device_splits_otherwise_are_no_disagreement():
    class Attention(nn.MultiheadAttention):
        def forward(self, x):
            y, _ = super().forward(x, x, x)
            z = nn.functional.scaled_dot_product_attention(y, y, y)
            return torch.einsum("btd,bsd->bts", z, z).softmax(-1) @ z

    verdicts = [finding.verdict for finding in findings_of(Attention(8, 2), 5, 8)]
    assert Agreement.DISAGREES not in verdicts


def test_an_operator_that_torch_does_not_count_is_named():
    class Scaled(nn.Linear):
        def forward(self, x):
            return super().forward(x) * torch.mv(self.weight, x[0]).sum()

    # 8·2 products of the linear layer, and 16 more of the matrix and a vector
    finding = findings_of(Scaled(8, 2), 8)[2]
    assert (finding.verdict, finding.words) == (
        Agreement.EXPLAINED,
        "differs as its ledger says: 32 = 2 × 32 MACs − 32 (mv, for which it has no rule)",
    )


def test_receptive_fields_that_one_channel_cannot_show_are_measured_in_the_model():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Upsample(9, mode="bilinear"))
    before, last = findings_of(model, 3, 8, 8)[-2:]
    assert before.words == "agrees on 1 of 2 layers: size, stride and padding"
    assert (last.verdict, last.words) == (
        Agreement.AGREES,
        "agrees on 2 layers, in the model itself: size, stride and padding",
    )


def test_where_the_model_is_too_large_the_layers_before_are_measured(monkeypatch):
    monkeypatch.setattr(gradients, "MOST_MACS", 100)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Upsample(9, mode="bilinear"))
    *_, before, last = findings_of(model, 3, 8, 8)
    assert (before.verdict, before.words) == (
        Agreement.AGREES,
        "agrees on 1 of 2 layers: size, stride and padding",
    )
    # 4·27 weights on 36 units
    assert last.words == "not measured: the model takes 3,888 MACs, more than 100"


def test_where_a_witness_sees_no_layer_it_agrees_on_nothing():
    class Sums(nn.Module):
        def forward(self, x):
            return x.cumsum(1)

    findings = findings_of(Sums(), 8)
    assert (findings[0].verdict, findings[0].words) == (
        Agreement.NOT_MEASURED,
        "not measured: it sees none of 1 layer",
    )


def test_operators_that_nobody_counts_are_named():
    class Unknown(nn.Module):
        def forward(self, x):
            return torch.linalg.eigvals(x @ x.mT)

    findings = findings_of(Unknown(), 4, 4)
    (unknown,) = [one for one in findings if one.witness == "ledger of operators"]
    assert (unknown.verdict, unknown.words) == (
        Agreement.NOT_MEASURED,
        "not measured: no rule says what linalg_eig counts",
    )


def test_a_witness_that_fails_stops_no_other(monkeypatch):
    def failing(*_):
        raise KeyError("what")

    monkeypatch.setattr(proof, "fvcore_model_finding", failing)
    findings = findings_of(Residual(), 3, 8, 8)
    assert findings[3].words == "not measured: archstat fails at it: KeyError: 'what'"
    assert findings[-1].verdict is Agreement.AGREES
