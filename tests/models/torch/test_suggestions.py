"""Inputs beyond one shape: nested ones, edges of a graph, files; and what to state, which works."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
import torch

import archstat
from archstat.errors import UsageError
from tests.cli.running import invoke

FILE = """
import torch
from torch import nn


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.step = nn.Conv2d(1, 4, 3), nn.Embedding(10, 4)

    def forward(self, x, t):
        return self.conv(x) + self.step(t)[:, :, None, None]


class Graph(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 5)

    def forward(self, x, edge_index):
        source, target = edge_index
        return torch.zeros(x.shape[0], 5, device=x.device).index_add(0, target, self.fc(x)[source])


class Nested(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 4, 3), nn.Linear(8, 4)

    def forward(self, batch, scales, flag=None):
        assert flag is None
        return self.conv(batch["image"]).mean((2, 3)) + self.fc(batch["meta"]["vec"]) + scales[1]


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.fc = nn.Embedding(10, 4), nn.Linear(4, 3)

    def forward(self, ids):
        return self.fc(self.table(ids))


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 2, 5), nn.Linear(2 * 24 * 24, 10)

    def forward(self, x):
        return self.fc(self.conv(x).flatten(1))


class ByName(Words):
    def forward(self, *, words):
        return super().forward(words)


class Read(Words):
    def forward(self, batch):
        return super().forward(batch["words"])


class Keywords(Words):
    def forward(self, **given):
        return super().forward(given["words"])
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("nets.py").write_text(FILE, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Pair", "its forward takes x, t: --input x=1x224x224 --input t=int64:"),
        ("Graph", "its forward takes x, edge_index: --input x=6 --input edge_index=edges:16"),
        ("Words", "write --input int64:16"),
        ("Small", "write --input 3x28x28"),  # 28 − 4 = 24; 224 and 32 do not fit
        ("ByName", "write --input words=int64:16"),
        ("Read", "write --input 'batch={words: int64:16}'"),
        ("Keywords", "write --input words=int64:16"),
    ],
)
def test_the_hint_is_a_line_that_works(name, hint):
    refused = invoke("table", f"nets.py:{name}")
    assert refused.stderr.splitlines()[-1] == f"  hint: {hint}"
    words = shlex.split(hint.partition("--")[2])
    assert invoke("table", f"nets.py:{name}", f"--{words[0]}", *words[1:]).exit_code == 0


@pytest.mark.parametrize(
    ("stated", "meant"),
    [
        (["x=1x28x28", "step=int64:"], ["x=1x28x28", "t=int64:"]),
        (["image=1x28x28", "t=int64:"], ["x=1x28x28", "t=int64:"]),
    ],
)
def test_a_wrong_name_is_told_with_the_shape_that_was_stated(stated, meant):
    refused = invoke("table", "nets.py:Pair", "--input", stated[0], "--input", stated[1])
    assert refused.stderr.endswith(f"  hint: write --input {' --input '.join(meant)}\n")


def test_a_missing_input_is_named_with_a_line_that_works():
    refused = invoke("table", "nets.py:Pair", "--input", "1x28x28")
    assert "missing a required argument: 't'" in refused.stderr
    assert refused.stderr.endswith("--input x=1x224x224 --input t=int64:\n")


def test_dictionaries_lists_and_none_are_inputs():
    report = archstat.analyze(
        "nets.py:Nested",
        ["batch={image: 3x8x8, meta: {vec: 8}}", "scales=[4, 4]", "flag=None"],
        batch_size=2,
    )
    # 6·6 places of 4 channels over 27 values, and 4·8, of two examples
    assert report.totals.macs == 2 * (36 * 4 * 27 + 32)


def test_edges_have_no_axis_of_examples():
    report = archstat.analyze("nets.py:Graph", ["whole:10x6", "edge_index=edges:40"])
    assert report.totals.macs == 10 * 6 * 5
    report = archstat.analyze("nets.py:Graph", ["6", "edges:40"], batch_size=10)
    assert report.totals.macs == 10 * 6 * 5


def test_tokens_with_a_batch_of_one_are_read_so():
    report = archstat.analyze("nets.py:Words", ["int64:1x7"])
    assert report.totals.macs == 7 * 12
    assert "the input 1×7 was read as a batch of one 7" in report.notes


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{image: 3x8x8", "is not closed by }"),
        ("{3x8x8}", "has no key before it"),
        ("[3x8x8, q]", "'q' is not a shape"),
    ],
)
def test_a_nested_input_that_cannot_be_read_says_why(text, why):
    with pytest.raises(UsageError, match=why):
        archstat.analyze("nets.py:Nested", [text])


def test_example_inputs_come_from_files():
    numpy = pytest.importorskip("numpy")
    torch.save(torch.zeros(2, 3, 28, 28), "x.pt")
    numpy.savez("x.npz", x=numpy.zeros((3, 3, 28, 28), numpy.float32))
    Path("ids.json").write_text(json.dumps({"ids": [[1, 2, 3]]}), encoding="utf-8")
    macs = 24 * 24 * 2 * 75 + 11_520
    for file, model, expected in (
        ("x.pt", "Small", 2 * macs),
        ("x.npz", "Small", 3 * macs),
        ("ids.json", "Words", 3 * 12),
    ):
        words = ("table", f"nets.py:{model}", "--input-file", file, "-f", "json")
        assert json.loads(invoke(*words).stdout)["totals"]["macs"] == expected


def test_a_file_that_holds_no_inputs_is_refused():
    Path("x.json").write_text("{}", encoding="utf-8")
    for words in (
        ("nets.py:Small", "--input-file", "x.json"),
        ("nets.py:Small", "--input-file", "x.txt"),
        ("lenet5", "--input-file", "x.json"),
    ):
        result = invoke("table", *words)
        assert result.exit_code == 2
        assert result.stderr.startswith("error: --input-file: ")


def test_what_one_command_was_told_says_nothing_to_the_next():
    torch.save(torch.zeros(2, 3, 28, 28), "x.pt")
    assert invoke("table", "nets.py:Small", "--input-file", "x.pt").exit_code == 0
    assert invoke("compare", "lenet5", "lenet5").exit_code == 0
