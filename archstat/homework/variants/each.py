"""Marking every student's sheet against the network that this student was given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256

from archstat.errors import INSTEAD, UsageError, shown
from archstat.homework.answers.truth import Truth
from archstat.homework.grading.grader import Grader
from archstat.homework.grading.outcome import Outcome
from archstat.homework.grading.run import Graded
from archstat.homework.grading.submissions import WHOSE, Files, Submission
from archstat.homework.variants.handout import Given, HandOut, names_of
from archstat.layers.base import Shape


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
        others = replace(self.usual.others, truths=self.truths)
        usual = replace(self.usual, others=others)
        graders = {}
        for given in self.hand_out.given:
            settings = given.with_(others.variant.settings)
            variant = replace(others.variant, input=given.input, settings=settings)
            own = replace(others, own=given.name, variant=variant)
            graders[given.name] = replace(usual, truth=self.truths[given.name], others=own)
        return GraderOfEach(graders, usual)

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
