"""Exported models: a table by ONNX's own shape inference, without torch."""

from __future__ import annotations

import subprocess
import sys

import pytest

onnx = pytest.importorskip("onnx")

from onnx import TensorProto, helper  # noqa: E402  it is there

import archstat  # noqa: E402  likewise
from archstat.errors import UsageError  # noqa: E402  likewise
from archstat.models.argument import find_model  # noqa: E402  likewise
from archstat.models.onnx.naming import scope  # noqa: E402  likewise

FLOAT = TensorProto.FLOAT


def tensor(name, *dims, kind=FLOAT):
    """Return a stored tensor that holds zeros."""
    count = 1
    for size in dims:
        count *= size
    return helper.make_tensor(name, kind, dims, [0] * count)


def numbers(name, *values):
    return helper.make_tensor(name, TensorProto.INT64, [len(values)], values)


@pytest.fixture
def saved(tmp_path, monkeypatch):
    """Return a function that writes a model, and returns its file."""
    monkeypatch.chdir(tmp_path)

    def write(nodes, stored=(), shape=(1, 3, 8, 8), kind=FLOAT):
        last = nodes[-1].output[0]
        graph = helper.make_graph(
            nodes,
            "net",
            [helper.make_tensor_value_info("x", kind, shape)],
            [helper.make_tensor_value_info(last, FLOAT, None)],
            list(stored),
        )
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        onnx.save(helper.make_model(graph, opset_imports=opsets), "net.onnx")
        return "net.onnx"

    return write


def node(kind, inputs, name="", domain="", **attributes):
    """Return an operator; its output is called as it is."""
    words = inputs.split()
    out = name or f"{kind}_out"
    return helper.make_node(kind, words, [out], name=name, domain=domain, **attributes)


def rows(file, **question):
    """Return each layer's name, kind, shape, parameters and MACs."""
    report = archstat.analyze(file, **question)
    return [(r.name, r.kind, r.out_shape, r.params, r.macs) for r in report.layers]


def test_a_small_network(saved):
    file = saved(
        [
            node("Conv", "x conv.weight conv.bias", "c", pads=[1, 1, 1, 1], kernel_shape=[3, 3]),
            node("Relu", "c", "r"),
            node("MaxPool", "r", "p", kernel_shape=[2, 2], strides=[2, 2]),
            node("Flatten", "p", "f"),
            node("Gemm", "f fc.weight fc.bias", "g", transB=1),
        ],
        [
            tensor("conv.weight", 4, 3, 3, 3),
            tensor("conv.bias", 4),
            tensor("fc.weight", 10, 64),
            tensor("fc.bias", 10),
        ],
    )
    # 4·27 + 4 parameters, 64·4·27 MACs; 640 + 10 and 64·10
    assert rows(file) == [
        ("conv", "conv2d", (4, 8, 8), 112, 6_912),
        ("relu", "relu", (4, 8, 8), 0, 0),
        ("maxpool", "max_pool2d", (4, 4, 4), 0, 0),
        ("flatten", "flatten", (64,), 0, 0),
        ("fc", "linear", (10,), 650, 640),
    ]
    report = archstat.analyze(file)
    assert [layer.receptive_field.size for layer in report.layers[:3]] == [(3, 3), (3, 3), (4, 4)]
    assert report.notes[0] == "exported as ONNX, opset 17"


def test_the_batch_is_in_the_macs(saved):
    nodes = [node("Gemm", "x w", "g")]
    file = saved(nodes, [tensor("w", 8, 5)], shape=("batch", 8))
    assert archstat.analyze(file, batch_size=4).totals.macs == 160  # 4·8·5
    assert archstat.analyze(file).totals.params == 40


@pytest.mark.parametrize(
    ("attributes", "stored", "shape", "expected"),
    [
        # 8·8 places of 6 channels, a third of the 3 inputs each: 64·6·9, and 6·9 weights
        (
            {"group": 3, "pads": [1] * 4},
            (6, 1, 3, 3),
            (1, 3, 8, 8),
            ("conv2d", (6, 8, 8), 54, 3_456),
        ),
        # (8 - 5) / 2 + 1 = 2 places along each axis
        (
            {"strides": [2, 2], "dilations": [2, 2]},
            (4, 3, 3, 3),
            (1, 3, 8, 8),
            ("conv2d", (4, 2, 2), 108, 432),
        ),
        ({"auto_pad": "SAME_UPPER"}, (4, 3, 3, 3), (1, 3, 8, 8), ("conv2d", (4, 8, 8), 108, 6_912)),
        ({"auto_pad": "VALID"}, (4, 3, 3, 3), (1, 3, 8, 8), ("conv2d", (4, 6, 6), 108, 3_888)),
        ({}, (4, 3, 5), (1, 3, 9), ("conv1d", (4, 5), 60, 300)),
        # one end padded only: an operator of 7·7 places with the same products
        ({"pads": [0, 0, 1, 1]}, (4, 3, 3, 3), (1, 3, 8, 8), ("Conv", (4, 7, 7), 108, 5_292)),
    ],
    ids=["groups", "dilated", "same", "valid", "one axis", "uneven"],
)
def test_convolutions(saved, attributes, stored, shape, expected):
    attributes = {"kernel_shape": list(stored[2:]), **attributes}
    file = saved([node("Conv", "x w", "c", **attributes)], [tensor("w", *stored)], shape)
    ((_, *found),) = rows(file)
    assert tuple(found) == expected


def test_a_transposed_convolution(saved):
    convolution = node("ConvTranspose", "x w", "c", kernel_shape=[2, 2], strides=[2, 2])
    ((_, *found),) = rows(saved([convolution], [tensor("w", 3, 5, 2, 2)]))
    # every input value meets 5·2·2 weights: 192·20
    assert found == ["conv_transpose2d", (5, 16, 16), 60, 3_840]


ROWS, MAP = (1, 5, 8), (1, 3, 8, 8)
NORMS = dict.fromkeys("sbmv", (3,))


@pytest.mark.parametrize(
    ("nodes", "stored", "shape", "expected"),
    [
        # 8·4 weights, for each of 5 rows; 4 biases
        ([node("MatMul", "x w", "m")], {"w": (8, 4)}, ROWS, ("linear", 32, 160)),
        (
            [node("MatMul", "x w", "m"), node("Add", "m b", "a")],
            {"w": (8, 4), "b": (4,)},
            ROWS,
            ("linear", 36, 160),
        ),
        ([node("MatMul", "x x", "m")], {}, (1, 5, 5), ("MatMul", 0, 125)),
        (
            [node("Einsum", "x w", "e", equation="bij,jk->bik")],
            {"w": (8, 4)},
            ROWS,
            ("Einsum", 32, 160),
        ),
        # a scale and a shift for each of 3 channels; mean and variance are not learned
        ([node("BatchNormalization", "x s b m v", "n")], NORMS, MAP, ("batch_norm2d", 6, 0)),
        (
            [node("LayerNormalization", "x s b", "n", axis=-1)],
            {"s": (8,), "b": (8,)},
            ROWS,
            ("layer_norm", 16, 0),
        ),
        ([node("GlobalAveragePool", "x", "p")], {}, MAP, ("adaptive_avg_pool2d", 0, 0)),
        ([node("LRN", "x", "n", size=5)], {}, MAP, ("local_response_norm", 0, 0)),
        ([node("Mul", "x w", "m")], {"w": (3, 1, 1)}, MAP, ("Mul", 3, 0)),
        ([node("Relu", "x", "r")], {}, (1, 8), ("relu", 0, 0)),
    ],
    ids=[
        "linear",
        "with a bias",
        "product",
        "einsum",
        "batch norm",
        "layer norm",
        "pool",
        "response norm",
        "scale",
        "relu",
    ],
)
def test_other_operators(saved, nodes, stored, shape, expected):
    file = saved(nodes, [tensor(name, *dims) for name, dims in stored.items()], shape)
    ((_, kind, _, params, macs),) = rows(file)
    assert (kind, params, macs) == expected


def test_an_embedding(saved):
    file = saved([node("Gather", "w x", "g")], [tensor("w", 50, 4)], (1, 6), TensorProto.INT64)
    assert rows(file) == [("gather", "Gather", (6, 4), 200, 0)]


def test_a_recurrent_layer(saved):
    lstm = helper.make_node("LSTM", ["x", "w", "r"], ["y"], hidden_size=6)
    file = saved([lstm], [tensor("w", 1, 24, 4), tensor("r", 1, 24, 6)], shape=(7, 1, 4))
    # 7 steps of four gates of 6 units, each reading 4 inputs and 6 states
    assert archstat.analyze(file, input=(1, 4)).totals.macs == 7 * 24 * 10


def test_quantized_products_are_counted(saved):
    quantized = helper.make_node(
        "QLinearConv", ["q", "s", "z", "w", "s", "z", "s", "z"], ["c"], kernel_shape=[3, 3]
    )
    file = saved(
        [
            helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"]),
            quantized,
            helper.make_node("DequantizeLinear", ["c", "s", "z"], ["y"]),
        ],
        [
            tensor("w", 4, 3, 3, 3, kind=TensorProto.UINT8),
            tensor("s"),
            tensor("z", kind=TensorProto.UINT8),
        ],
    )
    report = archstat.analyze(file)
    assert (report.totals.macs, report.totals.params) == (3_888, 108)  # 36·4·27 and 4·27
    assert report.totals.uncounted == ()


def test_shapes_that_the_model_works_out_are_worked_out(saved):
    file = saved(
        [
            node("Shape", "x", "s"),
            node("Gather", "s zero", "n"),
            node("Concat", "n minus", "to", axis=0),
            node("Reshape", "x to", "r"),
            node("Gemm", "r w", "g"),
        ],
        [numbers("zero", 0), numbers("minus", -1), tensor("w", 192, 10)],
    )
    assert rows(file) == [
        ("reshape", "flatten", (192,), 0, 0),
        ("gemm", "linear", (10,), 1_920, 1_920),
    ]


def test_numbers_in_other_files_are_not_read(saved):
    weight = tensor("w", 0)
    del weight.dims[:]
    weight.dims.extend([4096, 4096])
    weight.data_location = TensorProto.EXTERNAL
    entry = weight.external_data.add()
    entry.key, entry.value = "location", "nowhere.bin"
    file = saved([node("Gemm", "x w", "g")], [weight], shape=(1, 4096))
    assert archstat.analyze(file).totals.params == 4096 * 4096


def test_an_open_size_has_to_be_stated(saved):
    pool = node("GlobalAveragePool", "x", "p")
    file = saved([pool], shape=("batch", 3, "height", "width"))
    with pytest.raises(UsageError) as caught:
        archstat.analyze(file)
    assert str(caught.value) == (
        "net.onnx leaves the size of its input open\n  hint: write input=(3, 224, 224)"
    )
    assert archstat.analyze(file, (3, 9, 9)).input == (3, 9, 9)
    assert archstat.analyze(file, (1, 3, 9, 9)).input == (3, 9, 9)


@pytest.mark.parametrize("content", [b"", b"\x00nothing", b"layers = []"])
def test_what_is_no_model_is_refused(tmp_path, monkeypatch, content):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.onnx").write_bytes(content)
    with pytest.raises(UsageError, match=r"'net\.onnx' is no ONNX model"):
        archstat.analyze("net.onnx")
    with pytest.raises(UsageError, match=r"there is no file 'nett\.onnx'\n  hint: did you mean"):
        archstat.analyze("nett.onnx")


def test_a_question_that_does_not_fit(saved):
    file = saved([node("Relu", "x", "r")])
    with pytest.raises(UsageError, match=r"a number of classes does not go with net\.onnx, which"):
        archstat.analyze(file, classes=3)


def test_it_works_without_torch(saved):
    file = saved([node("Relu", "x", "r")])
    script = "import sys, archstat; archstat.analyze(sys.argv[1]); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script, file], capture_output=True, check=True)
    assert done.stdout.strip() == b"False"


def test_a_network_of_layers_is_held_against_a_run(saved):
    pytest.importorskip("torch")
    file = saved([node("Conv", "x w", "c", kernel_shape=[3, 3])], [tensor("w", 4, 3, 3, 3)])
    assert archstat.analyze(file, device="meta").traced_on == "meta"
    other = saved([node("Erf", "x", "e")])
    with pytest.raises(UsageError, match=r"net\.onnx cannot run here: Erf is no layer of torch"):
        find_model(other).module(archstat.models.question.Question())


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("/layer1/layer1.0/relu/Relu", "layer1.0.relu"),
        ("/layer1/layer1.0/Add", "layer1.0"),
        ("/Flatten", ""),
        ("node_Conv_12", ""),
        ("", ""),
    ],
)
def test_a_name_tells_the_module(name, path):
    assert scope(name) == path


def test_what_is_stored_for_a_branch_is_held_where_it_branches(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out = [helper.make_tensor_value_info("y", FLOAT, (1, 4, 6, 6))]
    own = helper.make_graph(
        [helper.make_node("Conv", ["x", "v"], ["y"])], "b", [], out, [tensor("v", 4, 3, 3, 3)]
    )
    outer = helper.make_graph([helper.make_node("Conv", ["x", "w"], ["y"])], "a", [], out)
    graph = helper.make_graph(
        [helper.make_node("If", ["c"], ["y"], then_branch=outer, else_branch=own)],
        "net",
        [
            helper.make_tensor_value_info("x", FLOAT, (1, 3, 8, 8)),
            helper.make_tensor_value_info("c", TensorProto.BOOL, ()),
        ],
        out,
        [tensor("w", 4, 3, 3, 3)],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), "if.onnx")
    totals = archstat.analyze("if.onnx").totals
    assert (totals.params, totals.macs) == (2 * 108, 4 * 27 * 36)  # 4·27 of each branch


def test_a_file_that_is_larger_than_any_is_refused_at_once(tmp_path):
    path = tmp_path / "net.onnx"
    with path.open("wb") as file:
        file.truncate(1 << 31)
    with pytest.raises(UsageError, match="has more than 2 GiB, and no ONNX model has"):
        archstat.analyze(str(path))


@pytest.mark.parametrize(
    ("attributes", "what"),
    [
        ({}, "MaxPool does not state its kernel_shape"),
        ({"kernel_shape": 2.0}, "MaxPool states its kernel_shape in another form"),
        ({"kernel_shape": [2, 2], "strides": "2"}, "MaxPool states its strides in another form"),
    ],
)
def test_an_operator_that_does_not_state_what_it_must_is_told(
    tmp_path, monkeypatch, attributes, what
):
    monkeypatch.chdir(tmp_path)
    pool = helper.make_node("MaxPool", ["x"], ["p"], name="pool", **attributes)
    ends = [helper.make_tensor_value_info(*end) for end in (
        ("x", FLOAT, (1, 3, 8, 8)), ("p", FLOAT, (1, 3, 4, 4)),
    )]  # fmt: skip
    graph = helper.make_graph([pool], "net", ends[:1], ends[1:])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), "net.onnx")
    with pytest.raises(UsageError, match=f"maxpool: {what}\n  hint: export the model again"):
        archstat.analyze("net.onnx")
