"""What a device can do at best: operations and bytes a second, measured where models run.

A ceiling is a maximum, so several probes are tried and the best counts. One of operations and one
of memory also run beside every sample, and say what the device could do at that moment.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from math import ceil

import torch
from torch import Tensor
from torch.nn import functional

from archstat.bench.case import BYTES
from archstat.bench.measuring.subject import type_of
from archstat.bench.record import CONV, MATMUL, MEMORY, Ceiling
from archstat.devices import Device, find
from archstat.devices.device import FLOAT32

PROBE_NS = 4_000_000
"""What a try takes at least."""

CHANNELS, SIDE = 256, 32
UNITS = 4096
"""Of a linear layer, as wide as AlexNet's."""

ROW = 1024
"""Numbers in a row of the weights that a memory probe streams."""

Surroundings = tuple[str, str, int]


class Repeated:
    """A probe: a call of known work, made often enough for the clock."""

    def __init__(self, call: Callable[[], object], work: float, device: Device, dtype: str) -> None:
        self._call = call
        self._work = work
        self._device, self._dtype = device, dtype
        self._count = 1
        self.spent_ns = 0
        self._ns()
        self._count = max(1, ceil(PROBE_NS / max(1, min(self._ns(), self._ns()))))

    def rate(self) -> float:
        """Return units of work a second."""
        return self._work * self._count * 1e9 / self._ns()

    def _ns(self) -> int:
        with torch.inference_mode(), self._device.computing_in(self._dtype):
            self._device.wait()
            start = time.perf_counter_ns()
            for _ in range(self._count):
                self._call()
            self._device.wait()
            taken = time.perf_counter_ns() - start
        self.spent_ns += taken
        return taken


@dataclass(frozen=True)
class NamedProbe:
    """A probe and what it tells of."""

    name: str
    resources: tuple[str, ...]
    probe: Repeated


def compute_probes(device: Device, dtype: str) -> list[NamedProbe]:
    """Return the probes of operations; the first is the one that runs beside samples."""
    size, number, place = device.probe, type_of(dtype), device.torch_device
    convolving = device.convolves_in(dtype)
    resources, both = ((CONV,), (MATMUL,)) if convolving != dtype else ((CONV, MATMUL),) * 2

    def drawn(*shape: int) -> Tensor:
        return torch.randn(shape, device=place).to(number)

    def named(
        name: str, told: tuple[str, ...], call: Callable[[], object], flops: int, of: str = dtype
    ) -> NamedProbe:
        return NamedProbe(name, told, Repeated(call, flops, device, of))

    last = torch.channels_last
    image = drawn(size.examples, CHANNELS, SIDE, SIDE).contiguous(memory_format=last)
    kernel = drawn(CHANNELS, CHANNELS, 3, 3).contiguous(memory_format=last)
    batch, weights = drawn(size.rows, UNITS), drawn(UNITS, UNITS)
    found = [
        named(
            f"convolution {CHANNELS}→{CHANNELS}, 3×3, channels last",
            resources,
            lambda: functional.conv2d(image, kernel, padding=1),
            2 * size.examples * SIDE * SIDE * CHANNELS * CHANNELS * 9,
        ),
        named(
            f"linear layer {UNITS}→{UNITS}, batch {size.rows}",
            both,
            lambda: functional.linear(batch, weights),
            2 * size.rows * UNITS**2,
        ),
    ]
    for side in size.sides:
        left, right = drawn(side, side), drawn(side, side)
        call = partial(torch.mm, left, right, out=torch.empty_like(left))
        name, flops = f"matrix product {side}×{side}", 2 * side**3
        found.append(named(f"{name} in {dtype}", both, call, flops))
        if convolving != dtype:
            found.append(named(f"{name} in {convolving}", resources, call, flops, convolving))
    return found


def memory_probes(device: Device, dtype: str, set_bytes: int) -> list[NamedProbe]:
    """Return the probes of memory, which work on so many bytes; the first runs beside samples."""
    place = device.torch_device
    rows = set_bytes // BYTES[dtype] // ROW
    weights = torch.randn((rows, ROW), device=place).to(type_of(dtype))
    x = torch.randn((1, ROW), device=place).to(type_of(dtype))
    plain = torch.randn(set_bytes // BYTES[FLOAT32], device=place)
    half = plain.numel() // 2

    def named(name: str, call: Callable[[], object]) -> NamedProbe:
        return NamedProbe(name, (MEMORY,), Repeated(call, set_bytes, device, dtype))

    return [
        named("weights of a linear layer, read", lambda: functional.linear(x, weights)),
        named("sum, read", plain.sum),
        named("copy, read and written", lambda: plain[:half].copy_(plain[half:])),
    ]


class Probes:
    """The probes of a process, and what they reached before the first sample.

    Args:
        rounds: How often each is tried.
    """

    def __init__(self, rounds: int) -> None:
        self._rounds = rounds
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
            name, dtype, _ = surroundings
            device = find(name, torch, measured=True)
            yield from self._measured(surroundings, 0, compute_probes(device, dtype))
            for set_bytes in sorted(sizes):
                probes = memory_probes(device, dtype, set_bytes)
                yield from self._measured(surroundings, set_bytes, probes)

    def _measured(
        self, surroundings: Surroundings, set_bytes: int, probes: list[NamedProbe]
    ) -> Iterator[Ceiling]:
        beside = self._beside[surroundings, set_bytes] = probes[0].probe
        for named in probes:
            pairs = [(beside.rate(), named.probe.rate()) for _ in range(self._rounds)]
            before, rates = zip(*pairs, strict=True)
            if named is probes[0]:
                before = rates
            if named is not probes[0]:
                self._done_ns += named.probe.spent_ns
            yield Ceiling(*surroundings, named.name, named.resources, set_bytes, rates, before)
