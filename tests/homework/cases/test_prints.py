"""Prints of tools that were typed again, and rows and titles that only their cells explain.

The network is `TINY`: maps of 16×32×32, 16×16×16, 32×16×16, 32×1×1 and 10; 448, 4,640 and 330
parameters; receptive fields of 3, 4, 8, 38; strides that add up to 1, 2, 2, 32.
"""

from __future__ import annotations

import pytest

from archstat.homework.marking.marks import Verdict
from archstat.homework.marking.matching import marked
from archstat.homework.marking.policy import Policy
from archstat.homework.reading import read_text
from tests.homework.cases.test_cases import TINY, table, truth

TORCHINFO = "Layer (type:depth-idx)|Input Shape|Output Shape|Param #"
NETWORK = "Net|[8, 3, 32, 32]|[8, 10]|--"
PARTS = "├─Sequential: 1-1|[8, 3, 32, 32]|[8, 32, 1, 1]|--"
LAYERS = (
    "│    └─Conv2d: 2-1|[8, 3, 32, 32]|[8, 16, 32, 32]|448",
    "│    └─MaxPool2d: 2-2|[8, 16, 32, 32]|[8, 16, 16, 16]|--",
    "│    └─Conv2d: 2-3|[8, 16, 16, 16]|[8, 32, 16, 16]|4,640",
    "│    └─AvgPool2d: 2-4|[8, 32, 16, 16]|[8, 32, 1, 1]|--",
)
LAST = "├─Linear: 1-2|[8, 32]|[8, 10]|330"
RIGHT = "✓✓" * 2 + "✓✓✓" + "✓✓" + "✓✓✓" + "✓✓" + "✓✓✓"

FORMS = {
    "torchinfo as Markdown": (table(TORCHINFO, NETWORK, PARTS, *LAYERS, LAST), RIGHT),
    "torchinfo with a wrong map": (
        table(TORCHINFO, NETWORK, PARTS, *LAYERS, LAST).replace(
            "[8, 32, 16, 16]|4", "[8, 9, 16, 16]|4"
        ),
        "✓✓" * 2 + "✓✓✓" + "✓✓" + "✓✗✓" + "✓✓" + "✓✓✓",
    ),
    "torchinfo as CSV": (
        (
            "Layer (type:depth-idx),Output Shape,Param #\n"
            'Net,"[4, 10]",--\n├─Conv2d: 1-1,"[4, 16, 32, 32]",448\n'
            '├─Conv2d: 1-3,"[4, 32, 16, 16]","4,640"\n├─Linear: 1-5,"[4, 10]",330\n'
        ),
        "✓✓✓✓✓✓✓",
    ),
    "maps behind arrows among the inputs": (
        table("层|输入尺寸|输出尺寸", "conv1|32×32×3|32×32×16", "pool1|→ 16×16×16|—"),
        "✓✓✓",
    ),
    "a wrong map behind an arrow": (
        table("Couche|Entrée|Sortie", "conv1|32×32×3|32×32×16", "pool1|→ 15×15×16|—"),
        "✓✓✗",
    ),
    "what all layers of a kind hold in Chinese": (
        table("部分|参数量", "卷积层合计|5,088", "全连接层合计|330", "总计|5,418"),
        "✓✓✓",
    ),
    "what all layers of a kind hold in Korean": (
        table("구분|파라미터 수", "합성곱층 합계|5,089", "완전연결층 합계|330"),
        "✗✓",
    ),
    "what all layers of a kind hold in Spanish": (
        table("Parte|Parámetros", "Total conv|5,088", "Total FC|330"),
        "✓✓",
    ),
    "titles with the index of a layer": (
        table("层k|核大小F_k|RF_{k-1}|RF_k", "1|3×3|1|3", "2|2×2|3|4", "3|3×3|4|8"),
        "✓✓✓✓✓✓✓✓✓",
    ),
    "titles with an index in English": (
        table("Layer|r_{l-1}|r_l", "conv1|1|3", "pool1|3|4", "conv2|4|9"),
        "✓✓✓✓✓✗",
    ),
    "a calculation in a column of its own": (
        table("Layer|RF calculation|RF", "conv1|1 + (3−1)×1 = 3|3", "pool1|3 + (2−1)×1 = 5|5"),
        "✓✓✗✗",
    ),
    "names under a title that nobody knows": (
        table("#|Bloc|Sortie", "1|conv1|32×32×16", "2|pool1|16×16×16", "|fc|9"),
        "✓✓✗",
    ),
    "layers under a title of operations": (
        table("序号|输入尺寸|运算|参数量", "0|32×32×3|Input|0", "1|32×32×3|Conv 3×3, 3→16|448"),
        "✓✓✓✓",
    ),
    "channels of pools, too": (
        table(
            "name|channel|size",
            "input|3|32×32",
            "conv1|16|32×32",
            "pool1|16|16×16",
            "conv2|32|16×16",
        ),
        "✓✓✓✓✓✓✓",
    ),
    "a value for each of two layers": (
        table("after|Params|Output", "conv, conv|448, 4640|16×16×32", "fc|331|10"),
        "✓✓✗✓",
    ),
    "an image that is cropped in front": (
        (
            "Layer (type)                 Output Shape              Param #\n"
            "=================================================================\n"
            "input_1 (InputLayer)         [(None, 40, 40, 3)]       0\n"
            "lambda (Lambda)              (None, 40, 40, 3)         0\n"
            "cropping2d (Cropping2D)      (None, 32, 32, 3)         0\n"
            "conv1 (Conv2D)               (None, 32, 32, 16)        448\n"
            "=================================================================\n"
        ),
        "✓✓✓✓✓✓",
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_each_cell_has_its_verdict(name, tmp_path):
    text, verdicts = FORMS[name]
    file = "sheet.csv" if text.startswith("Layer (type:") else "sheet.md"
    result = marked(read_text(text, name=file), truth(TINY, tmp_path), Policy())

    said = [one.verdict.value for one in result.marks if one.entry.written.text.strip(" —")]
    assert "".join(said).replace("·", "") == verdicts


def test_a_block_of_a_print_is_about_the_rows_under_it(tmp_path):
    rows = table(TORCHINFO, NETWORK, PARTS, *LAYERS, LAST)
    result = marked(read_text(rows, name="sheet.md"), truth(TINY, tmp_path), Policy())

    assert result.sheets[0].place(1).members == ("conv1", "pool1", "conv2", "gap")
    assert result.points == result.out_of


@pytest.mark.parametrize(("held", "verdict"), [("0", Verdict.NOT_ASKED), ("7", Verdict.WRONG)])
def test_a_module_of_torchsummary_holds_what_none_of_its_layers_does(held, verdict):
    # 3·3·64·64 = 36,864 weights each; a block of ResNet-18 has no parameters beside its layers'
    rows = [("Conv2d-1", "[-1, 64, 112, 112]", "9,408"), ("MaxPool2d-2", "[-1, 64, 56, 56]", "0")]
    for at in (3, 7):
        rows += [
            (f"Conv2d-{at}", "[-1, 64, 56, 56]", "36,864"),
            (f"Conv2d-{at + 1}", "[-1, 64, 56, 56]", "36,864"),
            (f"ReLU-{at + 2}", "[-1, 64, 56, 56]", "0"),
            (f"BasicBlock-{at + 3}", "[-1, 64, 56, 56]", held),
        ]
    lines = (f"{name:>20} {shape:>25} {count:>15}" for name, shape, count in rows)
    titles = "        Layer (type)               Output Shape         Param #\n"
    text = "\n".join((f"{titles}{'=' * 64}", *lines, ""))
    result = marked(read_text(text, name="s.txt"), truth("resnet18", None), Policy())

    said = [one.verdict for one in result.marks if one.quantity == "params" and one.entry.row == 5]
    assert said == [verdict]
