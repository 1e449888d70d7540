"""Networks as students break them, and what they are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import invoke

pytest.importorskip("torch")

NET = """\
import torch
import torch.nn.functional as F
from torch import nn

class Net(nn.Module):
    def forward(self, x):
        {forward}

    def __init__(self):
        super().__init__()
        {init}
"""
LINE = "net.py, line 7: "

FEATURES = "self.conv = nn.Conv2d(3, 8, 3, padding=1); self.pool = nn.MaxPool2d(2); "
MAP = "self.pool(self.conv(x))"  # 8×16×16 of an image of 3×32×32: 2048 values


def told(folder, init, forward, *words):
    """Return what is printed about a network that is broken, without where."""
    file = folder / "net.py"
    file.write_text(NET.format(init=init, forward=forward), encoding="utf-8")
    result = invoke("table", f"{file}:Net", *(words or ("--input", "3x32x32")))
    assert result.exit_code == 2
    return result.stderr.replace(f"{file}:Net", "net.py")


@pytest.mark.parametrize(
    ("init", "forward", "what", "hint"),
    [
        pytest.param(
            FEATURES + "self.fc = nn.Linear(8 * 16 * 16, 10)",
            f"return self.fc({MAP})",
            "module 'fc' (Linear): expects 2048 features, but is given a map of 8×16×16 = 2048",
            "put torch.flatten(x, 1), or nn.Flatten(), before it",
            id="no flatten",
        ),
        pytest.param(
            FEATURES + "self.fc = nn.Linear(8 * 14 * 14, 10)",
            f"return self.fc({MAP})",
            "module 'fc' (Linear): expects 1568 features, but is given a map of 8×16×16 = 2048",
            # pooled by 2, 29 is the size nearest to 32 of which 14 are left
            "the map is 16×16 here, and 14×14 for an input of 3×29×29; put torch.flatten(x, 1), "
            "or nn.Flatten(), before it, and write nn.Linear(2048, 10)",
            id="no flatten and the wrong product",
        ),
        pytest.param(
            FEATURES + "self.fc = nn.Linear(8, 10)",
            f"return self.fc({MAP})",
            "module 'fc' (Linear): expects 8 features, but is given a map of 8×16×16",
            "a mean over all places is missing before it: nn.AdaptiveAvgPool2d(1), and "
            "torch.flatten(x, 1)",
            id="no global pooling",
        ),
        pytest.param(
            "self.fc = nn.Linear(784, 10)",
            "return self.fc(x)",
            "module 'fc' (Linear): expects 784 features, but is given a map of 3×32×32 = 3072",
            "put torch.flatten(x, 1), or nn.Flatten(), before it, and write nn.Linear(3072, 10)",
            id="an image into a linear layer",
        ),
        pytest.param(
            FEATURES + "self.fc = nn.Linear(2048, 10)",
            f"return self.fc({MAP}.flatten(2))",
            "module 'fc' (Linear): expects 2048 features, but is given a map of 8×256 = 2048",
            "put torch.flatten(x, 1), or nn.Flatten(), before it",
            id="flattened from the wrong axis on",
        ),
        pytest.param(
            "self.fc = nn.Linear(64, 10)",
            "return self.fc(x.flatten(2).transpose(1, 2))",
            "module 'fc' (Linear): states in_features = 64, but is given 1024×3, whose last axis "
            "has 3",
            "write nn.Linear(3, 10)",
            id="tokens of other features are not to be flattened",
        ),
        pytest.param(
            "self.fc = nn.Linear(3, 10)",
            "return self.fc(x.flatten(2))",
            "module 'fc' (Linear): states in_features = 3, but is given 3×1024, whose last axis "
            "has 1024",
            "x.transpose(1, -1) puts the 3 last",
            id="tokens whose features are not last",
        ),
        pytest.param(
            FEATURES + "self.fc = nn.Linear(2048, 100); self.fc2 = nn.Linear(128, 10)",
            f"return self.fc2(self.fc({MAP}.flatten(1)).relu())",
            "module 'fc2' (Linear): states in_features = 128, but is given 100",
            "'fc' has out_features = 100; write nn.Linear(100, 10)",
            id="features of the layer before",
        ),
        pytest.param(
            FEATURES + "self.conv2 = nn.Conv2d(16, 32, 3)",
            f"return self.conv2({MAP})",
            "module 'conv2' (Conv2d): states in_channels = 16, but is given 8",
            "'conv' has out_channels = 8; write nn.Conv2d(8, 32, …)",
            id="channels of the convolution before",
        ),
        pytest.param(
            "self.conv = nn.Conv2d(1, 6, 5)",
            "return self.conv(x)",
            "module 'conv' (Conv2d): states in_channels = 1, but is given 3",
            "write nn.Conv2d(3, 6, …), or state --input 1x32x32",
            id="channels of the input",
        ),
        pytest.param(
            FEATURES + "self.norm = nn.BatchNorm2d(16)",
            "return self.norm(self.conv(x))",
            "module 'norm' (BatchNorm2d): states num_features = 16, but is given 8",
            "'conv' has out_channels = 8; write nn.BatchNorm2d(8)",
            id="a norm of other channels",
        ),
        pytest.param(
            FEATURES + "self.norm = nn.GroupNorm(4, 16)",
            "return self.norm(self.conv(x))",
            "module 'norm' (GroupNorm): its weight has 16 values, but 8×32×32 needs 8",
            "write nn.GroupNorm(4, 8)",
            id="a group norm of other channels",
        ),
        pytest.param(
            FEATURES + "self.norm = nn.BatchNorm1d(8)",
            "return self.norm(self.conv(x))",
            "module 'norm' (BatchNorm1d): expects batch×channels×columns, got 1×8×32×32",
            "use nn.BatchNorm2d",
            id="a norm for vectors on a map",
        ),
        pytest.param(
            FEATURES + "self.norm = nn.BatchNorm2d(2048)",
            f"return self.norm({MAP}.flatten(1))",
            "module 'norm' (BatchNorm2d): expects batch×channels×rows×columns, got 1×2048",
            "use nn.BatchNorm1d",
            id="a norm for maps on a vector",
        ),
        pytest.param(
            FEATURES + "self.conv2 = nn.Conv2d(8, 8, 3)",
            f"return self.conv2({MAP}.flatten(1))",
            "module 'conv2' (Conv2d): expects batch×channels×rows×columns, got 1×2048",
            "'flatten' has made the map a vector: put this layer before it",
            id="a convolution behind the flatten",
        ),
        pytest.param(
            FEATURES,
            "return self.conv(x.permute(0, 2, 3, 1))",
            "module 'conv' (Conv2d): expects 3 channels, got 32×32×3",
            "channels come first: x.permute(0, 3, 1, 2)",
            id="channels last within",
        ),
        pytest.param(
            FEATURES + "self.conv2 = nn.Conv2d(8, 4, 3)",
            f"return self.conv2({MAP}[0][0])",
            "module 'conv2' (Conv2d): expects batch×channels×rows×columns, got 16×16",
            "'select (2)' took an axis away: x[0] does, x[0:1] keeps it",
            id="an axis indexed away",
        ),
        pytest.param(
            FEATURES + "self.conv2 = nn.Conv2d(8, 4, 3)",
            f"return self.conv2({MAP}.mean(1))",
            "module 'conv2' (Conv2d): expects batch×channels×rows×columns, got 1×16×16",
            "an axis is missing: x.unsqueeze(0) adds one for the batch, (1) for the channels",
            id="an axis averaged away",
        ),
        pytest.param(
            FEATURES + "self.conv2 = nn.Conv2d(8, 4, 19)",
            f"return self.conv2({MAP})",
            "module 'conv2' (Conv2d): the kernel spans 19×19, more than its input 16×16",
            "use a larger input, a smaller kernel, or more padding",
            id="a kernel larger than the map",
        ),
        pytest.param(
            FEATURES + "self.fc = nn.Linear(2048, 10).double()",
            f"return self.fc({MAP}.flatten(1))",
            "module 'fc' (Linear): its parameters are float64, but it is given float32",
            "convert one: x.to(torch.float64), or model.to(torch.float32)",
            id="parameters of another type",
        ),
        pytest.param(
            "self.a = nn.Linear(32, 4); self.a.bias.data = self.a.bias.data.double()",
            "return self.a(x)",
            "module 'a' (Linear): its bias is float64, but it is given float32",
            "convert one: x.to(torch.float64), or model.to(torch.float32)",
            id="one parameter of another type",
        ),
        pytest.param(
            "self.lstm = nn.LSTM(32, 4); self.fc = nn.Linear(4, 2)",
            "return self.fc(self.lstm(x[:, 0]))",
            "module 'fc' (Linear): is given a tuple, no tensor",
            "'lstm' returns a tuple: x, *_ = self.lstm(x)",
            id="output and state of a recurrent layer",
        ),
        pytest.param(
            "self.a = nn.Conv2d(3, 4, 3); self.b = nn.ReLU()",
            "return self.b(self.a)",
            "module 'b' (ReLU): is given a Conv2d, no tensor",
            "a module must be called: self.a(x)",
            id="a layer that is not called",
        ),
        pytest.param(
            "self.a = nn.Conv2d(3, 4, 3)",
            "return self.a(nn.ReLU(x))",
            "module 'a' (Conv2d): is given a ReLU, no tensor",
            "a module must be called: nn.ReLU(…)(x)",
            id="a layer that is made and not called",
        ),
        pytest.param(
            "self.blocks = nn.ModuleList([nn.ReLU()])",
            "return self.blocks(x)",
            "module 'blocks' (ModuleList): holds modules, and cannot be called itself",
            "call its modules one by one, or make it an nn.Sequential",
            id="a list of modules called",
        ),
    ],
)
def test_a_layer_that_does_not_fit_is_told_with_what_to_write(tmp_path, init, forward, what, hint):
    assert told(tmp_path, init, forward) == f"error: net.py: {what}\n  hint: {hint}\n"


@pytest.mark.parametrize(
    ("init", "forward", "what", "hint"),
    [
        pytest.param(
            FEATURES,
            f"return {MAP}.view(-1, 8 * 15 * 15)",
            "view(-1, 1800) is given 1×8×16×16 ('pool'), 2048 values",
            "torch.flatten(x, 1) gives 2048 features an example",
            id="a view of other features",
        ),
        pytest.param(
            FEATURES,
            "return x.permute(0, 2, 3, 1).view(-1, 3072)",
            "view(-1, 3072) is given 1×32×32×3 ('permute'), whose axes were exchanged",
            "use x.reshape, which copies them",
            id="a view of exchanged axes",
        ),
        pytest.param(
            FEATURES,
            "return x + self.conv(x)",
            "add is given 1×3×32×32 ('input') and 1×8×32×32 ('conv')",
            "a 1×1 convolution from 3 to 8 channels makes them equal",
            id="branches of other channels",
        ),
        pytest.param(
            FEATURES,
            f"return self.conv(x) * {MAP}",
            "mul is given 1×8×32×32 ('conv') and 1×8×16×16 ('pool')",
            "maps of one size are needed: look at strides and paddings",
            id="branches of other sizes",
        ),
        pytest.param(
            FEATURES,
            f"return torch.cat([x, {MAP}], 1)",
            "cat along axis 1 is given 1×3×32×32 ('input') and 1×8×16×16 ('pool')",
            "all axes but 1 must be equal",
            id="maps of other sizes to concatenate",
        ),
        pytest.param(
            "self.w = nn.Parameter(torch.zeros(5, 7))",
            "return x.flatten(1) @ self.w",
            "a product of 1×3072 ('flatten') and 5×7 ('w')",
            "the first has 3072 columns, the second 5 rows",
            id="a product of matrices that do not fit",
        ),
        pytest.param(
            "self.w = nn.Parameter(torch.zeros(3072, 7, dtype=torch.float64))",
            "return x.flatten(1) @ self.w",
            "a product is given float32 1×3072 ('flatten') and float64 3072×7 ('w')",
            "convert one, as with x.to(torch.float32)",
            id="a product of two types",
        ),
        pytest.param(
            "self.conv = nn.Conv2d(3, 8, 3),",
            "return self.conv(x)",
            "'conv' is a tuple of one module",
            "remove the comma behind it",
            id="a comma at the end of a line",
        ),
        pytest.param(
            FEATURES,
            "return self.forward(self.conv(x)[:, :3])",
            "the forward pass calls itself without end",
            None,
            id="recursion",
        ),
        pytest.param(
            FEATURES,
            "return self.convv(x)",
            "the forward pass fails: AttributeError: 'Net' object has no attribute 'convv'",
            "did you mean 'conv'?",
            id="a misspelt layer",
        ),
        pytest.param(
            FEATURES,
            "return conv(x)",
            "the forward pass fails: NameError: name 'conv' is not defined",
            "did you mean 'self.conv'?",
            id="self forgotten",
        ),
        pytest.param(
            FEATURES,
            "return np.abs(self.conv(x))",
            "the forward pass fails: NameError: name 'np' is not defined",
            "import numpy as np",
            id="an import forgotten",
        ),
        pytest.param(
            FEATURES,
            "return self.conv(x).missing",
            "the forward pass fails: AttributeError: 'Tensor' object has no attribute 'missing'",
            None,
            id="what is not known",
        ),
    ],
)
def test_a_line_that_fails_is_shown_with_what_to_write(tmp_path, init, forward, what, hint):
    line = f"{LINE}{forward}"
    hint = f"{hint} ({line})" if hint else line
    assert told(tmp_path, init, forward) == f"error: net.py: {what}\n  hint: {hint}\n"


@pytest.mark.parametrize(
    ("init", "words", "what", "hint"),
    [
        pytest.param(
            "self.f = nn.Conv2d(3, 4, 3)",
            ("--input", "8x8x3"),
            "module 'f' (Conv2d): expects 3 channels, got 8×8×3",
            "channels come first: --input 3x8x8",
            id="channels last",
        ),
        pytest.param(
            "self.f = nn.Linear(784, 10)",
            ("--input", "1024"),
            "module 'f' (Linear): states in_features = 784, but is given 1024",
            "write nn.Linear(1024, 10), or state --input 784",
            id="a vector",
        ),
        pytest.param(
            "self.f = nn.Conv2d(1, 4, 3)",
            ("--input", "28x28", "--batch", "2"),
            "module 'f' (Conv2d): expects batch×channels×rows×columns, got 2×28×28",
            "the channels are missing: --input 1x28x28",
            id="no channels",
        ),
        pytest.param(
            "self.f = nn.Conv2d(3, 4, 3)",
            ("--input", "uint8:3x8x8"),
            "module 'f' (Conv2d): its parameters are float32, but it is given uint8",
            "convert it: x.to(torch.float32), or --input float32:3x8x8",
            id="bytes",
        ),
        pytest.param(
            "self.f = nn.Embedding(100, 16)",
            ("--input", "16"),
            "module 'f' (Embedding): expects numbers of rows in its table (int64), but is given "
            "float32",
            "say so: --input int64:16",
            id="no whole numbers",
        ),
    ],
)
def test_an_input_that_does_not_fit_is_told_as_it_must_be_stated(tmp_path, init, words, what, hint):
    said = told(tmp_path, init, "return self.f(x)", *words)
    assert said == f"error: net.py: {what}\n  hint: {hint}\n"


def test_numbers_that_are_computed_are_no_indices_either(tmp_path):
    assert told(
        tmp_path, "self.f = nn.Embedding(9, 4)", "return self.f(x * 2)", "--input", "5"
    ) == (
        "error: net.py: module 'f' (Embedding): expects numbers of rows in its table (int64), but "
        "is given float32\n  hint: convert them: x.long()\n"
    )


def test_rows_are_picked_by_whole_numbers_also_where_meta_lets_others_pass(tmp_path):
    init, forward = (
        "self.w = nn.Parameter(torch.zeros(9, 4))",
        "return self.w.index_select(0, x[0])",
    )
    assert told(tmp_path, init, forward, "--input", "5").splitlines()[0] == (
        "error: net.py: the forward pass fails: RuntimeError: index_select(): Expected dtype "
        "int32 or int64 for index"
    )


# What is shown beside the message.


def test_a_broken_network_runs_once(tmp_path):
    forward = "print('run'); return self.conv(x[:, :2])"
    assert told(tmp_path, FEATURES, forward).splitlines()[0] == "run"
    assert told(tmp_path, FEATURES, forward).count("run") == 1


def test_the_last_layers_before_an_endless_recursion_are_shown(tmp_path):
    file = tmp_path / "net.py"
    file.write_text(NET.format(init="pass", forward="return self.forward(x + 1)"), encoding="utf-8")
    lines = invoke("table", f"{file}:Net", "--input", "3", "--columns", "layer").stdout.splitlines()
    names = [line for line in lines if line.startswith("add")]
    last = int(names[-1].removeprefix("add (").rstrip(")"))
    assert names == [f"add ({number})" for number in range(last - 39, last + 1)]
    assert lines[-1] == f"note: the last 40 of {last} rows are shown; totals are those of all"


@pytest.mark.parametrize("container", ["ModuleList", "ModuleDict"])
def test_a_container_with_a_forward_of_its_own_may_be_called(container, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = "[nn.Linear(4, 2)]" if container == "ModuleList" else "{'a': nn.Linear(4, 2)}"
    first = "self[0]" if container == "ModuleList" else "self['a']"
    text = (
        f"from torch import nn\nclass Experts(nn.{container}):\n"
        f"    def forward(self, x):\n        return {first}(x).wrong\n"
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        f"        self.experts = Experts({given})\n"
        "    def forward(self, x):\n        return self.experts(x)\n"
    )
    Path("net.py").write_text(text, encoding="utf-8")
    broken = invoke("table", "net.py:Net", "--input", "4")
    assert "has no attribute 'wrong'" in broken.stderr
    Path("net.py").write_text(text.replace(".wrong", ""), encoding="utf-8")
    assert invoke("table", "net.py:Net", "--input", "4").exit_code == 0
