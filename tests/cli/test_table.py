"""`archstat table`: what it prints, where it prints it, and how it ends."""

from __future__ import annotations

import json

import pytest

from tests.cli.running import assert_refused, invoke

NO_MAP = "expects a map C×H×W, got 227"
IMAGES = "an image has channels, rows and columns, as in 3×227×227"


def test_a_table_goes_to_stdout_and_nothing_to_stderr():
    result = invoke("table", "lenet5")
    assert result.exit_code == 0
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert lines[0].startswith("lenet5: LeNet-5 as it is usually re-implemented")
    assert lines[1] == "input 32×32×1, batch of 1, by formula"
    # 6 filters of 5·5·1 are 150 weights; on 28·28 places 117,600 MACs and 6·28·28 neurons
    cells = "C1 conv 6 @ 5×5×1 1 / 0 28×28×6 150 4,704 117,600 5"
    assert " ".join(lines[6].split()) == cells


def test_input_changes_the_image():
    result = invoke("table", "paper-alexnet", "--input", "3x224x224")
    assert result.exit_code == 0
    # (224 - 11) // 4 + 1 = 54 places each way; 34,848 weights · 54²
    assert "conv1    conv      96 @ 11×11×3   4 / 0   54×54×96" in result.stdout
    assert "101,616,768" in result.stdout


@pytest.mark.parametrize("text", ["3X224X224", "3×224×224", "3,224,224", " 3 x 224 x 224 "])
def test_input_is_read_as_people_write_it(text):
    assert "input 224×224×3" in invoke("table", "paper-alexnet", "--input", text).stdout


def test_batch_multiplies_macs_and_says_so():
    result = invoke("table", "lenet5", "--batch", 32)
    assert (
        "input 32×32×1, batch of 32 (MACs and bytes are those of the whole batch), by formula"
        in result.stdout
    )
    assert "13,328,640" in result.stdout  # 32 · 416,520
    assert "61,706 params" in result.stdout


def test_classes_changes_the_last_linear_layer():
    result = invoke("table", "lenet5", "--classes", 100)
    assert "61,706" not in result.stdout
    assert "69,356 params" in result.stdout  # 90 more outputs of 84 weights and a bias


def test_set_changes_settings_of_several_layers():
    result = invoke("table", "lenet5", "--set", "C1.bias=false", "--set", "F6.bias=false")
    assert "61,616 params = 61,470 weights + 146 biases" in result.stdout  # 6 and 84 fewer


def test_layout_puts_channels_first():
    result = invoke("table", "lenet5", "--layout", "chw")
    assert "input 1×32×32" in result.stdout
    assert "6×28×28" in result.stdout


def test_columns_are_printed_in_the_order_asked_for():
    result = invoke("table", "lenet5", "--columns", "macs,layer", "--format", "csv")
    assert result.stdout.splitlines()[:2] == ["macs,layer", "117600,C1"]


def test_columns_with_a_plus_are_added_to_the_usual_ones():
    result = invoke("table", "lenet5", "--columns", "+params,+flops", "--format", "csv")
    assert result.stdout.splitlines()[0] == (
        "layer,kind,filters,filter_size,groups,stride,padding,feature_map,weights,params,"
        "neurons,macs,flops,receptive_field"
    )
    # 156 = 150 weights + 6 biases; 235,200 = 2 · 117,600
    assert result.stdout.splitlines()[1] == (
        "C1,conv2d,6,5x5x1,1,1,0,28x28x6,150,156,4704,117600,235200,5"
    )


def test_one_plus_is_enough_to_add_columns():
    result = invoke("table", "lenet5", "--columns", "+params,macs", "--format", "csv")
    assert result.stdout.splitlines()[0] == (
        "layer,kind,filters,filter_size,groups,stride,padding,feature_map,weights,params,"
        "neurons,macs,receptive_field"
    )


@pytest.mark.parametrize(
    ("format_name", "start"),
    [
        ("table", "lenet5: LeNet-5"),
        ("markdown", "**lenet5: LeNet-5"),
        ("csv", "layer,kind,filters,"),
        ("tsv", "layer\tkind\tfilters\t"),
        ("json", '{\n  "schema": 1,\n'),
    ],
)
def test_every_format_is_printed(format_name, start):
    result = invoke("table", "lenet5", "-f", format_name)
    assert result.exit_code == 0
    assert result.stdout.startswith(start)
    assert result.stdout.endswith("\n")


def test_a_forward_pass_on_a_device_is_named_at_the_head():
    pytest.importorskip("torch")
    result = invoke("table", "lenet5", "--device", "meta", "--batch", 3)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert "confirmed by a forward pass on meta" in result.stdout
    traced = invoke("table", "lenet5", "--device", "cpu", "-f", "json")
    assert json.loads(traced.stdout)["traced_on"] == "cpu"
    assert json.loads(invoke("table", "lenet5", "-f", "json").stdout)["traced_on"] is None


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (
            ["paper-alexnt"],
            [
                "error: there is no model 'paper-alexnt'",
                "  hint: did you mean 'paper-alexnet'?",
            ],
        ),
        (
            ["xyz"],
            [
                "error: there is no model 'xyz'",
                "  hint: 'archstat list' shows the catalogue; a spec file ends in .toml",
            ],
        ),
        (
            ["lenet5", "--input", "227"],
            [
                f"error: lenet5: layer 'C1' (conv2d): {NO_MAP}",
                f"  hint: the input of the network is 227; {IMAGES}",
            ],
        ),
        (
            ["lenet5", "--input", "big"],
            ["error: --input: 'big' is not a shape", "  hint: write --input 3x227x227"],
        ),
        (["lenet5", "--batch", "0"], ["error: --batch: must be at least 1, got 0"]),
        (["lenet5", "--classes", "0"], ["error: --classes: must be at least 1, got 0"]),
        (
            ["lenet5", "--set", "C1.bias"],
            [
                "error: --set 'C1.bias' does not say what to change",
                "  hint: write --set layer.key=value, as in --set conv2.groups=1",
            ],
        ),
        (
            ["lenet5", "--set", "C2.bias=false"],
            [
                "error: lenet5: there is no layer 'C2'",
                "  hint: there are C1, tanh1, S2, C3, tanh3, S4, flatten, C5, …",
            ],
        ),
        (
            ["lenet5", "--set", "C1.bais=false"],
            [
                "error: lenet5: layer 'C1' (conv2d): conv2d has no setting 'bais'",
                "  hint: did you mean 'bias'?",
            ],
        ),
        (
            ["lenet5", "--columns", "layer,parms"],
            [
                "error: --columns: there is no column 'parms'",
                "  hint: did you mean 'params'?",
            ],
        ),
        (
            ["lenet5", "--columns", " , "],
            [
                "error: --columns names none",
                "  hint: write --columns feature_map,weights",
            ],
        ),
        (
            ["lenet5", "--columns", "layer", "--format", "json"],
            [
                "error: --columns and JSON do not go together: JSON always holds every quantity",
                "  hint: leave --columns out, or use --format csv",
            ],
        ),
        (
            ["lenet5", "--device", "gpu"],
            ["error: there is no device 'gpu'", "  hint: use cpu, cuda, meta, mps, xpu"],
        ),
        (
            ["lenet5", "--device", "cpu:3"],
            ["error: there is one cpu device", "  hint: write --device cpu"],
        ),
    ],
    ids=lambda value: " ".join(value) if value[0] != "error" else None,
)
def test_a_question_without_an_answer(words, lines):
    if "--device" in words:
        pytest.importorskip("torch")
    assert_refused(invoke("table", *words), *lines)


def test_all_problems_are_reported_at_once():
    result = invoke("table", "lenet5", "--set", "C1.stride=0", "--set", "F6.out_features=0")
    assert_refused(
        result,
        "error: lenet5: layer 'C1' (conv2d): stride: must be at least 1, got 0",
        "error: lenet5: layer 'F6' (linear): out_features: must be at least 1, got 0",
    )


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["table"], "Missing argument 'MODEL'"),
        (["table", "lenet5", "--batch", "many"], "'many' is not a valid int"),
        (["table", "lenet5", "--format", "yaml"], "there is no format 'yaml'"),
        (["table", "lenet5", "--layout", "whc"], "'whc' is not one of 'hwc', 'chw'"),
        (["table", "lenet5", "--colour"], "No such option"),
        (["tabel", "lenet5"], "No such command 'tabel'"),
    ],
)
def test_a_malformed_command_is_explained_on_stderr(words, complaint):
    result = invoke(*words)
    assert complaint in result.stderr
    assert result.stdout == ""
    assert result.exit_code == 2


def test_cuda_without_cuda_is_an_error_with_a_way_out():
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    assert_refused(
        invoke("table", "lenet5", "--device", "cuda"),
        f"error: torch {torch.__version__} finds no CUDA device on this machine",
        "  hint: use --device cpu: the numbers are the same on every device",
    )


@pytest.mark.cuda
def test_cuda_gives_the_numbers_of_the_formulas():
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("this machine has no CUDA device")
    result = invoke("table", "paper-alexnet", "--device", "cuda")
    assert result.exit_code == 0
    assert "confirmed by a forward pass on cuda:0" in result.stdout


def test_a_network_that_torch_contradicts_is_an_error(monkeypatch):
    pytest.importorskip("torch")
    from archstat.layers.conv import Conv2d

    monkeypatch.setattr(Conv2d, "macs", lambda *_: 1)
    assert_refused(
        invoke("table", "lenet5", "--device", "meta"),
        "error: forward pass on meta: layer 'C1' (conv2d): "
        "the formula gives 1 MACs, torch counts 117,600",
        "error: forward pass on meta: layer 'C3' (conv2d): "
        "the formula gives 1 MACs, torch counts 240,000",
    )


def test_a_missing_package_is_an_error_with_a_way_out(monkeypatch):
    from archstat import extras

    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    assert_refused(
        invoke("table", "lenet5", "--device", "cpu"),
        "error: device cpu needs torch, which this Python does not have",
        "  hint: pip install 'archstat[torch]'",
    )
