"""A course from the hand-out to the grade book, played with every figure worked out apart.

`python benchmarks/course.py --students 60` draws a network for everybody, solves the sheets from
their text alone, spoils some of them in known ways, hands them in as Canvas exports them, with
junk and late ones among them, grades, changes the policy, grades again, and reads the import files
back with other readers. What each student must get is arithmetic on what was spoiled.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.cli.running import invoke  # the command line, in this process
from tests.homework.answers.solving import solved  # knows nothing of archstat

MODEL = "paper-alexnet"
POSSIBLE = 47
SPOILED = ("conv2", "conv4", "fc7")
"""Layers whose weights are written wrong, the first of them for every k-th student."""

CELLS = 46
"""Blank cells of a sheet: 11 maps, 8 counts of weights, 8 of neurons, 8 of MACs, 8 receptive
fields, and 3 totals."""


COPIER, LATE = 3, 5
"""The place of who copies from the student before, and of those in ten who are late."""

HALF_A_HUNDREDTH = 0.0051
"""Grades have two decimals."""


def require(is_so: bool, what: object) -> None:  # noqa: FBT001  as with assert
    """End the play where something is not as it was worked out."""
    if not is_so:
        raise SystemExit(f"not as it was worked out: {what}")


@dataclass(frozen=True)
class Player:
    """A student, and what becomes of the homework.

    Attributes:
        spoiled: How many of the cells are wrong.
        kind: "sheet", "junk", "nothing", or "copied" from the student before.
    """

    number: int
    spoiled: int
    kind: str
    is_late: bool

    @property
    def name(self) -> str:
        """As a roster has it."""
        return f"Student{self.number}, A"

    @property
    def login(self) -> str:
        """As Canvas writes it in front of a file."""
        return f"studenta{self.number}"


def players(count: int) -> list[Player]:
    """Return the class: of ten students one is late, one hands in junk, one nothing."""
    found = []
    for at in range(count):
        kind = {7: "junk", 8: "nothing"}.get(at % 10, "copied" if at == COPIER else "sheet")
        found.append(Player(at + 1, at % 4 if kind == "sheet" else 0, kind, at % 10 == LATE))
    return found


def points(player: Player, *, conv2: int = 1) -> Fraction | None:
    """Return what a student must get, of `POSSIBLE`; None where it is not worked out here.

    Args:
        player: The student.
        conv2: What the weights of conv2 are worth, where every other cell is worth 1.
    """
    if player.kind != "sheet":
        return None
    wrong = sum(conv2 if layer == "conv2" else 1 for layer in SPOILED[: player.spoiled])
    whole = CELLS - 1 + conv2
    share = Fraction(whole - wrong, whole) * (Fraction(9, 10) if player.is_late else 1)
    return POSSIBLE * share


def spoil(text: str, player: Player) -> str:
    """Return a sheet in which the weights of some layers have one digit too many."""
    rows = list(csv.reader(io.StringIO(text)))
    at = next(row for row in rows if row[0] == "layer").index("weights")
    for row in rows:
        if row[0] in SPOILED[: player.spoiled]:
            row[at] += "7"
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def as_markdown(text: str) -> str:
    """Return a sheet in CSV as a table in Markdown."""
    title, about, head, *rows = csv.reader(io.StringIO(text))
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join([title[0], "", about[0], "", *(f"| {' | '.join(row)} |" for row in lines)])


def hand_in(root: Path, everybody: list[Player]) -> None:
    """Write what comes back, as Canvas exports it."""
    sheets = {one.number: solved(text(root, one)) for one in everybody}
    (root / "submissions").mkdir()
    for one in everybody:
        if one.kind == "nothing":
            continue
        late = "_LATE" if one.is_late else ""
        name = f"{one.login}{late}_{9000 + one.number}_{70000 + one.number}_hw"
        path = root / "submissions" / name
        if one.kind == "junk":
            path.with_suffix(".png").write_bytes(b"\x89PNG\r\n\x1a\n\0\xff\xfe\xfd" * 9)
            continue
        whose = one.number - 1 if one.kind == "copied" else one.number
        text_of = spoil(sheets[whose], one)
        if one.number % 2:
            path.with_suffix(".csv").write_text(text_of, encoding="utf-8")
        else:
            path.with_suffix(".md").write_text(as_markdown(text_of), encoding="utf-8")


def text(root: Path, one: Player) -> str:
    """Return the sheet that a student was given."""
    return (root / "handout" / f"2026{one.number:04}.csv").read_text(encoding="utf-8")


def write_roster(root: Path, everybody: list[Player]) -> None:
    """Write Canvas's grade book."""
    with (root / "roster.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        identity = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
        writer.writerow((*identity, "Homework 3 (4711)", "Homework 2 (4710)"))
        writer.writerow(("    Points Possible", "", "", "", "", POSSIBLE, 20))
        for one in everybody:
            known = (one.name, 9000 + one.number, f"2026{one.number:04}", one.login, "A")
            writer.writerow((*known, "", 17))


def graded(root: Path, *words: str) -> str:
    """Grade the class, and return what is printed."""
    result = invoke(
        "grade", root / "submissions", "--against", MODEL, "--variants", root / "handout",
        "--roster", root / "roster.csv", "--assignment", "Homework 3", "-o", root / "results",
        "--feedback-format", "html", "--policy", root / "policy.toml", *words,
    )  # fmt: skip
    require(result.exit_code == 0, result.stderr)
    return str(result.stdout)


def imported(root: Path) -> dict[int, str]:
    """Return the grades of the file that Canvas imports, by students, as csv reads them."""
    with (root / "results" / "canvas.csv").open(encoding="utf-8", newline="") as file:
        possible, *rows = csv.DictReader(file)
    require(possible["Homework 3 (4711)"] == str(POSSIBLE), "not as worked out")
    require("Homework 2 (4710)" not in rows[0], "not as worked out")
    return {int(row["ID"]) - 9000: row["Homework 3 (4711)"] for row in rows}


def assert_grades(root: Path, everybody: list[Player], *, conv2: int = 1) -> int:
    """Hold every grade against what was worked out; return how many there are."""
    grades, compared = imported(root), 0
    for one in everybody:
        must = points(one, conv2=conv2)
        if must is not None:
            require(abs(float(grades[one.number]) - float(must)) < HALF_A_HUNDREDTH, one)
            compared += 1
        elif one.kind in {"junk", "nothing"}:
            require(grades[one.number] == "", one)
    return compared


def changed(everybody: list[Player]) -> set[str]:
    """Return whose points another worth of conv2 changes."""
    return {one.name for one in everybody if points(one) != points(one, conv2=3)}


def play(root: Path, count: int) -> dict[str, object]:
    """Play a course, and return what was compared."""
    everybody = players(count)
    write_roster(root, everybody)
    drawn = invoke(
        "key", MODEL, "--variants", root / "roster.csv", "--seed", "7", "-f", "csv", "-o",
        root / "handout",
    )  # fmt: skip
    require(drawn.exit_code == 0, drawn.stderr)
    hand_in(root, everybody)
    (root / "policy.toml").write_text("[late]\nper_day = 0.1\n", encoding="utf-8")
    printed = graded(root)
    compared = assert_grades(root, everybody)
    evidence = printed.partition("Sheets of another network\n")[2].splitlines()[0]
    require(evidence.split()[:4] == ["Student4,", "A", "Student3,", "A"], evidence)
    (root / "policy.toml").write_text(
        '[late]\nper_day = 0.1\n[cells]\n"conv2.weights" = 3\n', encoding="utf-8"
    )
    graded(root)
    compared += assert_grades(root, everybody, conv2=3)
    report = (root / "results" / "report.md").read_text(encoding="utf-8")
    told = report.partition("## Changed since the last grading\n")[2].partition("##")[0]
    names = {line.split("|")[1].strip() for line in told.splitlines() if "→" in line}
    # the copied sheet is wrong in more cells than are worked out here
    require(names - {"Student4, A"} == changed(everybody), names ^ changed(everybody))
    workbook = graded_as_workbook(root)
    require(
        workbook in {0, count - sum(one.kind == "nothing" for one in everybody)},
        "not as worked out",
    )
    return {
        "students": count,
        "grades compared with those worked out": compared,
        "hand-ins that changed with the policy": len(changed(everybody)),
        "rows that openpyxl reads": workbook,
        "pages of feedback": len(list((root / "results" / "feedback").iterdir())),
    }


def graded_as_workbook(root: Path) -> int:
    """Return how many submissions the report has as an Excel workbook, as openpyxl reads it.

    0 if openpyxl is not there.
    """
    if find_spec("openpyxl") is None:
        return 0
    from openpyxl import load_workbook  # noqa: PLC0415  of this check alone

    result = invoke(
        "grade", root / "submissions", "--against", MODEL, "--variants", root / "handout",
        "--roster", root / "roster.csv", "--assignment", "Homework 3", "-o", root / "results",
        "--feedback-format", "html", "--policy", root / "policy.toml", "-f", "xlsx",
    )  # fmt: skip
    rows = list(load_workbook(io.BytesIO(result.stdout_bytes)).active.iter_rows(values_only=True))
    at = next(number for number, row in enumerate(rows) if row[0] == "student")
    return len(rows) - at - 1


def main() -> None:
    """Play a course, and print what was compared."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=60)
    count = parser.parse_args().students
    with tempfile.TemporaryDirectory() as folder:
        for what, number in play(Path(folder), count).items():
            print(f"{number:>6}  {what}")


if __name__ == "__main__":
    main()
