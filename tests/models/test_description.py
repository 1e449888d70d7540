"""Networks described, and counted again by who does not trust the description."""

from __future__ import annotations

import json

import pytest

from archstat.errors import TraceError
from archstat.models.description import StoppedPass, described, graph_of, stop_of
from archstat.models.spec.resolve import resolve
from archstat.report.report import report_on

CONV = {
    "name": "conv1",
    "kind": "conv2d",
    "inputs": ["input"],
    "in_shape": [3, 227, 227],
    "out_shape": [96, 55, 55],
    "examples": 1,
    "params": {"weight": [96, 3, 11, 11], "bias": [96]},
    "settings": {"out_channels": 96, "kernel_size": [11, 11], "stride": [4, 4]},
}
SEEN = {
    "name": "view",
    "kind": "view",
    "inputs": ["conv1"],
    "in_shape": [96, 55, 55],
    "out_shape": [96, 3025],
    "seen": {"is_view": False, "is_counted": True, "reads": []},
}
WITH_BRANCHES = "googlenet"


def counted(*layers, shape=(3, 227, 227)):
    text = json.dumps({"schema": 1, "layers": layers})
    return graph_of(text, name="net", input_shape=shape)


@pytest.mark.parametrize("name", ["paper-alexnet", WITH_BRANCHES, "unet", "mobilenet-v1"])
def test_a_description_is_counted_as_the_network_itself(name):
    graph = resolve(name)
    again = graph_of(described(graph), name=graph.name, input_shape=graph.input_shape)
    facts = ("name", "out_shape", "weights", "biases", "macs", "neurons", "receptive_field")
    rows, rows_again = report_on(graph).layers, report_on(again).layers
    assert len(rows) == len(rows_again)
    for row, other in zip(rows, rows_again, strict=True):
        assert [getattr(row, fact) for fact in facts] == [getattr(other, fact) for fact in facts]


def test_numbers_follow_from_the_kind_whatever_is_said():
    told = {**CONV, "out_shape": [1, 1, 1], "macs": 1, "weights": 7, "neurons": 7}
    (node,) = counted(told).nodes
    assert node.out_shape == (96, 55, 55)  # (227 - 11) / 4 + 1
    assert node.macs == 105_415_200  # 96·3·11·11 · 55·55
    assert node.weights == 34_848


def test_products_that_no_kind_stands_for_are_not_counted():
    seen = {"is_view": False, "is_counted": False, "reads": ["mixing", "EVERYTHING"]}
    told = {**CONV, "kind": "my_conv", "seen": seen}
    (row,) = report_on(counted(told)).layers
    assert (row.macs, row.uncounted, row.neurons) == (None, ("my_conv",), 0)


def test_a_reshaping_is_believed_if_it_can_be_one():
    reads = {**SEEN["seen"], "reads": ["reshaped", [1, 96, 55, 55], [1, 96, 3025]]}
    graph = counted(CONV, {**SEEN, "seen": reads})
    assert report_on(graph).layers[1].receptive_field.size == (11, 11)


@pytest.mark.parametrize(
    "reads",
    [
        [],
        ["mixing", "NONE"],
        ["reshaped", [1, 96, 55, 55], [1, 96, 3026]],
        ["reshaped", [1, 2], [2, 1]],
        ["permuted", [0, 2, 1]],
        ["permuted", [0, 0, 0]],
        ["along", ["NONE", "NONE"]],
        ["along", [["NONE"], 7]],
        ["mixing", {"EVERYTHING": 1}],
    ],
)
def test_another_one_makes_what_is_read_unknown(reads):
    graph = counted(CONV, {**SEEN, "seen": {**SEEN["seen"], "reads": reads}})
    assert report_on(graph).layers[1].receptive_field is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({"kind": "conv7d"}, "there is no kind 'conv7d'", id="kind"),
        pytest.param({"inputs": ["conv2"]}, "reads 'conv2', which is not before it", id="later"),
        pytest.param({"inputs": "input"}, "says not what it reads", id="no list"),
        pytest.param({"in_shape": [3, 300, 300]}, "works on 3×300×300, and is given", id="shape"),
        pytest.param({"in_shape": [3.5]}, "must be a whole number", id="fraction"),
        pytest.param({"examples": 5}, "works on 3×227×227, and is given", id="examples"),
        pytest.param(
            {"params": {"weight": [96, 3, 12, 11]}}, "holds other parameters", id="parameters"
        ),
        pytest.param({"settings": {"out_channels": 96}}, "'kernel_size' is missing", id="missing"),
        pytest.param({"settings": {**CONV["settings"], "groups": 5}}, "split into 5", id="groups"),
        pytest.param({"name": "input"}, "its name is taken", id="name"),
        pytest.param({"name": "a\x1b[31m"}, "has no name", id="unprintable"),
        pytest.param({"name": "x" * 5_000}, "has no name", id="long"),
    ],
)
def test_what_cannot_be_is_refused(changes, why):
    with pytest.raises(TraceError, match=why):
        counted({**CONV, **changes})


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", "[" * 100_000, '{"schema": 1, "layers": [7]}', "1" * 5_000]
)
def test_what_is_no_description_is_refused(text):
    with pytest.raises(TraceError, match="describes no network"):
        graph_of(text, name="net", input_shape=(3, 8, 8))


def test_shared_parameters_count_once():
    again = {**CONV, "name": "conv1 (2)", "params": {}}
    assert [node.weights for node in counted(CONV, again).nodes] == [34_848, 0]


@pytest.mark.parametrize(
    ("stop", "said"),
    [
        ([], "describes no network"),
        ({"what": "no", "layer": []}, "describes no layer"),
        ({"what": "no", "layer": {"kind": "linear"}}, "describes no layer"),
        ({"what": "no", "layer": {"kind": "magic", "settings": {}}}, "there is no kind 'magic'"),
        ({"what": "no", "layer": {"kind": "linear", "name": "fc", "settings": {}, "in_shape": 1}},
         "'out_features' is missing"),
    ],
)  # fmt: skip
def test_where_a_forward_pass_stopped_is_read_without_trust(stop, said):
    with pytest.raises(TraceError) as caught:
        stop_of(json.dumps({"schema": 1, "layers": [], "stop": stop}))
    assert said in str(caught.value)


def test_where_a_forward_pass_stopped_is_read_as_it_was_written():
    graph = resolve("lenet5")
    stop = StoppedPass("states in_features = 256, but is given 400", "look", graph.nodes[7])
    assert stop_of(described(graph)) is None
    read = stop_of(described(graph, stop))
    assert (read.what, read.hint, read.node.name) == (stop.what, "look", graph.nodes[7].name)
    assert (read.node.layer, read.node.in_shape) == (graph.nodes[7].layer, graph.nodes[7].in_shape)
