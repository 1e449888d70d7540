"""`archstat table` on PyTorch models: what is printed, folded, refused and told."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.cli.running import assert_refused, invoke, start

pytest.importorskip("torch")
pytestmark = pytest.mark.usefixtures("nets")

NETS = """
import time

import torch
from torch import nn


class Small(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.fc = nn.Linear(4 * 6 * 6, classes)

    def forward(self, x):
        return self.fc(self.conv(x).flatten(1))


def small(classes, *, double):
    return Small(2 * classes if double else classes)


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(10, 4)
        self.fc = nn.Linear(6, 2)

    def forward(self, ids, scale, *, shift):
        return self.fc(torch.cat([self.embedding(ids), scale], -1)) + shift


class AlexNet(nn.Module):
    def __init__(self, features=384 * 6 * 6, flatten=True):
        super().__init__()
        self.flatten = flatten
        self.features = nn.Sequential(
            nn.Conv2d(3, 96, 11, stride=4), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(96, 256, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(),
            nn.Conv2d(384, 384, 3, padding=1), nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2),
        )
        self.fc6 = nn.Linear(features, 4096)

    def forward(self, x):
        x = self.features(x)
        return self.fc6(x.flatten(1) if self.flatten else x)


class Orthogonal(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        return torch.linalg.qr(self.fc(x)).Q


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)
        self.relu = nn.ReLU()

    def forward(self, x):
        return x + self.relu(self.conv(x))


class Blocks(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        self.body = nn.Sequential(Block(), Block(), Block())
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.body(self.stem(x)).mean((2, 3)))


class Endless(nn.Module):
    def forward(self, x):
        for _ in range(1_500):  # a test that fails shall end
            try:
                time.sleep(0.01)
            except Exception:
                pass
"""

SMALL = ("nets.py:Small", "--input", "3x8x8")
ALEXNET = ("nets.py:AlexNet", "--input", "3x227x227")
BLOCKS = ("nets.py:Blocks", "--input", "3x8x8")


@pytest.fixture
def nets(tmp_path, monkeypatch):
    """Work in a folder with a file of networks."""
    monkeypatch.chdir(tmp_path)
    Path("nets.py").write_text(NETS, encoding="utf-8")


def table(*words):
    """Return the rows of a table that is printed, cell by cell, the total last."""
    result = invoke("table", *words)
    assert (result.exit_code, result.stderr) == (0, "")
    return rows(result.stdout)


def rows(printed):
    """Return what stands below the titles of a table, cell by cell."""
    lines = printed.splitlines()
    rules = [number for number, line in enumerate(lines) if set(line) == {"─"}]
    body = [*lines[rules[0] + 1 : rules[1]], lines[rules[1] + 1]]
    return [re.split("  +", line.strip()) for line in body]


# Good models.


def test_a_class_in_a_file():
    assert table(*SMALL, "--columns", "layer,kind,feature_map,params,macs,receptive_field") == [
        # 4·3·3·3 weights and 4 biases, on 6·6 places
        ["conv", "conv", "6×6×4", "112", "3,888", "3"],
        ["flatten", "flatten", "144", "–", "–", "3"],
        # 144·10 weights and 10 biases; six units of three pixels see eight
        ["fc", "linear", "10", "1,450", "1,440", "8"],
        ["total", "1,562", "5,328"],
    ]


def test_the_head_says_that_a_model_was_traced():
    head = invoke("table", *SMALL).stdout.splitlines()[:2]
    assert head == ["nets.py:Small", "input 8×8×3, batch of 1, traced on meta"]


def test_a_factory_gets_its_arguments():
    words = ("--arg", "classes=3", "--arg", "double=true", "--columns", "layer,params")
    last = table("nets.py:small", "--input", "3x8x8", *words)[-2]
    assert last == ["fc", "870"]  # 6·144 weights and 6 biases


def test_several_inputs_with_their_types():
    inputs = ("--input", "ids:int64:5", "--input", "scale=5x2", "--input", "shift:float32:5x2")
    assert table("nets.py:Two", *inputs, "--columns", "layer,feature_map,macs") == [
        ["embedding", "5×4", "–"],
        ["cat", "5×6", "–"],
        ["fc", "5×2", "60"],  # 5 rows of 6·2
        ["add", "5×2", "–"],
        ["total", "60"],
    ]


def test_a_batch_multiplies_macs():
    assert table(*SMALL, "--batch", "3", "--columns", "layer,macs")[-1] == ["total", "15,984"]


@pytest.mark.slow
@pytest.mark.parametrize("words", [(), ("-o", "-")])
def test_a_file_that_prints_does_not_disturb_the_answer(words):
    loud = NETS.replace(
        "        return self.fc(self", '        print("run")\n        return self.fc(self'
    )
    Path("loud.py").write_text('print("import")\n' + loud, encoding="utf-8")
    asked = ("loud.py:Small", "--input", "3x8x8", "--run-file", "--format", "json")
    done = start("table", *asked, *words)
    assert json.loads(done.stdout)["totals"]["macs"] == 5_328
    assert done.stderr == b"import\nrun\n"


@pytest.mark.slow
def test_what_a_file_starts_does_not_disturb_the_answer():
    loud = "import os, sys\nos.system('echo child')\nsys.__stdout__.write('loud\\n')\n"
    Path("loud.py").write_text(loud + NETS, encoding="utf-8")
    asked = ("loud.py:Small", "--input", "3x8x8", "--run-file", "--format", "json")
    done = start("table", *asked)
    assert json.loads(done.stdout)["totals"]["macs"] == 5_328
    assert done.stderr.split() == [b"child", b"loud"]


# Rows folded, grouped, sorted.


def test_depth_1_is_a_row_for_each_child():
    assert table(*BLOCKS, "--depth", "1", "--columns", "layer,kind,params,macs") == [
        ["stem", "conv", "112", "6,912"],  # 4·3·9 weights and 4 biases on 64 places
        ["body", "Sequential", "444", "27,648"],  # three times as below
        ["mean", "mean", "–", "–"],
        ["head", "linear", "10", "8"],
        ["total", "566", "34,568"],
    ]


def test_equal_blocks_are_one_row():
    assert table(
        *BLOCKS, "--depth", "2", "--columns", "layer,kind,params,macs,receptive_field"
    ) == [
        ["stem", "conv", "112", "6,912", "3"],
        # each 4·4·9 weights and 4 biases on 64 places; 3 + 2 + 2 + 2 pixels behind them
        ["body.0 … 2", "Block × 3", "444", "27,648", "9"],
        ["mean", "mean", "–", "–", "16"],
        ["head", "linear", "10", "8", "16"],
        ["total", "566", "34,568"],
    ]


def test_by_module_is_depth_1():
    by_module = invoke("table", *BLOCKS, "--by", "module").stdout
    assert by_module == invoke("table", *BLOCKS, "--depth", "1").stdout


def test_by_kind_is_a_row_for_each_kind():
    assert table(*BLOCKS, "--by", "kind", "--columns", "layer,kind,macs") == [
        ["4 layers", "conv", "34,560"],
        ["3 layers", "ReLU", "–"],
        ["3 layers", "add", "–"],
        ["1 layer", "mean", "–"],
        ["1 layer", "linear", "8"],
        ["total", "34,568"],
    ]


def test_the_largest_rows_come_first_and_the_total_is_that_of_all():
    words = ("--sort", "macs", "--top", "2", "--columns", "layer,macs")
    assert table(*ALEXNET, "--arg", "features=9216", *words) == [
        ["features.3", "447,897,600"],  # 256·96·25 on 27·27 places
        ["features.8", "224,280,576"],  # 384·384·9 on 13·13
        ["total", "1,114,382,880"],
    ]


def test_a_note_says_how_many_rows_are_shown():
    result = invoke("table", *BLOCKS, "--sort", "macs", "--top", "3")
    assert result.stdout.splitlines()[-1] == (
        "note: 3 of 12 rows are shown; totals are those of all"
    )


def test_no_note_says_that_all_rows_are_shown():
    assert "rows are shown" not in invoke("table", *BLOCKS, "--top", "12").stdout


# Broken models.


def assert_told(result, rows_before, *lines):
    """Check that the layers that ran are printed, and what was wrong with the next one."""
    assert result.stderr.splitlines() == list(lines)
    assert [row[0] for row in rows(result.stdout)] == [*rows_before, "total"]
    assert result.exit_code == 2


FEATURES = [f"features.{number}" for number in range(13)]


def test_the_product_of_a_wrong_layer_is_told():
    # 384·6·6 of conv4's channels, where the last convolution has 256
    assert_told(
        invoke("table", *ALEXNET),
        [*FEATURES, "flatten"],
        "error: nets.py:AlexNet: module 'fc6' (Linear): states in_features = 13824 = 384·6·6, "
        "but is given 9216 = 256·6·6",
        "  hint: 'features.10' turned 384 channels into 256; write nn.Linear(9216, 4096)",
    )


def test_a_forgotten_flatten_is_told():
    assert_told(
        invoke("table", *ALEXNET, "--arg", "flatten=false"),
        FEATURES,
        "error: nets.py:AlexNet: module 'fc6' (Linear): expects 13824 features, "
        "but is given a map of 256×6×6 = 9216",
        "  hint: 'features.10' turned 384 channels into 256; put torch.flatten(x, 1), or "
        "nn.Flatten(), before it, and write nn.Linear(9216, 4096)",
    )


def test_the_half_of_an_answer_is_no_json():
    result = invoke("table", *ALEXNET, "--format", "json")
    assert (result.stdout, result.exit_code) == ("", 2)


# What was not counted.


def test_strict_says_no_if_an_operator_was_not_counted():
    result = invoke("table", "nets.py:Orthogonal", "--input", "8", "--strict")
    assert (result.exit_code, result.stderr) == (1, "not counted: linalg_qr\n")
    assert rows(result.stdout)[-1] == ["total", "16", "2", "≥ 16"]  # 8·2 of the linear layer


def test_without_strict_an_uncounted_operator_is_noted():
    result = invoke("table", "nets.py:Orthogonal", "--input", "8")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-1] == (
        "note: MACs are at least those shown: not counted is linalg_qr in 1 row"
    )


def test_strict_has_nothing_against_a_model_that_was_counted():
    result = invoke("table", *SMALL, "--strict")
    assert (result.exit_code, result.stderr) == (0, "")


# Time.


def test_a_forward_pass_that_never_ends_is_stopped():
    assert_refused(
        invoke("table", "nets.py:Endless", "--input", "3", "--timeout", "0.2"),
        "error: no answer within 0.2 s",
        "  hint: allow more with --timeout",
    )


@pytest.mark.slow
def test_a_model_that_catches_every_exception_is_stopped_all_the_same():
    text = NETS.replace("except Exception", "except BaseException")
    Path("nets.py").write_text(text, encoding="utf-8")
    done = start("table", "nets.py:Endless", "--input", "3", "--timeout", "2")
    assert (done.returncode, done.stdout) == (2, b"")
    # on a slow machine it is stopped while torch is imported, which may log what it has caught
    assert done.stderr.endswith(b"error: no answer within 2 s\n  hint: allow more with --timeout\n")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="signals are others on this system")
def test_ctrl_c_stops_without_a_word_and_without_a_file():
    # who is started in the background of a shell ignores the signal, unless told otherwise
    text = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n" + NETS
    text = text.replace("time.sleep(0.01)", "signal.raise_signal(signal.SIGINT)")
    Path("nets.py").write_text(text, encoding="utf-8")
    done = start("table", "nets.py:Endless", "--input", "3", "--run-file", "-o", "table.md")
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, b"", b"")
    assert [file.name for file in Path().iterdir() if file.is_file()] == ["nets.py"]


def test_a_model_in_time_is_not_stopped():
    assert invoke("table", *SMALL, "--timeout", "500").exit_code == 0


@pytest.mark.parametrize("seconds", ["0", "-1", "inf", "nan"])
def test_a_time_that_is_none_is_refused(seconds):
    assert_refused(
        invoke("table", *SMALL, "--timeout", seconds),
        f"error: --timeout: must be more than 0 and at most 1,000,000 seconds, got {seconds}",
    )


# Questions that do not fit.


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (
            ["nets.py:Small"],
            [
                "error: nets.py:Small does not say what its input is",
                "  hint: write --input 3x8x8",  # its linear layer takes 4 maps of 6×6
            ],
        ),
        (
            [*SMALL, "--set", "conv.stride=2"],
            [
                (
                    "error: --set: changes to layers do not go with nets.py:Small, which is a "
                    "PyTorch model"
                ),
                "  hint: use --arg num_classes=10, if its class or function takes that",
            ],
        ),
        (
            [*SMALL, "--classes", "2"],
            [
                (
                    "error: --classes: a number of classes does not go with nets.py:Small, which "
                    "is a PyTorch model"
                ),
                "  hint: use --arg num_classes=10, if its class or function takes that",
            ],
        ),
        (
            ["lenet5", "--arg", "classes=2"],
            [
                "error: --arg: arguments do not go with lenet5, which is a spec",
                "  hint: change its layers: --set conv1.out_channels=64",
            ],
        ),
        (
            ["lenet5", "--input", "1x32x32", "--input", "1x32x32"],
            ["error: a spec has one input", "  hint: write --input 3x227x227"],
        ),
        (
            ["nets.py:Two", "--input", "ids:int64:5", "--input", "scael=5x2"],
            [
                "error: nets.py:Two: forward(ids, scale, shift) takes no 'scael'",
                "  hint: did you mean 'scale'?",
            ],
        ),
        (
            ["nets.py:Two", "--input", "ids:int64:5"],
            [
                (
                    "error: nets.py:Two: forward(ids, scale, shift) cannot be called: missing a "
                    "required argument: 'scale'"
                ),
                "  hint: state them in its order, or by name, as in: --input scale=3x224x224",
            ],
        ),
        (
            [*SMALL, "--arg", "classes"],
            ["error: --arg 'classes' is not an argument", "  hint: write --arg num_classes=10"],
        ),
        (
            [*BLOCKS, "--sort", "mac"],
            [
                "error: --sort: cannot sort by 'mac'",
                "  hint: did you mean 'macs' or 'backward_macs'?",
            ],
        ),
        (
            [*BLOCKS, "--sort", "zzz"],
            [
                "error: --sort: cannot sort by 'zzz'",
                (
                    "  hint: there are weights, biases, params, neurons, macs, activation_bytes, "
                    "backward_macs, kept_bytes"
                ),
            ],
        ),
        ([*BLOCKS, "--depth", "0"], ["error: --depth: must be at least 1, got 0"]),
        ([*BLOCKS, "--top", "0"], ["error: --top: must be at least 1, got 0"]),
    ],
    ids=lambda value: " ".join(value) if not value[0].startswith("error") else None,
)
def test_a_question_without_an_answer(words, lines):
    assert_refused(invoke("table", *words), *lines)


@pytest.mark.parametrize("command", ["code", "show"])
def test_what_works_on_specs_alone_says_so(command):
    assert_refused(
        invoke(command, "nets.py:Small"),
        "error: 'nets.py:Small' is a PyTorch model, and this works on specs",
        "  hint: 'archstat table' and archstat.analyze take both",
    )


@pytest.mark.parametrize("model", ["nets.py:Blocks", "nets.py"])
def test_the_file_of_the_model_is_not_overwritten(model):
    if model == "nets.py":
        Path("nets.py").write_text(NETS[: NETS.index("def small")], encoding="utf-8")
    before = Path("nets.py").read_text(encoding="utf-8")
    assert_refused(
        invoke("table", model, "--input", "3x8x8", "-o", "nets.py", "-f", "csv"),
        "error: -o 'nets.py' would overwrite the model itself",
    )
    assert Path("nets.py").read_text(encoding="utf-8") == before


# Files that do more than define


@pytest.mark.parametrize("command", ["table", "compare", "explain"])
def test_a_file_is_read_for_its_definitions_unless_it_is_to_be_run(command):
    models = ("nets.py:Small",) * (2 if command == "compare" else 1)
    text = NETS + "\nprint('trained')\nopen('checkpoint.pt', 'w').close()\n"
    Path("nets.py").write_text(text, encoding="utf-8")
    read = invoke(command, *models, "--input", "3x8x8")
    assert (read.exit_code, Path("checkpoint.pt").exists()) == (0, False)
    assert read.stderr.startswith("nets.py: 2 statements were not run, as a file is read for what ")
    run = invoke(command, *models, "--input", "3x8x8", "--run-file")
    assert (run.exit_code, Path("checkpoint.pt").exists()) == (0, True)
    assert set(run.stderr.split()) == {"trained"}
    assert run.stdout == read.stdout
