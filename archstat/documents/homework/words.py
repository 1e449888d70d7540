"""What every format of feedback says in the same words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

from archstat.documents.cells import for_people
from archstat.errors import ArchstatError
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.answers.truth import Answer
from archstat.homework.marking.feedback import Feedback, Remark, line
from archstat.homework.marking.language import ENGLISH, IN_ENGLISH, Language
from archstat.homework.marking.marks import Mark, Verdict
from archstat.layers.base import shortest, times
from archstat.report.values import Map

MOST_PLACES = 3
LONGEST_COMMENT = 2_000
"""Letters of a comment in a grade book."""

MEANINGS = {
    Verdict.RIGHT: "right",
    Verdict.ROUNDED: "right to the digits written",
    Verdict.CONVENTION: "right under another convention",
    Verdict.NOT_SURE: "not sure",
    Verdict.FOLLOWS: "follows from an earlier cell",
    Verdict.WRONG: "wrong",
    Verdict.MISSING: "missing",
    Verdict.UNREADABLE: "cannot be read",
    Verdict.NOT_ASKED: "not marked",
}
"""What the marks mean."""


def headline(feedback: Feedback) -> str:
    """Return which table of which homework it is."""
    marked = feedback.marked
    say = feedback.language
    places = dict.fromkeys(
        say.told(one.sheet.table.place) for one in marked.sheets if one.sheet.columns[0].title
    )
    many = say("{count} tables", count=len(places))
    where = [*places] if len(places) <= MOST_PLACES else [many]
    if feedback.title:
        files = ", ".join(map(line, (feedback.name, *where)))
        return f"{line(feedback.title)}: {files}"
    return ", ".join(
        map(line, (feedback.name, *where, say("against {model}", model=marked.truth.graph.name)))
    )


def score(feedback: Feedback) -> str:
    """Return the points, and of how many."""
    return earned(feedback.marked.points, feedback.marked.out_of, feedback.language)


def earned(count: Fraction, out_of: Fraction, say: Language) -> str:
    """Return how many points were earned, and of how many."""
    noun = "point" if out_of == 1 and say.key == ENGLISH else "points"
    return say(f"{{points}} of {{out_of}} {noun}", points=points(count), out_of=points(out_of))


def points(value: Fraction) -> str:
    """Return points with as many decimals as they need, two at most.

    >>> points(Fraction(135, 2)), points(Fraction(20)), points(Fraction(2, 3))
    ('67.5', '20', '0.67')
    """
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


def legend(feedback: Feedback) -> list[tuple[Verdict, str]]:
    """Return what the marks mean that the table has, and how often it has them."""
    seen = Counter(feedback.by_cell.values())
    return [
        (verdict, f"{feedback.language(MEANINGS[verdict])} ({seen[verdict]})")
        for verdict in Verdict
        if seen[verdict] and verdict is not Verdict.NOT_ASKED
    ]


def answer(value: Answer) -> str:
    """Return a right answer as people write it; maps with channels last.

    >>> answer((96, 55, 55)), answer((11, 11)), answer(34848), answer(Fraction(2, 3))
    ('55×55×96', '11', '34,848', '0.67')
    """
    if isinstance(value, tuple):
        if len(value) > 2:  # noqa: PLR2004  channels and two axes
            return for_people(Map(value[0], value[1:]))
        short = shortest(value)
        return times(short) if isinstance(short, tuple) else f"{short:,}"
    if isinstance(value, Fraction):
        return points(value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def answer_for_machines(value: Answer) -> str:
    """Return a right answer in ASCII, without thousands separators; nothing if it is not known.

    >>> answer_for_machines((96, 55, 55)), answer_for_machines(34848)
    ('55x55x96', '34848')
    """
    return "" if value is None else answer(value).replace("×", "x").replace(",", "")


def heading(remark: Remark) -> str:
    """Return what a remark is about, as it begins; names of rows stay as they are."""
    where = remark.where
    return f"{where[:1].upper()}{where[1:]}" if remark.cells else where


def sentences(remark: Remark, say: Language = IN_ENGLISH) -> str:
    """Return what a remark says."""
    where = remark.where_following
    follows = say("What follows from it is no further mistake: {where}.", where=where)
    parts = (remark.words, remark.hint, follows if remark.following else "")
    return " ".join(filter(None, parts))


def explained(feedback: Feedback, mark: Mark) -> str:
    """Return what is said of one cell, without the others that it shares a mistake with."""
    say = feedback.language
    parts = [f"{say(MEANINGS[mark.verdict]).capitalize()}."]
    remark = feedback.remark_on.get(mark.cell)
    if remark is not None and mark.cell in remark.cells:
        parts += filter(None, (remark.words, remark.hint))
    elif remark is not None:
        parts = [say("Follows from {where}.", where=remark.where)]
    if feedback.shows_answers and not mark.verdict.is_right and mark.answer is not None:
        parts.append(say("Right is {answer}.", answer=answer(mark.answer)))
    return " ".join(parts)


def right_answers(remark: Remark, say: Language = IN_ENGLISH) -> str:
    """Return the right answers, where they may be told."""
    listed = ", ".join(f"{place} = {answer(value)}" for place, value in remark.answers)
    return say("Right: {answers}.", answers=listed) if listed else ""


def comment_of(feedback: Feedback) -> str:
    """Return what is said of a sheet in a line, for a grade book; nothing at the level "none"."""
    if not feedback.shows_score:
        return ""
    said = [f"{score(feedback)}."]
    said += [
        f"{heading(remark)}: {sentences(remark, feedback.language)}" for remark in feedback.remarks
    ]
    text = line(" ".join(said))
    return text if len(text) <= LONGEST_COMMENT else f"{text[: LONGEST_COMMENT - 1]}…"


LOST: Mapping[Verdict, str] = {
    Verdict.WRONG: "{points} where a cell is wrong",
    Verdict.FOLLOWS: "{points} where one follows from another",
    Verdict.CONVENTION: "{points} where another convention is followed",
    Verdict.UNREADABLE: "{points} where nothing can be read",
    Verdict.MISSING: "{points} where no answer is given",
}
"""For what points are lost."""


def lost(feedback: Feedback) -> list[str]:
    """Return in a sentence how the points came about, if some are lost."""
    marked, say = feedback.marked, feedback.language
    found = dict.fromkeys(LOST, Fraction(0))
    for mark in marked.marks:
        if mark.verdict in found and not marked.policy.is_bonus(*mark.place):
            found[mark.verdict] += mark.worth - mark.points
    for gap in marked.gaps:
        if not marked.policy.is_bonus(gap.layer, gap.quantity):
            found[Verdict.MISSING] += gap.worth
    reasons = [
        say(LOST[verdict], points=points(worth)) for verdict, worth in found.items() if worth
    ]
    if not reasons:
        return []
    if marked.policy.is_of_class:
        all_ = "of {out_of} points for all that most sheets of the class ask are lost: {reasons}"
    else:
        all_ = "of {out_of} points for all that is asked are lost: {reasons}"
    return [
        say(
            all_,
            out_of=points(marked.out_of),
            reasons=say.listed(reasons, len(reasons)),
        )
    ]


def earning_nothing(feedback: Feedback) -> list[str]:
    """Return what a sheet says that earns no points, and why."""
    policy, found = feedback.marked.policy, dict[str, dict[str, None]]()
    for mark in feedback.marked.marks:
        if mark.entry.written.is_blank or mark.worth or mark.points:
            continue
        quantity, title = QUANTITIES[mark.quantity], feedback.quantity(mark.quantity)
        if policy.asked and not policy.asks(mark.quantity):
            why = "earns nothing, as it is not asked for: {titles}"
        elif quantity.is_setting and mark.quantity not in policy.asked:
            why = "earns nothing, as it is given with the layers: {titles}"
        else:
            continue
        found.setdefault(why, {})[title] = None
    return [
        feedback.language(why, titles=feedback.language.listed([*titles], len(titles)))
        for why, titles in found.items()
    ]


def problems(error: ArchstatError) -> list[str]:
    """Return why a sheet cannot be marked, a line for each problem."""
    said = []
    for problem in error.problems:
        hint = "" if problem.hint is None else f" (hint: {problem.hint})"
        said.append(line(": ".join((*problem.places, problem.what)) + hint))
    return said
