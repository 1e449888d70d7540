"""Packages that are needed by some questions only."""

from __future__ import annotations

from importlib.util import find_spec
from typing import NamedTuple

from archstat.errors import UsageError


class Extra(NamedTuple):
    """Packages, and what installs them: pip install 'archstat[NAME]'."""

    name: str
    packages: tuple[str, ...]


TORCH = Extra("torch", ("torch",))
WITNESSES = Extra("torch", ("torch", "torchinfo", "fvcore"))
PDF = Extra("pdf", ("pypdfium2",))
TYPESET = Extra("typeset", ("typst", "pypdf"))
XLSX = Extra("xlsx", ("xlsxwriter",))
PARQUET = Extra("parquet", ("polars",))
PNG = Extra("png", ("resvg_py",))
ONNX = Extra("onnx", ("onnx",))
ONNXRUNTIME = Extra("onnxruntime", ("onnx", "onnxruntime"))
MCP = Extra("mcp", ("mcp",))
RAY = Extra("ray", ("ray",))


def lacks(extra: Extra) -> list[str]:
    """Return the packages that are not installed, without importing any."""
    return [package for package in extra.packages if find_spec(package) is None]


def require(extra: Extra, *, purpose: str) -> None:
    """Check that packages are installed, without importing them.

    Raises:
        UsageError: One is not.
    """
    missing = lacks(extra)
    if missing:
        raise UsageError(
            f"{purpose} needs {' and '.join(missing)}, which this Python does not have",
            hint=f"pip install 'archstat[{extra.name}]'",
        )
