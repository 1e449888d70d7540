"""Calls of torch's functions: what fvcore counts in each, by hand, and fvcore's own word on it."""

from __future__ import annotations

import warnings

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("fvcore")

import torch.nn.functional as F  # noqa: E402, N812  torch first
from torch import nn  # noqa: E402

from archstat.analyses.conventions.fvcore import FVCORE  # noqa: E402
from archstat.models.inputs import InputSpec  # noqa: E402
from archstat.models.torch.source import Source  # noqa: E402
from archstat.report.finding import Agreement  # noqa: E402
from archstat.witnesses.calls import call_graph  # noqa: E402
from archstat.witnesses.counters import fvcore_model_finding  # noqa: E402

BATCH_NORM = "two operations per value of a batch norm"
OTHER_NORMS = "five operations per value of other norms"
ADAPTIVE = "one operation per input of adaptive pooling"
NEAREST = "one operation per value of nearest up-sampling"
BILINEAR = "four operations per value of bilinear sampling"
EINSUM = "einsum, which it rounds to four digits"
FIRST_FACTOR = "matrix products by the size of their first factor"
BY_WORD = "convolutions padded by a word, which it does not know"
UNKNOWN = "calls that it does not know"


class Call(nn.Module):
    """A module around a function of the module itself and its input."""

    def __init__(self, function, **parts):
        super().__init__()
        self.function = function
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, x):
        return self.function(self, x)


def resized(**options):
    return Call(lambda _, x: F.interpolate(x, scale_factor=2, **options))


def attention(*, is_masked=False, **options):
    def forward(self, x):
        mask = torch.zeros(6, 6, device=x.device) if is_masked else None
        return self.a(x, x, x, attn_mask=mask, **options)[0]

    return Call(forward, a=nn.MultiheadAttention(8, 2, batch_first=True))


def standardized(self, x):
    """Return a convolution whose weights are normalized filter by filter."""
    weight = F.batch_norm(self.w.reshape(1, 6, -1), None, None, training=True)
    return F.conv2d(x, weight.reshape(6, 2, 3, 3))


def sdpa(_, x):
    return F.scaled_dot_product_attention(x, x, x)


def scripted(_, x):
    with warnings.catch_warnings(action="ignore"):  # scripts are deprecated
        return torch.jit.script(squared)(x)


def squared(x):
    return x @ x.mT


def sampled(_, x):
    return F.grid_sample(x, torch.zeros(1, 3, 3, 2, device=x.device), align_corners=False)


MAP = (4, 5, 5)  # 100 values
TOKENS = (6, 8)

CASES = {
    "batch norm": (nn.BatchNorm2d(4), MAP, 0, {BATCH_NORM: 200}),
    "batch norm of the batch": (
        nn.BatchNorm2d(4, track_running_stats=False),
        MAP,
        0,
        {OTHER_NORMS: 500},
    ),
    # 108 weights, four operations each as there is no scale; 108 on 3·3 places
    "weights normalized": (
        Call(standardized, w=nn.Parameter(torch.ones(6, 2, 3, 3))),
        (2, 5, 5),
        972,
        {OTHER_NORMS: 432},
    ),
    "instance norm": (nn.InstanceNorm2d(4), MAP, 0, {OTHER_NORMS: 400}),
    "scaled instance norm": (nn.InstanceNorm2d(4, affine=True), MAP, 0, {OTHER_NORMS: 500}),
    "group norm": (nn.GroupNorm(2, 4), MAP, 0, {OTHER_NORMS: 500}),
    "layer norm": (Call(lambda _, x: F.layer_norm(x, (5,))), MAP, 0, {OTHER_NORMS: 400}),
    "adaptive pooling": (Call(lambda _, x: F.adaptive_avg_pool2d(x, 1)), MAP, 0, {ADAPTIVE: 100}),
    "mean": (Call(lambda _, x: x.mean((2, 3))), MAP, 0, {}),
    "nearest": (resized(), MAP, 0, {NEAREST: 400}),
    "nearest along one axis": (resized(), (4, 5), 0, {}),
    "bilinear": (resized(mode="bilinear"), MAP, 0, {BILINEAR: 1_600}),
    "bilinear, smoothed": (resized(mode="bilinear", antialias=True), MAP, 0, {}),
    "by area": (resized(mode="area"), MAP, 0, {ADAPTIVE: 100}),
    "grid": (Call(sampled), MAP, 0, {BILINEAR: 144}),  # 4·3·3 values, four operations each
    # 9·7 weights on 11·13 places: 9,009, twice 18,018, read as 1.802e+04
    "einsum": (
        Call(
            lambda self, x: torch.einsum("bchw,kc->bkhw", x, self.w),
            w=nn.Parameter(torch.ones(9, 7)),
        ),
        (7, 11, 13),
        9_009,
        {EINSUM: 1},
    ),
    # 101³, of which rounding would leave four digits
    "einsum as bmm": (
        Call(lambda _, x: torch.einsum("nki, nkj -> nij", x, x)),
        (101, 101),
        1_030_301,
        {},
    ),
    # 5·5 weights for each of 4·6 columns; the first factor has 25 values, the result 6 columns
    "product of weights": (
        Call(lambda self, x: self.w @ x, w=nn.Parameter(torch.ones(5, 5))),
        (4, 5, 6),
        600,
        {FIRST_FACTOR: -450},
    ),
    "same": (nn.Conv2d(2, 6, 3, padding="same"), (2, 5, 5), 2_700, {BY_WORD: -2_700}),
    "attention in one call": (Call(sdpa), TOKENS, 576, {UNKNOWN: -576}),  # 2 · 6·6·8
    # q, k, v, out: 4 · 8·8 on 6 tokens
    "attention module": (attention(), TOKENS, 2_112, {}),
    "attention module without weights": (
        attention(need_weights=False),
        TOKENS,
        2_112,
        {UNKNOWN: -576},
    ),
    # with a mask, to which queries times keys are added: 6·6·8
    "masked attention": (attention(is_masked=True), TOKENS, 2_112, {UNKNOWN: -288}),
    # 8 inputs and 4 states, 4 gates of 4: (8 + 4)·16 on 6 tokens
    "lstm": (nn.LSTM(8, 4, batch_first=True), TOKENS, 1_152, {UNKNOWN: -1_152}),
    "lstm cell": (nn.LSTMCell(8, 4), (8,), 192, {}),
    "transposed": (nn.ConvTranspose1d(2, 6, 3), (2, 5), 180, {}),
    "script": (Call(scripted), TOKENS, 288, {UNKNOWN: -288}),
    "plain product": (Call(lambda _, x: x @ x.mT), TOKENS, 288, {}),
}


@pytest.mark.parametrize("case", CASES)
def test_fvcore_counts_what_its_convention_says(case):
    model, shape, macs, terms = CASES[case]
    source, inputs = Source("model", model.eval()), [InputSpec(shape)]
    graph = call_graph(source, inputs)
    assert sum(node.macs for node in graph.nodes) == macs
    assert FVCORE.differences(graph) == terms
    finding = fvcore_model_finding(source, inputs, torch.device("cpu"))
    expected = Agreement.EXPLAINED if terms else Agreement.AGREES
    assert finding.verdict is expected, finding.words


def test_an_exported_program_calls_operators_of_the_same_names():
    parts = nn.Conv2d(3, 4, 3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
    with warnings.catch_warnings(action="ignore"):
        program = torch.export.export(nn.Sequential(*parts).eval(), (torch.zeros(1, 3, 8, 8),))
        source = Source("net.pt2", torch.export.unflatten(program), input=(3, 8, 8))
        graph = call_graph(source, [InputSpec((3, 8, 8))])
    # 8·8 places of 4 channels over 3·3·3 values; each of 4·8·8 values that are averaged; 4·2
    assert FVCORE.total(graph) == 6_912 + 256 + 8
