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


def test_a_compiled_model_is_the_model_inside():
    report = archstat.analyze(torch.compile(nn.Sequential(nn.Linear(4, 2))), (4,))
    assert [(row.name, row.params) for row in report.layers] == [("0", 10)]


@pytest.mark.filterwarnings("ignore:.torch.jit")
@pytest.mark.parametrize(
    ("wrap", "place"),
    [(lambda model: model, ""), (nn.Sequential, ": module '0'")],
)
def test_a_script_module_is_refused(wrap, place):
    model = wrap(torch.jit.script(nn.Linear(4, 2)))
    with pytest.raises(archstat.ArchstatError) as caught:
        archstat.analyze(model, (4,))
    assert str(caught.value) == (
        f"{type(model).__name__}{place} is a ScriptModule, which hides its layers\n"
        "  hint: give the nn.Module that it was made from"
    )
