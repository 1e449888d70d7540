"""What vendors state of devices, which nobody measured: kept apart from what was."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from archstat.bench.case import BYTES
from archstat.bench.limits.device import DeviceLimit
from archstat.bench.work import Rates, Work, floor
from archstat.errors import RecordError

FILE = Path(__file__).with_name("datasheets.toml")


@dataclass(frozen=True)
class DataSheet:
    """What is stated of a device.

    Attributes:
        title: The device's name.
        source: Where it is stated, and how it was taken from there.
        bytes_per_s: Of its memory.
        flop_per_s: Of dense products, by type.
    """

    title: str
    source: str
    bytes_per_s: float
    flop_per_s: Mapping[str, float]

    def limits(self, work: Work, dtypes: Sequence[str] = ()) -> Iterator[DeviceLimit]:
        """Yield what it would allow a pass, for each type, if the device reached its peaks.

        Raises:
            RecordError: It states none of these types.
        """
        known = [name for name in self.flop_per_s if not dtypes or name in dtypes]
        if not known:
            raise RecordError(
                f"states nothing of {' or '.join(dtypes)}",
                hint=f"there are {', '.join(self.flop_per_s)}",
            )
        for dtype in known:
            flops = self.flop_per_s[dtype]
            rates = Rates(flops, flops, self.bytes_per_s)
            least = floor(work, rates, number_bytes=BYTES[dtype])
            yield DeviceLimit(
                "", dtype, 0, self.title, rates, least, None, 0, self.source, is_stated=True
            )


@cache
def data_sheets() -> Mapping[str, DataSheet]:
    """Return the data sheets that come with archstat, by their names in commands."""
    stated = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {
        name: DataSheet(
            each["title"],
            f"{each['source']}, {each['as']}",
            each["bytes_per_s"],
            each["flop_per_s"],
        )
        for name, each in stated.items()
    }
