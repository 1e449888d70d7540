"""What a layer is: one class per kind, one module per family.

Importing this package registers every kind; `layer_kinds` lists them.
"""

from archstat.layers import activation, combine, conv, linear, norm, pool, reshape
from archstat.layers.base import Layer, Shape, layer_kinds

__all__ = [
    "Layer",
    "Shape",
    "activation",
    "combine",
    "conv",
    "layer_kinds",
    "linear",
    "norm",
    "pool",
    "reshape",
]
