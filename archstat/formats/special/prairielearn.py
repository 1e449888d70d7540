"""PrairieLearn's results.json: https://prairielearn.readthedocs.io/en/latest/externalGrading/.

PrairieLearn needs a score in any case, from 0 to 1, and shows it as it shows every score. The level
of feedback decides on the rest. A sheet that cannot be marked costs the student no attempt.
"""

from __future__ import annotations

from typing import Any

from archstat.documents.document import Document
from archstat.documents.homework import words
from archstat.documents.homework.bundles import Bundle, bundles
from archstat.errors import ArchstatError
from archstat.formats import Format
from archstat.formats.json import printed
from archstat.formats.special.feedback import feedback_of


class PrairieLearn(Format):
    """The results of a hand-in, as PrairieLearn reads them."""

    suffix = ""
    refuses = True

    def write(self, document: Document) -> str:
        """Return the results of a sheet."""
        feedback = feedback_of(document)
        marked = feedback.marked
        share = marked.points / marked.out_of if marked.out_of else int(marked.is_right)
        message = [f"{words.score(feedback)}."] if feedback.shows_score else []
        message += feedback.notes
        return printed(
            {
                "gradable": True,
                "score": float(share),
                "message": "\n".join(message),
                "tests": [_test(bundle) for bundle in bundles(feedback)],
            }
        )

    def refusal(self, error: ArchstatError) -> str:
        """Return the results of a sheet that cannot be marked."""
        return printed({"gradable": False, "format_errors": words.problems(error)})


def _test(bundle: Bundle) -> dict[str, Any]:
    return {
        "name": bundle.name,
        "points": float(bundle.points),
        "max_points": float(bundle.worth),
        "message": "" if bundle.is_right else "not right yet",
        "output": "\n".join(bundle.said),
    }


FORMAT = PrairieLearn()
