"""Networks of their own for the students of a class, to hand out and to mark against."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from archstat.cli.homework import marking
from archstat.cli.streams import say
from archstat.errors import UsageError, did_you_mean, shown, within

if TYPE_CHECKING:
    from archstat.documents.document import Document
    from archstat.graph import Graph
    from archstat.homework.answers.truth import Truth
    from archstat.homework.grading.grader import Grader
    from archstat.homework.grading.submissions import Submission
    from archstat.homework.variants.drawing import Made, Settings
    from archstat.homework.variants.each import Grading
    from archstat.layers.base import Shape
    from archstat.models.question import Question

_UNSAFE = re.compile(r"[^\w.@-]+")


def varied(text: str) -> tuple[str, ...]:
    """Return what an option says that is varied.

    Raises:
        UsageError: It names something else, or nothing.
    """
    from archstat.homework.variants.drawing import VARIED

    chosen = tuple(word.strip() for word in text.split(",") if word.strip())
    wrong = [word for word in chosen if word not in VARIED]
    if wrong or not chosen:
        hint = did_you_mean(wrong[0], VARIED) if wrong else None
        what = shown(wrong[0]) if wrong else "nothing"
        raise UsageError(
            f"--vary: {what} cannot be varied", hint=hint or f"there are {', '.join(VARIED)}"
        )
    return chosen


def hand_out(
    model: str,
    asked: Question,
    roster: Path,
    vary: tuple[str, ...],
    seed: int,
    folder: Path,
    format_name: str,
    sheet: Callable[[Truth, str], Document],
) -> None:
    """Write a sheet for every student, and which network is whose.

    Args:
        model: The network that all vary.
        asked: The question about it.
        roster: Who is in the class.
        vary: What is varied.
        seed: The same sheets come of the same seed.
        folder: Where they go.
        format_name: Their format.
        sheet: Returns the sheet of a network, with a title.

    Raises:
        UsageError: There are not so many networks, something cannot be read or written, or other
            networks were handed out from the folder. Nothing is written then.
    """
    from archstat.cli.homework.collecting import make_folder
    from archstat.files import is_file, write_file, write_new
    from archstat.formats import format_named
    from archstat.formats.special import SHEETS
    from archstat.homework.grading.roster import read_roster
    from archstat.homework.variants import handout
    from archstat.homework.variants.drawing import Lottery

    listed = read_roster(roster)
    students = listed.students
    if listed.twins:
        raise UsageError(
            f"{shown(str(roster))} has several called {shown(listed.twins[0])}, and nothing that "
            "tells them apart",
            hint="add a column id or email",
        )
    if not students:
        raise UsageError(f"{shown(str(roster))} lists nobody")
    base = marking.truth(model, asked)

    drawing = Lottery(base, _made(model, asked), vary, seed)
    form = format_named(format_name, SHEETS)
    names = _file_names([handout.names_of(student)[0] for student in students])
    tickets = list(drawing.draw(len(students)))
    given = tuple(
        handout.Given(name, handout.names_of(student), drawn.input, drawn.settings)
        for name, student, drawn in zip(names, students, tickets, strict=True)
    )
    kept = handout.HandOut(model, vary, seed, given)
    handout.require_kept(kept, folder)
    make_folder(folder)
    said = handout.written(kept)  # first: no sheet is there whose network nothing says
    if not is_file(folder / handout.NAME) and not write_new(said, folder / handout.NAME):
        handout.require_kept(kept, folder)  # somebody else has just written it
    write_file(said, folder / handout.NAME)
    for name, student, drawn in zip(names, students, tickets, strict=True):
        title = f"{base.graph.name}, for {student.shown_name}"
        written = form.write(sheet(drawn.truth, title))
        write_file(written, folder / f"{name}{form.suffix}")
    sheets = "1 sheet" if len(given) == 1 else f"{len(given)} sheets"
    typer.echo(
        f"{sheets} in {folder}; {handout.NAME} says whose is whose: mark them with\n"
        f"  archstat grade SUBMISSIONS --against {model} --variants {folder} --roster {roster}"
    )


def _made(model: str, asked: Question) -> Made:
    from archstat.cli.shared import load

    def make(shape: Shape, settings: Settings) -> Graph:
        return load(model, _with(asked, shape, settings)).graph

    return make


def _with(asked: Question, shape: Shape, settings: Mapping[str, Mapping[str, object]]) -> Question:
    """Return a question about a network with another input and other settings."""
    from archstat.models.inputs import InputSpec

    merged = {
        layer: {**asked.settings.get(layer, {}), **settings.get(layer, {})}
        for layer in (*asked.settings, *settings)
    }
    return replace(asked, inputs=[InputSpec(shape)], settings=merged)


def _file_names(wanted: Sequence[str]) -> list[str]:
    """Return names of files that any system takes, none of them twice."""
    found: list[str] = []
    for name in wanted:
        safe = _UNSAFE.sub("_", name).strip("._") or "student"
        taken = {one.casefold() for one in found}
        same = sum(one == safe.casefold() or one.startswith(f"{safe.casefold()}-") for one in taken)
        found.append(f"{safe}-{same + 1}" if safe.casefold() in taken else safe)
    return found


def grading(file: Path | None, model: str, asked: Question, usual: Grader) -> Grading:
    """Return how a class is graded: against one network, or each against their own.

    Raises:
        UsageError: The file cannot be read, or is about another network.
    """
    from archstat.homework.variants import each
    from archstat.homework.variants.handout import read_hand_out

    if file is None:
        return each.Grading(usual)
    kept = read_hand_out(file)
    with within(shown(str(file))):
        each.require_model(kept, model)
    truths = {
        one.name: marking.truth(model, _with(asked, one.input, one.settings)) for one in kept.given
    }
    return each.Grading(usual, kept, truths)


def told(strangers: Sequence[Submission], model: str) -> None:
    """Tell whose networks nobody knows."""
    for one in strangers:
        say(f"note: {shown(one.key)} was given no network of its own, and is held against {model}")
