"""The printed PyTorch class: formatted as black does it, and the network that it says it is."""

from __future__ import annotations

import re

import black
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archstat.documents.source.pytorch import class_name, pytorch_source
from archstat.errors import ShapeError
from archstat.graph import INPUT, GraphBuilder
from archstat.layers import layer_kinds
from archstat.layers.naming import attribute_name
from archstat.models.spec.catalogue import catalogue
from archstat.models.spec.resolve import resolve
from tests.renderers.networks import branching, network


def assert_formatted(code):
    assert black.format_str(code, mode=black.Mode()) == code


def built(code):
    """Return the module that the code defines, on the meta device."""
    torch = pytest.importorskip("torch")
    space = {"__name__": "printed"}
    exec(code, space)  # noqa: S102  code that we have printed
    (module,) = [thing for thing in space.values()
                 if isinstance(thing, type) and issubclass(thing, torch.nn.Module)]  # fmt: skip
    with torch.device("meta"):
        return module().eval()


def assert_is_the_network(graph, code):
    """Check parameters by name and shape, the output's shape and the operations."""
    torch = pytest.importorskip("torch")
    from torch.utils.flop_counter import FlopCounterMode

    module = built(code)
    expected = {
        f"{attribute_name(node.name)}.{name}": shape
        for node in graph.nodes
        for name, shape in node.param_shapes.items()
    }
    found = {name: tuple(tensor.shape) for name, tensor in module.named_parameters()}
    assert found == expected
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        output = module(torch.empty((1, *graph.input_shape), device="meta"))
    assert tuple(output.shape[1:]) == graph.nodes[-1].out_shape
    assert counter.get_total_flops() == 2 * sum(node.macs for node in graph.nodes)


@pytest.mark.parametrize("name", catalogue())
def test_a_network_of_the_catalogue(name):
    graph = resolve(name)
    code = pytorch_source(graph)
    assert_formatted(code)
    assert_is_the_network(graph, code)


def test_alexnet_has_the_parameters_of_the_paper():
    module = built(pytorch_source(resolve("paper-alexnet")))
    assert sum(parameter.numel() for parameter in module.parameters()) == 60_965_224
    assert {name.split(".")[0] for name, _ in module.named_parameters()} == {
        "conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8",
    }  # fmt: skip


def test_branches():
    code = pytorch_source(branching())
    assert_formatted(code)
    assert_is_the_network(branching(), code)
    assert "        join = lrn + norm1\n" in code


def test_joins_of_all_kinds():
    conv = {"out_channels": 4, "kernel_size": 1}
    graph = network(
        ("a", "conv2d", conv),
        ("b", "conv2d", conv, [INPUT]),
        ("plus", "add", {}, ["a", "b", "a"]),
        ("times", "multiply", {}, ["plus", "b"]),
        ("cat", "concat", {}, ["times", "a", INPUT]),
        ("last", "conv2d", conv),
    )
    code = pytorch_source(graph)
    assert_formatted(code)
    assert_is_the_network(graph, code)
    assert "plus = a + b + a\n" in code
    assert "times = plus * b\n" in code
    assert "cat = torch.cat([times, a, x], dim=1)\n" in code


@pytest.mark.parametrize(
    "names",
    [
        ["train", "type", "forward", "eval"],
        ["train", "train_", "train__"],
        ["self", "torch", "nn", "x"],
        ["x", "x_", "self_"],
        ["run", "call", "graph", "model"],
        ["match", "case", "print", "len"],
        ["합성곱", "é", "Ω1"],
    ],
)
def test_layers_may_be_called_like_anything(names):
    graph = network(
        *((name, "conv2d", {"out_channels": 3, "kernel_size": 1}) for name in names),
        ("join", "add", {}, [names[0], names[-1]]),
    )
    code = pytorch_source(graph)
    assert_formatted(code)
    assert_is_the_network(graph, code)


def test_layers_called_alike_stay_apart():
    """A module that mixed up `x` and `x_` would have the right shapes all the same."""
    code = pytorch_source(
        network(
            ("x", "relu", {}),
            ("x_", "tanh", {}),
            ("join", "add", {}, ["x", "x_"]),
            input_shape=(1, 1, 1),
        )
    )
    assert re.findall(r"^        (\w+) = (.*)", code, re.MULTILINE)[-3:] == [
        ("x_", "self.x(x)"),
        ("x__", "self.x_(x_)"),
        ("join", "x_ + x__"),
    ]


@pytest.mark.parametrize(
    "title",
    [
        'three quotes """ end it',
        'a quote at the end"',
        "a backslash \\",
        "\\N{DASH} \\x00 \\u12",
        "two\nlines\r\nor\tthree",
        "control \x1b[31m characters \x00",
        "braces {x} %s",
        " ",
        "'",
        "é 합 ×",
        "long " * 40,
    ],
)
def test_a_title_cannot_end_the_docstring(title):
    for source in ("", title):
        graph = network(("r", "relu", {}), title=title, source=source)
        code = pytorch_source(graph)
        assert_formatted(code)
        assert_is_the_network(graph, code)
        assert "\x1b" not in code
        assert compile(code, "printed", "exec").co_consts[0].startswith("net")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("paper-alexnet", "PaperAlexnet"),
        ("my_net.v2", "MyNetV2"),
        ("3d", "Net3d"),
        ("None", "NetNone"),
        ("class", "Class"),
        ("!?", "Net"),
        ("x² ½ ①", "X"),
        ("합성곱", "합성곱"),
        ("ResNet", "ResNet"),
    ],
)
def test_the_class_is_called_like_the_network(name, expected):
    assert class_name(name) == expected
    graph = network(("r", "relu", {}), name=name)
    code = pytorch_source(graph)
    assert_formatted(code)
    assert f"class {expected}(nn.Module):\n" in code
    assert_is_the_network(graph, code)


def test_a_long_call_is_broken_as_black_breaks_it():
    long = "a_rather_long_name_for_a_layer"
    conv = {"out_channels": 3, "kernel_size": (3, 1), "padding": (1, 0)}
    code = pytorch_source(
        network(
            (f"{long}_1", "conv2d", {**conv, "dilation": (1, 2), "groups": 3, "bias": False}),
            (f"{long}_2", "conv2d", {"out_channels": 3, "kernel_size": 1}, [INPUT]),
            (f"{long}_3", "zero_pad2d", {"padding": (0, 1)}, [f"{long}_1"]),
            ("joined", "concat", {}, [INPUT, f"{long}_2", *[INPUT] * 7]),
            ("summed", "add", {}, [f"{long}_2", f"{long}_2", f"{long}_2"]),
        )
    )
    assert_formatted(code)
    assert (
        "        self.a_rather_long_name_for_a_layer_1 = nn.Conv2d(\n"
        "            3,\n"
        "            3,\n"
        "            kernel_size=(3, 1),\n"
        "            padding=(1, 0),\n"
    ) in code
    assert (
        "        joined = torch.cat(\n            [x, a_rather_long_name_for_a_layer_2, x, " in code
    )
    assert (
        "        summed = (\n"
        "            a_rather_long_name_for_a_layer_2\n"
        "            + a_rather_long_name_for_a_layer_2\n"
        "            + a_rather_long_name_for_a_layer_2\n"
        "        )\n"
    ) in code


def test_a_very_long_name_is_broken_as_black_breaks_it():
    name = "a_name_of_more_than_forty_letters_for_a_layer"
    graph = network(
        (name, "conv2d", {"out_channels": 3, "kernel_size": 1}),
        ("end", "add", {}, [name, INPUT]),
    )
    code = pytorch_source(graph)
    assert_formatted(code)
    assert f"        {name} = (\n            self.{name}(x)\n        )\n" in code


@st.composite
def networks(draw):
    """Return a network with branches, under names of all lengths up to 20 letters."""
    builder = GraphBuilder((4, 9, 9))
    seen = [INPUT]
    one = st.sampled_from(
        [
            ("relu", {}),
            ("batch_norm2d", {}),
            ("conv2d", {"out_channels": 4, "kernel_size": 3, "padding": 1, "groups": 2}),
            ("conv2d", {"out_channels": 4, "kernel_size": (3, 1), "padding": (1, 0),
                        "dilation": (1, 2), "bias": False}),
            ("local_response_norm", {"size": 5, "alpha": 0.1, "beta": 0.5, "k": 2.0}),
            ("zero_pad2d", {"padding": (1, 0)}),
            ("select", {"picks": [0, 3, 1, 2]}),
            ("select", {"picks": [0, 1, 2, 3] * 8}),
        ]
    )  # fmt: skip
    several = st.sampled_from([("add", {}), ("multiply", {}), ("concat", {})])
    letters = st.sampled_from(["a", "b", "_", "é", "합"])
    for number in range(draw(st.integers(1, 7))):
        word = draw(st.text(letters, min_size=1, max_size=18)).lstrip("_")
        joins = len(seen) > 2 and draw(st.booleans())
        kind, layer_settings = draw(several if joins else one)
        inputs = draw(st.lists(st.sampled_from(seen), min_size=2 if joins else 1,
                               max_size=5 if joins else 1))  # fmt: skip
        layer = layer_kinds()[kind].from_settings(layer_settings)
        try:
            builder.add(f"{word or 'n'}{number}", layer, inputs)
        except ShapeError:
            continue
        seen.append(f"{word or 'n'}{number}")
    return builder.build("net", title=draw(st.text(max_size=120)))


@settings(max_examples=60)
@given(networks())
def test_any_network_is_formatted_and_is_itself(graph):
    if not graph.nodes:
        return
    code = pytorch_source(graph)
    assert_formatted(code)
    assert_is_the_network(graph, code)
