"""`archstat.check`, `archstat.grade` and `archstat.key`: what cells of notebooks call."""

from __future__ import annotations

import csv
import doctest
import io
import re
from pathlib import Path

import pytest

import archstat
from tests.homework.grading.places import folder

MARKDOWN = """\
| layer | weights |
|-------|---------|
| C1    | 150     |
| C3    | 2,400   |
| C5    | 48,001  |
| F6    | 10,080  |
| OUTPUT | 840    |
"""
ROWS = [
    {"layer": "C1", "weights": 150},  # 6·5·5·1
    {"layer": "C3", "weights": 2_400},  # 16·5·5·6
    {"layer": "C5", "weights": 48_001},  # 400·120 is 48,000
    {"layer": "F6", "weights": 10_080},
    {"layer": "OUTPUT", "weights": 840},
]


class Pandas:
    """A data frame as pandas has it, as far as it is asked."""

    class RangeIndex:
        """The index of a frame whose rows have no names."""

    index = RangeIndex()

    def to_csv(self, *, index):
        assert index is False
        return "layer,weights\n" + "".join(f"{r['layer']},{r['weights']}\n" for r in ROWS)


class Named(Pandas):
    """One whose rows are named by layer."""

    index = object()

    def reset_index(self):
        return Pandas()


class Polars:
    """A data frame as polars has it."""

    def write_csv(self):
        return Pandas().to_csv(index=False)


def frames():
    yield pytest.param(lambda: MARKDOWN, id="Markdown")
    yield pytest.param(lambda: ROWS, id="rows")
    yield pytest.param(Pandas, id="pandas, by its methods")
    yield pytest.param(Named, id="pandas with names, by its methods")
    yield pytest.param(Polars, id="polars, by its methods")
    yield pytest.param(lambda: pytest.importorskip("pandas").DataFrame(ROWS), id="pandas")
    yield pytest.param(
        lambda: pytest.importorskip("pandas").DataFrame(ROWS).set_index("layer"),
        id="pandas with names",
    )
    yield pytest.param(lambda: pytest.importorskip("polars").DataFrame(ROWS), id="polars")


@pytest.mark.parametrize("sheet", list(frames()))
def test_a_sheet_in_a_notebook_is_marked(sheet):
    marks = archstat.check(sheet(), "lenet5")
    assert (marks.points, marks.out_of, marks.share, marks.is_right) == (4, 5, 0.8, False)
    assert "One digit is wrong" in str(marks)
    assert "48,000" not in str(marks)
    assert marks.to_dict()["points"] == 4
    assert marks._repr_markdown_() == marks.to_markdown()


def test_a_file_is_marked_by_its_path(tmp_path):
    path = tmp_path / "sheet.md"
    path.write_text(MARKDOWN, encoding="utf-8")
    assert archstat.check(path, "lenet5").points == archstat.check(str(path), "lenet5").points == 4


def test_a_policy_may_be_stated():
    rules = {"points": {"weights": 2}, "out_of": 50}
    marks = archstat.check(MARKDOWN, "lenet5", policy=rules, feedback="full", language="ko")
    assert (marks.points, marks.out_of) == (40, 50)
    assert "48,000" in marks.to_html()
    assert "숫자 하나가 틀림" in marks.to_html()
    asked = archstat.check(MARKDOWN, "lenet5", asked=["weights", "macs"])
    assert asked.out_of == 10


@pytest.mark.parametrize("sheet", [3, [], None])
def test_what_is_no_sheet_is_refused(sheet):
    with pytest.raises(archstat.UsageError, match="a sheet is a data frame, a text or a file"):
        archstat.check(sheet, "lenet5")


def test_a_module_may_be_the_network():
    nn = pytest.importorskip("torch").nn
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    table = "| layer | weights |\n|--|--|\n| conv | 108 |\n"  # 3·3·3·4
    assert archstat.check(table, net, input=(3, 8, 8)).is_right


def test_a_class_is_graded(tmp_path):
    folder(tmp_path / "in", "kim.md", content=MARKDOWN.encode())
    folder(tmp_path / "in", "lee.md", content=MARKDOWN.replace("48,001", "48,000").encode())
    folder(tmp_path / "in", "park.md", content=b"hello")
    roster = tmp_path / "roster.csv"
    roster.write_text("name,id\nkim,1\nlee,2\npark,3\n", encoding="utf-8")
    graded = archstat.grade(tmp_path / "in", "lenet5", roster=roster, policy={"out_of": 10})
    assert [(row["student"], row["points"]) for row in graded.rows] == [
        ("kim", 8), ("lee", 10), ("park", None),
    ]  # fmt: skip
    assert "One digit is wrong" in graded.feedback["kim"]
    assert "There is no table in it" in graded.feedback["park"]
    rows = list(csv.reader(io.StringIO(graded.grades("Homework 3").lstrip("\ufeff"))))
    assert [row[2] for row in rows] == ["points", "8", "10", ""]
    with pytest.raises(archstat.UsageError, match="there is no roster"):
        archstat.grade(tmp_path / "in", "lenet5").grades("x")


def test_a_key_and_a_sheet_are_written():
    text = archstat.key("lenet5", columns=["layer", "weights"], format="csv")
    assert text.splitlines()[1] == "C1,150"
    sheet = archstat.key("lenet5", blank=["weights", "macs"], title="Homework 3")
    assert sheet.startswith("**Homework 3**\n")
    assert "| C5 | linear | – | – | out\\_features 120 | 120 |  | 120 |  | 32 |" in sheet
    assert archstat.key("lenet5", blank=["weights"], format="docx").startswith(b"PK")


def test_the_examples_of_the_page_on_courses_are_right():
    text = (Path(__file__).parent.parent / "docs" / "teaching.md").read_text(encoding="utf-8")
    session = "".join(re.findall(r"```python\n(>>>.*?)```", text, re.DOTALL))
    example = doctest.DocTestParser().get_doctest(session, {"archstat": archstat}, "page", None, 0)
    runner = doctest.DocTestRunner()
    runner.run(example)
    results = runner.summarize(verbose=False)
    assert (results.attempted, results.failed) == (3, 0)
