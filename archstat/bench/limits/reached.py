"""What measured cases reach of a limit: that of their own run, or of a device that is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from archstat.bench.case import Case
from archstat.bench.limits.device import CPU, DeviceLimit, limit_on
from archstat.bench.limits.named import LimitsOf
from archstat.bench.record import Record
from archstat.bench.statistics import Interval
from archstat.bench.summary import figures
from archstat.bench.work import Work
from archstat.errors import within


@dataclass(frozen=True)
class ReachedLimit:
    """What a case reaches of a limit.

    Attributes:
        share: None where nothing is known of it.
        interval: Where the share of another run lies; None where nothing says so.
    """

    case: Case
    share: float | None
    interval: Interval | None = None

    def is_less(self, share: float) -> bool:
        """Whether it reaches less: by all of its interval, where there is one."""
        if self.share is None:
            return True
        return (self.share if self.interval is None else self.interval.high) < share


@dataclass(frozen=True)
class ReachedOnDevice(ReachedLimit):
    """What a case reaches of the limit of a device that was named.

    Attributes:
        limit: What the device allows.
    """

    limit: DeviceLimit = field(kw_only=True)


def reached_here(record: Record) -> Iterator[ReachedLimit]:
    """Yield what each case reaches of the limit that was measured in its own run."""
    for result in record.results:
        found = figures(record, result)
        limit = None if found is None else found.limit
        if limit is None:
            yield ReachedLimit(result.case, None)
        else:
            yield ReachedLimit(result.case, limit.share, limit.interval)


def reached_on(record: Record, name: str, limits: LimitsOf) -> Iterator[ReachedOnDevice]:
    """Yield what each case reaches of the limit of a device; of its own kind, GPU or processor.

    Raises:
        RecordError: It states nothing of the type of a case, or is of the other kind.
    """
    for result in record.results:
        limit = _limit(result.case, result.work, name, limits)
        found = figures(record, result)
        if found is None or result.work.uncounted or not limit.floor.fused_s:
            yield ReachedOnDevice(result.case, None, limit=limit)
            continue
        least = limit.floor.fused_s
        interval = found.interval
        low, high = limit.interval or (least, least)
        shares = None if interval is None else Interval(low / interval.high, high / interval.low)
        yield ReachedOnDevice(result.case, least / found.latency_s, shares, limit=limit)


def require_limits(cases: Sequence[Case], name: str, limits: LimitsOf) -> None:
    """Check, before anything is measured, that a device has limits for some cases.

    Raises:
        RecordError: It has none for one of them.
    """
    for case in cases:
        _limit(case, Work((), 0), name, limits)


def _limit(case: Case, work: Work, name: str, limits: LimitsOf) -> DeviceLimit:
    with within(name):
        return limit_on([*limits(work, [case.dtype])], is_gpu=case.device != CPU)
