"""A record as JSON, by the contract that the README documents: all samples, and the figures."""

from __future__ import annotations

from archstat.bench.layer_summary import breakdown
from archstat.bench.record import Record, to_dict
from archstat.formats.json import printed
from archstat.renderers.bench import figures, layers
from archstat.renderers.bench.sheet import sheet


def render(record: Record) -> str:
    """Return one JSON document, a case a line, from which the record can be read back."""
    document = to_dict(record)
    for result, row in zip(document["results"], sheet(record).rows, strict=True):
        result["figures"] = figures.to_dict(row)
        if found := breakdown(record, row.result):
            result["breakdown"] = layers.to_dict(found)
    return printed(document)
