"""What a device can do at best: operations and bytes a second, measured where models run.

A ceiling is a maximum, so several probes are tried and the best counts. One of operations and one
of memory also run beside every sample, and say what the device could do at that moment.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil

import torch
from torch import Tensor
from torch.nn import functional

from archstat.bench.case import BYTES, FLOAT32, TF32
from archstat.bench.devices import CPU, precision, type_of, waiting
from archstat.bench.record import CONV, MATMUL, MEMORY, Ceiling

ROUNDS = 7
"""How often each probe is tried."""

PROBE_NS = 4_000_000
"""What a try takes at least."""

CHANNELS, SIDE = 256, 32
UNITS = 4096
"""Of a linear layer, as wide as AlexNet's."""

ROW = 1024
"""Numbers in a row of the weights that a memory probe streams."""

Surroundings = tuple[str, str, int]


@dataclass(frozen=True)
class Size:
    """How large the probes of operations are, so that they keep a device busy.

    Attributes:
        examples: Of a convolution.
        rows: Of the batch of a linear layer.
        sides: Of matrices.
    """

    examples: int
    rows: int
    sides: tuple[int, ...]


SIZES = {
    CPU: Size(1, 64, (1024, 2048)),
    "cuda": Size(64, 4096, (4096, 8192)),
    "mps": Size(16, 1024, (2048,)),
}


class Repeated:
    """A probe: a call of known work, made often enough for the clock."""

    def __init__(self, call: Callable[[], object], work: float, device: str, dtype: str) -> None:
        self._call = call
        self._work = work
        self._wait = waiting(device)
        self._device, self._dtype = device, dtype
        self._count = 1
        self.spent_ns = 0
        self._ns()
        self._count = max(1, ceil(PROBE_NS / max(1, min(self._ns(), self._ns()))))

    def rate(self) -> float:
        """Return units of work a second."""
        return self._work * self._count * 1e9 / self._ns()

    def _ns(self) -> int:
        with torch.inference_mode(), precision(self._device, self._dtype):
            self._wait()
            start = time.perf_counter_ns()
            for _ in range(self._count):
                self._call()
            self._wait()
            taken = time.perf_counter_ns() - start
        self.spent_ns += taken
        return taken


@dataclass(frozen=True)
class Named:
    """A probe and what it tells of."""

    name: str
    resources: tuple[str, ...]
    probe: Repeated


def compute_probes(device: str, dtype: str) -> list[Named]:
    """Return the probes of operations; the first is the one that runs beside samples."""
    size = SIZES[device.partition(":")[0]]
    number = type_of(dtype)
    both = (CONV, MATMUL)
    mixed = device.startswith("cuda") and dtype == FLOAT32
    shape = (size.examples, CHANNELS, SIDE, SIDE)
    image = torch.randn(shape, device=device).to(number, memory_format=torch.channels_last)
    kernel = torch.randn((CHANNELS, CHANNELS, 3, 3), device=device)
    kernel = kernel.to(number, memory_format=torch.channels_last)
    found = [
        Named(
            f"convolution {CHANNELS}→{CHANNELS}, 3×3, channels last",
            (CONV,) if mixed else both,
            Repeated(
                lambda: functional.conv2d(image, kernel, padding=1),
                2 * size.examples * SIDE * SIDE * CHANNELS * CHANNELS * 9,
                device,
                dtype,
            ),
        )
    ]
    batch = torch.randn((size.rows, UNITS), device=device).to(number)
    weights = torch.randn((UNITS, UNITS), device=device).to(number)
    linear = Repeated(
        lambda: functional.linear(batch, weights), 2 * size.rows * UNITS**2, device, dtype
    )
    resources = (MATMUL,) if mixed else both
    found.append(Named(f"linear layer {UNITS}→{UNITS}, batch {size.rows}", resources, linear))
    for side in size.sides:
        left, right = (torch.randn((side, side), device=device).to(number) for _ in range(2))
        out = torch.empty_like(left)
        found.append(_product(side, left, right, out, device, dtype, resources))
        if mixed:  # torch lets convolutions compute in TF32, unless told otherwise
            found.append(_product(side, left, right, out, device, TF32, (CONV,)))
    return found


def _product(  # noqa: PLR0913, PLR0917  a matrix product has these parts
    side: int,
    left: Tensor,
    right: Tensor,
    out: Tensor,
    device: str,
    dtype: str,
    resources: tuple[str, ...],
) -> Named:
    probe = Repeated(lambda: torch.mm(left, right, out=out), 2 * side**3, device, dtype)
    return Named(f"matrix product {side}×{side} in {dtype}", resources, probe)


def memory_probes(device: str, dtype: str, set_bytes: int) -> list[Named]:
    """Return the probes of memory, which work on so many bytes; the first runs beside samples."""
    rows = set_bytes // BYTES[dtype] // ROW
    weights = torch.randn((rows, ROW), device=device).to(type_of(dtype))
    x = torch.randn((1, ROW), device=device).to(type_of(dtype))
    plain = torch.randn(set_bytes // BYTES[FLOAT32], device=device)
    half = plain.numel() // 2

    def named(name: str, call: Callable[[], object]) -> Named:
        return Named(name, (MEMORY,), Repeated(call, set_bytes, device, dtype))

    return [
        named("weights of a linear layer, read", lambda: functional.linear(x, weights)),
        named("sum, read", plain.sum),
        named("copy, read and written", lambda: plain[:half].copy_(plain[half:])),
    ]


class Probes:
    """The probes of a process, and what they reached before the first sample."""

    def __init__(self) -> None:
        self._beside: dict[tuple[Surroundings, int], Repeated] = {}
        self._done_ns = 0

    @property
    def spent_ns(self) -> int:
        """Nanoseconds in the probes, so far."""
        return self._done_ns + sum(probe.spent_ns for probe in self._beside.values())

    def beside(self, surroundings: Surroundings, set_bytes: int) -> Repeated:
        """Return the probe that runs beside samples: of memory, or of operations for 0 bytes."""
        return self._beside[surroundings, set_bytes]

    def ceilings(self, needed: Mapping[Surroundings, set[int]]) -> Iterator[Ceiling]:
        """Yield what each probe reaches, for surroundings with the sizes of sets of bytes."""
        for surroundings, sizes in needed.items():
            device, dtype, _ = surroundings
            yield from self._measured(surroundings, 0, compute_probes(device, dtype))
            for set_bytes in sorted(sizes):
                probes = memory_probes(device, dtype, set_bytes)
                yield from self._measured(surroundings, set_bytes, probes)

    def _measured(
        self, surroundings: Surroundings, set_bytes: int, probes: list[Named]
    ) -> Iterator[Ceiling]:
        beside = self._beside[surroundings, set_bytes] = probes[0].probe
        for named in probes:
            pairs = [(beside.rate(), named.probe.rate()) for _ in range(ROUNDS)]
            before, rates = zip(*pairs, strict=True)
            if named is probes[0]:
                before = rates
            if named is not probes[0]:
                self._done_ns += named.probe.spent_ns
            yield Ceiling(*surroundings, named.name, named.resources, set_bytes, rates, before)
