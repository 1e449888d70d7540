"""A CUDA device with a torch that notes what it is asked: what is done, and in which order.

What a device really does is in `tests/bench/test_cuda.py`.
"""

from __future__ import annotations

import gc
import weakref
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from archstat.devices import nvidia
from archstat.devices.cuda import Cuda


class Noting:
    """As much of torch.cuda as is asked; `seen` is what was asked of it."""

    def __init__(self):
        self.seen = []
        self.current = "the current stream"
        self.CUDAGraph = lambda: SimpleNamespace(replay=lambda: self.seen.append("replay"))

    def Event(self, *, enable_timing):  # noqa: N802  their name
        assert enable_timing
        number = sum(note == "event" for note in self.seen)
        self.seen.append("event")
        return SimpleNamespace(
            record=lambda: self.seen.append(f"record {number}"),
            synchronize=lambda: self.seen.append(f"wait for {number}"),
            elapsed_time=lambda _: 2.5,
        )

    def Stream(self):  # noqa: N802
        return SimpleNamespace(wait_stream=lambda _: self.seen.append("side waits"))

    def current_stream(self):
        return SimpleNamespace(wait_stream=lambda _: self.seen.append("current waits"))

    def _sleep(self, cycles):
        assert cycles > 0
        self.seen.append("sleep")

    @contextmanager
    def device(self, index):
        self.seen.append(f"device {index}")
        yield

    @contextmanager
    def stream(self, _):
        self.seen.append("side")
        yield
        self.seen.append("back")

    @contextmanager
    def graph(self, _):
        self.seen.append("capture")
        yield
        self.seen.append("captured")


def test_the_clock_starts_when_the_queue_is_full_and_ends_when_all_is_done():
    cuda = Noting()
    device = Cuda(SimpleNamespace(cuda=cuda), 1)
    assert device.elapsed_ns(lambda: cuda.seen.append("call")) == 2_500_000
    assert cuda.seen == [
        "device 1",
        *("event", "event"),
        *("sleep", "record 0", "call", "record 1", "wait for 1"),
    ]


def test_a_call_is_warm_before_it_is_captured():
    cuda = Noting()
    replay = Cuda(SimpleNamespace(cuda=cuda), 0).captured(lambda: cuda.seen.append("call"))
    assert cuda.seen == [
        *("device 0", "side waits", "side", "call", "call", "call", "back", "current waits"),
        *("capture", "call", "captured"),
    ]
    replay()
    assert cuda.seen[-1] == "replay"


def test_what_a_graph_reads_stays_as_long_as_the_graph():
    class Batch:
        pass

    batch = Batch()
    read = weakref.ref(batch)
    replay = Cuda(SimpleNamespace(cuda=Noting()), 0).captured(lambda batch=batch: batch)
    del batch
    gc.collect()
    assert read() is not None
    del replay
    gc.collect()
    assert read() is None


def backends(**cudnn):
    matmul = SimpleNamespace(allow_tf32=False)
    cuda = SimpleNamespace(matmul=matmul)
    return SimpleNamespace(cuda=cuda, cudnn=SimpleNamespace(allow_tf32=True, **cudnn))


def switches(known):
    return known.cuda.matmul.allow_tf32, known.cudnn.allow_tf32


def test_tf32_is_asked_for_and_given_back():
    known = backends()
    device = Cuda(SimpleNamespace(backends=known), 0)
    with device.computing_in("tf32"):
        assert switches(known) == (True, True)
    assert switches(known) == (False, True)
    with device.computing_in("float32"):
        assert switches(known) == (False, True)


def test_it_is_given_back_after_an_error():
    known = backends()
    with (
        pytest.raises(KeyError),
        Cuda(SimpleNamespace(backends=known), 0).computing_in("tf32"),
    ):
        raise KeyError
    assert switches(known) == (False, True)


def test_torch_compiles_where_tf32_was_asked_for():
    torch = pytest.importorskip("torch")
    with Cuda(torch, 0).computing_in("tf32"):  # torch.compile reads these, and some torch raise
        assert torch.backends.cuda.matmul.allow_tf32
        assert torch.get_float32_matmul_precision() == "high"


class NvmlError(Exception):
    pass


def driver(**answers):
    """Return as much of pynvml as answers these questions."""
    functions = {
        f"nvml{name}": lambda *_, answer=answer: answer for name, answer in answers.items()
    }
    return SimpleNamespace(NVMLError=NvmlError, NVML_CLOCK_SM=1, NVML_CLOCK_MEM=2, **functions)


def torch_with(**known):
    """Return as much of torch as knows these properties of a GPU."""
    properties = SimpleNamespace(
        name="NVIDIA H200",
        multi_processor_count=132,
        major=9,
        minor=0,
        total_memory=150_000_000_000,
        **known,
    )
    return SimpleNamespace(cuda=SimpleNamespace(get_device_properties=lambda _: properties))


def gpu(torch, nvml, monkeypatch):
    monkeypatch.setattr(nvidia, "library", lambda: nvml)
    return Cuda(torch, 0).environment()


@pytest.mark.parametrize(
    ("known", "uuid"),
    [({"uuid": "fb5e"}, "GPU-fb5e"), ({"uuid": "MIG-fb5e"}, "MIG-fb5e"), ({}, None)],
)
def test_a_gpu_is_named_as_the_driver_names_it(known, uuid, monkeypatch):
    assert gpu(torch_with(**known), None, monkeypatch)["uuid"] == uuid


def test_without_meters_a_gpu_is_what_torch_says_and_how_to_get_meters(monkeypatch):
    assert gpu(torch_with(uuid="fb5e", L2_cache_size=62_914_560), None, monkeypatch) == {
        "name": "NVIDIA H200",
        "uuid": "GPU-fb5e",
        "processors": 132,
        "capability": "9.0",
        "memory_bytes": 150_000_000_000,
        "l2_bytes": 62_914_560,
        "meters": "pip install nvidia-ml-py to see clocks, power and heat",
    }


def test_the_driver_says_more_of_a_gpu(monkeypatch):
    nvml = driver(
        DeviceGetHandleByUUID="card",
        SystemGetDriverVersion="580.95",
        DeviceGetEnforcedPowerLimit=700_000,
        DeviceGetMaxClockInfo=1980,
        DeviceGetClockInfo=3201,
        DeviceGetEccMode=(1, 0),
        DeviceGetMigMode=(0, 0),
        DeviceGetPersistenceMode=1,
        DeviceGetCurrPcieLinkGeneration=4,
        DeviceGetCurrPcieLinkWidth=8,
        DeviceGetMaxPcieLinkGeneration=5,
        DeviceGetMaxPcieLinkWidth=16,
        DeviceGetComputeRunningProcesses=["ours", "another"],
    )

    found = gpu(torch_with(uuid="fb5e"), nvml, monkeypatch)

    assert {key: found[key] for key in list(found)[6:]} == {
        "driver": "580.95",
        "power_limit_w": 700.0,
        "most_clock_mhz": 1980,
        "memory_clock_mhz": 3201,
        "ecc": 1,
        "mig": 0,
        "persistence": 1,
        "pcie": "4 x8",
        "most_pcie": "5 x16",
        "programs": 2,
    }


def test_what_the_driver_does_not_say_is_not_known(monkeypatch):
    found = gpu(torch_with(uuid="fb5e"), driver(), monkeypatch)

    assert set(list(found.values())[6:]) == {None}
