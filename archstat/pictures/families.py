"""Families of layers, and the colours by which pictures tell them apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archstat.layers import layer_kinds
from archstat.report.report import Row

FAMILIES: Mapping[str, str] = {
    "conv": "convolution",
    "linear": "linear",
    "attention": "attention",
    "pool": "pooling",
    "norm": "norm",
    "activation": "activation",
    "combine": "join",
    "other": "other",
}
"""The families that have a colour, and what a legend calls them."""

LIGHT: Mapping[str, str] = {
    "conv": "#3b6fd4",
    "linear": "#7c4fc4",
    "attention": "#b4501a",
    "pool": "#1d8a7a",
    "norm": "#b0770a",
    "activation": "#8b96a5",
    "combine": "#b8457e",
    "other": "#c2c9d2",
}
DARK: Mapping[str, str] = {
    "conv": "#6d9cf2",
    "linear": "#ab86ee",
    "attention": "#f0915a",
    "pool": "#45b8a6",
    "norm": "#d6a23e",
    "activation": "#7d8896",
    "combine": "#e07fae",
    "other": "#4c5561",
}


def family(rows: Sequence[Row]) -> str:
    """Return the family of a layer; of several, that of the one that does most."""
    main = max(rows, key=lambda row: (row.macs or 0, row.params))
    if "attention" in main.kind.lower():
        return "attention"
    kind = layer_kinds().get(main.kind)
    name = "other" if kind is None else kind.__module__.rpartition(".")[2]
    return name if name in FAMILIES else "other"


def family_style() -> str:
    """Return the style sheet of the families, for light and dark."""
    light, dark = (
        "".join(f".k-{name} {{ fill: {colour}; }}\n" for name, colour in each)
        for each in (LIGHT.items(), DARK.items())
    )
    return f"{light}@media (prefers-color-scheme: dark) {{\n{dark}}}\n"


def token(name: str) -> str:
    """Return the name of a layer as one word, for an attribute that lists several.

    >>> token("conv 1"), token("layer1.0")
    ('conv_1', 'layer1.0')
    """
    return "_".join(name.split())


def tokens(rows: Sequence[Row], name: str = "") -> str:
    """Return the names of layers, and of the module that they are, for `data-layers`."""
    return " ".join(dict.fromkeys(map(token, filter(None, (name, *(row.name for row in rows))))))
