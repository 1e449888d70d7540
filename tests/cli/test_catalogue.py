"""`archstat list`, `archstat show` and `archstat code`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import ROOT, assert_refused, invoke

NAMES = [
    "caffenet",
    "cifar-alexnet",
    "cifar-bn-alexnet",
    "cifar-tutorial",
    "googlenet",
    "lenet5",
    "lenet5-1998",
    "mobilenet-v1",
    "nin",
    "notebook-alexnet",
    "paper-alexnet",
    "resnet18",
    "resnet50",
    "torchvision-alexnet",
    "unet",
    "ungrouped-alexnet",
    "vgg11",
    "vgg16",
    "vgg19",
    "zfnet",
]


def test_list_has_a_line_for_every_network():
    result = invoke("list")
    assert (result.exit_code, result.stderr) == (0, "")
    head, *lines = result.stdout.splitlines()
    assert re.split("  +", head) == ["name", "input", "params", "MACs", "title"]
    assert [line.split()[0] for line in lines] == NAMES
    lenet5 = re.split("  +", lines[NAMES.index("lenet5")])
    assert lenet5[:4] == ["lenet5", "1×32×32", "61,706", "416,520"]


def test_list_lines_up():
    _, *lines = invoke("list").stdout.splitlines()
    # the columns of numbers end, and those of texts begin, at the same place
    assert len({re.search(r"[\d,]+  [A-Z]", line).end() for line in lines}) == 1
    assert len({line.index("×") for line in lines if "3×224" in line or "3×227" in line}) == 1


@pytest.mark.parametrize("name", NAMES)
def test_show_prints_a_spec_as_it_stands_in_its_file(name):
    result = invoke("show", name)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (ROOT / "specs" / f"{name}.toml").read_text(encoding="utf-8")


def test_what_show_prints_is_a_spec(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(invoke("show", "lenet5").stdout, encoding="utf-8")
    assert invoke("table", file).stdout == invoke("table", "lenet5").stdout
    assert invoke("show", file).stdout == invoke("show", "lenet5").stdout


def test_show_refuses_what_is_no_spec(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert_refused(
        invoke("show", "lenet_5"),
        "error: there is no model 'lenet_5'",
        "  hint: did you mean 'lenet5'?",
    )
    Path("bad.toml").write_text("layers = 3\n", encoding="utf-8")
    result = invoke("show", "bad.toml")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: bad.toml: line 1: 'layers': must be a list of")


def test_code_takes_the_same_questions_as_the_table():
    result = invoke("code", "lenet5", "--classes", 7, "--set", "C1.bias=false")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "        self.C1 = nn.Conv2d(1, 6, kernel_size=5, bias=False)\n" in result.stdout
    assert "        self.OUTPUT = nn.Linear(84, 7)\n" in result.stdout
    larger = invoke("code", "lenet5", "--input", "3x36x36").stdout
    assert "        self.C1 = nn.Conv2d(3, 6, kernel_size=5)\n" in larger
    assert "        self.C5 = nn.Linear(576, 120)\n" in larger  # 16·6·6


def test_code_refuses_what_is_no_network():
    result = invoke("code", "lenet5", "--input", "1x5x5")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "layer 'S2' (avg_pool2d)" in result.stderr


@pytest.mark.slow
def test_code_is_a_script_that_runs_by_itself(tmp_path):
    pytest.importorskip("torch")
    file = tmp_path / "lenet5.py"
    file.write_text(invoke("code", "lenet5").stdout, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(file)], capture_output=True, check=True, text=True
    )
    assert done.stdout == "61,706 params, output (1, 10)\n"


def test_a_library_lists_its_models():
    pytest.importorskip("torchvision")
    listed = invoke("list", "torchvision").stdout.split()
    assert {"torchvision/resnet18", "torchvision/vit_b_16", "torchvision/raft_small"} <= {*listed}
    assert all(name.startswith("torchvision/") for name in listed)
    assert invoke("list", "torchvisoin").stderr == (
        "error: there is no library 'torchvisoin'\n  hint: did you mean 'torchvision'?\n"
    )


@pytest.mark.parametrize(("name", "meant"), [("resnet34", "resnet34"), ("swint", "swin_t")])
def test_a_model_of_a_library_is_meant_without_it(name, meant):
    pytest.importorskip("torchvision")
    result = invoke("table", name)
    assert result.stderr == (
        f"error: there is no model {name!r}\n  hint: did you mean 'torchvision/{meant}'?\n"
    )
