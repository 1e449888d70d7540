"""What a device allows a network, by the ceilings of a record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from archstat.bench.case import BYTES
from archstat.bench.record import MEMORY, RESOURCES, Ceiling, Record
from archstat.bench.statistics import Interval
from archstat.bench.summary import best
from archstat.bench.work import Floor, Rates, Work, floor
from archstat.errors import RecordError

CPU = "cpu"


@dataclass(frozen=True)
class DeviceLimit:
    """What a device allows a network.

    Attributes:
        device, dtype, threads: What was measured.
        name: The device's name, as its record has it.
        rates: The best that was reached.
        floor: The least seconds of a pass at these.
        usual: The same at what the best probes reach in the median; None where none was measured.
        ends: The least and the most that another measurement would reach; None where nothing says.
        interval: Where the least seconds of a pass lie by these.
        set_bytes: The bytes on which the rate of memory was measured.
        source: When and how the rates were measured, or where they are stated.
        is_stated: Whether a vendor states them, and nobody measured them.
    """

    device: str
    dtype: str
    threads: int
    name: str
    rates: Rates
    floor: Floor
    usual: Floor | None
    set_bytes: int
    source: str
    is_stated: bool = False
    ends: tuple[Rates, Rates] | None = None
    interval: Interval | None = None

    @property
    def is_gpu(self) -> bool:
        """Whether it is no processor; all data sheets are of GPUs."""
        return self.device != CPU


def limits(work: Work, record: Record, dtypes: Sequence[str] = ()) -> Iterator[DeviceLimit]:
    """Yield what each device of a record allows a pass, for each type that was measured.

    Args:
        work: What the pass costs.
        record: Of `archstat ceilings`, or any benchmark.
        dtypes: Only these types; all for none.

    Raises:
        RecordError: The record has no ceilings of these.
    """
    known = dict.fromkeys(ceiling.surroundings for ceiling in record.ceilings)
    chosen = [each for each in known if not dtypes or each[1] in dtypes]
    found = False
    for device, dtype, threads in chosen:
        mine = [one for one in record.ceilings if one.surroundings == (device, dtype, threads)]
        wanted = work.set_bytes(BYTES[dtype])
        sizes = {one.set_bytes for one in mine if MEMORY in one.resources}
        if not sizes:
            continue
        size = min(sizes, key=lambda each: (abs(each.bit_length() - wanted.bit_length()), -each))
        peaks = [
            best([one for one in mine if one.set_bytes in {0, size}], resource)
            for resource in RESOURCES
        ]
        if None in peaks:
            continue
        found = True
        rates = Rates(*(max(peak.rates) for peak in peaks if peak))
        usual = Rates(*(median(peak.rates) for peak in peaks if peak))
        number_bytes = BYTES[dtype]
        ends = _ends(peaks)
        yield DeviceLimit(
            device,
            dtype,
            threads,
            str(record.environment.get(device, {}).get("name") or device),
            rates,
            floor(work, rates, number_bytes=number_bytes),
            floor(work, usual, number_bytes=number_bytes),
            size,
            measured_how(record, device),
            ends=ends,
            interval=None
            if ends is None
            else Interval(
                *(floor(work, end, number_bytes=number_bytes).fused_s for end in ends[::-1])
            ),
        )
    if not found:
        types = f" in {' or '.join(dtypes)}" if dtypes else ""
        raise RecordError(
            f"has no ceilings of a device{types}",
            hint="archstat ceilings -o FILE measures them",
        )


def _ends(peaks: Sequence[Ceiling | None]) -> tuple[Rates, Rates] | None:
    """Return the least and the most that probes would reach in another run, if all tell."""
    known = [peak.interval for peak in peaks if peak is not None]
    intervals = [interval for interval in known if interval is not None]
    if len(intervals) < len(known):
        return None
    low, high = zip(*intervals, strict=True)
    return Rates(*low), Rates(*high)


def limit_on(known: Sequence[DeviceLimit], *, is_gpu: bool) -> DeviceLimit:
    """Return the limit of the kind of device on which something ran.

    Raises:
        RecordError: There is none.
    """
    for limit in known:
        if limit.is_gpu == is_gpu:
            return limit
    raise RecordError(
        f"has ceilings of {known[0].name} alone, and this ran on a {'GPU' if is_gpu else 'CPU'}",
        hint="archstat ceilings --device DEVICE -o FILE measures them",
    )


def measured_how(record: Record, device: str) -> str:
    """Return when the ceilings of a device were measured, on what, and by which protocol."""
    about, software = (record.environment.get(key, {}) for key in (device, "software"))
    machine = " of a virtual machine" if about.get("is_virtual") else ""
    cores = f"on {about['cores']} cores{machine}" if about.get("cores") else ""
    words = (
        f"on {record.began.partition('T')[0]}" if record.began else "",
        cores,
        f"with torch {software['torch']}" if software.get("torch") else "",
        f"by protocol {record.protocol}",
    )
    return " ".join(["measured", *filter(None, words)])
