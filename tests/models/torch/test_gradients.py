"""Gradients that torch's counter has no rule for, and those of tensors of no known origin."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from archstat.api import analyze
from archstat.report.finding import Agreement

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402  only where torch is

from tests.models.torch.test_training import Calls, costs, pytestmark  # noqa: E402, F401  likewise

ENDS = torch.tensor([2, 5], dtype=torch.int32)
"""Where the rows of each expert end."""


@pytest.mark.parametrize(
    ("call", "learned", "inputs", "weights"),
    [
        pytest.param(  # 5 rows · 4 outputs · 8 · 8, for each of its two factors that are the rows
            lambda s, x: nn.functional.bilinear(x, x, s.own), torch.zeros(4, 8, 8), 2_560, 1_280,
            id="bilinear",
        ),
        pytest.param(  # 5 rows in all · 8 · 16, whichever expert they go to
            lambda s, x: torch._grouped_mm(x[0].bfloat16(), s.own, offs=ENDS.to(x.device)),
            torch.zeros(2, 8, 16, dtype=torch.bfloat16), 640, 640,
            id="experts",
        ),
        pytest.param(  # 5 · 3 pairs of 8 values
            lambda s, x: torch.cdist(x, s.own), torch.zeros(3, 8), 120, 120, id="distances"
        ),
        pytest.param(  # 5 · 30 pairs: torch works out many by a product of matrices
            lambda s, x: torch.cdist(x, s.own), torch.zeros(30, 8), 1_200, 1_200,
            id="many distances",
        ),
        pytest.param(  # 10 pairs of 8 values
            lambda s, x: torch.pdist(x[0]) * s.own, torch.zeros(1), 80, 0, id="distances in pairs"
        ),
        pytest.param(
            lambda s, x: x[0].mv(s.own), torch.zeros(8), 40, 40, id="a matrix and a vector"
        ),
        pytest.param(lambda s, x: x[0, 0].dot(s.own), torch.zeros(8), 8, 8, id="two vectors"),
        pytest.param(  # 2 · 40 values · (3 stages + 3 stages), back again
            lambda s, x: torch.fft.fft2(x.cfloat()).real * s.own, torch.zeros(1), 480, 0,
            id="a transform",
        ),
        pytest.param(  # back, as a complex one: 2 · 40 values · 3 stages
            lambda s, x: torch.fft.rfft(x).real * s.own, torch.zeros(1), 240, 0,
            id="a transform of real numbers",
        ),
        pytest.param(  # of 5 rows of 8 values, half of that
            lambda s, x: torch.fft.irfft(torch.complex(x, x)[..., :5]) * s.own, torch.zeros(1),
            120, 0, id="a transform to real numbers",
        ),
    ],
)  # fmt: skip
def test_gradients_for_which_torchs_counter_has_no_rule(call, learned, inputs, weights):
    from archstat.models.inputs import InputSpec
    from archstat.models.torch.source import Source
    from archstat.witnesses.training import model_training_findings

    called = Calls(call)
    called.own = nn.Parameter(learned)
    model = nn.Sequential(nn.Linear(8, 8), called)
    _, *rows = costs(model, (5, 8)).values()
    assert (sum(row[0] for row in rows), sum(row[1] for row in rows)) == (inputs, weights)
    flops, *said = model_training_findings(Source("net", model), [InputSpec((5, 8))])
    assert flops.verdict in {Agreement.AGREES, Agreement.EXPLAINED}
    assert [finding.verdict for finding in said] == [Agreement.AGREES] * 2


def test_fused_layers_are_taken_apart_where_a_model_runs_on_the_cpu():
    def call(self, x):
        x, _ = self.recurrent(x)
        x = x + (x.sum().item() > 1e9)  # so that it does not run on meta
        return nn.functional.scaled_dot_product_attention(x, x, x)

    model = Calls(call, recurrent=nn.LSTM(8, 6, batch_first=True))
    rows = costs(model, (5, 8))
    # 24 · (8 + 6) weights for 5 rows; backward through the 4 states that depend on weights
    assert rows["recurrent"][:2] == (24 * 6 * 4, 24 * 14 * 5)
    # 5 · 5 pairs of 6 values, and as many to weigh them: two gradients each
    assert [rows[name][:2] for name in ("bmm", "bmm (2)")] == [(300, 0), (300, 0)]


def test_what_is_neither_given_nor_learned_has_gradients_of_inputs():
    def call(self, x):
        fresh = torch.zeros_like(x).requires_grad_()
        return x + self.inner(fresh)

    rows = costs(Calls(call, inner=nn.Linear(8, 8)), (5, 8))
    assert rows["inner"][:2] == (320, 320)  # 5 rows of 8 · 8, of either side


@dataclass
class Answer:
    """What a model returns: tensors in an object of a class of its own."""

    logits: torch.Tensor
    more: object = None


class Slotted:
    """Likewise, without a dictionary."""

    __slots__ = ("logits",)

    def __init__(self, logits):
        self.logits = logits


@pytest.mark.parametrize(
    "answer",
    [Answer, Slotted, lambda x: Answer(x.sum(), more=[Slotted(x)]), lambda x: {"a": [Answer(x)]}],
    ids=["dataclass", "slots", "object in an object", "object in containers"],
)
def test_gradients_come_from_tensors_in_an_object(answer):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.last = nn.Linear(4, 3), nn.Linear(3, 2)

        def forward(self, x):
            return answer(self.last(self.first(x)))

    totals = analyze(Net(), (4,), train=True).totals.step
    # 4×3 and 3×2 weights; the second layer's input needs a gradient, the first one's does not
    assert (totals.input_gradient_macs, totals.weight_gradient_macs) == (6, 18)
