"""Graded classes for the tests of reports."""

from __future__ import annotations

from fractions import Fraction

from archstat.homework.grading.ledger import GradedRecord
from archstat.homework.grading.naming import Person
from archstat.homework.grading.outcome import Fault, Outcome, Slip, Status
from archstat.homework.grading.report import ClassReport
from archstat.homework.grading.roster import Roster, Student
from archstat.homework.grading.run import Graded
from archstat.homework.grading.submissions import Submission

DIGIT = Slip("digit", "one digit is wrong", 1)
GROUPS = Slip("groups-left-out", "the groups are left out", 2)


def graded(key, outcome, **known):
    return Graded(Submission(key, (), **known), GradedRecord(key, "", "", outcome))


def sheet(points, *faults, slips=(), out_of=20, **changes):
    """Return the outcome of a sheet with these points and wrong cells."""
    return Outcome(
        Status.OK,
        file="hw.md",
        points=Fraction(points),
        out_of=Fraction(out_of),
        slips=tuple(slips),
        faults=tuple(faults),
        **changes,
    )


def wrong(layer, value, quantity="weights", slip="digit", verdict="wrong"):
    return Fault(layer, quantity, verdict, value, slip)


def report(*submissions, **changes):
    """Return the report on outcomes by key, or on graded submissions."""
    found = [one if isinstance(one, Graded) else graded(*one) for one in submissions]
    return ClassReport("paper-alexnet", tuple(found), **changes)


JANE = Student(
    "Doe, Jane", "s1", "jdoe", "jane@x.edu", "123", ("Doe, Jane", "123", "s1", "jdoe", "A")
)
KIM = Student(
    "Kim, Chul", "s2", "ckim", "kim@x.edu", "124", ("Kim, Chul", "124", "s2", "ckim", "A")
)
ZOE = Student("Zoe, Z", "s3", "zz", "z@x.edu", "125", ("Zoe, Z", "125", "s3", "zz", "B"))
CANVAS = Roster(
    "canvas", ("Student", "ID", "SIS User ID", "SIS Login ID", "Section"), (JANE, KIM, ZOE)
)

CLASS = report(
    graded(
        "doejane_123",
        sheet("13.5", wrong("conv1", "34849"), slips=[DIGIT], content="1"),
        people=(Person("doejane", "123"),),
        students=(JANE,),
        is_late=True,
    ),
    graded(
        "kim_124",
        sheet(
            20,
            wrong("conv2", "614400", slip="groups-left-out"),
            wrong("conv2", "447897600", "macs", "groups-left-out"),
            slips=[GROUPS],
            content="2",
            message="hw.md fits best",
        ),
        students=(KIM,),
    ),
    graded("=cmd|x", sheet(0, wrong("conv1", "34849"), slips=[DIGIT, GROUPS], content="2")),
    graded("lee", Outcome(Status.NO_TABLE, "a.txt: holds no table")),
    graded("\x1b[31mred", Outcome(Status.TIMEOUT, "takes more than 30 s")),
    roster=CANVAS,
)
