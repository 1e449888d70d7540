"""What a model's page has beside its measured cases: its layers, and its cases over time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from archstat.bench.history import KeptRecord, history
from archstat.bench.reading import from_dict
from archstat.documents.bench.history import change_of, moments_of
from archstat.errors import RecordError
from archstat.pages.atlas.tables import Row, with_interval

Answers = Callable[[Row], Mapping[str, Any]]
"""Tells what `archstat table` or `archstat bench` answered for a row of a store."""


def layers(rows: Sequence[Row], answers: Answers) -> list[dict[str, Any]]:
    """Return the layers of a model as it was counted, of the smallest batch; none if it was not."""
    counted = [row for row in rows if row["what"] == "table"]
    if not counted:
        return []
    least = min(counted, key=lambda row: (row["batch_size"], row["optimizer"] != ""))
    return [
        {
            "layer": str(layer["name"]),
            "kind": str(layer["kind"]),
            "out_shape": "x".join(map(str, layer.get("out_shape") or ())),
            **{key: layer.get(key) for key in ("params", "macs", "activation_bytes")},
        }
        for layer in answers(least).get("layers", ())
    ]


def over_time(rows: Sequence[Row], answers: Answers) -> list[dict[str, Any]]:
    """Return a row a moment of each case that several stores have, the oldest first."""
    stores: dict[str, int] = {}
    for row in rows:
        stores[row["id"]] = stores.get(row["id"], 0) + (row["what"] == "bench")
    several = [row for row in rows if stores[row["id"]] > 1]
    records = sorted(_records(several, answers), key=lambda each: each.record.began)
    found = [each for each in history(records) if len(each.moments) > 1]
    return [
        with_interval(
            {
                **line,
                "case": f"{each.case}".removeprefix(f"{each.case.model}, "),
                "day": line["began"][:10],
                "store": line["file"],
                "change": change_of(moment),
            }
        )
        for each in found
        for moment, line in zip(each.moments, moments_of([each]), strict=True)
    ]


def _records(rows: Sequence[Row], answers: Answers) -> Iterator[KeptRecord]:
    for row in rows:
        try:
            yield KeptRecord(Path(row["store"]), from_dict(answers(row)))
        except RecordError:  # of another version: its row stands among the measured cases
            continue
