"""A file is read for its definitions: what of it is run, and what is not."""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path

import pytest

import archstat
from archstat.errors import UsageError
from archstat.models.torch.loading.definitions import chosen, statements
from archstat.models.torch.loading.named import load_source

TRAIN = """
    '''How everybody's training script begins.'''
    from __future__ import annotations
    import os, sys
    import wandb
    from lightning_not_installed import Trainer, seed_everything
    import torch
    from torch import nn
    from torch.utils.data import DataLoader

    seed_everything(1)
    torch.manual_seed(0)
    WIDTH = 2 ** 4
    SIZES = [n * 2 for n in (1, 2)]
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    EXTRA = dict(bias=False)
    EXTRA.update(bias=True)
    LAYERS = []
    for n in SIZES:
        LAYERS.append(n)

    class Net(nn.Module):
        def __init__(self, classes=10):
            super().__init__()
            self.fc = nn.Linear(WIDTH, classes, **EXTRA)
            self.more = [nn.Linear(1, n) for n in LAYERS]
            self.device = device

        def forward(self, x: wandb.Image) -> torch.Tensor:
            return self.fc(x)

    def train(model, loader=None):
        wandb.log({})
        for x in train_loader:
            open("checkpoint.pt", "w")

    train_loader = DataLoader(open("data.bin"))
    model = Net()
    model.fc = nn.Linear(WIDTH, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(3):
        open("checkpoint.pt", "w").write("overwritten")
        print("epoch", epoch)
    with open("log.txt", "w") as log:
        log.write("done")
    assert False, "never reached"
    sys.exit(train(model))
    if __name__ == "__main__":
        train(model)
"""


@pytest.fixture
def train(tmp_path, monkeypatch):
    """Work in a folder with a script that trains."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(textwrap.dedent(TRAIN), encoding="utf-8")
    return tmp_path


def test_a_class_of_a_script_that_trains_is_read_and_nothing_is_trained(train, capsys):
    net = load_source("train.py:Net", {}).model
    assert (net.fc.in_features, net.fc.out_features, len(net.more)) == (16, 10, 2)
    assert str(net.device) in {"cpu", "cuda"}
    assert sorted(path.name for path in train.iterdir() if path.is_file()) == ["train.py"]
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        "train.py: 10 statements were not run, as a file is read for what it defines: lines 11–12, "
        "37–47; to run all: --run-file, or run_file=True in Python\n"
    )


@pytest.mark.usefixtures("train")
def test_an_instance_is_made_with_what_it_needs():
    source = load_source("train.py:model", {})
    assert (source.model.fc.out_features, source.make) == (3, None)


@pytest.mark.usefixtures("train")
def test_the_only_class_of_a_script_needs_no_name():
    assert load_source("train.py", {}).model.fc.out_features == 10


@pytest.mark.usefixtures("train")
def test_a_whole_file_is_run_where_that_is_asked_for():
    with pytest.raises(UsageError) as caught:
        load_source("train.py:Net", {}, run_file=True)
    assert str(caught.value) == "train.py needs wandb, which is not installed"


@pytest.mark.usefixtures("train")
def test_what_was_put_in_place_of_a_missing_package_is_taken_away():
    load_source("train.py:Net", {})
    assert not {"wandb", "lightning_not_installed", "train"} & set(sys.modules)


@pytest.mark.parametrize(
    ("use", "where"),
    [
        ("class Net(missing.Module): pass", "Net"),
        ("from missing import Module\nclass Net(Module): pass", "Net"),
        ("@missing.compiled\ndef make(): pass", "make"),
        ("def make(): return missing.build(3)", "make"),
        ("import missing.part as part\ndef make(): return part.build(3)", "make"),
    ],
)
def test_a_missing_package_that_is_needed_is_named(tmp_path, monkeypatch, use, where):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(f"import missing\n{use}\n", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_source(f"net.py:{where}", {})
    assert str(caught.value) == (
        "net.py needs missing, which is not installed\n"
        "  hint: pip install missing, if it is called so there"
    )


def test_an_import_that_a_file_can_do_without_fails_as_the_file_expects(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "try:\n    import missing\nexcept ImportError:\n    missing = None\n"
    text += "from torch import nn\nN = 3 if missing is None else 4\n"
    text += "def make(): return nn.Linear(N, 1)\n"
    (tmp_path / "net.py").write_text(text, encoding="utf-8")
    assert load_source("net.py:make", {}).model.in_features == 3


def test_classes_that_register_themselves_are_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = """
        from torch import nn
        class Registry(dict):
            def register(self, made):
                self[made.__name__] = made
                return made
        MODELS = Registry()
        @MODELS.register
        class Net(nn.Linear):
            pass
        def build(name="Net"):
            return MODELS[name](2, 3)
    """
    (tmp_path / "net.py").write_text(textwrap.dedent(text), encoding="utf-8")
    assert load_source("net.py:build", {}).model.out_features == 3


def test_a_method_of_a_class_makes_a_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = """
        from torch import nn
        class EfficientNet(nn.Linear):
            @classmethod
            def from_name(cls, name):
                return cls(2, {"b0": 3}[name])
    """
    (tmp_path / "net.py").write_text(textwrap.dedent(text), encoding="utf-8")
    source = load_source("net.py:EfficientNet.from_name", {"name": "b0"})
    assert source.model.out_features == 3
    with pytest.raises(UsageError, match="EfficientNet has no 'from_nam'\n  hint: did you mean"):
        load_source("net.py:EfficientNet.from_nam", {})


def test_a_notebook_is_its_cells_without_magic(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    cells = [
        ("markdown", "# Homework"),
        ("code", "%matplotlib inline\n!pip install nothing\nimport torch\nfrom torch import nn"),
        ("code", "%%bash\nrm -rf data"),
        ("code", "files = !ls\nhelp?\nprint('hello')"),
        (
            "code",
            (
                "%%time\nclass Net(nn.Module):\n    def __init__(self):\n"
                "        super().__init__()\n        self.fc = nn.Linear(4, 2)\n"
                "    def forward(self, x):\n        return self.fcc(x)"
            ),
        ),
    ]
    document = {"cells": [{"cell_type": kind, "source": text} for kind, text in cells]}
    (tmp_path / "hw.ipynb").write_text(json.dumps(document), encoding="utf-8")
    source = load_source("hw.ipynb:Net", {})
    assert (source.name, source.model.fc.out_features) == ("hw.ipynb:Net", 2)
    assert capsys.readouterr().out == ""


def test_what_is_no_notebook_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hw.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match=r"'hw\.ipynb': is no notebook that can be read"):
        load_source("hw.ipynb:Net", {})


@pytest.mark.parametrize(
    ("text", "wanted", "run"),
    [
        ("a = 1\nb = f(a)\nclass C:\n    x = a", "C", [1, 3]),
        ("b = f()\nclass C:\n    def m(self): return b", "C", [1, 2]),
        ("b = f()\nclass C:\n    def m(self, b): return b", "C", [2]),
        ("b = f()\nc = g(b)\nclass C:\n    x = c", "C", [1, 2, 3]),
        ("b = f()\nn = b + 1\nclass C: pass", "C", [3]),
        ("if f():\n    b = 1\nelse:\n    b = 2\nclass C:\n    x = b", "C", [1, 5]),
        ("import sys\nsys.path.append('..')\nsys.exit(1)\nclass C: pass", "C", [1, 2, 4]),
        ("T = {}\nT['a'] = f()\nclass C:\n    x = T", "C", [1, 2, 3]),
        ("b = f()\ndef other(x=b): pass\nclass C: pass", "C", [3]),
        ("if __name__ == '__main__':\n    C = 1\nclass C: pass", "C", [3]),
    ],
)
def test_what_the_asked_name_needs_is_run(text, wanted, run):
    picked, _ = chosen(statements(text, "net.py"), {wanted})
    assert [each.node.lineno for each in picked] == run


TRAINING = """
from pathlib import Path
from torch import nn

WIDTH = 4
print("loud")
Path("ran").touch()
made = len("1234567")


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, WIDTH, 3)

    def forward(self, x):
        return self.conv(x)


def fit():
    for batch in loader:
        print(batch)
"""
USING = """
from torch import nn
import train
from train import Block, made


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block, self.last = Block(), nn.Conv2d(train.WIDTH, made, 1)

    def forward(self, x):
        return self.last(self.block(x))
"""


def test_a_module_beside_the_file_is_read_for_its_definitions(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(TRAINING, encoding="utf-8")
    Path("model.py").write_text(USING, encoding="utf-8")
    report = archstat.analyze("model.py:Net", (3, 8, 8))
    assert report.totals.params == 4 * 27 + 4 + 7 * 4 + 7
    assert not Path("ran").exists()
    told = capfd.readouterr()
    assert "loud" not in told.out + told.err
    assert "train.py: 2 statements were not run" in told.err
    archstat.analyze("model.py:Net", (3, 8, 8), run_file=True)
    assert Path("ran").exists()


def test_a_package_beside_the_file_is_read_likewise(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("parts").mkdir()
    Path("parts/__init__.py").write_text("from .blocks import Block\n", encoding="utf-8")
    Path("parts/blocks.py").write_text(TRAINING, encoding="utf-8")
    text = USING.replace("import train", "import parts.blocks as train", 1)
    text = text.replace("from train import Block, made", "from parts.blocks import Block, made")
    Path("model.py").write_text(text, encoding="utf-8")
    assert archstat.analyze("model.py:Net", (3, 8, 8)).totals.params == 4 * 27 + 4 + 7 * 4 + 7
    assert not Path("ran").exists()
