"""What a runner of GitHub Classroom hands to the autograding-grading-reporter.

The reporter reads it in base64 from an environment variable; docs/marking.md shows the step of a
workflow that puts it there. It adds up the scores of the tests; below the level "hint" there is one
test, the sheet.
"""

from __future__ import annotations

from typing import Any

from archstat.documents.document import Document
from archstat.documents.homework import words
from archstat.documents.homework.bundles import Bundle, bundles
from archstat.documents.homework.data import plain
from archstat.errors import ArchstatError
from archstat.formats import Format
from archstat.formats.json import printed
from archstat.formats.special.feedback import feedback_of
from archstat.homework.marking.feedback import line

VERSION = 1
PASS, FAIL, ERROR = "pass", "fail", "error"


class GithubClassroom(Format):
    """The result of a hand-in, as GitHub Classroom reads it."""

    suffix = ""
    refuses = True

    def write(self, document: Document) -> str:
        """Return the result of a sheet."""
        feedback = feedback_of(document)
        marked = feedback.marked
        whole = Bundle(
            line(feedback.name),
            marked.points,
            marked.out_of,
            marked.is_right,
            (words.score(feedback),) if feedback.shows_score else ("not right yet",),
        )
        tests = [_test(bundle) for bundle in bundles(feedback) or (whole,)]
        status = PASS if marked.is_right else FAIL
        return printed(_result(status, plain(marked.out_of), tests))

    def refusal(self, error: ArchstatError) -> str:
        """Return the result of a sheet that cannot be marked."""
        message = "\n".join(words.problems(error))
        test = {"name": "the sheet can be read", "status": ERROR, "score": 0, "message": message}
        return printed(_result(ERROR, 0, [test]))


def _result(status: str, max_score: object, tests: list[dict[str, Any]]) -> dict[str, Any]:
    return {"version": VERSION, "status": status, "max_score": max_score, "tests": tests}


def _test(bundle: Bundle) -> dict[str, Any]:
    return {
        "name": bundle.name,
        "status": PASS if bundle.is_right else FAIL,
        "score": plain(bundle.points),
        "message": "\n".join(bundle.said),
    }


FORMAT = GithubClassroom()
