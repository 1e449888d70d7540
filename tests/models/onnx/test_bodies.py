"""Operators of ONNX that run graphs of their own: branches, loops and scans, worked by hand."""

from __future__ import annotations

import pytest

np = pytest.importorskip("numpy")
onnx = pytest.importorskip("onnx")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402  only where onnx is

from archstat.api import analyze  # noqa: E402  likewise


def tensor(name, *shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, list(shape))


def weight(name, *shape):
    return numpy_helper.from_array(np.zeros(shape, np.float32), name)


def stored(name, value, kind):
    return numpy_helper.from_array(np.array(value, kind), name)


def report_on(folder, nodes, inputs, outputs, weights):
    graph = helper.make_graph(nodes, "net", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, folder / "net.onnx")
    return analyze(str(folder / "net.onnx"))


def body(*, goes_on="Identity"):
    """Return the body of a loop: a product of 5 · 5, and whether to go on."""
    last = (
        helper.make_node("Identity", ["go"], ["goes_on"])
        if goes_on == "Identity"
        else helper.make_node("Not", ["go"], ["goes_on"])
    )
    return helper.make_graph(
        [helper.make_node("MatMul", ["state", "W"], ["next"]), last],
        "body",
        [
            tensor("round", kind=TensorProto.INT64),
            tensor("go", kind=TensorProto.BOOL),
            tensor("state", 1, 5),
        ],
        [tensor("goes_on", kind=TensorProto.BOOL), tensor("next", 1, 5), tensor("state", 1, 5)],
    )


def loop(folder, **how):
    return report_on(
        folder,
        [helper.make_node("Loop", ["times", "", "x"], ["y", "all"], body=body(**how))],
        [tensor("x", 1, 5)],
        [tensor("y", 1, 5), tensor("all", 3, 1, 5)],
        [weight("W", 5, 5), stored("times", 3, np.int64)],
    )


def test_a_loop_counts_its_rounds(tmp_path):
    (row,) = loop(tmp_path).layers
    assert (row.macs, row.params, row.out_shape) == (3 * 25, 25, (5,))


def test_a_loop_that_may_end_before_is_not_counted(tmp_path):
    totals = loop(tmp_path, goes_on="Not").totals
    assert (totals.macs, totals.uncounted) == (0, ("Loop",))


@pytest.mark.parametrize("axis", [0, 1])
def test_a_scan_counts_its_steps(tmp_path, axis):
    steps = helper.make_graph(
        [
            helper.make_node("MatMul", ["state", "W"], ["product"]),
            helper.make_node("Add", ["product", "row"], ["next"]),
        ],
        "steps",
        [tensor("state", 1, 5), tensor("row", 1, 5)],
        [tensor("next", 1, 5)],
    )
    shape = (6, 1, 5) if axis == 0 else (1, 6, 5)
    node = helper.make_node(
        "Scan", ["first", "x"], ["y"], body=steps, num_scan_inputs=1, scan_input_axes=[axis]
    )
    inits = [weight("W", 5, 5), weight("first", 1, 5)]
    report = report_on(tmp_path, [node], [tensor("x", *shape)], [tensor("y", 1, 5)], inits)
    assert report.totals.macs == 6 * 25


def branches():
    """Return a branch of 5 · 4 products, and one of 5 · 6 and 6 · 4."""
    one = helper.make_graph(
        [helper.make_node("MatMul", ["x", "A"], ["a"])], "one", [], [tensor("a", 1, 4)]
    )
    two = helper.make_graph(
        [
            helper.make_node("MatMul", ["x", "B"], ["b"]),
            helper.make_node("MatMul", ["b", "C"], ["c"]),
        ],
        "two",
        [],
        [tensor("c", 1, 4)],
    )
    return {"then_branch": one, "else_branch": two}


WEIGHTS = [weight("A", 5, 4), weight("B", 5, 6), weight("C", 6, 4)]


@pytest.mark.parametrize(("decided", "macs"), [(True, [20]), (False, [30, 24])])
def test_of_a_branch_that_is_decided_the_operators_are_rows(tmp_path, decided, macs):
    report = report_on(
        tmp_path,
        [helper.make_node("If", ["ok"], ["y"], **branches())],
        [tensor("x", 1, 5)],
        [tensor("y", 1, 4)],
        [*WEIGHTS, stored("ok", decided, np.bool_)],
    )
    assert [row.macs for row in report.layers if row.macs] == macs
    assert report.totals.params == sum(macs)


def test_of_branches_the_one_counts_that_costs_more(tmp_path):
    nodes = [
        helper.make_node("ReduceSum", ["x"], ["sum"], keepdims=0),
        helper.make_node("Greater", ["sum", "zero"], ["ok"]),
        helper.make_node("If", ["ok"], ["y"], **branches()),
    ]
    inits = [*WEIGHTS, stored("zero", 0, np.float32)]
    report = report_on(tmp_path, nodes, [tensor("x", 1, 5)], [tensor("y", 1, 4)], inits)
    assert (report.totals.macs, report.totals.params) == (54, 74)
    assert "of branches that values choose, the one that costs more is counted" in report.notes
