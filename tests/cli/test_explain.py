"""`archstat explain`: what is printed in each format, and what is refused."""

from __future__ import annotations

import pytest

from tests.cli.running import ALL_SUFFIXES, assert_refused, invoke


def lines_of(*words):
    result = invoke("explain", *words)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.splitlines()


def test_a_number_by_its_formula_its_values_and_its_source():
    # 227 - 11 = 216, 216 / 4 = 54, and 1
    line = lines_of("paper-alexnet", "conv1", "--column", "feature_map")[-1]
    assert " ".join(line.split()) == (
        "feature map, rows ⌊(n_in + 2 · p − k) / s⌋ + 1 ⌊(227 + 2 · 0 − 11) / 4⌋ + 1 = 55"
        " [Dumoulin & Visin (2016), arXiv:1603.07285]"
    )


def test_students_read_what_a_number_means():
    meaning = "Learnable numbers that are added, one for each filter or unit."
    words = ("lenet5", "C1", "--column", "biases")
    assert not any(meaning in line for line in lines_of(*words))
    assert any(meaning in line for line in lines_of(*words, "--level", "student"))


def test_layers_of_which_nothing_is_to_be_explained_are_told_together():
    # C1 keeps its 32·32 inputs of 4 bytes; S2 reads what tanh1 has kept
    lines = lines_of("lenet5", "--column", "kept_bytes")
    assert lines[2] == "C1: conv"
    assert "4 · 1 · 32 · 32  = 4,096" in lines[3]
    said = "note: nothing to explain of bytes kept for backward: S2, S4, flatten, F6, OUTPUT"
    assert lines[-1] == said
    alone = lines_of("lenet5", "S2", "--column", "kept_bytes", "--level", "student")
    assert alone[1:] == ["", "note: nothing to explain of bytes kept for backward: S2"]


def test_markdown_is_a_table():
    assert lines_of("lenet5", "F6", "--column", "macs", "-f", "markdown")[-1] == (
        "| MACs | F_in · F_out | 120 · 84 | 10,080 |  |"
    )


def test_latex_is_aligned():
    # 2 groups of 48 channels
    lines = lines_of("paper-alexnet", "conv2", "--column", "weights", "-f", "latex")
    assert lines[-2] == (
        r"\text{weights} &= C_{\mathrm{out}} \cdot (\frac{C_{\mathrm{in}}}{g}) \cdot k \cdot k"
        r" = 256 \cdot (\frac{96}{2}) \cdot 5 \cdot 5 = 307{,}200"
    )


def test_the_suffix_is_the_format(tmp_path):
    target = tmp_path / "alexnet.tex"
    assert lines_of("paper-alexnet", "fc8", "-o", str(target)) == []
    assert target.read_text(encoding="utf-8").splitlines()[1].startswith("% paper-alexnet: ")


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (
            ("lenet5", "C2"),
            (
                "error: lenet5 has no layer 'C2'",
                (
                    "  hint: it has C1, tanh1, S2, C3, tanh3, S4, flatten, C5, tanh5, F6, tanh6, "
                    "OUTPUT"
                ),
            ),
        ),
        (
            ("lenet5", "-o", "x.bmp"),
            (
                "error: -o 'x.bmp': the suffix says no format",
                f"  hint: use {ALL_SUFFIXES}, or state one with --format",
            ),
        ),
    ],
)
def test_what_there_is_not(words, lines):
    assert_refused(invoke("explain", *words), *lines)


def test_a_long_network_is_folded_as_its_table_is(tmp_path):
    # a bottleneck: 64·256 + 9·64·64 + 256·64 = 69,632, and 64 + 64 + 256 scales; two of ten layers
    lines = lines_of("resnet50", "--column", "weights")
    at = lines.index("layer1.1 … 2: bottleneck × 2")
    assert [" ".join(line.split()) for line in lines[at + 1 : at + 3]] == [
        "layers and operators = 20",
        "weights the sum of them = 140,032",
    ]
    assert "layer1.2.conv1: conv" not in lines
    assert lines[-2] == (
        "note: 175 layers are folded into 59: name a layer, or a module to see all of it; files "
        "(-o) and JSON have them all"
    )
    target = tmp_path / "resnet50.txt"
    assert lines_of("resnet50", "--column", "weights", "-o", target) == []
    assert "layer1.2.conv1: conv" in target.read_text(encoding="utf-8").splitlines()


def test_a_module_is_explained_by_its_layers():
    lines = lines_of("resnet50", "layer1.2", "--column", "weights")
    titles = [line for line in lines if line.startswith("layer")]
    assert titles == [
        "layer1.2.conv1: conv",
        "layer1.2.bn1: batch norm",
        "layer1.2.conv2: conv",
        "layer1.2.bn2: batch norm",
        "layer1.2.conv3: conv",
        "layer1.2.bn3: batch norm",
    ]


def test_a_hint_names_few_of_many_layers():
    (_, hint) = invoke("explain", "resnet50", "7").stderr.splitlines()
    assert hint.startswith("  hint: it has conv1, bn1, relu, maxpool, ")
    assert hint.endswith(", …")
    assert hint.count(",") == 40
