"""Marking every student's sheet against the network that this student was given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256

from archstat.errors import INSTEAD, UsageError, shown
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.answers.truth import Truth
from archstat.homework.grading.grader import Grader
from archstat.homework.grading.outcome import Outcome
from archstat.homework.grading.report import Borrowed
from archstat.homework.grading.run import Graded
from archstat.homework.grading.submissions import WHOSE, Files, Submission
from archstat.homework.variants.handout import Given, HandOut, names_of
from archstat.layers.base import Shape

FEWEST = 3
"""Layers of which cells are right for another network before that is said: one may be equal by
chance, and then its weights and its MACs are.
"""

MOST_OWNERS = 2
"""Networks of which a value may be one before it says nothing of whose it is."""


@dataclass(frozen=True)
class GraderOfEach:
    """Grades every submission against its own network; it travels to other processes.

    Attributes:
        graders: The graders by the names of what was given.
        usual: The grader of submissions of which nobody knows whose they are.
    """

    graders: Mapping[str, Grader]
    usual: Grader

    @property
    def digest(self) -> str:
        """What changes if any of the networks or the way of grading does."""
        all_of_them = [(name, grader.digest) for name, grader in sorted(self.graders.items())]
        return sha256(repr((all_of_them, self.usual.digest)).encode()).hexdigest()

    def __call__(self, files: Files) -> Outcome:
        """Return what comes of a submission, behind whose first file stands whose it is."""
        if files and files[0][0] == WHOSE and isinstance(files[0][1], bytes):
            return self.graders[files[0][1].decode()](files[1:])
        return self.usual(files)


@dataclass(frozen=True)
class Grading:
    """How the hand-ins of a class are graded.

    Attributes:
        usual: What grades those who have no network of their own.
        hand_out: Who has which; None if all have the same.
        truths: What is right for each, by the names of what was given.
    """

    usual: Grader
    hand_out: HandOut | None = None
    truths: Mapping[str, Truth] = field(default_factory=dict)

    @cached_property
    def work(self) -> Grader | GraderOfEach:
        """What grades a hand-in."""
        if self.hand_out is None:
            return self.usual
        graders = {name: replace(self.usual, truth=truth) for name, truth in self.truths.items()}
        return GraderOfEach(graders, self.usual)

    @property
    def inputs(self) -> Mapping[str, Shape]:
        """The inputs of the networks, by the names of what was given."""
        return {name: truth.graph.input_shape for name, truth in self.truths.items()}

    def mark(self, submission: Submission) -> Files:
        """Return what stands before the files of a hand-in, to say whose it is."""
        given = None if self.hand_out is None else given_to(self.hand_out, submission)
        return () if given is None else ((WHOSE, given.name.encode()),)

    def strangers(self, graded: Iterable[Graded]) -> list[Submission]:
        """Return the hand-ins of which nobody knows whose network is asked for."""
        if self.hand_out is None:
            return []
        submissions = (one.submission for one in graded)
        return [one for one in submissions if given_to(self.hand_out, one) is None]

    def borrowed(self, graded: Iterable[Graded]) -> tuple[Borrowed, ...]:
        """Return what in wrong cells is right for the networks of others."""
        return () if self.hand_out is None else borrowed(self.hand_out, self.truths, graded)


def require_model(hand_out: HandOut, model: str) -> None:
    """Check that a hand-out is about a network.

    Raises:
        UsageError: It varies another one.
    """
    if hand_out.model != model:
        raise UsageError(
            f"varies {shown(hand_out.model)}, not {shown(model)}",
            hint=f"write {INSTEAD}",
            instead={"against": hand_out.model},
        )


def given_to(hand_out: HandOut, submission: Submission) -> Given | None:
    """Return what was given to whoever handed something in; None if nobody knows."""
    names = [name for student in submission.students for name in names_of(student)]
    people = [(one.number, one.email, one.name) for one in submission.people]
    names += [name for person in people for name in person if name]
    return hand_out.of((*names, submission.key, submission.key.rpartition("/")[2]))


def borrowed(
    hand_out: HandOut, truths: Mapping[str, Truth], graded: Iterable[Graded]
) -> tuple[Borrowed, ...]:
    """Return whose wrong cells are right for another student's network.

    Only large numbers say something, and only those of one network or two.

    Args:
        hand_out: Who has which network.
        truths: What is right for each, by the names of what was given.
        graded: The submissions.
    """
    owners: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for name, truth in truths.items():
        for layer, answers in truth.account.items():
            for quantity, answer in answers.items():
                if isinstance(answer, int) and answer and QUANTITIES[quantity].is_telling:
                    owners[layer, quantity, str(answer)].append(name)
    found = []
    for one in graded:
        given = given_to(hand_out, one.submission)
        own = "" if given is None else given.name
        cells: defaultdict[str, list[tuple[tuple[str, str], str]]] = defaultdict(list)
        for fault in one.record.outcome.faults:
            whose = owners.get((fault.layer, fault.quantity, fault.value), [])
            if own not in whose and 0 < len(whose) <= MOST_OWNERS:
                for name in whose:
                    cells[name].append(((fault.layer, fault.quantity), fault.value))
        found += [
            Borrowed(one.submission.key, name, tuple(values))
            for name, values in cells.items()
            if len({layer for (layer, _), _ in values}) >= FEWEST
        ]
    return tuple(sorted(found, key=lambda one: (-len(one.values), one.key, one.whose)))
