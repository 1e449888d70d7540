"""The answer key for network architectures.

>>> import archstat
>>> report = archstat.analyze("paper-alexnet", input=(3, 227, 227))
>>> report.totals.params, report.totals.macs, report.totals.neurons
(60965224, 724406816, 659272)
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, which takes longer to import than Ctrl-C to be pressed

if TYPE_CHECKING:
    from archstat.api import Report, analyze, register
    from archstat.course import GradedClass, Marks, check, grade, key
    from archstat.errors import (
        ArchstatError,
        DeviceError,
        ShapeError,
        SpecError,
        TraceError,
        UsageError,
    )

__version__ = "0.1.0"

__all__ = [
    "ArchstatError",
    "DeviceError",
    "GradedClass",
    "Marks",
    "Report",
    "ShapeError",
    "SpecError",
    "TraceError",
    "UsageError",
    "analyze",
    "check",
    "grade",
    "key",
    "register",
]

_PLACES = {
    **dict.fromkeys(("Report", "analyze", "register"), "archstat.api"),
    **dict.fromkeys(("GradedClass", "Marks", "check", "grade", "key"), "archstat.course"),
}


def __getattr__(name: str) -> object:
    """Load the interface when it is first used: the command line starts without it."""
    if name not in __all__:
        raise AttributeError(f"module 'archstat' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  see above

    return getattr(import_module(_PLACES.get(name, "archstat.errors")), name)


def __dir__() -> list[str]:
    """Return what there is to use, whether it has been loaded or not."""
    return [*__all__, "__version__"]
