"""NVIDIA's graphics processors, and AMD's where torch is built for them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from archstat.devices import nvidia
from archstat.devices.device import (
    BFLOAT16,
    COMPILE,
    EAGER,
    FLOAT16,
    FLOAT32,
    GRAPH,
    TF32,
    Call,
    Gauge,
    ProbeSize,
    Queue,
    Section,
)

WARM_CALLS = 3
"""Before a capture, for what a first call makes ready, which cannot be captured."""


@dataclass(frozen=True)
class GraphReplay:
    """A CUDA graph of a call; replaying it takes the host no time.

    Attributes:
        call: What the graph reads must stay where it was, so this is kept.
    """

    graph: Any
    call: Call

    def __call__(self) -> None:
        """Do the work of the call again."""
        self.graph.replay()


class Cuda(Queue):
    """A GPU that torch reaches through CUDA."""

    kind = "cuda"
    title = "CUDA device"
    dtypes = (FLOAT32, TF32, BFLOAT16, FLOAT16)
    modes = (EAGER, GRAPH, COMPILE)
    probe = ProbeSize(64, 4096, (4096, 8192))

    @property
    def cache_bytes(self) -> int:
        """See `Device.cache_bytes`."""
        return getattr(self._properties, "L2_cache_size", 0)

    def captured(self, call: Call) -> Call:
        """See `Device.captured`."""
        cuda = self._torch.cuda
        with cuda.device(self._index):
            stream = cuda.Stream()
            stream.wait_stream(cuda.current_stream())
            with cuda.stream(stream):
                for _ in range(WARM_CALLS):
                    call()
            cuda.current_stream().wait_stream(stream)
            graph = cuda.CUDAGraph()
            with cuda.graph(graph):
                call()
        return GraphReplay(graph, call)

    @contextmanager
    def computing_in(self, dtype: str) -> Iterator[None]:
        """See `Device.computing_in`.

        By the old switches: torch.compile reads them, and fails after the new ones were set.

        Source:
            github.com/pytorch/pytorch/issues/166387.
        """
        if dtype != TF32:
            yield
            return
        backends = self._torch.backends.cuda.matmul, self._torch.backends.cudnn
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch 2.9 says that they are old
            before = [backend.allow_tf32 for backend in backends]
            for backend in backends:
                backend.allow_tf32 = True
        try:
            yield
        finally:
            for backend, was in zip(backends, before, strict=True):
                backend.allow_tf32 = was

    def convolves_in(self, dtype: str) -> str:
        """See `Device.convolves_in`."""
        return TF32 if dtype == FLOAT32 else dtype

    def environment(self) -> Section:
        """See `Device.environment`."""
        known = self._properties
        section = {
            "name": known.name,
            "uuid": self._uuid,
            "processors": known.multi_processor_count,
            "capability": f"{known.major}.{known.minor}",
            "memory_bytes": known.total_memory,
            "l2_bytes": getattr(known, "L2_cache_size", None),
        }
        return {**section, **nvidia.card(nvidia.library(), self._uuid)}

    def gauge(self) -> Gauge | None:
        """See `Device.gauge`."""
        return nvidia.gauge(nvidia.library(), self._uuid)

    @property
    def _uuid(self) -> str | None:
        """How the driver names the card, whatever its number here; None if torch does not know."""
        uuid = str(getattr(self._properties, "uuid", ""))
        if not uuid:
            return None
        return uuid if uuid.startswith(("GPU-", "MIG-")) else f"GPU-{uuid}"
