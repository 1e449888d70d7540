"""Receptive fields measured: autograd agrees where we are right, and says where we are wrong."""

from __future__ import annotations

import pytest

from archstat.graph import INPUT, GraphBuilder
from archstat.layers.activation import ReLU
from archstat.layers.conv import Conv2d
from archstat.layers.pool import MaxPool2d
from archstat.layers.reach import Mixing
from archstat.layers.window import Sliding
from archstat.report.finding import Agreement
from tests.renderers.networks import branching, network

pytest.importorskip("torch")

from archstat.witnesses.autograd import autograd_findings


def conv(name, kernel_size, *inputs, **settings):
    """Return a convolution of three channels."""
    wanted = {"out_channels": 3, "kernel_size": kernel_size, **settings}
    return (name, "conv2d", wanted, *inputs)


def assert_agrees(graph):
    (finding,) = autograd_findings(graph)
    assert finding.verdict is Agreement.AGREES, finding.words
    layers = len(graph.nodes)
    named = "1 layer" if layers == 1 else f"{layers} layers"
    assert finding.words == f"agrees on {named}: size, stride and padding"


@pytest.mark.parametrize(
    "layers",
    [
        [conv("a", 3)],
        [conv("a", (5, 2), stride=(2, 1), padding=(2, 0)), conv("b", (1, 4))],
        [conv("a", 3, dilation=2), conv("b", 3, dilation=(1, 3), padding=3)],
        [conv("a", 4, padding="same"), conv("b", 2, padding="same", dilation=3)],
        [conv("a", 3), ("p", "max_pool2d", {"kernel_size": 3, "stride": 2, "ceil_mode": True})],
        [("p", "max_pool2d", {"kernel_size": 2, "stride": 3, "dilation": 2, "padding": 1})],
        [("p", "avg_pool2d", {"kernel_size": (2, 3), "stride": 2, "ceil_mode": True}),
         conv("a", 3)],
        [("t", "conv_transpose2d", {"out_channels": 3, "kernel_size": 4, "stride": 2,
                                    "padding": 1}), conv("a", 3)],
        [conv("a", 3, stride=2), ("t", "conv_transpose2d", {"out_channels": 3, "kernel_size": 3,
                                    "stride": 2, "output_padding": 1})],
        # units between those that the kernel reaches see nothing
        [("t", "conv_transpose2d", {"out_channels": 3, "kernel_size": 1, "stride": 2})],
        [("t", "conv_transpose2d", {"out_channels": 3, "kernel_size": 1, "stride": (1, 3)})],
        [("z", "zero_pad2d", {"padding": (1, 2)}), conv("a", 3)],
        [("p", "adaptive_avg_pool2d", {"output_size": 4}), conv("a", 2)],
        [("p", "adaptive_max_pool2d", {"output_size": (6, 3)})],
        [("p", "adaptive_avg_pool2d", {"output_size": 1}), ("f", "flatten", {}),
         ("l", "linear", {"out_features": 2})],
        [conv("a", 3, stride=2), ("f", "flatten", {}), ("l", "linear", {"out_features": 4}),
         ("m", "linear", {"out_features": 4}), ("s", "softmax", {})],
        [("r", "relu", {"inplace": True}), conv("a", 3), ("s", "silu", {"inplace": True})],
        [conv("a", 3), ("r", "relu", {"inplace": True}), ("n", "batch_norm2d", {}),
         ("l", "local_response_norm", {"size": 3}), ("d", "dropout", {"inplace": True}),
         ("p", "prelu", {"num_parameters": 3}), ("t", "tanh", {}), ("g", "sigmoid", {})],
    ],
)  # fmt: skip
def test_a_chain(layers):
    assert_agrees(network(*layers))


@pytest.mark.parametrize(
    ("input_shape", "layers"),
    [
        (
            (3, 30),
            [("a", "conv1d", {"out_channels": 2, "kernel_size": 5, "stride": 2}),
             ("p", "max_pool1d", {"kernel_size": 3, "dilation": 2}),
             ("n", "batch_norm1d", {})],
        ),
        (
            (2, 9, 10, 11),
            [("a", "conv3d", {"out_channels": 2, "kernel_size": (1, 2, 3), "stride": (1, 2, 1)}),
             ("p", "avg_pool3d", {"kernel_size": 2}), ("n", "batch_norm3d", {})],
        ),
    ],
)  # fmt: skip
def test_one_and_three_axes(input_shape, layers):
    assert_agrees(network(*layers, input_shape=input_shape))


def test_branches():
    assert_agrees(branching())
    assert_agrees(
        network(
            conv("a", 3, padding=1),
            conv("b", (7, 1), [INPUT], padding=(3, 0)),
            ("sum", "add", {}, ["a", "b"]),
            ("product", "multiply", {}, ["sum", INPUT]),
            ("both", "concat", {}, ["product", "a"]),
            conv("last", 3, stride=2),
        )
    )


def test_branches_whose_strides_differ():
    assert_agrees(
        network(
            conv("a", 2, stride=2),
            ("up", "conv_transpose2d", {"out_channels": 3, "kernel_size": 2, "stride": 2}),
            ("sum", "add", {}, ["up", INPUT]),
            conv("last", 3),
        )
    )


def test_activations_that_are_flat_somewhere_hide_nothing():
    # sums of sums of 1: 8 and more, where the gradient of relu6 is 0
    double = [("a", "add", {}, [INPUT, INPUT]), ("b", "add", {}, ["a", "a"]),
              ("c", "add", {}, ["b", "b"]), ("r", "relu6", {}), conv("d", 3)]  # fmt: skip
    assert_agrees(network(*double))


def test_where_branches_of_other_strides_meet_the_layers_before_are_measured():
    graph = network(
        conv("a", 3, padding=1),
        ("pool", "adaptive_avg_pool2d", {"output_size": 1}),
        ("gate", "sigmoid", {}),
        ("product", "multiply", {}, ["a", "gate"]),
        conv("b", 3),
    )
    before, after = autograd_findings(graph)
    assert before.words == "agrees on 3 of 5 layers: size, stride and padding"
    assert after.words == (
        "not measured from product on: what its units see differs by their place"
    )


class Wrong(MaxPool2d):
    """A pool of which a wrong window is told."""

    told = Sliding(kernel_size=3, stride=2, padding=0)

    def reach(self, in_shape):  # noqa: ARG002  as it is declared
        return (self.told, Sliding(kernel_size=3, stride=2, padding=1))


class WrongConv(Conv2d):
    """A convolution that forgets its dilation."""

    def reach(self, in_shape):  # noqa: ARG002  as it is declared
        return (Sliding(kernel_size=3), Sliding(kernel_size=3))


class WrongReLU(ReLU):
    """An activation that is said to see everything."""

    def reach(self, in_shape):  # noqa: ARG002  as it is declared
        return Mixing.EVERYTHING_IN_PLACE


def wrong(told):
    return type("Wrong", (Wrong,), {"told": told})(kernel_size=3, stride=2, padding=1)


def chain(*layers):
    builder = GraphBuilder((3, 12, 12))
    before = INPUT
    for name, layer in zip("abc", layers, strict=False):
        builder.add(name, layer, [before])
        before = name
    return builder.build("net")


@pytest.mark.parametrize(
    "told",
    [
        Sliding(kernel_size=3, stride=2, padding=0),
        Sliding(kernel_size=4, stride=2, padding=1),
        Sliding(kernel_size=2, stride=2, padding=1),
        Sliding(kernel_size=3, stride=1, padding=1),
        Sliding(kernel_size=3, stride=2, padding=2),
        Sliding(kernel_size=3, stride=2, padding=1, dilation=2),
    ],
)
def test_a_wrong_window_is_caught_and_the_layer_named(told):
    (finding,) = autograd_findings(chain(ReLU(), wrong(told)))
    assert finding.verdict is Agreement.DISAGREES
    assert finding.words.startswith("disagrees on b 3×3 (pixels ")


def test_a_right_window_is_not():
    (finding,) = autograd_findings(chain(ReLU(), wrong(Sliding(3, 2, 1))))
    assert finding.verdict is Agreement.AGREES


def test_a_wrong_window_is_told_with_the_pixels_of_both():
    (finding,) = autograd_findings(chain(WrongConv(out_channels=2, kernel_size=3, dilation=2)))
    # 15 rows and columns: 11 units, of which the 5th sees 5, 7 and 9
    assert finding.words == (
        "disagrees on a 5×5 (pixels 5…9 × 5…9, then 6…10 × 6…10), "
        "ours 3×3 (pixels 5…7 × 5…7, then 6…8 × 6…8)"
    )


def test_what_follows_a_wrong_window_is_wrong_as_well():
    layers = (ReLU(), WrongConv(out_channels=2, kernel_size=3, dilation=2), ReLU())
    (finding,) = autograd_findings(chain(*layers))
    assert finding.words.startswith("disagrees on b 5×5")
    assert "; c 5×5" in finding.words
    assert "a 1×1" not in finding.words


@pytest.mark.parametrize(
    ("layers", "measured", "words"),
    [
        (
            [conv("a", 3), ("pool", "adaptive_avg_pool2d", {"output_size": 4}), conv("b", 2)],
            "agrees on 1 of 3 layers: size, stride and padding",
            "not measured from pool on: its windows differ in size, and would on a larger image",
        ),
        (
            [conv("a", 3), ("norm", "group_norm", {"num_groups": 3}), ("r", "relu", {})],
            "agrees on 1 of 3 layers: size, stride and padding",
            "not measured from norm on: it reads the whole map, which a larger image would change",
        ),
        (
            [conv("a", 3), ("norm", "layer_norm", {"normalized_axes": 3})],
            "agrees on 1 of 2 layers: size, stride and padding",
            "not measured from norm on: it reads the whole map, which a larger image would change",
        ),
    ],
)
def test_what_cannot_be_measured_says_why(layers, measured, words):
    before, after = autograd_findings(network(*layers))
    assert (before.verdict, before.words) == (Agreement.AGREES, measured)
    assert (after.verdict, after.words) == (Agreement.NOT_MEASURED, words)


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (
            network(("l", "linear", {"out_features": 2}), input_shape=(5,)),
            "not measured: the input has no rows and columns",
        ),
        (
            network(("n", "group_norm", {"num_groups": 3})),
            "not measured: from n on: it reads the whole map, which a larger image would change",
        ),
        (
            # two units, 70,000 pixels apart, take a third of them at the least
            network(conv("a", 1, stride=70_000), input_shape=(3, 9_999, 9_999)),
            "not measured: it takes an image of more than 131,072 pixels",
        ),
    ],
)
def test_where_nothing_can_be_measured_that_is_said(graph, words):
    (finding,) = autograd_findings(graph)
    assert (finding.verdict, finding.words) == (Agreement.NOT_MEASURED, words)
