"""PyTorch models in training mode: what learns, what is kept, and what is not known."""

from __future__ import annotations

import copy

import pytest

from archstat.api import analyze
from archstat.report.finding import Agreement

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402  only where torch is
from torch.utils.checkpoint import checkpoint  # noqa: E402  likewise

from archstat.models.torch.private import tells_what_is_kept  # noqa: E402  likewise

pytestmark = pytest.mark.skipif(
    not tells_what_is_kept(), reason="this torch does not tell what training keeps"
)

IMAGE = (3, 8, 8)


def small():
    """Return a model of 48 · 36 products in its convolution, and 288 in its linear layer."""
    return nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 2), nn.Softmax(1)
    )


def costs(model, shape=IMAGE, **asked):
    """Return input gradient, weight gradient and kept bytes by layer."""
    report = analyze(model, shape, train=True, **asked)
    return {
        row.name: (
            row.training.input_gradient_macs,
            row.training.weight_gradient_macs,
            row.training.kept_bytes,
        )
        for row in report.layers
    }


def assert_trains_as_stated(model, shape):
    """Hold a model against autograd's operators, and against what it keeps."""
    from archstat.models.inputs import InputSpec
    from archstat.models.torch.source import Source
    from archstat.witnesses.training import model_training_findings

    said = [*model_training_findings(Source("net", model), [InputSpec(shape)])]
    assert [finding.words for finding in said if finding.verdict is not Agreement.AGREES] == []
    assert len(said) == 3


class Calls(nn.Module):
    """A model that is a function, and the modules that it calls."""

    def __init__(self, call, **modules):
        super().__init__()
        self.call = call
        for name, module in modules.items():
            self.add_module(name, module)

    def forward(self, x):
        return self.call(self, x)


def test_everything_learns_unless_it_is_frozen():
    assert costs(small()) == {
        "0": (0, 3_888, 768),  # 4·6·6 outputs of 27 products; the image, 192 · 4
        "1": (0, 0, 576),  # 4·6·6 · 4
        "2": (0, 0, 0),
        "3": (288, 288, 0),  # what it reads is kept already
        "4": (0, 0, 8),
    }


def test_a_frozen_layer_before_all_others_costs_nothing():
    model = small()
    model[0].requires_grad_(requires_grad=False)
    assert costs(model) == {
        "0": (0, 0, 0),
        "1": (0, 0, 0),
        "2": (0, 0, 0),
        "3": (0, 288, 576),
        "4": (0, 0, 8),
    }


def test_gradients_pass_through_a_frozen_layer_to_what_learns_before():
    model = small()
    model[3].requires_grad_(requires_grad=False)
    assert costs(model)["0"] == (0, 3_888, 768)
    assert costs(model)["3"] == (288, 0, 0)


def test_a_frozen_weight_has_no_gradient_though_its_bias_learns():
    model = small()
    model[3].weight.requires_grad_(requires_grad=False)
    assert costs(model)["3"] == (288, 0, 0)


def test_optimizers_remember_nothing_of_what_is_frozen():
    model = small()
    model[0].requires_grad_(requires_grad=False)
    step = analyze(model, IMAGE, train=True).totals.step
    assert step.param_bytes == 1_608  # (108 + 4 + 288 + 2) · 4
    assert step.gradient_bytes == step.optimizer_bytes["momentum"] == 1_160  # (288 + 2) · 4
    assert step.optimizer_bytes["adam"] == 2_328  # twice, and 4 bytes for each of two tensors


def test_what_no_output_depends_on_costs_nothing():
    model = Calls(
        lambda self, x: (self.aside(x), self.head(x.flatten(1)))[1],
        aside=nn.Conv2d(3, 4, 3),
        head=nn.Linear(192, 2),
    )
    assert costs(model)["aside"] == (0, 0, 0)
    assert analyze(model, IMAGE, train=True).totals.step.gradient_bytes == 1_544  # (384 + 2) · 4


def test_a_part_without_autograd_costs_nothing():
    def call(self, x):
        with torch.no_grad():
            features = self.body(x)
        return self.head(features.flatten(1))

    model = Calls(call, body=nn.Conv2d(3, 4, 3), head=nn.Linear(144, 2))
    assert costs(model)["body"] == (0, 0, 0)
    assert costs(model)["head"] == (0, 288, 576)


class Rounded(nn.Module):
    """Two layers, with whole numbers between them, through which no gradient leads."""

    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Linear(8, 8), nn.Linear(8, 4)

    def forward(self, x):
        return self.head(self.body(x).byte().float())


def test_no_gradient_leads_through_whole_numbers():
    found = costs(Rounded(), (8,), batch_size=4)
    assert found["body"][:2] == (0, 0)
    assert found["head"][:2] == (0, 4 * 8 * 4)  # of the weights alone


def test_training_mode_is_the_mode_of_the_forward_pass():
    model = nn.Sequential(nn.Linear(8, 8), nn.Dropout(), nn.BatchNorm1d(8)).eval()
    assert costs(model, (8,), batch_size=4) == {
        "0": (0, 256, 128),  # 4 · 8 numbers, as all that follow
        "1": (0, 0, 128),  # the mask
        "2": (0, 0, 192),  # its input, and 2 · 8 statistics
    }


def test_numbers_of_half_the_size_take_half_the_bytes():
    images = torch.zeros(1, *IMAGE, dtype=torch.half)
    report = analyze(small().half(), inputs=(images,), train=True)
    assert [row.training.kept_bytes for row in report.layers] == [384, 288, 0, 0, 4]


def test_the_model_is_left_as_it_was():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout()).eval()
    before, random = copy.deepcopy(model.state_dict()), torch.random.get_rng_state()
    analyze(model, IMAGE, train=True, device="cpu", batch_size=2)
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert torch.equal(random, torch.random.get_rng_state())
    assert not model.training
    assert [param.grad for param in model.parameters()] == [None] * 4


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        pytest.param(nn.MultiheadAttention(8, 2, batch_first=True), (5, 8), id="attention"),
        pytest.param(nn.LSTM(8, 6, num_layers=2, batch_first=True), (5, 8), id="LSTM"),
        pytest.param(nn.GRU(8, 6, bidirectional=True, batch_first=True), (5, 8), id="GRU"),
        pytest.param(nn.RNN(8, 6, batch_first=True), (5, 8), id="RNN"),
        pytest.param(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), (5, 8), id="encoder"),
    ],
)
def test_a_module_with_products_inside(model, shape):
    called = Calls(
        lambda self, x: self.inner(x, x, x) if self.takes_three else self.inner(x), inner=model
    )
    called.takes_three = isinstance(model, nn.MultiheadAttention)
    before = nn.Sequential(nn.Linear(8, 8), called)
    assert_trains_as_stated(before, shape)


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda _, x: x @ x.transpose(1, 2), id="matmul"),
        pytest.param(lambda _, x: torch.bmm(x, x.transpose(1, 2)), id="bmm"),
        pytest.param(lambda _, x: torch.einsum("bij,bkj->bik", x, x), id="einsum"),
        pytest.param(lambda _, x: torch.baddbmm(x[:, :, :5], x, x.mT), id="baddbmm"),
        pytest.param(lambda _, x: x.relu() + x.exp() * x.sigmoid(), id="pointwise"),
        pytest.param(lambda _, x: (x + 1).relu_() @ torch.ones_like(x).mT, id="in place"),
        pytest.param(lambda _, x: torch.cat(x.chunk(2, -1), 1).softmax(-1), id="chunks"),
        pytest.param(
            lambda _, x: nn.functional.scaled_dot_product_attention(x, x, x), id="attention"
        ),
        pytest.param(
            lambda _, x: nn.functional.conv1d(x, x[0].unsqueeze(-1).expand(5, 8, 1).mT.mT[:, :5]),
            id="a weight that is computed",
        ),
    ],
)
def test_a_function_of_torch(call):
    assert_trains_as_stated(nn.Sequential(nn.Linear(8, 8), Calls(call)), (5, 8))


def test_what_is_kept_is_told_by_operator():
    model = Calls(lambda self, x: (self.a(x).relu() + 1).mm(self.b.weight), a=nn.Linear(8, 8),
                  b=nn.Linear(8, 8))  # fmt: skip
    assert costs(model, (8,)) == {
        "a": (0, 64, 32),
        "relu": (0, 0, 32),  # what it returns
        "add": (0, 0, 0),
        "mm": (64, 64, 32),  # what it reads
        "b (not called)": (0, 0, 0),
    }


def test_gradients_reach_what_reads_a_buffer_alone():
    model = Calls(lambda self, x: x + self.bias(self.table), bias=nn.Linear(8, 8))
    model.register_buffer("table", torch.zeros(5, 8))
    assert_trains_as_stated(model, (5, 8))
    assert costs(model, (5, 8))["bias"] == (0, 320, 0)  # 5 rows of 64; the table is a buffer


def test_weights_that_are_computed_are_weights():
    model = nn.utils.parametrizations.weight_norm(nn.Linear(8, 6))
    assert_trains_as_stated(nn.Sequential(nn.Linear(8, 8), model), (8,))
    first, *_, last = costs(nn.Sequential(nn.Linear(8, 8), model), (8,)).values()
    assert (first[:2], last[:2]) == ((0, 64), (48, 48))


def test_a_layer_that_is_called_twice_has_two_gradients():
    shared = nn.Linear(8, 8)
    model = nn.Sequential(shared, nn.Tanh(), shared)
    assert costs(model, (8,)) == {
        "0": (0, 64, 32),
        "1": (0, 0, 32),
        "0 (2)": (64, 64, 0),
    }
    assert analyze(model, (8,), train=True).totals.step.gradient_bytes == 288  # 72 · 4


class Doubled(torch.autograd.Function):
    """A function with a gradient of its author's."""

    @staticmethod
    def forward(ctx, x, weight):
        ctx.save_for_backward(x, weight)
        return x @ weight

    @staticmethod
    def backward(ctx, grad):
        x, weight = ctx.saved_tensors
        return grad @ weight.T @ torch.eye(weight.shape[0]), x.T @ grad


def test_a_function_of_an_author_costs_what_its_backward_pass_runs():
    model = nn.Sequential(
        nn.Linear(8, 8),
        Calls(lambda self, x: Doubled.apply(x, self.inner.weight), inner=nn.Linear(8, 8)),
    )
    # x: two products of 8 · 8, one after the other; the weights: one
    assert costs(model, (8,))["1.mm"][:2] == (128, 64)
    assert_trains_as_stated(model, (8,))


class Both(torch.autograd.Function):
    """A function of two outputs, the second made of the first, with two products back to x."""

    @staticmethod
    def forward(ctx, x, first, second):
        ctx.save_for_backward(x, first, second)
        return x @ first, x @ first @ second

    @staticmethod
    def backward(ctx, grad, other):
        x, first, second = ctx.saved_tensors
        both = grad + other @ second.T
        return both @ first.T, x.T @ both, (x @ first).T @ other


def test_a_product_that_is_for_two_gradients_of_an_author_is_not_known():
    model = Calls(lambda self, x: Both.apply(x, self.first.weight.T, self.second.weight.T)[1],
                  first=nn.Linear(8, 6), second=nn.Linear(6, 4))  # fmt: skip
    assert analyze(model, (8,), train=True).totals.step.unknown == ("Both",)


class Straight(torch.autograd.Function):
    """A step with a gradient as if it were none: a quantizer, or a neuron that spikes."""

    @staticmethod
    def forward(ctx, x):
        ctx.set_materialize_grads(value=False)
        return x.round()

    @staticmethod
    def backward(_, grad):
        return grad


def test_a_straight_gradient_costs_nothing():
    model = Calls(
        lambda self, x: nn.functional.linear(
            Straight.apply(self.a(x)), Straight.apply(self.b.weight)
        ),
        a=nn.Linear(4, 6), b=nn.Linear(6, 3, bias=False),
    )  # fmt: skip
    step = analyze(model, (8, 4), train=True).totals.step
    # 8 rows: of a, 4 · 6 for its weights; of b, 6 · 3 for either side
    assert (step.input_gradient_macs, step.weight_gradient_macs) == (144, 192 + 144)
    assert step.unknown == ()
    assert_trains_as_stated(model, (8, 4))


class Reading(torch.autograd.Function):
    """A function whose gradient depends on values."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * 2

    @staticmethod
    def backward(ctx, grad):
        return grad * 2 if ctx.saved_tensors[0].sum().item() > 0 else grad


def test_a_gradient_that_depends_on_values_is_not_known():
    model = Calls(lambda self, x: Reading.apply(self.inner(x)), inner=nn.Linear(8, 8))
    report = analyze(model, (8,), train=True)
    assert report.totals.step.unknown == ("Reading",)
    assert (
        "a training step costs at least what is shown: not known are the gradients of Reading "
        "in 1 row"
    ) in report.notes


def checkpointed(*inner, **how):
    """Return a model with a checkpoint around a part of it, behind a layer of 8 · 8."""
    with torch.device("meta"):  # as it is run again outside of the pass, with its own parameters
        return nn.Sequential(
            nn.Linear(8, 8),
            Calls(
                lambda self, x: checkpoint(self.inner, x, **how),
                inner=nn.Sequential(*(make() for make in inner)),
            ),
        )


def narrow():
    return nn.Linear(8, 4)


def wide():
    return nn.Linear(4, 8)


@pytest.mark.parametrize(
    ("inner", "again"),
    [
        # of the last product, autograd wants what it reads alone: it is not run again
        pytest.param([narrow, nn.ReLU, wide], 32, id="ends in a product"),
        pytest.param([narrow, nn.ReLU, wide, nn.ReLU], 64, id="ends in a ReLU"),
        pytest.param([narrow], 0, id="one product"),
    ],
)
def test_a_checkpoint_runs_its_part_again(inner, again):
    model = checkpointed(*inner, use_reentrant=False)
    step = analyze(model, (8,), train=True).totals.step
    products = sum(32 for make in inner if make is not nn.ReLU)
    assert step.again_macs == again
    assert (step.input_gradient_macs, step.weight_gradient_macs) == (products, 64 + products)
    assert step.step_macs == 64 + products + again + products + 64 + products
    assert step.kept_bytes == 4 * (8 + 8)  # what the first layer and the checkpoint are given
    assert_trains_as_stated(model, (8,))


def test_what_a_checkpoint_runs_in_another_one_is_not_known():
    inner = Calls(
        lambda self, x: checkpoint(self.part, x, use_reentrant=False), part=nn.Linear(8, 8)
    )
    model = checkpointed(lambda: inner, nn.ReLU, use_reentrant=False)
    assert analyze(model, (8,), train=True).totals.step.unknown == ("checkpoints in checkpoints",)


def test_what_an_old_checkpoint_computes_again_is_not_known():
    model = checkpointed(narrow, use_reentrant=True)
    assert analyze(model, (8,), train=True).totals.step.unknown == ("CheckpointFunction",)


def test_gradients_are_known_where_hooks_keep_something_else():
    def forward(self, x):
        with torch.autograd.graph.saved_tensors_hooks(lambda kept: kept, lambda kept: kept):
            return self.inner(x)

    model = nn.Sequential(nn.Linear(8, 8), Calls(forward, inner=nn.Linear(8, 4)))
    cost = analyze(model, (8,), train=True).layers[-1].training
    assert (cost.input_gradient_macs, cost.weight_gradient_macs, cost.kept_bytes) == (32, 32, None)


class Force(nn.Module):
    """Returns the slope of an energy of 4·6 + 6 products, by as many of the backward pass."""

    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(4, 6), nn.Linear(6, 1)

    def forward(self, x):
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            energy = self.last(torch.tanh(self.first(x))).sum()
            return torch.autograd.grad(energy, x, create_graph=self.training)[0]


@pytest.mark.parametrize("train", [False, True])
def test_a_model_that_takes_gradients_itself(train):
    report = analyze(Force(), (4,), train=train)
    assert report.totals.macs == 24 + 6 + 6 + 24
    assert report.layers[-1].out_shape == (4,)


def test_an_operator_outside_of_the_ledger_has_unknown_gradients():
    model = nn.Sequential(nn.Linear(8, 8), Calls(lambda _, x: torch.linalg.inv(x)))
    report = analyze(model, (8, 8), train=True)
    assert report.totals.step.unknown == ("linalg_inv_ex",)
    assert report.layers[-1].training.kept_bytes is not None


def test_what_is_kept_sparse_is_not_known():
    model = Calls(lambda self, x: torch.sparse.mm(torch.eye(1).to_sparse(), self.inner(x)),
                  inner=nn.Linear(8, 8))  # fmt: skip
    report = analyze(model, (8,), train=True, device="cpu")
    assert "sparse tensors" in report.totals.step.unknown
    # a matrix of 1 · 1 meets 8 columns; back to the layer before, as much
    assert report.layers[-1].training.input_gradient_macs == 8
    assert (
        "a training step costs at least what is shown: not known are the bytes kept for sparse "
        "tensors in 1 row"
    ) in report.notes


def test_frozen_parameters_are_told_from_those_that_learn():
    class Adapted(nn.Module):
        def __init__(self):
            super().__init__()
            self.base, self.unused = nn.Linear(16, 8), nn.Linear(3, 3)
            self.down, self.up = nn.Linear(16, 2, bias=False), nn.Linear(2, 8, bias=False)
            self.base.requires_grad_(requires_grad=False)
            self.unused.requires_grad_(requires_grad=False)

        def forward(self, x):
            return self.base(x) + self.up(self.down(x))

    for train in (False, True):
        report = analyze(Adapted(), (16,), train=train)
        learning = {row.name: (row.params, row.trainable) for row in report.layers if row.params}
        assert learning == {
            "base": (136, 0),  # 16·8 + 8
            "down": (32, 32),
            "up": (16, 16),
            "unused (not called)": (12, 0),
        }
        assert report.totals.trainable == 48
        assert "196 params" in str(report)
        assert "of which 48 learn" in str(report)
