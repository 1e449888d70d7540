"""Other tools: their own numbers, held against their conventions; and that they leave no trace."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: E402, N812  torch first
from torch import nn  # noqa: E402

from archstat.errors import UsageError  # noqa: E402
from archstat.models.inputs import InputSpec  # noqa: E402
from archstat.models.question import Question  # noqa: E402
from archstat.models.torch.source import Source  # noqa: E402
from archstat.witnesses.explaining import source_count, tool_count  # noqa: E402
from archstat.witnesses.tools import TOOLS  # noqa: E402
from archstat.witnesses.uses import use_graph  # noqa: E402


class Mixed(nn.Module):
    """Modules and functions, attention in torch's way and in the way of papers."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.pool = nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.MaxPool2d(2)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.linear, self.relu = nn.Linear(8, 4), nn.ReLU()

    def forward(self, x):
        x = F.relu(self.pool(self.relu(self.norm(self.conv(x)))))
        x = x.flatten(2).transpose(1, 2).contiguous()
        x = self.attention(x, x, x, need_weights=False)[0]
        x = torch.add(F.linear(x, self.attention.in_proj_weight[:8], None), 1)
        x = (x @ x.transpose(1, 2)).softmax(-1) @ x
        return self.linear(F.softmax(torch.matmul(x, x.transpose(1, 2)), -1).matmul(x))


def installed():
    """Return the tools, each to be skipped where it is not installed."""
    for tool in TOOLS.values():
        missing = [name for name in (tool.package, *tool.needs) if find_spec(name) is None]
        skip = pytest.mark.skip(reason=f"needs {' and '.join(missing)}")
        yield pytest.param(tool, id=tool.name, marks=[skip] if missing else [])


@pytest.mark.parametrize("tool", list(installed()))
@pytest.mark.parametrize("model", ["lenet5", "cifar-bn-alexnet", "nin"])
def test_a_tool_s_number_in_the_catalogue_is_explained_to_the_unit(tool, model):
    assert tool_count(tool, model, Question()).remainder == 0


@pytest.mark.parametrize("tool", list(installed()))
def test_a_tool_s_number_in_a_model_is_explained_to_the_unit(tool):
    counted = source_count(tool, Source("mixed", Mixed()), [InputSpec((3, 12, 12))])
    assert (counted.remainder, counted.layers) == (0, ())


@pytest.mark.parametrize("tool", list(installed()))
def test_nothing_is_left_behind(tool):
    model = Mixed().train()
    before = [{**vars(module)} for module in model.modules()]
    keys, functions = list(model.state_dict()), [dict(vars(place)) for place in (torch, F)]
    values = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    source_count(tool, Source("mixed", model), [InputSpec((3, 12, 12))])
    assert [{**vars(module)} for module in model.modules()] == before
    assert list(model.state_dict()) == keys
    assert all(torch.equal(values[name], model.state_dict()[name]) for name in keys)
    now = [dict(vars(place)) for place in (torch, F)]
    assert [
        name
        for then, place in zip(functions, now, strict=True)
        for name in then
        if place[name] is not then[name]
    ] == []


def test_what_a_model_uses():
    graph = use_graph(Source("mixed", Mixed()), [InputSpec((3, 12, 12))])
    used = [(node.layer.kind, node.is_call, node.macs) for node in graph.nodes]
    # the map is 8×10×10, then 8×5×5: 25 tokens of 8 features
    tokens = 25 * 25 * 8
    assert used == [
        ("conv2d", False, 21_600),  # 100 places · 8 · 27 weights
        ("batch_norm2d", False, 0),
        ("relu", False, 0),
        ("max_pool2d", False, 0),
        ("relu", True, 0),
        ("linear", True, 6_400),  # query, key, value and output: 4 · 25 · 8·8
        ("scaled_dot_product_attention", True, 2 * tokens),
        ("fused softmax", True, 0),
        ("linear", True, 1_600),
        ("torch.add", True, 0),
        ("matmul", True, tokens),
        ("matmul", True, tokens),
        ("matmul", True, tokens),
        ("softmax", True, 0),
        ("matmul", True, tokens),
        ("linear", False, 800),  # 25 · 32
    ]
    operators = [node.layer.is_operator for node in graph.nodes if node.layer.kind == "matmul"]
    assert operators == [True, True, False, False]


def test_inputs_by_name_are_refused():
    with pytest.raises(UsageError, match="torch takes no inputs by name"):
        source_count(TOOLS["torch"], Source("net", nn.Linear(8, 2)), [InputSpec((8,), name="x")])
