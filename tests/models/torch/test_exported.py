"""Programs that torch.export has made: as files, as objects, and as modules."""

from __future__ import annotations

import warnings

import pytest
import torch
from torch import nn

import archstat
from archstat.errors import UsageError


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)

    def forward(self, x):
        return torch.relu(self.conv(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block, self.fc = Block(), nn.Linear(4, 2)

    def forward(self, x):
        return self.fc(self.block(x).mean((2, 3)))


MACS = 64 * 4 * 27 + 8  # 8·8 places of 4 channels over 3·3·3 values, and 4·2
PARAMS = 112 + 10


@pytest.fixture(scope="module")
def program():
    with warnings.catch_warnings(action="ignore"):
        return torch.export.export(Net().eval(), (torch.zeros(1, 3, 8, 8),))


def test_a_file_knows_its_input_and_its_modules(program, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings(action="ignore"):
        torch.export.save(program, "net.pt2")
    report = archstat.analyze("net.pt2")
    assert (report.model, report.input) == ("net.pt2", (3, 8, 8))
    assert (report.totals.macs, report.totals.params) == (MACS, PARAMS)
    assert report.layers[0].name.startswith("block.conv")


def test_a_program_and_its_module_are_models(program):
    module = program.module()
    for model, shape in ((program, None), (program, (3, 8, 8)), (module, (3, 8, 8))):
        report = archstat.analyze(model, shape)
        assert (report.totals.macs, report.totals.params) == (MACS, PARAMS)


def test_a_traced_graph_is_a_model():
    traced = torch.fx.symbolic_trace(Net().eval())
    report = archstat.analyze(traced, (3, 8, 8))
    assert (report.totals.macs, report.totals.params) == (MACS, PARAMS)
    assert report.layers[0].name == "block.conv"


def test_what_is_no_program_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.pt2").write_bytes(b"nothing")
    with pytest.raises(UsageError, match=r"net\.pt2 is no exported program that this torch loads"):
        archstat.analyze("net.pt2")
    with pytest.raises(UsageError, match=r"there is no file 'nett\.pt2'\n  hint: did you mean"):
        archstat.analyze("nett.pt2")


def test_torch_logs_nothing_of_a_file_that_it_cannot_load(tmp_path, capfd):
    (tmp_path / "net.pt2").write_bytes(b"")
    with pytest.raises(UsageError, match="is no exported program"):
        archstat.analyze(str(tmp_path / "net.pt2"))
    assert capfd.readouterr().err == ""


def test_what_a_file_makes_or_holds_may_be_a_program(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "export.py").write_text(
        "import torch\n"
        "from torch import nn\n\n\n"
        "def program(width=4):\n"
        "    net = nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.ReLU()).eval()\n"
        "    return torch.export.export(net, (torch.zeros(1, 3, 8, 8),))\n\n\n"
        "held = program()\n",
        encoding="utf-8",
    )
    with warnings.catch_warnings(action="ignore"):
        for name, arguments, width in (
            ("export.py:program", {}, 4),
            ("export.py:program", {"width": 5}, 5),
            ("export.py:held", {}, 4),
        ):
            report = archstat.analyze(name, arguments=arguments)
            assert report.input == (3, 8, 8)  # which nobody stated
            totals = report.totals
            assert (totals.macs, totals.params) == (64 * width * 27, width * 28)
    with pytest.raises(UsageError, match="is a model already"):
        archstat.analyze("export.py:held", arguments={"width": 5})
