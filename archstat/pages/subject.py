"""What a page is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from archstat.bench.record import Record
from archstat.report.explanation import Explained
from archstat.report.folding import Section, sections
from archstat.report.report import NetworkReport


@dataclass(frozen=True)
class PageNetwork:
    """A network on a page.

    Attributes:
        letter: By which its elements are told from those of another network.
        report: Its numbers.
        explained: How they come about.
        layer_s: The seconds of each layer, where a record has them.
    """

    letter: str
    report: NetworkReport
    explained: Sequence[Explained]
    layer_s: Mapping[str, float]

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """Its layers, as they are put together at first."""
        return sections(self.report)

    @property
    def is_folded(self) -> bool:
        """Whether there are more layers than are shown at first."""
        return any(section.is_folded for section in self.sections)


@dataclass(frozen=True)
class PageSubject:
    """What a page is about.

    Attributes:
        networks: One network, or two.
        record: What was measured of them, if a record was given.
        command: What made the page.
    """

    networks: tuple[PageNetwork, ...]
    record: Record | None
    command: str
