"""Model Explorer: a network as its graph, and a column of it as its node data."""

from __future__ import annotations

import json

import pytest

from tests.cli.running import assert_refused, invoke

pytest.importorskip("torch")

NETS = """\
import torch
from torch import nn

class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
        self.head = nn.Linear(2, 10)

    def forward(self, x):
        return self.head(self.body(x).mean((2, 3)))

class Inverse(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x):
        return torch.linalg.inv(self.fc(x))
"""


@pytest.fixture
def written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(NETS)

    def table(*words, model="net.py:Two", sizes="1x4x4"):
        done = invoke("table", model, "--input", sizes, *words)
        assert (done.exit_code, done.stderr) == (0, "")
        return json.loads(done.stdout)

    return table


def test_a_network_is_a_graph_in_the_groups_of_its_modules(written):
    [graph] = written("-f", "model-explorer")["graphs"]
    nodes = {node["id"]: node for node in graph["nodes"]}
    assert {name: node["namespace"] for name, node in nodes.items()} == {
        "input": "", "body.0": "body", "body.1": "body", "mean": "", "head": "",
    }  # fmt: skip
    assert nodes["mean"]["incomingEdges"] == [{"sourceNodeId": "body.1"}]
    assert nodes["body.0"]["incomingEdges"] == [{"sourceNodeId": "input"}]
    attrs = {each["key"]: each["value"] for each in nodes["body.0"]["attrs"]}
    assert attrs["MACs"] == "72"  # 2·3·3·1 weights at 2·2 places
    [output] = nodes["body.0"]["outputsMetadata"]
    assert output["attrs"] == [{"key": "shape", "value": "2×2×2"}]


def test_node_data_is_of_the_same_nodes(written):
    [(name, data)] = written("-f", "model-explorer-data").items()
    assert (name, data["name"]) == ("net.py:Two", "MACs")
    values = {layer: each["value"] for layer, each in data["results"].items()}
    assert values == {"body.0": 72, "body.1": 0, "mean": 0, "head": 20}
    [params] = written("-f", "model-explorer-data", "--columns", "params").values()
    assert params["results"]["head"] == {"value": 30}  # 2·10 + 10


@pytest.mark.parametrize("name", ["model-explorer", "model-explorer-data"])
@pytest.mark.usefixtures("written")
def test_what_is_no_graph_is_refused(name):
    assert_refused(
        invoke("table", "net.py:Two", "--input", "1x4x4", "--by", "kind", "-f", name),
        "error: a graph is of all layers, each by itself, and their order",
        "  hint: leave out what folds them or picks some",
    )


def test_a_layer_that_was_not_counted_has_no_number(written):
    [data] = written("-f", "model-explorer-data", model="net.py:Inverse", sizes="4x4").values()
    assert data["results"] == {"fc": {"value": 64}}  # 4 rows of 16; nobody counts the inverse


def test_model_explorer_s_own_classes_take_them(written):
    dacite = pytest.importorskip("dacite", reason="Model Explorer is not installed")
    graphs = pytest.importorskip("model_explorer.graph_builder", reason="likewise")
    data = pytest.importorskip("model_explorer.node_data_builder", reason="likewise")
    strict = dacite.Config(strict=True)
    whole = written("-f", "model-explorer")
    found = dacite.from_dict(graphs.GraphCollection, whole, strict)
    assert [node.id for node in found.graphs[0].nodes] == [
        "input",
        "body.0",
        "body.1",
        "mean",
        "head",
    ]
    [each] = written("-f", "model-explorer-data").values()
    read = dacite.from_dict(data.GraphNodeData, each, strict)
    assert read.results["head"].value == 20
