"""`archstat.analyze` on PyTorch models: paths, modules, shapes and example tensors."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

import pytest

import archstat
from archstat.errors import UsageError

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402  behind the check for torch

SPEC = 'input = [1, 4, 4]\nlayers = [ { name = "r", kind = "relu" } ]'
EITHER = (
    "a model needs either the shape of its input or example tensors\n"
    "  hint: write analyze(model, (3, 224, 224)) or analyze(model, inputs=(images, labels))"
)


class Scaled(nn.Module):
    """A linear layer of 8·4 weights, whose output is multiplied by a second input."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x, scale):
        return self.fc(x) * scale


def assert_refused(call, message):
    """Check that a call ends in a UsageError, and all of its text."""
    with pytest.raises(UsageError) as caught:
        call()
    assert str(caught.value) == message


def test_a_path_is_a_file(tmp_path):
    file = tmp_path / "net.toml"
    file.write_text(SPEC, encoding="utf-8")
    assert archstat.analyze(Path(file)).layers[0].out_shape == (1, 4, 4)


def test_a_model_by_its_name(tmp_path):
    file = tmp_path / "by_name.py"
    file.write_text("from torch import nn\ndef make(n):\n    return nn.Linear(8, n)\n")
    report = archstat.analyze(f"{file}:make", (8,), arguments={"n": 3})
    assert (report.totals.params, report.traced_on) == (27, "meta")  # 8·3 weights and 3 biases


def test_a_module_and_the_shape_of_its_input():
    report = archstat.analyze(nn.Linear(8, 4), (8,), batch_size=2)
    assert (report.model, report.input, report.batch_size) == ("Linear", (8,), 2)
    assert report.totals.macs == 64  # 2 · 8·4


def test_a_module_and_example_tensors():
    report = archstat.analyze(Scaled(), inputs=(torch.zeros(3, 8), torch.zeros(3, 1)))
    assert (report.input, report.batch_size, report.totals.macs) == ((8,), 3, 96)


def test_a_module_and_example_tensors_by_name():
    named = {"scale": torch.zeros(3, 1), "x": torch.zeros(3, 8)}
    assert archstat.analyze(Scaled(), kwargs=named).totals.macs == 96


def test_a_module_and_example_tensors_by_place_and_by_name():
    report = archstat.analyze(
        Scaled(), inputs=[torch.zeros(3, 8)], kwargs={"scale": torch.zeros(3, 1)}
    )
    assert report.totals.macs == 96


def test_a_batch_is_that_of_the_example_tensors():
    examples = [torch.zeros(3, 8)]
    assert archstat.analyze(nn.Linear(8, 4), inputs=examples, batch_size=3).batch_size == 3
    assert_refused(
        lambda: archstat.analyze(nn.Linear(8, 4), inputs=examples, batch_size=4),
        "the examples are a batch of 3, and batch_size says 4\n"
        "  hint: leave batch_size out: it is that of the examples",
    )


def test_bytes_are_those_of_the_types():
    model = nn.Linear(16, 32).bfloat16()
    report = archstat.analyze(model, inputs=[torch.zeros(10, 16).bfloat16()], train=True)
    # 16·32 + 32 numbers of two bytes, and 10·32 values
    assert report.totals.param_bytes == 1_088
    assert report.totals.activation_bytes == 640
    # a gradient each; Adam keeps two, and a step of four bytes for the weight and for the bias
    assert report.totals.step.gradient_bytes == 1_088
    assert report.totals.step.optimizer_bytes == {"sgd": 0, "momentum": 1_088, "adam": 2_184}


def test_modules_of_several_types_have_bytes_of_their_own():
    class Mixed(nn.Sequential):
        def forward(self, x):
            return self[1](self[0](x).float())

    model = Mixed(nn.Linear(16, 32).bfloat16(), nn.LayerNorm(32), nn.Linear(2, 2).half())
    report = archstat.analyze(model, inputs=[torch.zeros(10, 16).bfloat16()])
    linear, norm, idle = (row for row in report.layers if row.params)
    # two bytes for 16·32 + 32 numbers, four for 2·32, two for 2·2 + 2
    assert [linear.param_bytes, norm.param_bytes, idle.param_bytes] == [1_088, 256, 12]
    assert (linear.activation_bytes, norm.activation_bytes) == (640, 1_280)


def test_example_tensors_are_left_as_they_were():
    example = torch.ones(1, 8)
    archstat.analyze(nn.Sequential(nn.ReLU(inplace=True)), inputs=[example.neg_()], device="cpu")
    assert example.tolist() == [[-1.0] * 8]


@pytest.mark.parametrize(
    ("shape", "keywords"),
    [
        (None, {}),
        (None, {"inputs": [3]}),
        ((8,), {"inputs": [torch.zeros(1, 8)]}),
        ((8,), {"kwargs": {"input": torch.zeros(1, 8)}}),
    ],
    ids=["neither", "no tensor", "shape and inputs", "shape and kwargs"],
)
def test_a_module_needs_its_input_in_one_way(shape, keywords):
    assert_refused(lambda: archstat.analyze(nn.Linear(8, 4), shape, **keywords), EITHER)


@pytest.mark.parametrize("keywords", [{"inputs": [torch.zeros(1, 8)]}, {"kwargs": {"x": 3}}])
def test_example_tensors_go_with_modules_alone(keywords):
    assert_refused(
        lambda: archstat.analyze("lenet5", **keywords),
        "inputs and kwargs go with an nn.Module\n  hint: write input=(3, 224, 224)",
    )


@pytest.mark.parametrize(
    "keywords", [{"classes": 3}, {"settings": {"fc": {"bias": False}}}, {"arguments": {"n": 3}}]
)
def test_changes_do_not_go_with_modules(keywords):
    assert_refused(
        lambda: archstat.analyze(nn.Linear(8, 4), (8,), **keywords),
        "classes, settings and arguments do not go with an nn.Module",
    )


def test_a_class_of_modules_is_no_module():
    message = (
        "a model is an instance, and ReLU is its class\n  hint: write analyze(ReLU(), …), with "
    )
    with pytest.raises(UsageError, match=re.escape(message)):
        archstat.analyze(nn.ReLU, (8,))


@pytest.mark.parametrize("given", [torch.zeros(1, 8), [torch.zeros(1, 8)]], ids=["one", "list"])
def test_a_tensor_is_no_shape(given):
    assert_refused(
        lambda: archstat.analyze(nn.Linear(8, 4), given),
        "input is the shape of one example, got a tensor\n"
        "  hint: example tensors go into inputs: analyze(model, inputs=(tensor,))",
    )


@pytest.mark.parametrize(
    ("inputs", "kwargs", "message"),
    [
        (2, (), "forward(x, scale) cannot be called: too many positional arguments"),
        (0, (), "forward(x, scale) cannot be called: missing a required argument: 'scale'"),
        (0, ("scael",), "forward(x, scale) takes no 'scael'"),
    ],
    ids=["too many", "too few", "misspelt"],
)
def test_inputs_are_those_that_forward_takes(inputs, kwargs, message):
    hint = "did you mean 'scale'?" if kwargs else "state them in its order, or by name: HOW"
    assert_refused(
        lambda: archstat.analyze(
            Scaled(),
            inputs=[torch.zeros(1, 8)] * (1 + inputs),
            kwargs={name: torch.zeros(1, 1) for name in kwargs},
        ),
        f"Scaled: {message}\n  hint: {hint}".replace("HOW", "input='mask=bool:16'"),
    )


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        ((224, 224, 3), "expects 3 channels, got 224×224×3"),
        ((3, 224), "expects batch×channels×rows×columns, got 1×3×224"),
        ((4, 32, 32), "states in_channels = 3, but is given 4"),
    ],
)
def test_a_wrong_shape_gets_one_sentence_and_no_chain(shape, sentence):
    with pytest.raises(UsageError.__base__) as caught:
        archstat.analyze(nn.Sequential(nn.Conv2d(3, 8, 3)), shape)
    assert sentence in str(caught.value)
    assert "--" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert len(traceback.extract_tb(caught.value.__traceback__)) == 2  # this line, and analyze


def test_a_batch_of_one_is_read_as_such():
    report = archstat.analyze(nn.Sequential(nn.Conv2d(3, 8, 3)), (1, 3, 8, 8))
    assert report.input == (3, 8, 8)
    assert report.notes == ("the input 1×3×8×8 was read as a batch of one 3×8×8",)


def test_inputs_have_types_and_names_as_texts():
    class Steps(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(10, 4)

        def forward(self, x, t):
            return x + self.table(t)

    report = archstat.analyze(Steps(), ["4", "t=int64:"])
    assert [layer.name for layer in report.layers] == ["table", "add"]
