"""Tensors of several models side by side: which one is missing, too much, or of another shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from archstat.models.tensors import STATISTICS, HeldTensor, Tensors
from archstat.record import record


@record
class Holding:
    """What a model holds, under the names by which it is compared.

    Attributes:
        renaming: What was done to its names, in words; empty for nothing.
    """

    model: str
    tensors: Tensors
    renaming: str = ""


@record
class TensorSlot:
    """A tensor, as each model has it; None where one has it not."""

    name: str
    tensors: tuple[HeldTensor | None, ...]

    @property
    def differs(self) -> bool:
        """Whether one lacks it, or has it in another shape."""
        return len({None if each is None else each.shape for each in self.tensors}) > 1


@record
class TensorComparison:
    """Tensors of models side by side.

    Attributes:
        hidden: How many are the same in all, and are left out.
    """

    holdings: tuple[Holding, ...]
    slots: tuple[TensorSlot, ...]
    hidden: int = 0

    def changes(self) -> TensorComparison:
        """Return the comparison without the tensors that are the same in all."""
        slots = tuple(slot for slot in self.slots if slot.differs)
        return TensorComparison(self.holdings, slots, len(self.slots) - len(slots))

    @property
    def differs(self) -> bool:
        """Whether any tensor is not the same in all."""
        return any(slot.differs for slot in self.slots)

    def notes(self) -> Iterator[str]:
        """Yield what else is to be said: names that were changed, types."""
        for holding in self.holdings:
            if holding.renaming:
                yield holding.renaming
        types = [_types(holding.tensors) for holding in self.holdings]
        if len(set(types)) > 1:
            words = zip(self.holdings, types, strict=True)
            yield "types: " + "; ".join(f"{holding.model} {told}" for holding, told in words)


def compare_tensors(held: Mapping[str, Tensors]) -> TensorComparison:
    """Return tensors side by side, in the order of the first model.

    Names that all begin alike, as those of a wrapper do, are compared without that beginning.
    Running statistics count only where all models tell theirs.
    """
    first, *others = held
    holdings = [Holding(first, held[first])]
    holdings += [_fitted(name, held[name], held[first], first) for name in others]
    if not all(any(_is_statistic(name) for name in each.tensors) for each in holdings):
        holdings = [_without_statistics(each) for each in holdings]
    names = dict.fromkeys(name for each in holdings for name in each.tensors)
    slots = (TensorSlot(name, tuple(each.tensors.get(name) for each in holdings)) for name in names)
    return TensorComparison(tuple(holdings), tuple(slots))


def _fitted(model: str, tensors: Tensors, reference: Tensors, first: str) -> Holding:
    """Return tensors under the names by which most of them are in the reference."""
    before = sum(name in reference for name in tensors)
    best = Holding(model, tensors)
    starts = {name.partition(".")[0] for name in tensors}
    if len(starts) == 1:
        start = f"{starts.pop()}."
        short = {name.removeprefix(start): each for name, each in tensors.items()}
        if (count := sum(name in reference for name in short)) > before:
            said = f"all names of {model} begin with {start!r}, and were compared without it"
            before, best = count, Holding(model, short, said)
    for start, _ in Counter(name.partition(".")[0] for name in reference).most_common():
        longer = {f"{start}.{name}": each for name, each in tensors.items()}
        if (count := sum(name in reference for name in longer)) > before:
            said = f"names of {model} were compared with {start!r} before them, as in {first}"
            before, best = count, Holding(model, longer, said)
    return best


def _is_statistic(name: str) -> bool:
    return name.rpartition(".")[2] in STATISTICS


def _without_statistics(holding: Holding) -> Holding:
    kept = {name: each for name, each in holding.tensors.items() if not _is_statistic(name)}
    return Holding(holding.model, kept, holding.renaming)


def _types(tensors: Tensors) -> str:
    types = dict.fromkeys(
        each.dtype for each in tensors.values() if each.dtype.startswith(("float", "bfloat"))
    )
    return " and ".join(types) or "no floating point"


def sizes_of(tensors: Sequence[HeldTensor | None]) -> tuple[int, int]:
    """Return how many numbers tensors hold, and in how many bytes."""
    there = [each for each in tensors if each is not None and each.same_as is None]
    held = sum(each.numbers * each.number_bytes for each in there)
    return sum(each.numbers for each in there), int(held)
