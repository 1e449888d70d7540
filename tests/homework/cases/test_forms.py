"""Cells, titles and rows in the forms that people give them; every number was worked out by hand.

The network is `TINY`: maps of 16×32×32, 16×16×16, 32×16×16, 32×1×1 and 10; 448, 4,640 and 330
parameters; 442,368, 1,179,648 and 320 MACs.
"""

# ruff: noqa: RUF001  letters of other alphabets are what this module is about

from __future__ import annotations

import pytest

from archstat.homework.marking.matching import marked
from archstat.homework.marking.policy import Policy
from archstat.homework.reading import read_text
from tests.homework.cases.test_cases import NORMED, TINY, table, truth

FORMS = {
    "amounts with blanks in running text": (  # 5,418 and 1,622,336
        table("Layer|Output", "conv1|32x32x16") + "\nTotal 5 418 parameters, 1.62 M MACs\n",
        "✓✓≈",
    ),
    "a total with a remark behind it": (
        table("Couche|Sortie", "conv1|32x32x16")
        + "\nTotal : 5 418 paramètres (environ 21 Ko en float32).\n",
        "✓✓",
    ),
    "channels before a layer and behind it": (
        table("Layer|Output|Channels", "conv1|32x32x16|3 → 16", "conv2|16x16x32|16→33"),
        "✓✓✓✓✓✗",
    ),
    "fields before a layer and behind it": (
        table("Layer|Receptive field", "conv1|1 → 3", "pool1|3 → 4", "conv2|4 → 9"),
        "✓✓✓✓✓✗",
    ),
    "sizes that are not told": (
        table("Layer|Output", "conv1|(None, None, None, 16)", "conv2|H×W×32", "gap|H×W×16"),
        "✓✓✗",
    ),
    "a shape within words": (table("Layer|Output", "conv1|maps of 32×32", "pool1|16×16"), "✓✓"),
    "an input in Turkish": (table("Katman|Çıktı Boyutu", "Girdi|32×32×3", "conv1|32×32×16"), "✓✓"),
    "an input in Vietnamese": (
        table("Lớp|Kích thước đầu ra", "Đầu vào|32×32×3", "conv1|32×32×16"),
        "✓✓",
    ),
    "a layer in a block of inputs": (
        table("Block|Layer|Output", "Input Block|Conv1|32×32", "Output Block|FC|10"),
        "✓✓",
    ),
    "a convolution and its pool in a row": (
        table(
            "Capa|Salida|Parámetros",
            "Conv1 (3→16) + ReLU + MaxPool(2)|16×16×16|448",
            "Conv2 (16→32)|16×16×32|4640",
        ),
        "✓✓✓✓",
    ),
    "a pool and the linear layer behind it": (
        table("Stage|Output|Params", "conv2|16×16×32|4640", "GAP + FC|10|330"),
        "✓✓✓✓",
    ),
    "parameters of either kind": (
        table(
            "Слой|Параметры (веса)|Параметры (bias)|Итого",
            "conv1|432|16|448",
            "conv2|4 608|33|4 640",
        ),
        "✓✓✓✓✗✓",
    ),
    "bytes of weights and maps": (  # 4·432, 4·16·32·32, 4·4,608, 4·32·16·16
        table(
            "Layer|Weights (float32)|Full output map",
            "conv1|1,728 B|65,536 B",
            "conv2|18,432 B|32,768 B",
        ),
        "✓✓✓✓",
    ),
    "shares in Japanese": (  # of 5,418
        table("Layer|全体に占める割合", "conv1|8.27%", "conv2|85.64%", "fc|6.90%"),
        "✓✓✗",
    ),
    "filters in front of their sizes": (
        table(
            "Layer|Kernel / units|Params",
            "conv1|16 × (3×3×3), stride 1|448",
            "conv2|32 × (3×3×15), stride 1|4640",
        ),
        "✓✓✓✓✓✓✗✓✓✓",
    ),
    "settings in Spanish and Chinese": (
        table(
            "Capa|Configuración|Salida",
            "conv1|16 filtros 3×3, paso 1|32x32x16",
            "pool1|步长2|16x16",
        ),
        "✓✓✓✓✓✓",
    ),
    "shapes of weights": (
        table(
            "Layer|Shape|Params", "conv1|16×3×3×3|448", "conv2|(32, 16, 3, 3)|4640", "fc|10×32|330"
        ),
        "✓✓✓✓✓✓",
    ),
    "an input in front of each block": (
        (
            "input: 32×32×3\nconv1: 3×3, output 32×32×16\n"
            "Max pooling: input: 32×32×16, output 16×16×16\n"
            "input: 16×16×16\nconv2: 3×3, output 16×16×32\n"
        ),
        "✓✓○✓✓✓○",
    ),
    "what a pool returns below its settings": (
        (
            "1. conv1\n- Filters: 16\n- Output: 32×32×16\n- Max pooling 2×2, stride 2\n"
            "- Output: 16×16×16\n2. conv2\n- Output: 16×16×32\n"
        ),
        "✓✓✓✓✓",
    ),
    "rows that are numbered": (
        table("k|Layer|S|RF", "0|input|-|1", "1|conv1|1|3", "2|pool1|2|4", "3|conv2|1|8"),
        "✓✓✓✓✓✓✓",
    ),
    "strides that add up in Chinese": (
        table("层|步长|步长累积", "conv1|1|1", "pool1|2|2", "conv2|1|2"),
        "✓✓✓✓✓✓",
    ),
    "maps that arrows point to": (
        (
            "1. Conv 3×3, stride 1, padding: `(32−3+2)/1+1 = 32` → **32×32**\n"
            "2. MaxPool 2×2, stride 2: `32/2 = 16` → **16×16**\n"
            "3. Conv 3×3, stride 1, padding: `(16−3+2)/1+1 = 16` → **15×15**\n"
        ),
        "✓✓✓✓✓✗",
    ),
    "a sum of the convolutions": (
        table("Capa|Parámetros", "conv1|448", "conv2|4640", "Subtotal convolucional|5088"),
        "✓✓✓",
    ),
    "what learns, in a line": (
        table("Layer|Output", "conv1|32×32×16") + "\n- Total params: 5,418\n- Trainable: 5,418\n",
        "✓✓✓",
    ),
    "columns that go on behind a blank line": (
        (
            "layer     output      params\nconv1     32x32x16    448\n\n"
            "pool1     16x16x16    0\nconv2     16x16x32    4641\n\n"
            "fc        10          330\n"
        ),
        "✓✓✓✓✓✗✓✓",
    ),
    "parameters of either kind under one title": (
        (
            "<table><tr><th rowspan=2>Layer</th><th colspan=2>Parameters</th></tr>"
            "<tr><th>weights</th><th>bias</th></tr><tr><td>conv1</td><td>432</td><td>16</td></tr>"
            "<tr><td>conv2</td><td>4608</td><td>33</td></tr></table>"
        ),
        "✓✓✓✗",
    ),
    "filters behind a kernel's sizes": (
        table("Layer|Kernel x Filters|Output", "conv1|3x3x16|32x32", "conv2|3x3x32|16x16"),
        "✓¿✓✓¿✓",
    ),
    "a row that goes on with the one above": (
        table("Layer|Output|Params", "conv1|32x32x16|448", "|| = 448", "conv2|16x16x32|4640"),
        "✓✓✓✓✓",
    ),
    "what comes out, in a column of kernels": (
        table("Layer|Output|Kernel", "conv1|32×32×16|3×3×3", "pool1|16×16×16|2×2", "fc|-|→ 10"),
        "✓✓✓✓✓✓",
    ),
    "shares of a whole under the titles of counts": (  # of 1,622,336 and 5,418
        table(
            "Layer|MACs|Params",
            "conv1|27.27 %|8.27 %",
            "conv2|72.71 %|85.60 %",
            "total|1.62 M|5,418",
        ),
        "✓✓✓✗≈✓",
    ),
    "a batch of any size, without titles": (
        (
            "conv1     (batch, 16, 32, 32)\npool1     (batch, 16, 16, 16)\n"
            "conv2     (batch, 32, 16, 16)\ngap     (batch, 32, 1, 1)\nfc     (batch, 11)\n"
        ),
        "✓✓✓✓✗",
    ),
    "weights and biases named in a cell": (
        table("Schicht|Parameter", "conv1|448 Gewichte + 16 Biases", "fc|320 weights + 10 biases"),
        "✗✓✓✓",
    ),
    "thousands parted by blanks in a sum": (  # 4,608 + 32
        table("Layer|Params", "conv1|432 + 16", "conv2|4 608 + 32", "fc|330"),
        "✓✓✓",
    ),
    "fields that are worked out in symbols": (
        "RF_0 = 1\nRF_1 = 1 + (3-1) = 3\nRF_2 = 3 + (2-1)*1 = 4\nRF_3 = 4 + (3-1)*2 = 9\n",
        "✓✓✓✗",
    ),
    "comments behind the lines of a program": (
        (
            "self.conv1 = nn.Conv2d(3, 16, 3)  # 32x32x16, 448 params\n"
            "self.pool1 = nn.MaxPool2d(2)      # 16x16x16\n"
            "self.conv2 = nn.Conv2d(16, 32, 3) # 16x16x32   4,641\n"
        ),
        "✓✓✓✓✗",
    ),
    "what is called in a line with a comment": (
        "x = self.pool1(F.relu(self.conv1(x)))  # 16x16x16\nx = self.conv2(x)  # 16x16x33\n",
        "✓✗",
    ),
    "an input that is called x": (
        table("Layer|Output|Params", "x|32×32×3|0", "conv1|32×32×16|448", "pool1|16×16×16|0"),
        "✓✓✓✓✓✓",
    ),
    "layers that a row names one after the other": (  # 4,640 + 330
        table("Layer|Output|Params", "conv1 + pool1|16x16x16|448", "conv2 + gap + fc|10|4,970"),
        "✓✓✓✓",
    ),
    "one number under two titles": (
        table("Layer|RF|Stride/Jump", "conv1|3|1", "pool1|4|2", "conv2|8|2"),
        "✓✓✓✓✓✓",
    ),
    "the memory of what comes out of several layers": (  # 4·16·16·16, 4·16·16·32
        table("Stage|Output|Memory", "conv1 + pool1|16x16x16|16.00 KB", "conv2|16x16x32|33.00 KB"),
        "✓≈✓✗",
    ),
    "fields before a layer that follow": (
        table("Layer|RF in|RF out", "conv1|1|3", "pool1|3|5", "conv2|5|9"),
        "✓✓✓✗→→",
    ),
    "kernels as local fields": (
        table(
            "Layer|Local receptive field|Global receptive field", "conv1|3×3|3×3", "pool1|2×2|4×4"
        ),
        "✓✓✓✓",
    ),
    "blocks in Russian": (
        table("Блок|Слои|Выход", "inputs|—|32×32×3", "conv1|Conv2D|32×32×16"),
        "✓✓",
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_each_cell_has_its_verdict(name, tmp_path):
    text, verdicts = FORMS[name]
    result = marked(read_text(text, name="sheet.md"), truth(TINY, tmp_path), Policy())

    said = [one for one in result.marks if one.entry.written.text or one.verdict.value != "·"]
    assert "".join(one.verdict.value for one in said).replace("·", "") == verdicts


def test_what_a_framework_counts_is_worth_all(tmp_path):
    text = table("Layer|Params", "conv2d|448", "bn|64", "dense|163850", "Total|164362")  # 4·16
    contents = read_text(text, name="sheet.md")

    result = marked(contents, truth(NORMED, tmp_path), Policy())
    declared = marked(contents, truth(NORMED, tmp_path), Policy(conventions=("weights-only",)))

    assert [one.verdict.value for one in result.marks] == ["✓", "≡", "✓", "≡"]
    assert (result.points, result.out_of) == (4, 4)
    assert declared.points == 3
