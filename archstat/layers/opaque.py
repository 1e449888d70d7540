"""What a forward pass showed of a module or an operator for which there is no formula here."""

from __future__ import annotations

from math import prod
from typing import Any, ClassVar

from archstat.layers.base import Layer, Shape
from archstat.layers.naming import TorchCall, TorchFunction
from archstat.layers.reach import Reach, Unknown
from archstat.record import record

UNTOLD = Unknown("no rule says what it reads")


OF_SEQUENCES = frozenset({"Embedding", "MultiheadAttention", "RMSNorm"})
"""The modules of torch, observed as a whole, that give each token its features."""


@record(kw_only=True)
class Observed(Layer):
    """A module or an operator as it was seen; its facts are observations, not formulas.

    Attributes:
        kind: The name of the operator, or of the module's class.
        shape: The shape of its output, without the batch.
        macs_seen: The multiply–accumulates for one example, as far as the ledger knows them.
        is_unit: Whether it connects units by weights, so that its outputs are neurons.
        reads: What each output unit reads, where that is known.
    """

    has_formulas: ClassVar[bool] = False

    kind: str  # type: ignore[misc]  # one for every operator there is
    shape: Shape
    macs_seen: int = 0
    terms: int = 0  # type: ignore[misc]  # as seen
    uncounted: tuple[str, ...] = ()  # type: ignore[misc]  # as seen
    is_unit: bool = False
    is_view: bool = False  # type: ignore[misc]  # as seen
    reads: Reach = UNTOLD

    def __post_init__(self) -> None:
        """Check nothing: there are no settings."""

    @property
    def label(self) -> str:  # type: ignore[override]
        """The name in a table."""
        return self.kind.removeprefix("_")

    def out_shape(self, in_shape: Shape) -> Shape:
        """See `Layer.out_shape`."""
        return self.shape

    def macs(self, in_shape: Shape) -> int:
        """See `Layer.macs`."""
        return self.macs_seen

    def has_features_last(self) -> bool:
        """See `Layer.has_features_last`."""
        return self.kind in OF_SEQUENCES

    def neurons(self, in_shape: Shape) -> int:
        """See `Layer.neurons`."""
        return prod(self.shape) if self.is_unit else 0

    def reach(self, in_shape: Shape) -> Reach:
        """See `Layer.reach`."""
        return self.reads

    def torch_call(self, in_shape: Shape) -> TorchCall:
        """Return the operator by name; a traced graph is not built again."""
        return TorchFunction(self.kind, {})


SHAPE_NOT_KNOWN = "layers of unknown shape"
"""What is not counted where nobody says what a layer is given."""


@record(kw_only=True)
class Unplaced(Observed):
    """A layer of which its settings or its parameters are known, and not what it is given.

    Attributes:
        layer: The kind with its settings, where they are known.
        is_nameless: Whether nobody says what it is.
        is_untold: Whether it may hold parameters that nobody tells.
    """

    shape: Shape = ()
    layer: Layer | None = None
    is_nameless: bool = False
    is_untold: bool = False
    uncounted: tuple[str, ...] = (SHAPE_NOT_KNOWN,)  # type: ignore[misc]  # as seen

    @property
    def label(self) -> str:  # type: ignore[override]
        """The name in a table."""
        if self.layer is not None:
            return self.layer.label
        return "" if self.is_nameless else self.kind

    def settings(self) -> dict[str, Any]:
        """See `Layer.settings`."""
        return {} if self.layer is None else self.layer.settings()


@record(kw_only=True)
class Called(Observed):
    """A function of torch as it was called; its kind is the name that torch's tracer has for it.

    Attributes:
        inside_of: The function of torch that called it, where that is known.
        is_operator: Whether it was written as one, as in x @ y, which some tools do not see.
    """

    inside_of: str = ""
    is_operator: bool = False
