"""Models inside of others, and models whose parameters have no shape yet."""

from __future__ import annotations

import pytest

import archstat

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402  behind the check for torch


def lazy():
    return nn.Sequential(
        nn.LazyConv2d(8, 3), nn.LazyBatchNorm2d(), nn.ReLU(), nn.Flatten(), nn.LazyLinear(10)
    )


@pytest.mark.parametrize("device", [None, "cpu"])
def test_lazy_layers_are_counted_as_what_they_become(device):
    report = archstat.analyze(lazy(), (3, 6, 6), device=device)
    assert [(row.kind, row.params, row.macs) for row in report.layers] == [
        ("conv2d", 224, 3_456),  # 8·3·9 weights on 4·4 places, 8 biases
        ("batch_norm2d", 16, 0),
        ("relu", 0, 0),
        ("flatten", 0, 0),
        ("linear", 1_290, 1_280),  # 8·4·4·10 weights, 10 biases
    ]


def test_lazy_layers_stay_lazy():
    model = lazy()
    archstat.analyze(model, (3, 6, 6))
    assert [type(layer).__name__ for layer in model if list(layer.parameters())] == [
        "LazyConv2d",
        "LazyBatchNorm2d",
        "LazyLinear",
    ]
    model(torch.zeros(2, 3, 9, 9))
    assert model[4].in_features == 8 * 7 * 7


def test_parameters_beside_lazy_ones_are_not_copied():
    class Held(nn.Linear):
        def __deepcopy__(self, memo):
            assert id(self.weight) in memo
            return nn.Linear(4, 4, device="meta")

    assert archstat.analyze(nn.Sequential(Held(4, 4), nn.LazyLinear(2)), (4,)).totals.params == 30


def test_a_broken_model_with_lazy_layers_is_told_what_is_wrong():
    with pytest.raises(archstat.ArchstatError) as caught:
        archstat.analyze(nn.Sequential(nn.LazyLinear(5), nn.Linear(6, 2)), (4,))
    assert str(caught.value) == (
        "Sequential: module '1' (Linear): states in_features = 6, but is given 5\n"
        "  hint: '0' has out_features = 5; write nn.Linear(5, 2)"
    )


def test_lazy_layers_that_cannot_be_copied_are_told():
    model = nn.Sequential(nn.LazyLinear(2))
    model.rows = (row for row in [])
    with pytest.raises(archstat.ArchstatError) as caught:
        archstat.analyze(model, (4,))
    assert str(caught.value) == (
        "Sequential has lazy layers and cannot be copied: cannot pickle 'generator' object\n"
        "  hint: run it once on an example before"
    )


def test_data_parallel_is_the_model_inside():
    report = archstat.analyze(nn.DataParallel(nn.Sequential(nn.Linear(4, 2))), (4,))
    assert [(row.name, row.params) for row in report.layers] == [("0", 10)]


@pytest.mark.filterwarnings("ignore:`torch.jit")  # by torch 2.11 itself
def test_a_compiled_model_is_the_model_inside():
    report = archstat.analyze(torch.compile(nn.Sequential(nn.Linear(4, 2))), (4,))
    assert [(row.name, row.params) for row in report.layers] == [("0", 10)]


class Gated(nn.Module):
    """A convolution with a gate of parameters, and a branch that only a script keeps."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU())
        self.gate = nn.Parameter(torch.zeros(4, 2))

    def forward(self, x):
        x = self.inner(x)
        if x.shape[-1] > 2:
            x = x.mean((2, 3))
        return x @ self.gate


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "made",
    [
        pytest.param(torch.jit.script, id="scripted"),
        pytest.param(lambda model: torch.jit.trace(model, torch.zeros(1, 3, 8, 8)), id="traced"),
    ],
)
@pytest.mark.parametrize("is_part", [False, True])
def test_what_torch_jit_has_made_is_opened(made, is_part):
    script = made(Gated().eval())
    model = nn.Sequential(nn.Identity(), script, nn.Linear(2, 5)) if is_part else script
    example = torch.rand(2, 3, 8, 8)
    before = model(example)

    report = archstat.analyze(model, (3, 8, 8), train=True)

    # 4 · 27 products at 6 · 6 places, 4 · 2 with the gate, and 2 · 5 of the layer behind it
    assert report.totals.macs == 3_888 + 8 + 10 * is_part
    assert report.totals.params == 4 * 27 + 4 + 8 + 8 + 15 * is_part
    step = report.totals.step
    assert (step.input_gradient_macs, step.weight_gradient_macs) == (
        8 + 10 * is_part,
        3_888 + 8 + 10 * is_part,
    )
    assert [row.receptive_field.size for row in report.layers if "conv" in row.kind] == [(3, 3)]
    assert torch.equal(model(example), before)
    assert not is_part or model[1] is script


@pytest.mark.filterwarnings("ignore")
def test_a_scripted_function_counts_the_same_every_time():
    @torch.jit.script
    def product(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return torch.relu(x @ weight)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(4, 5))

        def forward(self, x):
            return product(x, self.weight)

    model = Net()
    steps = [archstat.analyze(model, (4,), train=True).totals.step for _ in range(3)]
    assert [step.weight_gradient_macs for step in steps] == [20, 20, 20]
