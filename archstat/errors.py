"""What can go wrong, said so that a reader knows where, what and what to do.

Inner code raises an error that names the *what*; each caller on the way up adds the place it knows
with `ArchstatError.within`. Everything else that is raised is a bug.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from typing import Self

from archstat.record import record

INSTEAD = "{instead}"
"""Where a hint says what to ask instead."""

MAX_SHOWN = 60  # characters of a value that a message repeats
NEAR = 0.75  # likeness from which a word is suggested: "resnet50" is not to become "lenet5"
SHORTEST_PART = 3  # letters from which the words that hold a word are suggested
MOST_NAMED = 40  # names that a hint lists
CLEARLY_NEARER = 0.05  # a word this much likelier than another makes that one no suggestion


def as_keyword(name: str, value: object) -> str:
    """Return how a program states a part of its question.

    >>> as_keyword("input", (3, 224, 224))
    'input=(3, 224, 224)'
    """
    return f"{name}={value!r}"


@record
class Problem:
    """One thing that is wrong: where (outermost place first), what, and what to change.

    Attributes:
        instead: What to ask instead, by the names of the Python interface. It stands where the hint
            says `{instead}`, or else at the end.
    """

    what: str
    hint: str | None = None
    places: tuple[str, ...] = ()
    instead: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the problem as it is told to a program."""
        return self.told(as_keyword)

    def told(self, state: Callable[[str, object], str]) -> str:
        """Return the problem as it is printed behind `error: `.

        Args:
            state: How a part of a question is stated there, from its name and its value.
        """
        sentence, hint = ": ".join((*self.places, self.what)), self.hint
        if self.instead:
            words = " ".join(state(name, value) for name, value in self.instead.items())
            hint = f"write {INSTEAD}" if hint is None else hint
            hint = hint if INSTEAD in hint else f"{hint}: {INSTEAD}"
            hint = hint.replace(INSTEAD, words)
        return sentence if hint is None else f"{sentence}\n  hint: {hint}"


class ArchstatError(Exception):
    """A question that could not be answered; the superclass of all errors of this package."""

    def __init__(
        self,
        what: str,
        *,
        hint: str | None = None,
        instead: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(what)
        self.problems: tuple[Problem, ...] = (Problem(what, hint, instead=instead or {}),)

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> Self:
        """Return one error that reports all `problems`, of which there must be at least one."""
        error = cls(problems[0].what)
        error.problems = tuple(problems)
        return error

    def within(self, place: str) -> Self:
        """Return this error with `place` put in front of each of its problems."""
        self.problems = tuple(
            replace(problem, places=(place, *problem.places)) for problem in self.problems
        )
        return self

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class UsageError(ArchstatError):
    """An argument that cannot be used: an unknown model, a malformed input size, a bad option."""


class SpecError(ArchstatError):
    """A spec that cannot be read or does not describe a network."""


class ShapeError(ArchstatError):
    """A layer that cannot work on the shape that it is given."""


class TraceError(ArchstatError):
    """A forward pass that failed, or that showed something else than the formulas say."""


class OwnError(ArchstatError):
    """A bug of this package, met while it looked at somebody's model; it says what to report."""


class SheetError(ArchstatError):
    """An answer sheet that cannot be read, or that holds no table."""


class NoTableError(SheetError):
    """A file that can be read, and that holds no table that can be marked."""


class RecordError(ArchstatError):
    """A record of a benchmark that cannot be read, or that is none."""


class DeviceError(ArchstatError):
    """A device that this machine does not have."""


class Stopped(BaseException):
    """The time is over that a model may take; no `except Exception` of its code stops it."""


@contextmanager
def within(place: str) -> Iterator[None]:
    """Add `place` to every archstat error that is raised inside the block."""
    try:
        yield
    except ArchstatError as error:
        raise error.within(place) from None


def shown(value: object) -> str:
    """Return `value` as a message repeats it: quoted, on one line, harmless, and not too long.

    >>> shown("a" * 100)
    "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…"
    """
    try:
        text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    except ValueError:  # Python's own limit, which numbers in base 16 can get past
        return "a number of more than 4,300 digits"
    text = text.replace("\n", " ")
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"


def listed(names: Sequence[str], at_most: int = MOST_NAMED) -> str:
    """Return names as a hint lists them: of very many, the first.

    >>> listed(["conv1", "relu1", "fc"], 2)
    'conv1, relu1, …'
    """
    return ", ".join([*names[:at_most], *(["…"] if len(names) > at_most else [])])


def did_you_mean(word: str, known: Sequence[str], *, at_most: int = 3) -> str | None:
    """Return a hint with the known words nearest to `word`, or None if nothing is near.

    >>> did_you_mean("conv2", ["conv1d", "conv2d", "relu"])
    "did you mean 'conv2d'?"
    """
    from difflib import SequenceMatcher, get_close_matches  # noqa: PLC0415  start-up: rarely needed

    word, spelled = word.lower(), {name.lower(): name for name in known}
    near = get_close_matches(word, list(spelled), n=at_most, cutoff=NEAR)
    likeness = {match: SequenceMatcher(None, word, match).ratio() for match in near}
    best = [match for match in near if likeness[match] > likeness[near[0]] - CLEARLY_NEARER]
    if len(word) >= SHORTEST_PART and word not in spelled:
        having = sorted(
            (match for match in spelled if word in match), key=lambda m: m.find(word) > 0
        )
        best = having[:at_most] or best
    if not best:
        return None
    return f"did you mean {' or '.join(repr(spelled[match]) for match in best)}?"
