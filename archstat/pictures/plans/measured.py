"""What colours show of a record: the time of layers, and how near they are to the limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archstat.bench.layer_summary import LayerFigures
from archstat.bench.protocol import SECOND
from archstat.documents.units import percent, significant, time_unit
from archstat.pictures.plans.palette import ColourQuantity
from archstat.pictures.plans.stops import Stop

TIME, LIMIT = "time", "limit"
MEASURED = (TIME, LIMIT)
"""What a drawing can show of a record only."""


def measured_quantity(by: str, layers: Sequence[LayerFigures]) -> ColourQuantity:
    """Return what colours show of measured layers.

    Args:
        by: `TIME`, or `LIMIT` for the share of the device's limit that each stop reaches.
        layers: What was measured.
    """
    of = {layer.name: layer for layer in layers}
    if by == LIMIT:
        return ColourQuantity(
            LIMIT,
            "of the limit",
            lambda stop: _reached(stop, of),
            percent,
            is_share=True,
        )
    unit = time_unit([layer.ns / SECOND for layer in layers])
    return ColourQuantity(
        TIME,
        unit.name,
        lambda stop: _seconds(stop, of),
        lambda seconds: significant(seconds * unit.a_second),
    )


def _seconds(stop: Stop, of: Mapping[str, LayerFigures]) -> float | None:
    """Return the time of a stop's layers that were measured; None if none was."""
    found = [of[row.name].ns for row in stop.all_rows if row.name in of]
    return sum(found) / SECOND if found else None


def _reached(stop: Stop, of: Mapping[str, LayerFigures]) -> float | None:
    """Return the floor of a stop's layers over their time; None where no floor is known.

    A layer that does nothing the device has a limit for has a floor of 0.
    """
    found = [of[row.name] for row in stop.all_rows if row.name in of]
    whole = sum(layer.ns for layer in found)
    if not whole or all(layer.of_floor is None for layer in found):
        return None
    return sum(layer.ns * (layer.of_floor or 0) for layer in found) / whole
