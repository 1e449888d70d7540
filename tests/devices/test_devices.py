"""Which devices there are, and what a new one takes."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from archstat import devices
from archstat.bench.asking import known
from archstat.bench.case import Case
from archstat.devices import every_device, find, is_out_of_memory, kind_of, kinds
from archstat.errors import DeviceError
from archstat.models.question import Question
from tests.cli.running import invoke

COMPILING = [name for name, kind in kinds().items() if kind.computes and "compile" in kind.modes]
NONE = SimpleNamespace(device_count=lambda: 0, is_available=lambda: False)


def machine(*, cuda=0, mps=False, xpu=0):
    """Return as much of torch as says what a machine has."""

    def some(count):
        return SimpleNamespace(device_count=lambda: count, is_available=lambda: bool(count))

    return SimpleNamespace(
        __version__="2.15.0",
        OutOfMemoryError=ZeroDivisionError,
        backends=SimpleNamespace(mps=SimpleNamespace(is_available=lambda: mps)),
        cuda=some(cuda),
        xpu=some(xpu),
    )


def names(found):
    return [device.name for device in found]


def test_every_device_of_a_machine_the_processor_first():
    assert names(every_device(machine())) == ["cpu"]
    assert names(every_device(machine(cuda=2, xpu=1))) == ["cpu", "cuda:0", "cuda:1", "xpu:0"]
    assert names(every_device(machine(mps=True))) == ["cpu", "mps"]


def test_a_torch_from_before_xpu_has_none():
    torch = machine()
    del torch.xpu
    assert names(every_device(torch)) == ["cpu"]


@pytest.mark.parametrize(
    ("name", "whole"),
    [("cpu", "cpu"), ("cuda", "cuda:0"), ("cuda:1", "cuda:1"), ("mps", "mps"), ("xpu", "xpu:0")],
)
def test_a_device_is_found_by_its_name(name, whole):
    assert find(name, machine(cuda=2, mps=True, xpu=1), measured=True).name == whole


@pytest.mark.parametrize(
    ("name", "what", "hint"),
    [
        ("gpu", "there is no device 'gpu'", f"use {', '.join(kinds())}"),
        ("cdua", "there is no device 'cdua'", "did you mean 'cuda'?"),
        ("cuda:x", "there is no device 'cuda:x'", "did you mean 'cuda'?"),
        ("mps:0", "there is one mps device", "write device='mps'"),
        ("meta", "the meta device computes nothing", "it has cpu, mps"),
        ("cuda", "torch 2.15.0 finds no CUDA device on this machine", "it has cpu, mps"),
        ("xpu:1", "torch 2.15.0 finds no XPU device on this machine", "it has cpu, mps"),
    ],
)
def test_a_device_that_there_is_not(name, what, hint):
    with pytest.raises(DeviceError) as caught:
        find(name, machine(mps=True), measured=True)
    assert str(caught.value) == f"{what}\n  hint: {hint}"


def test_for_shapes_any_device_will_do():
    with pytest.raises(DeviceError) as caught:
        find("mps", machine())
    assert str(caught.value) == (
        "torch 2.15.0 finds no MPS device on this machine\n"
        "  hint: use device='cpu': the numbers are the same on every device"
    )
    assert find("meta", machine()).name == "meta"


@pytest.mark.parametrize(
    ("dtype", "mode", "device", "why"),
    [
        ("tf32", "eager", "cpu", "tf32 is a type of cuda devices"),
        ("float32", "graph", "xpu:0", "graph is a mode of cuda devices"),
        ("float32", "compile", "mps", f"compile is a mode of {' and '.join(COMPILING)} devices"),
        ("tf32", "graph", "cuda:1", ""),
    ],
)
def test_what_a_device_is_not_measured_in(dtype, mode, device, why):
    assert Case("net", device, 1, dtype, mode).objection == why


def test_a_record_may_be_of_a_device_that_nobody_here_knows():
    assert kind_of("tpu:0").title == "device"


@pytest.mark.parametrize(
    ("error", "is_one"),
    [
        (MemoryError(), True),
        (ZeroDivisionError(), True),  # which stands for torch.OutOfMemoryError
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), True),
        (RuntimeError("MPS backend out of memory (MPS allocated: 5 GB)"), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_memory_that_has_run_out(error, is_one):
    assert is_out_of_memory(error, machine()) is is_one


ANOTHER = """
from archstat.devices.device import Device


class Abacus(Device):
    kind = "abacus"
    title = "abacus"
    dtypes = ("float32",)
    waits = 0

    @classmethod
    def count(cls, torch):
        return 1

    @property
    def torch_device(self):
        return self._torch.device("cpu")

    def wait(self):
        type(self).waits += 1

    def environment(self):
        return {"name": "seven beads"}
"""


@pytest.fixture
def abacus(tmp_path, monkeypatch):
    """Add a device, which is one file."""
    pytest.importorskip("torch")
    (tmp_path / "abacus.py").write_text(ANOTHER, encoding="utf-8")
    monkeypatch.setattr(devices, "__path__", [*devices.__path__, str(tmp_path)])
    kinds.cache_clear()
    yield kinds()["abacus"]
    kinds.cache_clear()
    sys.modules.pop("archstat.devices.abacus")


@pytest.mark.usefixtures("abacus")
def test_a_new_device_is_one_file_for_table_and_for_verify():
    table = invoke("table", "lenet5", "--device", "abacus")
    assert (table.exit_code, "confirmed by a forward pass" in table.stdout) == (0, True)
    assert invoke("verify", "lenet5", "--device", "abacus").exit_code == 0


@pytest.mark.slow
def test_and_for_bench(abacus):
    from archstat.bench.measuring.worker import run
    from archstat.bench.plan import Failed, Plan, Taken
    from archstat.bench.protocol import MS, Rules

    rules = Rules(budget_ns=20 * MS, sample_ns=MS, warm_ns=MS, warm_calls=3, slow_calls=1)
    cases = {0: Case("lenet5", "abacus", 1)}
    works = {0: known("lenet5", Question(), [1]).works[1]}
    told = []
    run(Plan(cases, works, Question(), rules), told.append)
    assert not [event for event in told if isinstance(event, Failed)]
    assert [event for event in told if isinstance(event, Taken)]
    assert abacus.waits > 0
    words = ("bench", "lenet5", "--device", "abacus", "--dtype", "bfloat16")
    refused = invoke(*words).stderr
    assert refused.startswith("error: nothing can be measured: bfloat16 is a type of cpu and cuda")
