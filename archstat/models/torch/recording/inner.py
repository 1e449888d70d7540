"""What runs inside of a module that is one row although no formula is known for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor
from torch.utils.weak import WeakTensorKeyDictionary

from archstat.layers.reach import Inside, Mixing, Reach, ReachStep, Unknown
from archstat.models.torch.known import read_by
from archstat.models.torch.operators.call import Call
from archstat.models.torch.operators.entry import Operator
from archstat.models.torch.recording.provenance import Provenance


class Inner:
    """The operators inside of a module, as far as they read what comes from the network's input.

    Args:
        provenance: Where the tensors come from that were made outside of it.
    """

    def __init__(self, provenance: Provenance) -> None:
        self._provenance = provenance
        self._numbers = WeakTensorKeyDictionary()
        self._steps: list[tuple[list[str | int], Reach, tuple[int, ...]]] = []

    def record(  # noqa: PLR0913, PLR0917  a call has these parts
        self,
        operator: Any,
        entry: Operator,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        given: Sequence[Tensor],
        outputs: Sequence[Tensor],
    ) -> None:
        """Note a call of an operator."""
        sources = [(tensor, self._source(tensor)) for tensor in given]
        known = [(tensor, source) for tensor, source in sources if source is not None]
        if not known or not outputs or entry.is_factory:
            return
        call = Call.of(operator, args, kwargs, [tensor for tensor, _ in known], outputs[0])
        inputs = [source for _, source in known]
        self._steps.append((inputs, read_by(call, entry), tuple(outputs[0].shape)))
        for tensor in outputs:
            self._numbers[tensor] = len(self._steps) - 1

    def reach(self, inputs: Sequence[Tensor], out: Tensor) -> Reach:
        """Return what an output reads of the module's inputs."""
        given = [self._provenance.source(tensor) for tensor in inputs]
        last = self._source(out)
        if not isinstance(last, int):
            return Mixing.NONE if last in given else Unknown("it does not read its input")
        needed = {last}
        for number in range(last, -1, -1):
            if number in needed:
                needed |= {source for source in self._steps[number][0] if isinstance(source, int)}
        places: dict[str | int, int] = {name: place for place, name in enumerate(given)}
        places |= {number: len(given) + place for place, number in enumerate(sorted(needed))}
        if any(source not in places for number in needed for source in self._steps[number][0]):
            return Unknown("it reads what it was not given")
        return Inside(
            tuple(
                ReachStep(tuple(places[source] for source in sources), reach, shape)
                for sources, reach, shape in (self._steps[number] for number in sorted(needed))
            )
        )

    def _source(self, tensor: Tensor) -> str | int | None:
        """Return the number of the step that made a tensor, or the node; None for constants."""
        number: int | None = self._numbers.get(tensor)
        if number is not None:
            return number
        origin = self._provenance.of(tensor)
        return origin.source if origin.is_data else None
