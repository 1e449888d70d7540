"""What is known of a device and how one waits for it; `Queue` is one that is given work ahead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeAlias

from archstat.devices.processor import brand

EAGER, GRAPH, COMPILE = "eager", "graph", "compile"
FLOAT32, TF32, BFLOAT16, FLOAT16 = "float32", "tf32", "bfloat16", "float16"

MILLISECOND_NS = 1_000_000

PRIMED_CYCLES = 20_000_000
"""Of a GPU, that are slept while its queue fills: about 10 ms."""

Call: TypeAlias = Callable[[], object]
Section: TypeAlias = dict[str, Any]


class Gauge(Protocol):
    """Says how fast a device runs, and why no faster."""

    def start(self) -> None:
        """Begin to look."""

    def read(self) -> Mapping[str, Any]:
        """Return what was seen since, by the names of what `bench.record.Reading` holds."""


@dataclass(frozen=True)
class ProbeSize:
    """How large the probes of operations are, so that they keep a device busy.

    Attributes:
        examples: Of a convolution.
        rows: Of the batch of a linear layer.
        sides: Of matrices.
    """

    examples: int
    rows: int
    sides: tuple[int, ...]


class Device:
    """A device of this machine; a class is a kind of them.

    Attributes:
        kind: How torch names the kind.
        title: What messages call one.
        is_numbered: Whether there may be several.
        computes: Whether it has a time to be measured.
        dtypes, modes: What it is measured in.
        has_clock: Whether it tells by its own clock how long something took.
        out_of_memory: Words of an error that says that its memory has run out.
        probe: How large the probes of its ceilings are.
    """

    kind: ClassVar[str]
    title: ClassVar[str] = "device"
    is_numbered: ClassVar[bool] = False
    computes: ClassVar[bool] = True
    dtypes: ClassVar[tuple[str, ...]] = (FLOAT32, BFLOAT16, FLOAT16)
    modes: ClassVar[tuple[str, ...]] = (EAGER, COMPILE)
    has_clock: ClassVar[bool] = False
    out_of_memory: ClassVar[tuple[str, ...]] = ("out of memory",)
    probe: ClassVar[ProbeSize] = ProbeSize(16, 1024, (2048,))

    def __init__(self, torch: Any, index: int = 0) -> None:
        self._torch = torch
        self._index = index

    @classmethod
    def count(cls, torch: Any) -> int:
        """Return how many of the kind this machine has."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """Its whole name."""
        return f"{self.kind}:{self._index}" if self.is_numbered else self.kind

    @property
    def torch_device(self) -> Any:
        """The same as torch has it."""
        return self._torch.device(self.name)

    @property
    def queues(self) -> bool:
        """Whether a call returns before the work is done."""
        return False

    @property
    def cache_bytes(self) -> int:
        """The size of the cache before its memory; 0 where nobody asks."""
        return 0

    def wait(self) -> None:
        """Wait until all is done that it was given."""

    def elapsed_ns(self, run: Call) -> int:
        """Return the nanoseconds for what `run` gives it, by its own clock."""
        raise NotImplementedError

    def captured(self, call: Call) -> Call:
        """Return what replays the work of a call without the host's part in it."""
        raise NotImplementedError

    def computing_in(self, dtype: str) -> AbstractContextManager[None]:
        """Let it compute in a type that is asked for by a switch, and not by the tensors' own."""
        del dtype
        return nullcontext()

    def convolves_in(self, dtype: str) -> str:
        """Return the type in which torch lets convolutions of a type compute by itself."""
        return dtype

    def free_bytes(self) -> int | None:
        """Return the memory that is left; None where nothing says it."""
        return None

    def environment(self) -> Section:
        """Return what is known of it, as records hold it."""
        return {"name": brand()}

    def gauge(self) -> Gauge | None:
        """Return what tells its clock and heat; None if nothing does."""
        return None


class Queue(Device):
    """A device that is given work ahead, with a module of torch that has what `torch.cuda` has."""

    is_numbered = True
    has_clock = True

    @classmethod
    def count(cls, torch: Any) -> int:
        """See `Device.count`."""
        module = getattr(torch, cls.kind, None)
        if module is None or not module.is_available():
            return 0
        there: int = module.device_count()
        return there

    @property
    def queues(self) -> bool:
        """See `Device.queues`."""
        return True

    @property
    def _module(self) -> Any:
        return getattr(self._torch, self.kind)

    @property
    def _properties(self) -> Any:
        return self._module.get_device_properties(self._index)

    def wait(self) -> None:
        """See `Device.wait`."""
        self._module.synchronize(self._index)

    def elapsed_ns(self, run: Call) -> int:
        """See `Device.elapsed_ns`; the device sleeps until its queue is full."""
        module = self._module
        with module.device(self._index):
            start, end = (module.Event(enable_timing=True) for _ in range(2))
            if hasattr(module, "_sleep"):  # there is no public one
                module._sleep(PRIMED_CYCLES)  # noqa: SLF001
            start.record()
            run()
            end.record()
            end.synchronize()
        elapsed_ms: float = start.elapsed_time(end)
        return round(elapsed_ms * MILLISECOND_NS)

    def free_bytes(self) -> int | None:
        """See `Device.free_bytes`."""
        if not hasattr(self._module, "mem_get_info"):
            return None
        free: int = self._module.mem_get_info(self._index)[0]
        return free
