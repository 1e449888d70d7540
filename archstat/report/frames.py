"""The layers of a report as a table of pandas or polars."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Literal

from archstat.errors import UsageError
from archstat.report.report import NetworkReport

OF_FIELD = ("size", "effective_stride", "effective_padding")


def frame(library: Literal["pandas", "polars"], report: NetworkReport) -> Any:
    """Return one row a layer, in the words of the JSON contract; what is not known is missing.

    Shapes and sizes are lists; padding is a text, as it may be "same". What JSON has below
    `receptive_field` are columns of their own: `receptive_field`, its size, `effective_stride` and
    `effective_padding`.

    Raises:
        UsageError: The library is not installed.
    """
    try:
        module = import_module(library)
    except ImportError:
        raise UsageError(
            f"to_{library} needs {library}, which this Python does not have",
            hint=f"pip install {library}",
        ) from None
    table = module.DataFrame([_flat(layer) for layer in report.to_dicts()])
    # whole numbers stay whole where some are missing
    return table.convert_dtypes() if library == "pandas" else table


def _flat(layer: dict[str, Any]) -> dict[str, Any]:
    field = layer.pop("receptive_field") or dict.fromkeys(OF_FIELD)
    size, stride, padding = (field[name] for name in OF_FIELD)
    latencies = layer.pop("latency_s", {})
    return {
        **layer,
        "padding": _text(layer["padding"]),
        "receptive_field": size,
        "effective_stride": stride,
        "effective_padding": padding,
        **{f"latency_{device}_s": seconds for device, seconds in latencies.items()},
    }


def _text(padding: list[int] | str | None) -> str | None:
    """Return a padding as a text.

    >>> _text([2, 2]), _text([0, 1]), _text("same")
    ('2', '0x1', 'same')
    """
    if padding is None or isinstance(padding, str):
        return padding
    return "x".join(map(str, padding[:1] if len(set(padding)) == 1 else padding))
