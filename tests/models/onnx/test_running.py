"""Exported models held against onnxruntime: every shape of every operator that we know."""

from __future__ import annotations

import pytest

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from onnx import TensorProto, helper  # noqa: E402  it is there

import archstat  # noqa: E402  likewise
from archstat.models.onnx.counting import MACS  # noqa: E402  only where onnx is
from archstat.models.onnx.operators import ELEMENTWISE, KINDS  # noqa: E402  likewise
from tests.cli.running import invoke  # noqa: E402  likewise

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
FLOATS, INT8S, LOGICAL = "float", "int8", "bool"

W4 = ("w", (4, 3, 3, 3))
CASES = {
    # operator: (shape of x, stored tensors by name and shape, settings)
    "Conv": ((1, 3, 8, 8), [W4, ("b", (4,))], {"pads": [1, 1, 1, 1], "strides": [2, 2]}),
    "ConvTranspose": ((1, 3, 8, 8), [("w", (3, 4, 2, 2))], {"strides": [2, 2]}),
    "MaxPool": ((1, 3, 9, 9), [], {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1}),
    "AveragePool": ((1, 3, 9, 9), [], {"kernel_shape": [2, 2], "strides": [2, 2]}),
    "GlobalAveragePool": ((1, 3, 8, 8), [], {}),
    "GlobalMaxPool": ((1, 3, 8, 8), [], {}),
    "BatchNormalization": ((1, 3, 8, 8), [(name, (3,)) for name in "sbmv"], {}),
    "InstanceNormalization": ((1, 3, 8, 8), [("s", (3,)), ("b", (3,))], {}),
    "LayerNormalization": ((1, 5, 8), [("s", (8,)), ("b", (8,))], {}),
    "GroupNormalization": ((1, 4, 8, 8), [("s", (4,)), ("b", (4,))], {"num_groups": 2}),
    "LRN": ((1, 3, 8, 8), [], {"size": 3}),
    "Flatten": ((1, 3, 8, 8), [], {}),
    "Gemm": ((1, 12), [("w", (12, 5)), ("b", (5,))], {}),
    "MatMul": ((1, 7, 12), [("w", (12, 5))], {}),
    "Einsum": ((1, 7, 12), [("w", (12, 5))], {"equation": "bij,jk->bik"}),
    "PRelu": ((1, 3, 8, 8), [("s", (3, 1, 1))], {}),
    "Softmax": ((1, 12), [], {}),
    "LogSoftmax": ((1, 12), [], {}),
    "Concat": ((1, 3, 8, 8), ["x"], {"axis": 1}),
    "Sum": ((1, 12), ["x"], {}),
    "Transpose": ((1, 3, 8, 8), [], {"perm": [0, 2, 3, 1]}),
    "Clip": ((1, 12), [], {}),
    "LSTM": ((7, 1, 6), [("w", (1, 20, 6)), ("r", (1, 20, 5))], {"hidden_size": 5}),
    "GRU": ((7, 1, 6), [("w", (1, 15, 6)), ("r", (1, 15, 5))], {"hidden_size": 5}),
    "RNN": ((7, 1, 6), [("w", (1, 5, 6)), ("r", (1, 5, 5))], {"hidden_size": 5}),
    "DepthToSpace": ((1, 8, 4, 4), [], {"blocksize": 2}),
    "SpaceToDepth": ((1, 2, 4, 4), [], {"blocksize": 2}),
    "Attention": ((1, 7, 12), ["x", "x"], {"q_num_heads": 3, "kv_num_heads": 3}),
}
ONE = """Abs Celu Ceil Cos Dropout Elu Erf Exp Floor Gelu HardSigmoid HardSwish Identity LeakyRelu
Log Mish Neg Reciprocal Relu Round Selu Sigmoid Sign Sin Softplus Softsign Sqrt Tan Tanh
ThresholdedRelu""".split()  # noqa: SIM905  a list of names
TWO = ["Add", "Div", "Max", "Min", "Mul", "Pow", "Sub"]
ELSEWHERE = {
    "And", "Cast", "DequantizeLinear", "DynamicQuantizeLinear", "Equal", "Greater", "Less", "Mod",
    "Not", "Or", "QuantizeLinear", "Reshape", "Resize", "Upsample", "Where",
}  # fmt: skip
"""Operators of integers, truth values and scales, which have tests of their own."""

ALL = {
    **CASES,
    **{name: ((1, 12), [], {}) for name in ONE},
    **{name: ((1, 12), ["x"], {}) for name in TWO},
}


def test_every_operator_that_we_know_has_a_case():
    assert {*KINDS, *MACS, *ELEMENTWISE} - {*ALL} - ELSEWHERE == set()


def save(path, name):
    shape, more, settings = ALL[name]
    stored = [each for each in more if not isinstance(each, str)]
    inputs = ["x", *(each if isinstance(each, str) else each[0] for each in more)]
    made = helper.make_node(name, inputs, ["y"], **settings)
    graph = helper.make_graph(
        [made],
        "net",
        [helper.make_tensor_value_info("x", FLOAT, shape)],
        [helper.make_empty_tensor_value_info("y")],
        [
            helper.make_tensor(key, FLOAT, sides, [1.0] * size)
            for key, sides in stored
            for size in [product(sides)]
        ],
    )
    newest = 23 if name == "Attention" else 21
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", newest)])
    model.ir_version = 10
    onnx.save(model, path)


def product(sizes):
    count = 1
    for size in sizes:
        count *= size
    return count


def test_shapes_of_all_operators_are_those_of_onnxruntime(tmp_path, monkeypatch):
    from archstat.models.argument import find_model
    from archstat.models.question import Question

    monkeypatch.chdir(tmp_path)
    differing, count = {}, 0
    for name in ALL:
        save(f"{name}.onnx", name)
        shapes = find_model(f"{name}.onnx").shapes_when_run(Question())
        count += len(shapes.seen)
        if dict(shapes.stated) != dict(shapes.seen):
            differing[name] = shapes
    assert differing == {}
    assert count == len(ALL)


def test_attention_counts_both_products(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save("a.onnx", "Attention")
    assert archstat.analyze("a.onnx").totals.macs == 2 * 7 * 7 * 12  # 3 heads of 4, 7 × 7 pairs


def test_verify_holds_an_exported_model_against_onnxruntime(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save("net.onnx", "Conv")
    result = invoke("verify", "net.onnx")
    assert result.exit_code == 0
    assert "✓  onnxruntime" in result.stdout
    save("t.onnx", "LSTM")  # which torch does not run
    result = invoke("verify", "t.onnx")
    assert result.exit_code == 0
    assert "shapes of tensors" in result.stdout


def test_a_model_that_onnxruntime_refuses_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    odd = helper.make_node("Odd", ["x"], ["y"], domain="some.where")
    graph = helper.make_graph(
        [odd],
        "net",
        [helper.make_tensor_value_info("x", FLOAT, (1, 3))],
        [helper.make_tensor_value_info("z", FLOAT, (1, 3))],
        value_info=[helper.make_tensor_value_info("y", FLOAT, (1, 3))],
    )
    graph.node.append(helper.make_node("Relu", ["y"], ["z"]))
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("some.where", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets), "odd.onnx")
    result = invoke("verify", "odd.onnx")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: onnxruntime cannot run it: ")
