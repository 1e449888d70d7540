"""Bencher Metric Format: a benchmark as Bencher and its GitHub Action read it.

Latency is in nanoseconds and throughput in examples a second, as its own measures are. Cases that
were not measured are left out: there is no value for nothing.
"""

from __future__ import annotations

from archstat.documents.document import Document
from archstat.formats import Format
from archstat.formats.json import printed
from archstat.formats.special.series import measured

NS = 1e9


class Bencher(Format):
    """A benchmark in Bencher Metric Format."""

    suffix = ""

    def write(self, document: Document) -> str:
        """Return the cases by their names, each with its measures.

        Raises:
            UsageError: The document is no benchmark.
        """
        return printed(
            {
                case.name: {
                    "latency": _metric(case.latency_s, case.low_s, case.high_s),
                    "throughput": {"value": case.examples_per_s},
                }
                for case in measured(document)
            }
        )


def _metric(value: float, low: float | None, high: float | None) -> dict[str, float]:
    ends = (
        {} if low is None or high is None else {"lower_value": low * NS, "upper_value": high * NS}
    )
    return {"value": value * NS, **ends}


FORMAT = Bencher()
