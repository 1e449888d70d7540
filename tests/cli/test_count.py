"""`archstat table --count`: what a named convention counts in each layer."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.cli.running import assert_refused, invoke

NAMES = (
    "macs, flops, macs+bias, textbook, torchinfo, fvcore, thop, ptflops, ptflops-aten, torchscan, "
    "deepspeed, calflops, tensorflow, torchstat, torchstat-madd"
)

# LeNet-5: C1 has 6·28² = 4,704 outputs of 25 weights, C3 16·10² of 150; S2 reads 4,704 values and
# S4 1,600; behind them 48,000, 10,080 and 840 weights, and 120, 84 and 10 biases
LENET = {
    "C1": 117_600 + 4_704,
    "S2": 2 * 4_704,
    "C3": 240_000 + 1_600,
    "S4": 2 * 1_600,
    "C5": 48_120,
    "F6": 10_164,
    "OUTPUT": 850,
}
TOTAL = 435_646


def test_a_column_is_named_after_the_convention_and_stands_behind_the_macs():
    result = invoke("table", "lenet5", "--count", "ptflops", "--format", "csv")
    assert (result.exit_code, result.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    keys = list(rows[0])
    assert keys[keys.index("macs") + 1] == "by_ptflops"
    assert {row["layer"]: int(row["by_ptflops"]) for row in rows if row["by_ptflops"] != "0"} == (
        LENET
    )


def test_the_total_and_its_parts_stand_below():
    result = invoke("table", "lenet5", "--count", "ptflops")
    lines = result.stdout.splitlines()
    total = next(line for line in lines if line.startswith("total"))
    assert f"{TOTAL:,}" in total.split()
    assert lines[-1] == (
        "note: by ptflops 0.7.5: 435,646 = 416,520 (MACs)"
        " + 6,518 (one addition per output value, for its bias)"
        " + 12,608 (two operations per input of a pool, one where it is a function)"
    )


def test_columns_that_are_asked_for_get_it_too():
    result = invoke("table", "lenet5", "--count", "thop", "--columns", "layer,kind", "-f", "tsv")
    assert result.stdout.splitlines()[0] == "layer\tkind\tby_thop"


def test_a_batch_multiplies_it():
    result = invoke("table", "lenet5", "--count", "ptflops", "--batch", 32, "-f", "json")
    assert json.loads(result.stdout)["totals"]["counted"] == 32 * TOTAL
    terms = json.loads(result.stdout)["convention"]["terms"]
    assert terms["one addition per output value, for its bias"] == 32 * 6_518
    note = json.loads(result.stdout)["notes"][-1]
    assert note.startswith("by ptflops 0.7.5: 13,940,672 = 32 × (416,520 (MACs) + ")


def test_json_has_the_convention_and_what_it_counts():
    report = json.loads(invoke("table", "lenet5", "--count", "ptflops", "-f", "json").stdout)
    assert report["convention"] == {
        "name": "ptflops",
        "tool": "ptflops",
        "version": "0.7.5",
        "per_mac": 1,
        "terms": {
            "one addition per output value, for its bias": 6_518,
            "two operations per input of a pool, one where it is a function": 12_608,
        },
    }
    counted = {row["name"]: row["counted"] for row in report["layers"] if row["counted"]}
    assert counted == LENET
    assert report["totals"]["counted"] == TOTAL


def test_json_is_as_it_was_without_one():
    report = json.loads(invoke("table", "lenet5", "-f", "json").stdout)
    assert "convention" not in report
    assert "counted" not in report["totals"]
    assert "counted" not in report["layers"][0]


def test_kinds_are_added_up():
    result = invoke("table", "lenet5", "--count", "ptflops", "--by", "kind", "-f", "csv")
    rows = {row["kind"]: row["by_ptflops"] for row in csv.DictReader(io.StringIO(result.stdout))}
    assert rows["conv2d"] == str(LENET["C1"] + LENET["C3"])


@pytest.mark.parametrize("format_name", ["markdown", "latex"])
def test_other_formats_name_it_too(format_name):
    result = invoke("table", "lenet5", "--count", "thop", "-f", format_name)
    assert "by thop" in result.stdout


def test_a_convention_that_is_not_there_is_refused_with_those_that_are():
    result = invoke("table", "lenet5", "--count", "xyz")
    assert_refused(
        result, "error: --count: there is no convention 'xyz'", f"  hint: there are {NAMES}"
    )


NET = """
import torch.nn.functional as F
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.relu = nn.Conv2d(2, 6, 3), nn.ReLU()

    def forward(self, x):
        return F.relu(self.relu(self.conv(x)))
"""


def test_a_function_counts_otherwise_than_a_module(tmp_path, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(NET, encoding="utf-8")
    result = invoke("table", "net.py:Net", "--input", "2x5x5", "--count", "ptflops", "-f", "csv")
    rows = csv.DictReader(io.StringIO(result.stdout))
    # 54 outputs of 18 weights; a module's ReLU counts twice, a function once
    assert [row["by_ptflops"] for row in rows] == ["1026", "108", "54"]
