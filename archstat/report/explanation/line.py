"""What an explanation consists of, and what it may be about."""

from __future__ import annotations

from collections.abc import Mapping

from archstat.analyses.symbols import Constant, Expression, Symbol
from archstat.graph import Node
from archstat.record import record

QUANTITIES = (
    "feature_map",
    "weights",
    "biases",
    "params",
    "neurons",
    "macs",
    "activation_bytes",
    "receptive_field",
    "effective_stride",
    "effective_padding",
)
"""What is explained, by the keys of the columns."""

OF_TRAINING = ("input_gradient_macs", "weight_gradient_macs", "kept_bytes")
"""What is explained where it is asked for."""

MEANINGS: Mapping[str, str] = {
    "feature_map": "The sizes of what the layer returns for one example.",
    "weights": "Learnable numbers that are multiplied with what the layer reads.",
    "biases": "Learnable numbers that are added, one for each filter or unit.",
    "params": "All learnable numbers: what an optimizer changes and a file of weights holds.",
    "neurons": "Units with connections of their own; a convolution has one at every place of every "
    "channel that it makes, although they share weights.",
    "macs": "Multiplications, each with the addition that collects its product: the work of one "
    "forward pass.",
    "input_gradient_macs": "The products that pass the gradient on to the layer before; none "
    "where nothing before it learns.",
    "weight_gradient_macs": "The products that say how the weights must change.",
    "kept_bytes": "Memory for what the backward pass needs and no layer before has kept.",
    "activation_bytes": "Memory for what the layer returns; a number in float32 takes four bytes.",
    "receptive_field": "Pixels of the input, along one side, that one unit of the layer can see.",
    "effective_stride": "How many pixels of the input lie between two neighbouring units.",
    "effective_padding": "How many pixels the first unit sees before the image begins.",
}
"""What each quantity means, in a sentence for students."""


@record
class Explanation:
    """How one number of one layer comes about.

    Attributes:
        quantity: Its key among the columns.
        axis: "rows", "columns" and the like where it is one of several; else "".
        formula: How it was worked out; None where it is not, but was observed or stated.
        result: What it comes to.
        source: Who says so.
        words: What is to be said instead of a formula, or beside it.
    """

    quantity: str
    result: int
    axis: str = ""
    formula: Expression | None = None
    source: str = ""
    words: str = ""


@record
class Explained:
    """A layer, and how its numbers come about."""

    node: Node
    lines: tuple[Explanation, ...]


def worked_out(quantity: str, number: int, axis: str = "", source: str = "") -> Explanation:
    """Return how a number was worked out that remembers it."""
    formula = number.expression if isinstance(number, Symbol) else Constant(int(number))
    return Explanation(quantity, int(number), axis, formula, source)
