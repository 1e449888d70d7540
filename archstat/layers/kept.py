"""What autograd keeps of a layer from the forward to the backward pass."""

from __future__ import annotations

from archstat.record import record


@record
class Kept:
    """What a layer keeps for the gradients, on the CPU, in training mode, for one batch.

    Its parameters are not part of it: they are there anyway.

    Attributes:
        inputs: The numbers of the inputs that it keeps.
        output: Whether it keeps what it returns.
        numbers: How many further numbers it keeps, of the type that the network works with.
        indices: How many places it keeps, as numbers of 64 bits.

    Source:
        torch's tools/autograd/derivatives.yaml: what the formula of a gradient mentions is kept.
    """

    inputs: tuple[int, ...] = ()
    output: bool = False
    numbers: int = 0
    indices: int = 0


INPUT = Kept(inputs=(0,))
"""Of layers whose gradient needs what they read."""

OUTPUT = Kept(output=True)
"""Of layers whose gradient follows from what they return."""
