"""Gradescope's results.json: https://gradescope-autograders.readthedocs.io/en/latest/specs/.

Gradescope needs a score in any case. At the level "none", all of the result is hidden from
students; at "score", they see the points alone; from "hint" on, a test for every row.
"""

from __future__ import annotations

from typing import Any

from archstat.documents.document import Document
from archstat.documents.homework import words
from archstat.documents.homework.bundles import Bundle, bundles
from archstat.documents.homework.data import plain
from archstat.documents.homework.sheet import remarks_of
from archstat.errors import ArchstatError
from archstat.formats import Format
from archstat.formats.json import printed
from archstat.formats.markdown import item, numbered
from archstat.formats.special.feedback import feedback_of

VISIBLE, HIDDEN = "visible", "hidden"


class Gradescope(Format):
    """The results of a hand-in, as Gradescope reads them."""

    suffix = ""
    refuses = True

    def write(self, document: Document) -> str:
        """Return the results of a sheet; its score wins over the sum of the tests."""
        feedback = feedback_of(document)
        output = [f"{words.score(feedback)}."] if feedback.shows_score else []
        for block in (
            [*numbered(remarks_of(feedback))],
            [item(f"note: {note}") for note in feedback.notes],
        ):
            output += ["", *block] if block else []
        return printed(
            {
                "score": plain(feedback.marked.points),
                "output": "\n".join(output),
                "output_format": "md",
                "visibility": VISIBLE if feedback.shows_score else HIDDEN,
                "tests": [_test(bundle) for bundle in bundles(feedback)],
            }
        )

    def refusal(self, error: ArchstatError) -> str:
        """Return the results of a sheet that cannot be marked."""
        output = "\n".join(map(item, words.problems(error)))
        return printed(
            {
                "score": 0,
                "output": f"This cannot be marked:\n\n{output}",
                "output_format": "md",
                "visibility": VISIBLE,
                "tests": [],
            }
        )


def _test(bundle: Bundle) -> dict[str, Any]:
    return {
        "name": bundle.name,
        "score": plain(bundle.points),
        "max_score": plain(bundle.worth),
        "status": "passed" if bundle.is_right else "failed",
        "output": "\n".join(map(item, bundle.said)),
        "output_format": "md",
        "visibility": VISIBLE,
    }


FORMAT = Gradescope()
