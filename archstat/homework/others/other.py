"""Networks that a sheet may be of beside the one that is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache

from archstat.errors import ArchstatError
from archstat.homework.answers.places import Key
from archstat.homework.answers.quantities import QUANTITIES, WrittenCell
from archstat.homework.answers.truth import Answer, Truth, truth_of
from archstat.homework.others.changes import OneChange, Seen, changes_of
from archstat.models.spec.build import Settings
from archstat.models.spec.catalogue import catalogue
from archstat.models.spec.front_end import SpecFrontEnd
from archstat.models.spec.resolve import Variant, resolve
from archstat.report.report import report_on

OF_A_STUDENT = "the network of another student"


@dataclass(frozen=True, eq=False)
class Other:
    """A network that a sheet may be of.

    Attributes:
        words: What it is called, with {names}.
        names: These.
        model: The argument that names it; empty if it is another student's.
        variant: How it differs from what the argument names.
        owner: What the student's sheet is called whose it is; empty if nobody has it.
    """

    truth: Truth
    words: str
    names: Mapping[str, str] = field(default_factory=dict)
    model: str = ""
    variant: Variant = field(default_factory=Variant)
    owner: str = ""

    @cached_property
    def key(self) -> Key:
        """What is right of it."""
        return Key(self.truth)

    def says(self, written: WrittenCell, quantity: str) -> bool:
        """Return whether a cell says what is right somewhere in it, as far as that is soon seen."""
        value = QUANTITIES[quantity].reads(written)
        if _plain(value) in self._answers(quantity):
            return True
        is_rounded = any(one.digits is not None for one in written.numbers)
        return is_rounded and bool(self.key.agreeing(written, quantity))

    def _answers(self, quantity: str) -> frozenset[object]:
        if quantity not in self._plain_answers:
            found = frozenset(map(_plain, self.key.values(quantity)))
            self._plain_answers[quantity] = found
        return self._plain_answers[quantity]

    @cached_property
    def _plain_answers(self) -> dict[str, frozenset[object]]:
        return {}

    @property
    def is_as_stated(self) -> bool:
        """Whether somebody has it: the catalogue, or a student."""
        return self.variant == Variant()

    @property
    def name(self) -> str:
        """What a record calls it: a student's sheet, or the network."""
        return self.owner or self.words.format(**self.names)


def _plain(answer: Answer) -> object:
    """Return an answer in whatever order sizes are written, one number where all are the same."""
    if not isinstance(answer, tuple):
        return answer
    sizes = sorted(size for size in answer if size != 1)
    return sizes[0] if len(set(sizes)) == 1 else tuple(sizes)


@dataclass(frozen=True)
class Others:
    """The networks that sheets of a homework may be of.

    Attributes:
        model: The argument that names the network which is asked for.
        variant: How that one is changed.
        truths: What is right for the networks of a class, by the names of their sheets.
        own: The name among them of the sheet that is asked for.
    """

    model: str = ""
    variant: Variant = field(default_factory=Variant)
    truths: Mapping[str, Truth] = field(default_factory=dict)
    own: str = ""

    def named(self, truth: Truth) -> Iterator[Other]:
        """Yield those of other students, and those of the catalogue, that of the homework first.

        Args:
            truth: What is right for the network that is asked for.
        """
        for name, other in self.truths.items():
            if name != self.own:
                yield _of_student(name, other)
        known = [one for one in _of_catalogue() if one.truth.account != truth.account]
        yield from sorted(known, key=lambda one: one.model != self.model)

    def changed(self, truth: Truth, seen: Seen) -> Iterator[Other]:
        """Yield what one change makes of the network that is asked for, if a spec describes it.

        Args:
            truth: What is right for it.
            seen: What a sheet says that helps to guess.
        """
        if SpecFrontEnd.matches(self.model):
            for change in changes_of(truth, self.variant, seen):
                other = _changed(self.model, change)
                if other is not None and other.truth.account != truth.account:
                    yield other


def others_of(
    model: object,
    shape: Sequence[int] | None = None,
    classes: int | None = None,
    settings: Settings | None = None,
) -> Others:
    """Return the networks that a sheet may be of beside a model with these changes."""
    variant = Variant(None if shape is None else tuple(shape), classes, settings or {})
    return Others(model if isinstance(model, str) else "", variant)


@lru_cache(maxsize=4096)
def _of_student(name: str, truth: Truth) -> Other:
    """Return a network of a class, the same for all of its sheets."""
    return Other(truth, OF_A_STUDENT, owner=name)


_CHANGED: dict[str, Other | None] = {}
"""What changes make of networks: a class asks for the same ones again and again."""

MOST_CHANGED = 256


def _changed(model: str, change: OneChange) -> Other | None:
    """Return what a change makes of a network; None if it cannot be made."""
    at = repr((model, change.variant))
    if at not in _CHANGED:
        if len(_CHANGED) >= MOST_CHANGED:
            _CHANGED.clear()
        _CHANGED[at] = None
        with suppress(ArchstatError):
            graph = resolve(model, change.variant)
            names = {"model": graph.name, **change.names}
            truth = truth_of(graph, report_on(graph))
            _CHANGED[at] = Other(truth, change.words, names, model, change.variant)
    return _CHANGED[at]


@cache
def _of_catalogue() -> tuple[Other, ...]:
    found = []
    for name in catalogue():
        graph = resolve(name)
        names = {"model": graph.name}
        found.append(Other(truth_of(graph, report_on(graph)), "{model}", names, name))
    return tuple(found)
