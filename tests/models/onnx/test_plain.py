"""Quantized models, operators of onnxruntime and functions, read as plain operators."""

from __future__ import annotations

import pytest

onnx = pytest.importorskip("onnx")

from onnx import TensorProto, helper  # noqa: E402  it is there

import archstat  # noqa: E402  likewise
from archstat.errors import UsageError  # noqa: E402  likewise

FLOAT, HALF = TensorProto.FLOAT, TensorProto.FLOAT16
INT8, INT32 = TensorProto.INT8, TensorProto.INT32
RUNTIMES = "com.microsoft"


def tensor(name, *dims, kind=FLOAT):
    """Return a stored tensor that holds zeros."""
    count = 1
    for size in dims:
        count *= size
    return helper.make_tensor(name, kind, dims, [0] * count)


def node(kind, inputs, output, domain="", **attributes):
    """Return an operator; a comma stands where an input is left out."""
    names = ["" if name == "," else name for name in inputs.split()]
    return helper.make_node(kind, names, output.split(), domain=domain, **attributes)


@pytest.fixture
def saved(tmp_path):
    """Return a function that writes a model, and returns its file."""

    def write(nodes, stored=(), inputs=(("x", (1, 3, 8, 8), FLOAT),), functions=()):
        last = nodes[-1].output[0]
        graph = helper.make_graph(
            nodes,
            "net",
            [helper.make_tensor_value_info(name, kind, shape) for name, shape, kind in inputs],
            [helper.make_tensor_value_info(last, FLOAT, None)],
            list(stored),
        )
        domains = {"": 17, RUNTIMES: 1, "ours": 1}
        opsets = [helper.make_opsetid(name, version) for name, version in domains.items()]
        file = tmp_path / "net.onnx"
        onnx.save(
            helper.make_model(graph, opset_imports=opsets, functions=list(functions)), str(file)
        )
        return str(file)

    return write


SCALES = [tensor("s"), tensor("z", kind=INT8)]
WEIGHTS = [
    tensor("conv.weight", 4, 3, 3, 3, kind=INT8),
    tensor("conv.bias", 4, kind=INT32),
    tensor("fc.weight", 10, 4, kind=INT8),
    tensor("fc.bias", 10, kind=INT32),
]
ROWS = [
    ("conv", (4, 6, 6), 4 * 27 + 4, 36 * 4 * 27),
    ("adaptive_avg_pool2d", (4, 1, 1), 0, 0),
    ("flatten", (4,), 0, 0),
    ("linear", (10,), 4 * 10 + 10, 4 * 10),
]
"""A convolution, a pool and a linear layer, as kind, shape, parameters and MACs."""


def rows(report):
    """Return the rows of layers, those that only change the form of numbers left out."""
    form = {"QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "Cast", "Mul", "Add"}
    return [
        (row.kind.replace("conv2d", "conv"), row.out_shape, row.params, row.macs)
        for row in report.layers
        if row.kind not in form
    ]


def test_operators_of_whole_numbers(saved):
    report = archstat.analyze(
        saved(
            [
                node("QuantizeLinear", "x s z", "q"),
                node("QLinearConv", "q s z conv.weight s z s z conv.bias", "c"),
                node("QLinearGlobalAveragePool", "c s z s z", "p", RUNTIMES, channels_last=0),
                node("Flatten", "p", "f"),
                node("QGemm", "f s z fc.weight s z fc.bias s z", "g", RUNTIMES, transB=1),
                node("DequantizeLinear", "g s z", "y"),
            ],
            [*SCALES, *WEIGHTS],
        )
    )
    assert rows(report) == ROWS
    assert report.totals.param_bytes == 108 + 40 + 4 * (4 + 10)
    assert report.totals.uncounted == ()
    names = "QGemm, QLinearConv, QLinearGlobalAveragePool"
    assert f"read as the plain operators that they are: {names}" in report.notes


def test_plain_operators_between_quantization_and_back(saved):
    report = archstat.analyze(
        saved(
            [
                node("QuantizeLinear", "x s z", "q"),
                node("DequantizeLinear", "q s z", "d"),
                node("DequantizeLinear", "conv.weight s z", "w"),
                node("DequantizeLinear", "conv.bias s", "b"),
                node("Conv", "d w b", "c"),
                node("GlobalAveragePool", "c", "p"),
                node("Flatten", "p", "f"),
                node("DequantizeLinear", "fc.weight s z", "v"),
                node("DequantizeLinear", "fc.bias s", "a"),
                node("Gemm", "f v a", "g", transB=1),
            ],
            [*SCALES, *WEIGHTS],
        )
    )
    assert rows(report) == ROWS
    assert report.totals.param_bytes == 108 + 40 + 4 * (4 + 10)


def test_quantization_while_it_runs(saved):
    report = archstat.analyze(
        saved(
            [
                node("DynamicQuantizeLinear", "x", "q scale zero"),
                node("Mul", "scale s", "scales"),
                node("ConvInteger", "q conv.weight zero z", "i"),
                node("Cast", "i", "c", to=FLOAT),
                node("Mul", "c scales", "m"),
                node("Reshape", "bias to", "b"),
                node("Add", "m b", "a"),
                node("Relu", "a", "r"),
            ],
            [
                *SCALES,
                WEIGHTS[0],
                tensor("bias", 4),
                helper.make_tensor("to", TensorProto.INT64, [4], [1, 4, 1, 1]),
            ],
        )
    )
    assert rows(report) == [("conv", (4, 6, 6), 108, 36 * 4 * 27), ("relu", (4, 6, 6), 0, 0)]
    assert report.totals.params == 112
    assert {row.receptive_field.size for row in report.layers[1:]} == {(3, 3)}


TOKENS = (("x", (1, 5, 8), FLOAT),)
MORE = [("k", (1, 5, 4), FLOAT), ("v", (1, 5, 4), FLOAT)]


@pytest.mark.parametrize(
    ("nodes", "stored", "inputs", "shape", "params", "macs"),
    [
        pytest.param(
            [node("Attention", "x w b", "a", RUNTIMES, num_heads=2)],
            [tensor("w", 8, 24), tensor("b", 24)],
            TOKENS,
            (5, 8),
            8 * 24 + 24,
            5 * 8 * 24 + 5 * 5 * (8 + 8),  # the three products of 8, scores, and their values
            id="Attention",
        ),
        pytest.param(
            [node("MultiHeadAttention", "x x x", "a", RUNTIMES, num_heads=2)],
            [],
            TOKENS,
            (5, 8),
            0,
            5 * 5 * (8 + 8),
            id="MultiHeadAttention",
        ),
        pytest.param(
            [
                node(
                    "GroupQueryAttention",
                    "x k v past past lengths total",
                    "a pk pv",
                    RUNTIMES,
                    num_heads=2,
                    kv_num_heads=1,
                )
            ],
            [
                tensor("past", 1, 1, 3, 4),
                tensor("lengths", 1, kind=INT32),
                tensor("total", kind=INT32),
            ],
            [*TOKENS, *MORE],
            (5, 8),
            12,  # what is kept is stored in this file
            5 * 8 * (3 + 5) * 2,  # queries and values of 8 by keys of 3 + 5
            id="GroupQueryAttention",
        ),
        pytest.param(
            [node("MatMulNBits", "x w s", "a", RUNTIMES, K=8, N=6, bits=8, block_size=8)],
            [tensor("w", 6, 1, 8, kind=TensorProto.UINT8)],
            TOKENS,
            (5, 6),
            48,
            5 * 8 * 6,
            id="MatMulNBits",
        ),
        pytest.param(
            [node("FusedMatMul", "x w", "a", RUNTIMES, transB=1)],
            [tensor("w", 6, 8)],
            TOKENS,
            (5, 6),
            48,
            5 * 8 * 6,
            id="FusedMatMul",
        ),
        pytest.param(
            [node("SkipLayerNormalization", "x x w b", "a", RUNTIMES)],
            [tensor("w", 8), tensor("b", 8)],
            TOKENS,
            (5, 8),
            16,
            0,
            id="SkipLayerNormalization",
        ),
        pytest.param(
            [node("FusedConv", "x w b", "a", RUNTIMES, activation="Relu", strides=[2, 2])],
            [tensor("w", 4, 3, 3, 3), tensor("b", 4)],
            (("x", (1, 3, 9, 9), FLOAT),),
            (4, 4, 4),
            108 + 4,
            16 * 4 * 27,
            id="FusedConv",
        ),
        pytest.param(
            [node("QLinearConcat", "s z x s z x s z", "a", RUNTIMES, axis=1)],
            SCALES,
            (("x", (1, 3, 9, 9), INT8),),
            (6, 9, 9),
            0,
            0,
            id="QLinearConcat",
        ),
    ],
)
def test_operators_of_onnxruntime(saved, nodes, stored, inputs, shape, params, macs):  # noqa: PLR0913, PLR0917  what is known of each
    report = archstat.analyze(saved(nodes, stored, inputs))
    (row,) = report.layers
    assert (row.out_shape, row.params, row.macs) == (shape, params, macs)
    assert report.totals.uncounted == ()


def test_functions_of_a_file_are_written_out(saved):
    body = [
        helper.make_node("MatMul", ["x", "w"], ["p"]),
        helper.make_node("Relu", ["p"], ["y"]),
    ]
    opsets = [helper.make_opsetid("", 17)]
    function = helper.make_function("ours", "Dense", ["x", "w"], ["y"], body, opsets)
    file = saved(
        [node("Dense", "x w", "a", "ours"), node("Dense", "a v", "b", "ours")],
        [tensor("w", 8, 6), tensor("v", 6, 2)],
        TOKENS,
        [function],
    )
    report = archstat.analyze(file)
    assert [row.kind for row in report.layers] == ["linear", "relu", "linear", "relu"]
    assert (report.totals.params, report.totals.macs) == (60, 5 * 60)


def test_an_operator_that_nobody_knows_is_named(saved):
    with pytest.raises(UsageError, match="Twist of ours is no operator of ONNX"):
        archstat.analyze(saved([node("Twist", "x", "t", "ours"), node("Relu", "t", "r")]))


def test_numbers_of_two_bytes_are_two_bytes(saved):
    report = archstat.analyze(
        saved(
            [node("Gemm", "x w b", "g"), node("Cast", "g", "y", to=FLOAT)],
            [tensor("w", 8, 6, kind=HALF), tensor("b", 6, kind=HALF)],
            (("x", (1, 8), HALF),),
        )
    )
    assert (report.totals.params, report.totals.param_bytes) == (54, 108)


def test_a_token_that_is_put_before_others(saved):
    numbers = helper.make_tensor("to", TensorProto.INT64, [3], [1, -1, -1])
    three = helper.make_tensor("three", TensorProto.INT64, [1], [3])
    one = helper.make_tensor("one", TensorProto.INT64, [1], [1])
    minus = helper.make_tensor("minus", TensorProto.INT64, [1], [-1])
    ones = node("ConstantOfShape", "three", "ones", value=one)
    report = archstat.analyze(
        saved(
            [
                ones,
                node("Mul", "ones minus", "m"),
                node("Equal", "to m", "is"),
                node("Where", "is ones to", "shape"),
                node("Expand", "token shape", "e"),
                node("Concat", "e x", "c", axis=1),
                node("MatMul", "c w", "y"),
            ],
            [numbers, three, minus, tensor("token", 1, 1, 8), tensor("w", 8, 4)],
            TOKENS,
        )
    )
    assert [row.out_shape for row in report.layers] == [(6, 8), (6, 4)]
    assert (report.totals.params, report.totals.macs) == (8 + 32, 6 * 8 * 4)


def test_what_a_group_norm_is_written_out_as(saved):
    ones = helper.make_tensor("ones", FLOAT, [3], [1] * 3)
    sizes = [
        helper.make_tensor("to", TensorProto.INT64, [3], [0, 3, -1]),
        helper.make_tensor("back", TensorProto.INT64, [4], [1, 6, 8, 8]),
    ]
    normed = node("InstanceNormalization", "r ones zeros", "i")
    normed.metadata_props.add(
        key="pkg.torch.onnx.name_scopes", value="['', 'block', 'block.gn', 'group_norm']"
    )
    report = archstat.analyze(
        saved(
            [
                node("Conv", "x k", "c", pads=[1, 1, 1, 1]),
                node("Reshape", "c to", "r"),
                normed,
                node("Reshape", "i back", "b"),
                node("Mul", "b w", "m"),
            ],
            [tensor("k", 6, 3, 3, 3), ones, tensor("zeros", 3), tensor("w", 6, 1, 1), *sizes],
        )
    )
    assert report.totals.params == 162 + 6
    assert [row.receptive_field.size for row in report.layers] == [(3, 3)] * len(report.layers)
    assert "block.gn" in {row.name for row in report.layers}
