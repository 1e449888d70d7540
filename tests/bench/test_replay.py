"""Layers apart from the whole, for real on the CPU; nothing is said of how long they take."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from archstat.bench.asking import known  # noqa: E402
from archstat.bench.case import Case  # noqa: E402
from archstat.bench.layer_summary import breakdown  # noqa: E402
from archstat.bench.measuring import worker  # noqa: E402  it needs torch
from archstat.bench.measuring.replay import replays  # noqa: E402
from archstat.bench.measuring.subject import Models  # noqa: E402
from archstat.bench.plan import LayersTaken, Plan  # noqa: E402
from archstat.bench.protocol import MS, Rules  # noqa: E402
from archstat.bench.record import Record, Result  # noqa: E402
from archstat.models.argument import find_model  # noqa: E402
from archstat.models.inputs import parse_model_input  # noqa: E402
from archstat.models.question import Question  # noqa: E402
from archstat.report.report import report_on  # noqa: E402

RULES = Rules(
    budget_ns=MS, sample_ns=1, warm_ns=1, warm_calls=3, slow_calls=1, layers_ns=MS, round_ns=MS
)

NET = """
import torch
from torch import nn
from torch.nn import functional as F

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 8, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.drop = nn.Dropout()
        self.fc = nn.Linear(8, 10)

    def forward(self, x):
        x = self.relu(self.conv1(x))
        y = self.relu(self.conv2(x))
        y = F.relu(x + y)
        y = y.mean((2, 3)).view(-1, 2, 4).flatten(1)
        return self.fc(self.drop(y))

class Named(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x):
        return self.attention(query=x, key=x, value=x, need_weights=False)[0]

class Mutable(nn.Module):
    def forward(self, x):
        return x.add_(1).mul_(2)
"""


SPEC = """
name = "net"
input = [3, 8, 8]
layers = [
  { name = "conv", kind = "conv2d", out_channels = 3, kernel_size = 3, padding = 1 },
  { name = "relu", kind = "relu" },
  { name = "sum", kind = "add", inputs = ["relu", "input"] },
  { name = "both", kind = "concat", inputs = ["sum", "conv"] },
]
"""


@pytest.fixture
def net(tmp_path):
    file = tmp_path / "net.py"
    file.write_text(NET)
    return f"{file}:Block"


def question(shape):
    return Question(inputs=[parse_model_input(shape)] if shape else [])


def rows(model, asked):
    graph, _, batch = find_model(model).graph(asked)
    return [row.name for row in report_on(graph, batch_size=batch).layers]


def found(model, shape=""):
    asked = question(shape)
    return replays(Case(model, "cpu", 2, threads=1), Models(asked, seed=0), asked)


def test_the_layers_of_a_spec_are_the_rows_of_its_table():
    assert list(found("lenet5")) == rows("lenet5", Question())


def test_the_layers_of_a_spec_with_joins_are_the_rows_of_its_table(tmp_path):
    # an addition is no module
    spec = tmp_path / "net.toml"
    spec.write_text(SPEC)
    assert list(found(str(spec))) == ["conv", "relu", "sum", "both"] == rows(str(spec), Question())


def test_the_layers_of_a_model_are_the_rows_of_its_table(net):
    names = list(found(net, "3x8x8"))
    assert names == rows(net, question("3x8x8"))
    assert names == [
        "conv1",
        "relu",
        "conv2",
        "relu (2)",  # a module that is called twice
        "add",  # an operator
        "relu (3)",  # a function, not the module
        "mean",  # and a view, which is no row
        "flatten",
        "drop",
        "fc",
    ]


def test_a_layer_is_run_again_on_what_it_was_given(net):
    asked = question("3x8x8")
    models = Models(asked, seed=0)
    case = Case(net, "cpu", 2, threads=1)
    layers = replays(case, models, asked)
    module, (args, kwargs) = models.module(case)
    with torch.no_grad():
        before = module.conv1(args[0])
        assert torch.equal(layers["relu"].given[0], before)  # although relu changes it in place
        assert torch.equal(layers["conv2"].step(), module.conv2(before.relu()))
        assert torch.equal(layers["add"].step(), before.relu() + layers["relu (2)"].step())
        assert torch.equal(layers["fc"].step(), module(*args, **kwargs))


def test_a_layer_that_is_called_by_names_is_called_so_again(net):
    layers = found(net.replace("Block", "Named"), "4x8")
    out, weights = layers["attention"].step()
    assert (out.shape, weights) == ((2, 4, 8), None)


def test_an_operator_in_place_finds_what_it_was_given_first(net):
    asked = question("4")
    models = Models(asked, seed=0)
    case = Case(net.replace("Block", "Mutable"), "cpu", 2, threads=1)
    x = models.module(case)[1][0][0]
    layers = replays(case, models, asked)
    values = [layer.given[0] for layer in layers.values()]
    assert len(values) == 2
    assert torch.equal(values[0] + 1, values[1])
    assert x.shape == values[0].shape


def test_the_model_is_left_as_it_was(net):
    asked = question("3x8x8")
    models = Models(asked, seed=0)
    case = Case(net, "cpu", 2, threads=1)
    module, _ = models.module(case)
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    replays(case, models, asked)
    for each in module.modules():
        assert not each._forward_hooks
        assert not each._forward_pre_hooks
    assert not torch.nn.modules.module._global_forward_hooks
    assert not torch.nn.modules.module._global_forward_pre_hooks
    assert all(torch.equal(before[name], tensor) for name, tensor in module.state_dict().items())


def measured(model, shape="", **settings):
    asked = question(shape)
    case = Case(model, "cpu", 2, **{"threads": 1, **settings})
    work = known(model, asked, [2]).works[2]
    told = []
    worker.run(Plan({0: case}, {0: work}, asked, RULES, layers=True), told.append)
    times = tuple(event.times for event in told if isinstance(event, LayersTaken))
    ceilings = tuple(event for event in told if type(event).__name__ == "Ceiling")
    result = Result(case, work, layers=times)
    record = Record("", is_quick=True, environment={}, titles={}, ceilings=ceilings)
    return record, result


@pytest.mark.slow
@pytest.mark.parametrize(("model", "shape"), [("lenet5", ""), ("Block", "3x8x8")])
def test_layers_and_remainder_are_the_whole(net, model, shape):
    model = net if model == "Block" else model
    record, result = measured(model, shape)
    parts = breakdown(record, result)
    assert parts.sum_ns + parts.remainder_ns == parts.whole_ns > 0
    assert [layer.name for layer in parts.layers] == rows(model, question(shape))
    assert all(layer.ns > 0 for layer in parts.layers)
    floors = {layer.name: layer.floor_s for layer in parts.layers}
    assert all(floors[layer.name] > 0 for layer in result.work.layers)


@pytest.mark.slow
def test_training_has_no_layers():
    _, result = measured("lenet5", optimizer="sgd")
    assert [times.failure for times in result.layers] == ["layers are those of a forward pass"]


@pytest.mark.slow
def test_a_run_measures_the_layers_in_each_process():
    from archstat.bench.run import Asked, Run, started

    case = Case("lenet5", "cpu", 1, threads=1)
    works = {case: known("lenet5", Question(), [1]).works[1]}
    empty = Record("", is_quick=False, environment={}, titles={})
    asked = Asked(works, Question(), RULES, processes=2, layers=True)
    quiet = {"changed": lambda _: None, "ended": lambda _: None}
    record = Run(empty, asked, start=started, **quiet).measure()
    assert [times.process for times in record.results[0].layers] == [0, 1]


@pytest.mark.cuda
@pytest.mark.parametrize("mode", ["eager", "graph"])
def test_layers_on_a_cuda_device_and_remainder_are_the_whole(mode):
    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device")
    from archstat.bench.run import Asked, Run, started

    case = Case("paper-alexnet", "cuda:0", 32, mode=mode)
    works = {case: known("paper-alexnet", Question(), [32]).works[32]}
    empty = Record("", is_quick=True, environment={}, titles={})
    asked = Asked(works, Question(), Rules(), processes=1, layers=True)
    quiet = {"changed": lambda _: None, "ended": lambda _: None}
    record = Run(empty, asked, start=started, **quiet).measure()
    parts = breakdown(record, record.results[0])
    assert [layer.name for layer in parts.layers] == rows("paper-alexnet", Question())
    assert parts.sum_ns + parts.remainder_ns == parts.whole_ns > 0
