"""What github-action-benchmark reads as customSmallerIsBetter: latencies in milliseconds."""

from __future__ import annotations

import json

from archstat.documents.document import Document
from archstat.documents.units import significant
from archstat.formats import Format
from archstat.formats.special.series import MeasuredCase, measured

MS = 1e3


class BenchmarkAction(Format):
    """A benchmark as the custom input of github-action-benchmark."""

    suffix = ""

    def write(self, document: Document) -> str:
        """Return a latency for each case.

        Raises:
            UsageError: The document is no benchmark.
        """
        entries = [_entry(case) for case in measured(document)]
        return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"


def _entry(case: MeasuredCase) -> dict[str, object]:
    wide = ""
    if case.low_s is not None and case.high_s is not None:
        wide = f"{significant(case.low_s * MS)} to {significant(case.high_s * MS)}"
    share = "" if case.share is None else f", {100 * case.share:.0f} % of the limit"
    return {
        "name": case.name,
        "unit": "ms",
        "value": case.latency_s * MS,
        **({"range": wide} if wide else {}),
        "extra": f"{case.verdict}{share}",
    }


FORMAT = BenchmarkAction()
