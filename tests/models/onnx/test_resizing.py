"""Resized maps of exported models: what the layers behind them see."""

from __future__ import annotations

from itertools import product

import pytest

onnx = pytest.importorskip("onnx")

from onnx import TensorProto, helper  # noqa: E402  it is there

import archstat  # noqa: E402  likewise
from archstat.models.argument import find_model  # noqa: E402  likewise
from archstat.models.question import Question  # noqa: E402  likewise

FLOAT = TensorProto.FLOAT


def stored(name, kind, *values):
    return helper.make_tensor(name, kind, [len(values)], values)


def resize(scales=None, sizes=None, **attributes):
    """Return a resize of 'c' to 'r', and what it stores."""
    tensors = [stored("s", FLOAT, *scales)] if scales else [stored("n", TensorProto.INT64, *sizes)]
    inputs = ["c", "", "s"] if scales else ["c", "", "", "n"]
    return helper.make_node("Resize", inputs, ["r"], **attributes), tensors


def model_of(node, tensors, opset, *, before=True, size=8):
    """Return a model of a convolution of 3×3, a resize of its map, and such a convolution."""
    weight = helper.make_tensor("w", FLOAT, [1, 1, 3, 3], [1.0] * 9)
    first = helper.make_node("Conv", ["x", "w"], ["c"], kernel_shape=[3, 3], pads=[1] * 4)
    last = helper.make_node("Conv", ["r", "w"], ["y"], kernel_shape=[3, 3], pads=[1] * 4)
    alone = helper.make_node("Identity", ["x"], ["c"]), helper.make_node("Identity", ["r"], ["y"])
    graph = helper.make_graph(
        [first, node, last] if before else [alone[0], node, alone[1]],
        "net",
        [helper.make_tensor_value_info("x", FLOAT, [1, 1, size, size])],
        [helper.make_tensor_value_info("y", FLOAT, None)],
        [weight, *tensors] if before else tensors,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


TWICE, HALF = [1, 1, 2, 2], [1, 1, 0.5, 0.5]
OLD = helper.make_node("Upsample", ["c"], ["r"], scales=[1.0, 1.0, 2.0, 2.0], mode="nearest")
NINE = helper.make_node("Upsample", ["c", "s"], ["r"], mode="linear")
TEN = helper.make_node("Resize", ["c", "s"], ["r"], mode="nearest")


@pytest.mark.parametrize(
    ("opset", "resized", "made", "seen"),
    [
        # 3 rows behind are 2 before, rows −1 and 0 of the first unit: 3 + 1 pixels
        (7, (OLD, []), ("upsample", (1, 16, 16)), (4, 2)),
        (10, (TEN, [stored("s", FLOAT, *TWICE)]), ("upsample", (1, 16, 16)), (4, 2)),
        (
            13,
            resize(TWICE, coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
            ("upsample", (1, 16, 16)),
            (4, 2),
        ),
        # at k − 1/2, k and k + 1/2 of a row: rows k − 1, k and k + 1
        (9, (NINE, [stored("s", FLOAT, *TWICE)]), ("Upsample", (1, 16, 16)), (5, 2)),
        # at −3/4, −1/4 and 1/4 of a row: 3 rows, and 5 that cubic ones look at
        (17, resize(TWICE, mode="linear"), ("upsample", (1, 16, 16)), (5, 2)),
        (17, resize(TWICE, mode="cubic"), ("Resize", (1, 16, 16)), (7, 3)),
        # rows −2, 0 and 2 of the first unit, or −1, 1 and 3: a tie is rounded down, or up
        (17, resize(HALF), ("Resize", (1, 4, 4)), (7, 3)),
        (17, resize(HALF, nearest_mode="round_prefer_ceil"), ("Resize", (1, 4, 4)), (7, 2)),
        (18, resize([0.5, 0.5], axes=[2, 3]), ("Resize", (1, 4, 4)), (7, 3)),
        (18, resize(sizes=[1, 1, 4, 4]), ("Resize", (1, 4, 4)), (7, 3)),
        # at −1/6, 1/2 and 7/6: rows −1 to 2
        (17, resize([1, 1, 1.5, 1.5], mode="linear"), ("Resize", (1, 12, 12)), (6, 2)),
        (
            17,
            resize(TWICE, coordinate_transformation_mode="tf_crop_and_resize"),
            ("Resize", (1, 16, 16)),
            None,
        ),
    ],
)
def test_a_receptive_field_goes_on_behind_a_resize(tmp_path, opset, resized, made, seen):
    file = tmp_path / "net.onnx"
    onnx.save(model_of(*resized, opset), file)
    _, middle, last = archstat.analyze(file).layers
    assert (middle.kind, middle.out_shape) == made
    field = last.receptive_field
    assert (field and (field.size[0], field.effective_padding[0])) == seen


PLACES = ("half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners")
ROUNDINGS = ("floor", "ceil", "round_prefer_floor", "round_prefer_ceil")
WAYS = [
    *product(PLACES, ["nearest"], ROUNDINGS),
    *product(PLACES, ["linear"], ["floor"]),
    *product(PLACES, ["cubic"], ["floor"]),
]


@pytest.mark.parametrize(("places", "mode", "rounding"), WAYS)
def test_what_a_resize_reads_is_what_onnxruntime_reads(
    tmp_path, monkeypatch, places, mode, rounding
):
    runtime, numpy = pytest.importorskip("onnxruntime"), pytest.importorskip("numpy")
    monkeypatch.chdir(tmp_path)
    for factor in (2.0, 3.0, 0.5, 1.5, 0.75):
        node, tensors = resize(
            [1, 1, 1, factor], mode=mode, coordinate_transformation_mode=places,
            nearest_mode=rounding,
        )  # fmt: skip
        onnx.save(model_of(node, tensors, 17, before=False, size=12), "net.onnx")
        layer = find_model("net.onnx").graph(Question()).graph.nodes[1].layer
        window = layer.reach((1, 12, 12))[-1]
        run = runtime.InferenceSession("net.onnx", providers=["CPUExecutionProvider"]).run
        rows = numpy.eye(12, dtype="float32")[:, None, None, None, :].repeat(12, axis=3)
        seen = numpy.stack([run(None, {"x": row})[0][0, 0, 0] for row in rows])
        for unit in range(2, seen.shape[1] - 2):
            read = {max(0, min(11, tap)) for tap in window.taps(unit)}
            assert set(numpy.flatnonzero(abs(seen[:, unit]) > 1e-6)) == read, (factor, unit)
