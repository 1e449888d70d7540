"""A model that meta cannot run is not built for real where it has no room."""

from __future__ import annotations

import pytest
from torch import nn

import archstat
from archstat.errors import DeviceError, TraceError
from archstat.models.torch import memory


class Reading(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(1000, 1000)

    def forward(self, x):
        if self.fc(x).sum().item() > 1e9:
            return x
        return self.fc(x)


def test_what_does_not_fit_is_not_built(monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda: 8_007_999)
    with pytest.raises(DeviceError) as caught:
        archstat.analyze(Reading(), (1000,))
    # twice 1000·1000 weights and 1000 biases of 4 bytes are 8,008,000
    assert str(caught.value) == (
        "Reading does not fit: it would take 0.0 GB or more, and 0.0 GB are free; traced on cpu "
        "with values: its forward pass depends on values, which meta has not; what meta has not is "
        "asked for in test_memory.py, line 19: if self.fc(x).sum().item() > 1e9:\n"
        "  hint: leave out the input that makes it read values, or insist: device='cpu'"
    )


@pytest.mark.parametrize("free", [8_008_000, None])
def test_what_fits_is_run_and_the_line_is_named(monkeypatch, free):
    monkeypatch.setattr(memory, "free_bytes", lambda: free)
    report = archstat.analyze(Reading(), (1000,))
    assert (report.traced_on, report.totals.macs) == ("cpu", 2_000_000)  # it is run twice
    (line,) = (note for note in report.notes if "asked for" in note)
    assert line == (
        "what meta has not is asked for in test_memory.py, line 19: "
        "if self.fc(x).sum().item() > 1e9:"
    )


def test_who_asks_for_the_cpu_gets_it(monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda: 0)
    assert archstat.analyze(Reading(), (1000,), device="cpu").traced_on == "cpu"


def test_a_sparse_machine_tells_what_is_free(tmp_path, monkeypatch):
    file = tmp_path / "meminfo"
    file.write_text("MemTotal: 9 kB\nMemAvailable:    3 kB\n", encoding="ascii")
    monkeypatch.setattr(memory, "LINUX", file)
    assert memory.free_bytes() == 3072
    monkeypatch.setattr(memory, "LINUX", tmp_path / "none")
    assert memory.free_bytes() is None


class Unset(nn.Module):
    """A model of a setting that nobody has made, which no device makes up for."""

    def __init__(self):
        super().__init__()
        self.fc, self.kept = nn.Linear(1000, 1000), None

    def forward(self, x):
        return self.fc(x).topk(self.kept)


def test_a_mistake_that_has_nothing_to_do_with_meta_is_not_tried_with_values(monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda: 0)
    with pytest.raises(TraceError, match="must be int, not NoneType"):
        archstat.analyze(Unset(), (1000,))
