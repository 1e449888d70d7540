"""Models that derive or transform functions in their forward pass, and what stands in the way."""

from __future__ import annotations

import pytest

from archstat.api import analyze
from archstat.errors import ArchstatError

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402  only where torch is
from torch.autograd import forward_ad  # noqa: E402  likewise
from torch.nn import functional as F  # noqa: E402, N812  likewise
from torch.utils.checkpoint import checkpoint  # noqa: E402  likewise

from tests.models.torch.test_training import Calls, costs, pytestmark  # noqa: E402, F401  likewise

ROW = (4,)


def layer():
    """Return a layer of 4 · 5 products for each row."""
    return nn.Linear(4, 5)


def tangent(model, x):
    with forward_ad.dual_level():
        out = model.layer(forward_ad.make_dual(x, torch.ones_like(x))).tanh()
        return forward_ad.unpack_dual(out).tangent


def ensemble(model, x):
    params, _ = torch.func.stack_module_state([*model.members])
    one = model.members[0]
    run = lambda own, x: torch.func.functional_call(one, own, (x,))  # noqa: E731
    return torch.func.vmap(run, in_dims=(0, None))(params, x)


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")  # of torch.jit
@pytest.mark.parametrize(
    ("call", "macs", "gradients"),
    [
        pytest.param(  # 2 rows · 20, once
            lambda s, x: torch.func.vmap(lambda y: s.layer(y).tanh())(x), 40, 40, id="vmap"
        ),
        pytest.param(  # the product, that of the tangent, and one with the weights' tangent: zeros
            lambda s, x: torch.func.jvp(s.layer, (x,), (torch.ones_like(x),))[1], 120, 40, id="jvp"
        ),
        pytest.param(tangent, 120, 80, id="forward mode"),
        pytest.param(  # forward and for the rows; back, the inner gradient, and weights twice
            lambda s, x: torch.func.grad(lambda y: s.layer(y).tanh().sum())(x), 80, 120, id="grad"
        ),
        pytest.param(
            lambda s, x: torch.func.vmap(torch.func.grad(lambda y: s.layer(y).tanh().sum()))(x),
            80, 120, id="a gradient for each row",
        ),
        pytest.param(
            lambda s, x: torch.func.functional_call(s.layer, dict(s.layer.named_parameters()), x),
            40, 40, id="functional call",
        ),
    ],
)  # fmt: skip
def test_transforms_of_functions_cost_what_runs_of_them(call, macs, gradients):
    report = analyze(Calls(call, layer=layer()), ROW, batch_size=2, train=True)
    assert report.totals.macs == macs
    assert report.totals.step.backward_macs == gradients


def test_an_ensemble_runs_all_its_members():
    model = Calls(ensemble, members=nn.ModuleList(layer() for _ in range(3)))
    assert analyze(model, ROW, batch_size=2).totals.macs == 120  # 3 members · 2 rows · 20


def test_a_bias_learns_nothing_from_a_derivative():
    model = Calls(
        lambda s, x: torch.func.jvp(s.layer, (x,), (torch.ones_like(x),))[1], layer=layer()
    )
    assert analyze(model, ROW, train=True).totals.trainable == 20  # the weights


def test_what_torch_func_keeps_is_not_known():
    model = Calls(lambda s, x: torch.func.grad(lambda y: s.layer(y).tanh().sum())(x), layer=layer())
    step = analyze(model, ROW, train=True).totals.step
    assert step.unknown == ("what torch.func runs",)


def test_gradients_of_gradients_go_where_autograd_goes():
    def force(model, x):
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            energy = model.energy(torch.tanh(model.layer(x))).sum()
            return torch.autograd.grad(energy, x, create_graph=True)[0]

    report = analyze(
        Calls(force, layer=nn.Linear(3, 4), energy=nn.Linear(4, 1)), (3,), batch_size=2, train=True
    )
    # forward 2 · (12 + 4), and as much for the force; back: its two factors 24 each, the energy's
    # weights 8, and through tanh the layer's rows and weights 24 each; nobody reads the energy
    assert report.totals.macs == 64
    assert report.totals.step.backward_macs == 104


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")  # of torch.jit
def test_a_function_of_torch_jit_that_has_run_before_is_taken_apart_again():
    @torch.jit.script
    def product(x, w):
        return torch.relu(x @ w)

    class Scripted(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.ones(8, 8))

        def forward(self, x):
            return product(product(x, self.w), self.w)

    model = Scripted()
    for _ in range(3):
        model(torch.ones(1, 8)).sum().backward()
    step = analyze(model, (8,), train=True).totals.step
    # two products of 64; the image wants no gradient
    assert (step.input_gradient_macs, step.weight_gradient_macs) == (64, 128)


def test_tensors_of_a_class_of_their_own_learn_like_others():
    class Own(torch.Tensor):
        """A tensor."""

    model = Calls(lambda s, x: x.as_subclass(Own) @ s.layer.weight.T, layer=layer())
    assert costs(model, ROW)["mm"] == (0, 20, 16)  # 4 numbers of 4 bytes


def test_a_checkpoint_that_runs_first_keeps_the_input():
    model = Calls(lambda s, x: checkpoint(s.layer, x, use_reentrant=False), layer=layer())
    assert costs(model, ROW)["layer"] == (0, 20, 16)  # 4 numbers of 4 bytes


def test_a_part_that_torch_compile_made_is_the_part():
    model = Calls(lambda s, x: s.layer(x), layer=torch.compile(layer(), backend="eager"))
    assert costs(model, ROW) == {"layer": (0, 20, 16)}


def test_a_generator_is_run_to_its_end():
    class Steps(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(4, 4) for _ in range(3))

        def forward(self, x):
            for each in self.layers:
                x = each(x)
                yield x

    assert analyze(Steps(), ROW).totals.macs == 48


def test_autocast_by_the_device_of_the_input_stays_on_meta():
    def cast(model, x):
        with torch.autocast(x.device.type, torch.bfloat16):
            return model.layer(x)

    report = analyze(Calls(cast, layer=layer()), ROW)
    assert (report.totals.macs, report.traced_on) == (20, "meta")


def test_a_spatial_transformer_counts_its_grid_and_sees_all():
    def transformed(model, x):
        matrix = model.layer(x.flatten(1)).view(-1, 2, 3)
        grid = F.affine_grid(matrix, [*x.shape], align_corners=False)
        return F.grid_sample(x, grid, align_corners=False)

    report = analyze(Calls(transformed, layer=nn.Linear(48, 6)), (3, 4, 4), train=True)
    rows = {row.name: row for row in report.layers}
    grid = rows["affine_grid_generator"]
    assert grid.macs == 96  # 4 · 4 places of 2 numbers, each of 3 products
    assert grid.training.input_gradient_macs == 96
    assert rows["grid_sampler_2d"].receptive_field.size == (4, 4)


def test_a_grid_that_is_fixed_reads_nobody_knows_where():
    def sampled(_, x):
        return F.grid_sample(x, torch.zeros(1, 2, 2, 2, device=x.device), align_corners=False)

    (row,) = analyze(Calls(sampled), (3, 4, 4)).layers
    assert row.receptive_field is None


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: nn.MaxPool2d(2, stride=0), "stride: must be at least 1, got 0"),
        (lambda: nn.AvgPool2d(0), "kernel_size: must be at least 1, got 0"),
        (lambda: nn.Conv2d(3, 0, 3), "out_channels: must be at least 1, got 0"),
    ],
)
@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")
def test_a_window_of_nothing_is_called_that(make, words):
    with pytest.raises(ArchstatError, match=f"'layer'.*{words}"):
        analyze(Calls(lambda s, x: s.layer(x), layer=make()), (3, 8, 8))


def test_a_mistake_is_told_before_a_lack_of_memory():
    class Huge(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(9, 8)
            self.huge = nn.Linear(10**6, 10**6, device="meta")

        def forward(self, x):
            x = self.layer(x + x.sum().item())
            return x * x.sum().item()

    with pytest.raises(ArchstatError, match="states in_features = 9, but is given 4"):
        analyze(Huge(), ROW)


def test_a_sparse_buffer_is_no_hindrance():
    class Graph(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(4, 4)
            self.register_buffer("pairs", torch.eye(2).to_sparse())

        def forward(self, x):
            return torch.sparse.mm(self.pairs, self.layer(x))

    report = analyze(Graph(), ROW, batch_size=2, train=True)
    assert report.totals.macs == 32 + 16  # 2 · 2 pairs, also those that are 0, of 4 columns
    assert report.totals.uncounted == ()
