"""A sheet and what is known of it: `facts.toml` beside the hand-in.

    source = "course homework"          # what kind of page it stood on
    language = "en"
    year = 2019
    page = "Lab 3: …"                   # what the page is called, where its address is not known
    url = "https://…"
    sheet = "sheet.md"                  # or .csv, .txt, .html, .tex, .ipynb, .docx, .xlsx, .pdf
    model = "model.toml"                # or model.py:Net, a catalogue's name, torchvision/resnet18
    inputs = ["3x224x224"]              # what --input gets; none where the model has its own
    options = ["--convention", "…"]     # what a teacher would add; none, if possible
    batch = 7                           # what shapes begin with, where it is not 1
    decimal = ","                       # the sign in front of decimals, where it is not a point
    units = { macs = 1_000_000 }        # what cells are told in, where their column's heading says
    network = ["input 3x224x224", …]    # what `truth.py` reads; none: the PyTorch model itself
    cells = [
      { at = [1, 1, 3], of = "conv1", is = "params", text = "34,944", verdict = "right" },
    ]

`at` is table, row below the headings, and column, each from 1; in a list of lines the column is the
place of the text in its line. `part` is what of the text states the quantity, where it states more;
`decimal` is the sign in front of decimals of a cell that has another one than its sheet.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from plain import text_of
from quantities import QUANTITIES, Layers, Value, also_right, true_value
from torch_truth import modules
from truth import network
from written import says

ROOT = Path(__file__).parent
SPATIAL = {"in_shape", "feature_map"}
GIVEN = {"kernel_size", "stride", "padding", "groups", "filters", "filter_depth", "channels"}


@dataclass(frozen=True)
class Cell:
    """One cell that states a quantity."""

    at: tuple[int, int, int]
    of: str
    quantity: str
    text: str
    verdict: str
    part: str = ""
    truth: str = ""
    cause: str = ""
    decimal: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether it is not true."""
        return self.verdict == "wrong"

    @property
    def is_given(self) -> bool:
        """Whether it states a setting, which is not worked out."""
        return self.verdict == "given"

    @property
    def convention(self) -> str:
        """Under what it is right, where it is not plainly."""
        return self.verdict.partition(":")[2]


@dataclass(frozen=True)
class Sheet:
    """A hand-in and its facts."""

    folder: Path
    facts: Mapping[str, Any]
    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.folder.name

    @property
    def is_perfect(self) -> bool:
        """Whether no cell is wrong."""
        return not any(cell.is_wrong for cell in self.cells)

    @property
    def columns_under_conventions(self) -> set[tuple[int, int]]:
        """The tables and columns of cells that are right under a convention."""
        return {(cell.at[0], cell.at[2]) for cell in self.cells if cell.convention}

    def layers(self) -> Layers:
        """Return its network, as the calculator sees it."""
        if "network" in self.facts:
            return network(self.facts["network"])
        return modules(self.facts["model"], self.facts["inputs"], self.folder)


def sheets(half: str) -> list[Sheet]:
    """Return the sheets of a half, `open` or `closed`, by name."""
    return [read(path.parent) for path in sorted((ROOT / half).glob("*/facts.toml"))]


def read(folder: Path) -> Sheet:
    """Return the sheet of a folder."""
    facts = tomllib.loads((folder / "facts.toml").read_text(encoding="utf-8"))
    cells = tuple(
        Cell(
            at=tuple(one["at"]),
            of=one["of"],
            quantity=one["is"],
            **{key: value for key, value in one.items() if key not in {"at", "of", "is"}},
        )
        for one in facts.pop("cells")
    )
    return Sheet(folder, facts, cells)


@cache
def causes() -> Mapping[str, Mapping[str, Any]]:
    """Return the words for causes."""
    return tomllib.loads((ROOT / "causes.toml").read_text(encoding="utf-8"))


def is_said(sheet: Sheet, layers: Layers, cell: Cell, convention: str = "") -> bool:
    """Return whether a cell says what is true, to its written digits."""
    axes = sheet.facts.get("axes", 2) if cell.quantity in SPATIAL else None
    text = cell.part or cell.text
    decimal = cell.decimal or sheet.facts.get("decimal", ".")
    batch = sheet.facts.get("batch", 1)
    unit = sheet.facts.get("units", {}).get(cell.quantity, 1)
    return any(
        says(text, in_unit(value, unit), decimal=decimal, axes=axes, batch=batch)
        for value in (
            true_value(layers, cell.of, cell.quantity, convention),
            None if convention else also_right(layers, cell.of, cell.quantity),
        )
    )


def in_unit(value: Value, unit: int) -> Value:
    """Return a value in the unit that its column is headed by."""
    return Fraction(value, unit) if unit != 1 and isinstance(value, int) else value


def problems(sheet: Sheet) -> Iterator[str]:
    """Yield each way in which facts and truth disagree."""
    layers = sheet.layers()
    hand_in = text_of(sheet.folder / sheet.facts["sheet"])
    for cell in sheet.cells:
        where = f"{sheet.name} {cell.at} {cell.of} {cell.quantity} {cell.text!r}"
        if cell.quantity not in QUANTITIES:
            yield f"{where}: no such quantity"
        elif cell.text not in hand_in or cell.part not in cell.text:
            yield f"{where}: is not in the sheet"
        elif cell.is_wrong:
            yield from _wrong(sheet, layers, cell, where)
        else:
            yield from _right(sheet, layers, cell, where)


def _right(sheet: Sheet, layers: Layers, cell: Cell, where: str) -> Iterator[str]:
    if cell.verdict not in {"right", "given"} and not cell.convention:
        yield f"{where}: no such verdict: {cell.verdict}"
    elif not is_said(sheet, layers, cell, cell.convention):
        truth = true_value(layers, cell.of, cell.quantity, cell.convention)
        yield f"{where}: the truth is {told(truth)}"
    elif cell.convention and is_said(sheet, layers, cell):
        yield f"{where}: is plainly right"


def _wrong(sheet: Sheet, layers: Layers, cell: Cell, where: str) -> Iterator[str]:
    if is_said(sheet, layers, cell):
        yield f"{where}: is right"
    if cell.truth != told(true_value(layers, cell.of, cell.quantity)):
        yield f"{where}: the truth is {told(true_value(layers, cell.of, cell.quantity))}"
    for cause in cell.cause.split("|"):
        if cause.partition(":")[0] not in causes():
            yield f"{where}: no such cause: {cause}"


def told(value: object) -> str:
    """Return a value as facts tell it."""
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)
