"""`archstat key`: the key and the blank sheet, which `archstat check` reads back."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.cli.running import ALL_SUFFIXES, assert_refused, invoke
from tests.workbooks import cells

SUFFIXES = [".txt", ".md", ".csv", ".tsv", ".tex", ".html", ".docx", ".xlsx"]

BLANK_LENET5 = """\
lenet5: LeNet-5 as it is usually re-implemented: every C3 filter sees all of S2, plain average pooling
input 32×32×1; maps are H×W×C; weights are without biases; receptive fields are in pixels, not clipped to the image, a linear layer being a window as large as its map

        feature                receptive
layer   map          weights       field
────────────────────────────────────────
C1      28×28×6   __________  __________
"""  # noqa: E501  as long as they are


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path, monkeypatch):
    """Work in a folder of its own."""
    monkeypatch.chdir(tmp_path)


def test_the_key_has_the_usual_columns_of_the_layers_that_are_asked_for():
    lines = invoke("key", "lenet5").stdout.splitlines()
    rows = [line.split() for line in lines if line.startswith(("C", "S", "F", "O", "total"))]
    assert rows == [
        ["C1", "conv", "6", "@", "5×5×1", "1", "/", "0", "28×28×6", "150", "4,704", "117,600", "5"],
        ["S2", "avg", "pool", "2×2", "2", "/", "0", "14×14×6", "–", "–", "–", "6"],
        ["C3", "conv", "16", "@", "5×5×6", "1", "/", "0", "10×10×16",
         "2,400", "1,600", "240,000", "14"],
        ["S4", "avg", "pool", "2×2", "2", "/", "0", "5×5×16", "–", "–", "–", "16"],
        ["C5", "linear", "–", "–", "120", "48,000", "120", "48,000", "32"],
        ["F6", "linear", "–", "–", "84", "10,080", "84", "10,080", "32"],
        ["OUTPUT", "linear", "–", "–", "10", "840", "10", "840", "32"],
        ["total", "61,470", "6,518", "416,520"],
    ]  # fmt: skip


def test_a_sheet_says_how_things_are_counted_and_leaves_columns_blank():
    result = invoke("key", "lenet5", "--columns", "layer,feature_map,weights,rf",
                    "--blank", "weights,rf")  # fmt: skip
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(BLANK_LENET5)
    last = result.stdout.splitlines()[-1]
    assert last.split() == ["total", "__________"]  # receptive fields have no sum


def test_a_sheet_in_csv_begins_with_what_is_asked():
    columns = "layer,kind,filters_and_size,stride_and_padding,feature_map,weights"
    about = ["paper-alexnet", "--columns", columns, "-f", "csv", "--blank", "feature_map,weights"]
    without = invoke("key", *about).stdout.splitlines()
    # what is given stands before the first blank, where the usual columns are asked for
    assert without[2] == "layer,kind,filters,filter_size,groups,stride,padding,feature_map,weights"
    usual = invoke("key", "paper-alexnet", "-f", "csv", "--blank", "feature_map,weights")
    assert usual.stdout.splitlines()[3] == "conv1,conv2d,96,11x11x3,1,4,0,,,,,,11"
    assert "fc6,linear,,,,,,out_features 4096,,,,,355\n" in usual.stdout  # 195 + 5·32


@pytest.mark.parametrize(
    ("blank", "told"),
    [
        ("feature_map", "neurons and macs are"),  # 290,400 / 96 = 55²
        ("weights", "macs is"),  # 105,415,200 / 55² = 34,848
        ("macs", ""),
        ("rf", ""),
        ("neurons,macs", ""),  # follow from the map by what is asked, a product
    ],
)
def test_what_tells_a_blank_column_by_a_division_is_blank_too(blank, told):
    result = invoke("key", "paper-alexnet", "--blank", blank, "-f", "csv")
    assert result.stderr.partition(" blank, too")[0] == (f"note: {told}" if told else "")
    conv1 = result.stdout.splitlines()[3].split(",")
    for key, number in (("feature_map", "55x55x96"), ("weights", "34848"), ("macs", "105415200")):
        at = result.stdout.splitlines()[2].split(",").index(key)
        is_blank = key in {*blank.split(","), *told.split()}
        assert conv1[at] == ("" if is_blank else number)


def test_a_column_that_tells_another_may_stay():
    kept = invoke("key", "paper-alexnet", "--blank", "weights", "--keep", "macs", "-f", "csv")
    assert (kept.exit_code, kept.stderr) == (0, "")
    assert "105415200" in kept.stdout


def test_a_word_document_holds_the_sheet():
    made = invoke("key", "lenet5", "--blank", "weights,macs", "-o", "sheet.docx")
    assert (made.exit_code, made.stderr) == (0, "")
    with ZipFile("sheet.docx") as archive:
        text = archive.read("word/document.xml").decode()
    cells = [
        "".join(re.findall(r"<w:t [^>]*>(.*?)</w:t>", cell))
        for cell in re.findall(r"<w:tc>(.*?)</w:tc>", text)
    ]
    assert cells[10:20] == [
        "C1", "conv", "6 @ 5×5×1", "1 / 0", "–", "28×28×6", "", "4,704", "", "5",
    ]  # fmt: skip
    assert "input 32×32×1; maps" in text.replace("Input", "input")


def test_maps_with_channels_first_are_said_to_be_such():
    result = invoke("key", "lenet5", "--layout", "chw", "--columns", "layer,feature_map")
    assert "input 1×32×32; maps are C×H×W\n" in result.stdout
    assert "\nC1      6×28×28\n" in result.stdout


def test_every_layer_has_a_row_if_all_are_asked_for():
    result = invoke("key", "lenet5", "--rows", "all", "--columns", "layer,weights", "-f", "csv")
    assert result.stdout.splitlines() == [
        "layer,weights", "C1,150", "tanh1,0", "S2,0", "C3,2400", "tanh3,0", "S4,0", "flatten,0",
        "C5,48000", "tanh5,0", "F6,10080", "tanh6,0", "OUTPUT,840", "total,61470",
    ]  # fmt: skip


def test_the_network_may_be_changed():
    result = invoke("key", "paper-alexnet", "--input", "3x224x224", "--classes", "10",
                    "--set", "conv1.padding=2", "--columns", "layer,feature_map,weights",
                    "-f", "csv")  # fmt: skip
    rows = result.stdout.splitlines()
    assert rows[1] == "conv1,55x55x96,34848"  # (224 + 2·2 − 11)//4 + 1
    assert rows[-2] == "fc8,10,40960"  # 4096·10


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_check_has_nothing_against_the_key(suffix):
    assert invoke("key", "paper-alexnet", "-o", f"key{suffix}").exit_code == 0
    result = invoke("check", f"key{suffix}", "--against", "paper-alexnet")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "not marked" not in result.stdout
    assert "read as" not in result.stdout


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_check_finds_nothing_wrong_with_a_blank_sheet_but_what_is_missing(suffix):
    made = invoke("key", "paper-alexnet", "--blank", "weights,macs,rf", "-o", f"sheet{suffix}")
    assert (made.exit_code, made.stdout, made.stderr) == (0, "", "")
    result = invoke("check", f"sheet{suffix}", "--against", "paper-alexnet")
    assert (result.exit_code, result.stderr) == (1, "")
    assert "✗" not in result.stdout
    assert "not marked" not in result.stdout
    assert "\n1. Weights and MACs of conv1, conv2, conv3 and 5 more; receptive" in result.stdout
    assert "\n2. " not in result.stdout


def test_a_sheet_of_a_pytorch_model_can_be_handed_out():
    pytest.importorskip("torch")
    Path("net.py").write_text(
        "from torch import nn\n"
        "def net(out=4):\n"
        "    return nn.Sequential(nn.Conv2d(3, out, 3), nn.ReLU(), nn.MaxPool2d(2))\n",
        encoding="utf-8",
    )
    about = ["net.py:net", "--input", "3x8x8", "--arg", "out=5"]
    result = invoke("key", *about, "--blank", "weights", "--keep", "macs", "-o", "sheet.csv")
    assert (result.exit_code, result.stderr) == (0, "")
    sheet = Path("sheet.csv").read_text(encoding="utf-8")
    assert sheet.splitlines()[3:] == [
        "0,conv2d,5,3x3x3,1,1,0,6x6x5,,180,4860,3",  # 3·3·3·5·36 MACs
        "2,max_pool2d,,2x2,,2,0,3x3x5,–,0,0,4",
        "total,,,,,,,,,180,4860,",
    ]
    Path("sheet.csv").write_text(sheet.replace("6x6x5,,", "6x6x5,135,"), encoding="utf-8")
    against = ["net.py:net", "--input", "3x8x8", "--arg", "out=5"]
    assert invoke("check", "sheet.csv", "--against", *against).exit_code == 0


def test_a_workbook_goes_through_a_pipe():
    result = invoke("key", "lenet5", "-f", "xlsx")
    assert result.exit_code == 0
    assert "C1" in cells(result.stdout_bytes).values()


def test_the_suffix_decides_and_the_format_wins():
    assert invoke("key", "lenet5", "-o", "key.MD").exit_code == 0
    assert Path("key.MD").read_text(encoding="utf-8").startswith("**lenet5: ")
    assert invoke("key", "lenet5", "-o", "key.dat", "-f", "csv").exit_code == 0
    assert Path("key.dat").read_text(encoding="utf-8").startswith("layer,kind,")


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (
            ["--columns", "layer,wieghts"],
            ["error: --columns: there is no column 'wieghts'", "  hint: did you mean 'weights'?"],
        ),
        (
            ["--blank", "wieghts"],
            ["error: --blank: there is no column 'wieghts'", "  hint: did you mean 'weights'?"],
        ),
        (
            ["--blank", "params,biases"],
            [
                "error: --blank: the sheet has no column 'params'",
                "  hint: add it with --columns +params",
                "error: --blank: the sheet has no column 'biases'",
                "  hint: add it with --columns +biases",
            ],
        ),
        (
            ["--blank", "layer"],
            ["error: --blank: 'archstat check' does not mark 'layer'", "  hint: leave it out"],
        ),
        (
            ["--blank", ","],
            ["error: --blank names none", "  hint: write --blank feature_map,weights"],
        ),
        (
            ["-o", "key.bmp"],
            [
                "error: -o 'key.bmp': the suffix says no format",
                f"  hint: use {ALL_SUFFIXES}, .docx, or state one with --format",
            ],
        ),
    ],
    ids=" ".join,
)
def test_a_question_without_an_answer(words, lines):
    assert_refused(invoke("key", "lenet5", *words), *lines)
    assert list(Path().iterdir()) == []


def test_the_spec_itself_is_not_overwritten():
    spec = 'input = [1, 4, 4]\nlayers = [ { name = "r", kind = "relu" } ]\n'
    Path("my.toml").write_text(spec, encoding="utf-8")
    assert_refused(
        invoke("key", "my.toml", "-o", "my.toml", "-f", "csv"),
        "error: -o 'my.toml' would overwrite the model itself",
    )
    assert Path("my.toml").read_text(encoding="utf-8") == spec


def test_without_its_package_no_workbook_is_written(monkeypatch):
    monkeypatch.setattr("archstat.extras.find_spec", lambda _: None)
    assert_refused(
        invoke("key", "lenet5", "-o", "key.xlsx"),
        "error: an Excel workbook needs xlsxwriter, which this Python does not have",
        "  hint: pip install 'archstat[xlsx]'",
    )
    assert not Path("key.xlsx").exists()
