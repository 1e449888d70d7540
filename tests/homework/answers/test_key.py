"""Keys and blank sheets: which rows they have, and that `check` reads them without a doubt."""

from __future__ import annotations

import csv
import io
import json
import re
from functools import cache
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archstat.documents.report import report_document
from archstat.documents.view import View
from archstat.errors import UsageError
from archstat.formats import format_named, format_names
from archstat.formats.layout.lines import BLANK
from archstat.homework.answers.key import asked_layers, check_blanks
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.answers.truth import Truth, truth_of
from archstat.homework.marking.marking import Marked
from archstat.homework.marking.marks import Verdict
from archstat.homework.marking.matching import marked as marked_of
from archstat.homework.marking.policy import Policy
from archstat.homework.reading import read_bytes
from archstat.models.spec.catalogue import catalogue
from archstat.report.columns import COLUMNS, DEFAULT, OF_TRAINING, choose_columns, for_machines
from archstat.report.report import report_on
from tests.cli.running import invoke
from tests.homework.answers.solving import solved
from tests.homework.networks import truth
from tests.renderers.networks import branching, network
from tests.workbooks import filled as filled_workbook
from tests.workbooks import title_row

for package in ("xlsxwriter", "typst", "pypdfium2"):
    pytest.importorskip(package)
pypdf = pytest.importorskip("pypdf")

NETWORKS = list(catalogue())
SHEET_FORMATS = ("text", "markdown", "csv", "tsv", "html", "latex", "xlsx", "pdf")
BLANKS = ("feature_map", "weights", "neurons", "macs", "receptive_field")  # the last of the usual
MARKED = [key for key in COLUMNS if key not in OF_TRAINING]


def sheet(about: Truth, format_name: str, view: View, *, rows: str = "asked") -> bytes:
    report = about.report if rows == "all" else asked_layers(about.report)
    content = format_named(format_name).write(report_document(report, view))
    return content if isinstance(content, bytes) else content.encode()


def read(data: bytes, format_name: str, about: Truth) -> Marked:
    contents = read_bytes(data, name=f"sheet{format_named(format_name).suffix}")
    return marked_of(contents, about, Policy())


def assert_read_without_a_doubt(marked: Marked) -> None:
    """Check that every column was recognised, and every row is the layer that it names."""
    [held] = marked.sheets
    alignment, rows = held.alignment, held.sheet.table.rows
    assert held.sheet.unrecognised == ()
    assert [read.reading for read in held.reads.values() if read.reading is not None] == []
    assert (marked.missing, alignment.extra, alignment.reordered) == ((), (), ())
    assert {row: rows[row][0] for row in alignment.layers} == alignment.layers
    assert [rows[row][0] for row in alignment.totals] == ["total"]
    assert len(rows) == len(alignment.layers) + 1


def verdicts(marked: Marked) -> set[Verdict]:
    return {mark.verdict for mark in marked.marks}


KEY = View(choose_columns(DEFAULT), is_homework=True)
SHEET = View(choose_columns(DEFAULT), is_homework=True, blank=choose_columns(BLANKS))
each_format = pytest.mark.parametrize("format_name", SHEET_FORMATS)

LARGE = {"googlenet", "mobilenet-v1", "resnet18", "resnet50", "unet"}
"""Networks of 50 layers and more: a sheet of theirs is marked as people and as machines read it."""


OFTEN = {"text", "xlsx"}
"""What each small network is marked in while slow tests are left out; one is in every format."""

ALWAYS = "paper-alexnet"


def of(name: str, *more: str):
    """Return a network as a parameter; a large one is slow to mark, and so are many formats."""
    is_slow = name in LARGE or (name != ALWAYS and bool(more) and not OFTEN & {*more})
    return pytest.param(name, *more, marks=[pytest.mark.slow] if is_slow else [])


each_network = pytest.mark.parametrize("name", [of(name) for name in NETWORKS])
each_sheet = pytest.mark.parametrize(
    ("name", "format_name"),
    [
        of(name, format_name)
        for name in NETWORKS
        for format_name in (("text", "csv") if name in LARGE else SHEET_FORMATS)
    ],
)


# Keys.


@cache
def key(name: str, format_name: str) -> Marked:
    """Return the key of a network, marked."""
    about = truth(name)
    return read(sheet(about, format_name, KEY), format_name, about)


@each_sheet
def test_every_cell_of_a_key_is_right(name, format_name):
    marked = key(name, format_name)
    assert_read_without_a_doubt(marked)
    assert verdicts(marked) <= {Verdict.RIGHT, Verdict.NOT_ASKED}
    assert marked.is_right
    assert marked.points == marked.out_of > 0


@pytest.mark.parametrize("name", [of(name) for name in sorted(LARGE)])
def test_a_large_network_has_the_same_rows_in_every_format(name):
    about = truth(name)
    layers = [*(row.name for row in asked_layers(about.report).layers), "total"]
    for format_name in SHEET_FORMATS:
        data = sheet(about, format_name, KEY)
        [table] = read_bytes(data, name=f"sheet{format_named(format_name).suffix}").tables
        assert [row[0] for row in table.rows] == layers


@settings(max_examples=30)
@given(
    name=st.sampled_from([name for name in NETWORKS if name not in LARGE]),
    format_name=st.sampled_from(list(SHEET_FORMATS)),
    columns=st.sets(st.sampled_from(MARKED)),
    layout=st.sampled_from(["hwc", "chw"]),
    rows=st.sampled_from(["asked", "all"]),
)
def test_a_key_is_right_whatever_it_shows(name, format_name, columns, layout, rows):
    about = truth(name)
    always = {"layer", "stride_and_padding", "feature_map", "weights", "receptive_field"}
    keys = [key for key in COLUMNS if key in always | columns]
    view = View(choose_columns(keys), layout, is_homework=True)
    marked = read(sheet(about, format_name, view, rows=rows), format_name, about)
    assert_read_without_a_doubt(marked)
    assert verdicts(marked) <= {Verdict.RIGHT, Verdict.ROUNDED, Verdict.NOT_ASKED}  # 1.1 MiB
    assert marked.is_right


@each_format
def test_a_key_with_another_size_per_axis_is_right(format_name):
    graph = branching()  # has kernels of 5×3, paddings of 2×1
    about = truth_of(graph, report_on(graph))
    marked = read(sheet(about, format_name, KEY, rows="all"), format_name, about)
    assert_read_without_a_doubt(marked)
    assert marked.is_right


# Blank sheets.


@each_sheet
def test_every_cell_of_a_blank_sheet_that_is_asked_for_is_missing(name, format_name):
    about = truth(name)
    marked = read(sheet(about, format_name, SHEET), format_name, about)
    assert_read_without_a_doubt(marked)
    blank = [mark for mark in marked.marks if mark.quantity in BLANKS]
    given_with_it = [mark for mark in marked.marks if mark.quantity not in BLANKS]
    assert {mark.verdict for mark in blank} == {Verdict.MISSING, Verdict.NOT_ASKED}
    assert {mark.verdict for mark in given_with_it} <= {Verdict.RIGHT, Verdict.NOT_ASKED}
    asked = {mark.place for mark in blank if QUANTITIES[mark.quantity].is_telling and mark.answer}
    missing = {mark.place for mark in blank if mark.verdict is Verdict.MISSING}
    assert {place for place in asked if place[0] in about.account} <= missing


@each_sheet
def test_a_sheet_that_is_filled_in_with_the_truth_is_all_right(name, format_name):
    about = truth(name)
    empty = sheet(about, format_name, SHEET)
    marked = read(fill(empty, format_name, answers(about)), format_name, about)
    assert_read_without_a_doubt(marked)
    assert verdicts(marked) <= {Verdict.RIGHT, Verdict.NOT_ASKED}
    assert marked.is_right
    assert marked.points == key(name, format_name).points == key(name, format_name).out_of


def answers(about: Truth) -> list[list[str]]:
    """Return what belongs into the blank cells, row by row, as a student writes it."""
    totals = about.report.totals
    lines = []
    for row in asked_layers(about.report).layers:
        channels, *sides = row.out_shape
        field = row.receptive_field
        assert field is not None
        assert len(set(field.size)) == 1
        counts = (row.weights, row.neurons, row.macs, field.size[0])
        lines.append(["x".join(map(str, [*sides, channels])), *map(str, counts)])
    return [*lines, ["", str(totals.weights), str(totals.neurons), str(totals.macs), ""]]


def fill(data: bytes, format_name: str, lines: list[list[str]]) -> bytes:
    """Return a blank sheet with the last cells of each row filled in."""
    if format_name == "xlsx":
        top = title_row(data) + 1
        named = {
            f"{column}{number}": text
            for number, line in enumerate(lines, top)
            for column, text in zip("HIJKL", line, strict=True)
            if text
        }
        return filled_workbook(data, named)
    if format_name == "pdf":
        return fill_form(data, lines)
    return FILLERS[format_name](data.decode(), lines).encode()


def fill_form(data: bytes, lines: list[list[str]]) -> bytes:
    """Return a PDF document whose fields are filled in, as a viewer does."""
    texts = iter(text for line in lines for text in line if text)
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(data)))
    named = {name: next(texts) for name in writer.get_fields() or ()}
    for page in writer.pages:
        writer.update_page_form_field_values(page, named)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def fill_delimited(text: str, lines: list[list[str]], delimiter: str) -> str:
    title, about, head, *rows = csv.reader(text.splitlines(), delimiter=delimiter)
    new = io.StringIO()
    writer = csv.writer(new, delimiter=delimiter)
    writer.writerows(
        [title, about, head, *([*row[:-5], *line] for row, line in zip(rows, lines, strict=True))]
    )
    return new.getvalue()


def fill_gaps(text: str, lines: list[list[str]], gap: str) -> str:
    """Return a text whose gaps, from the first to the last, are written over."""
    texts = iter(text for line in lines for text in line if text)
    return re.sub(re.escape(gap), lambda _: next(texts).rjust(len(gap)), text)


def fill_markdown(text: str, lines: list[list[str]]) -> str:
    head, rule, *rows = [line for line in text.splitlines() if line.startswith("|")]
    kept = [row[2:-2].split(" | ")[:-5] for row in rows]
    new = [f"| {' | '.join([*row, *line])} |" for row, line in zip(kept, lines, strict=True)]
    return "\n".join([head, rule, *new])


def fill_html(text: str, lines: list[list[str]]) -> str:
    texts = iter(text for line in lines for text in line if text)
    return re.sub('blank"></td>', lambda _: f'blank">{next(texts)}</td>', text)


FILLERS = {
    "html": fill_html,
    "text": lambda text, lines: fill_gaps(text, lines, BLANK),
    "markdown": fill_markdown,
    "csv": lambda text, lines: fill_delimited(text, lines, ","),
    "tsv": lambda text, lines: fill_delimited(text, lines, "\t"),
    "latex": lambda text, lines: fill_gaps(text, lines, r"\underline{\hspace{2cm}}"),
}


@pytest.mark.parametrize("format_name", format_names())
def test_a_blank_sheet_tells_no_answer(format_name):
    about = truth("paper-alexnet")
    text = sheet(about, format_name, SHEET)
    if format_name == "pdf":
        text = "\n".join(
            page.extract_text() for page in pypdf.PdfReader(io.BytesIO(text)).pages
        ).encode()
    if format_name == "xlsx":
        from tests.workbooks import cells

        text = "\n".join(map(str, cells(text).values())).encode()
    told = ("34848", "34,848", "60954656", "60,954,656", "355", "55x55", "55×55", "232.6")
    assert [answer for answer in told if answer.encode() in text] == []


ROOMS = "feature_map,weights,neurons,macs,rf"


@each_network
def test_every_blank_sheet_is_solved_from_its_text_alone(name, tmp_path):
    made = invoke("key", name, "--blank", ROOMS, "-o", tmp_path / "sheet.csv")
    assert (made.exit_code, made.stderr) == (0, "")
    text = (tmp_path / "sheet.csv").read_text(encoding="utf-8")
    (tmp_path / "solved.csv").write_text(solved(text), encoding="utf-8")
    result = invoke("check", tmp_path / "solved.csv", "--against", name, "--format", "json")
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert said["points"] == said["out_of"] > 0
    assert said["notes"] == []


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html", ".tex", ".docx", ".xlsx", ".pdf"])
def test_every_format_of_a_sheet_says_what_is_needed(suffix, tmp_path):
    # GoogLeNet's has branches, ceil mode, dropped norms, an adaptive pool and a linear layer
    made = invoke("key", "googlenet", "--blank", ROOMS, "-o", tmp_path / f"sheet{suffix}")
    assert (made.exit_code, made.stderr) == (0, "")
    data = (path := tmp_path / f"sheet{suffix}").read_bytes()
    if data.startswith(b"PK"):
        with ZipFile(io.BytesIO(data)) as archive:
            data = b" ".join(map(archive.read, archive.namelist()))
    if suffix == ".pdf":
        data = b" ".join(page.extract_text().encode() for page in pypdf.PdfReader(path).pages)
    text = re.sub(r"\\(?=_)|[{}$]|\\times|<.?bdi>", "", data.decode(errors="ignore"))
    text = " ".join(text.replace("×", "x").split()).casefold()
    for words in (
        "ceil_mode", "output_size 1", "out_features 1000", "reads", "1x1x192",
        "maps are hxwxc", "weights are without biases", "input 224x224x3",
        "inception_3a.conv5x5, inception_3a.proj", "window as large as its map",
        "where branches join",
    ):  # fmt: skip
        found = words in text or words.replace("x", "") in text
        assert found, words


# Rows.


def test_a_homework_asks_for_layers_that_leave_something_to_work_out():
    names = [row.name for row in asked_layers(truth("paper-alexnet").report).layers]
    assert names == [
        "conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool5", "fc6", "fc7", "fc8",
    ]  # fmt: skip


def test_norms_with_parameters_are_asked_for():
    names = [row.name for row in asked_layers(report_on(branching())).layers]
    assert names == ["conv1", "norm1", "wide", "join", "pool", "fc"]  # and neither lrn nor flat


def test_a_layer_that_does_not_read_the_one_above_names_what_it_reads():
    rows = asked_layers(truth("googlenet").report).layers
    named = {row.name: row.inputs for row in rows}
    assert named["reduce2"] == ()  # of pool1, above it, by way of a response norm
    assert named["inception_3a.reduce3x3"] == ("pool2",)
    assert named["inception_3a.concat"] == (
        "inception_3a.conv1x1", "inception_3a.conv3x3", "inception_3a.conv5x5",
        "inception_3a.proj",
    )  # fmt: skip


def test_global_pooling_is_asked_for():
    report = report_on(network(("gap", "adaptive_avg_pool2d", {"output_size": 1})))
    assert [row.name for row in asked_layers(report).layers] == ["gap"]


def test_operators_that_are_not_counted_are_asked_for():
    from dataclasses import replace

    report = report_on(network(("r", "relu", {})))
    unknown = replace(report, layers=(replace(report.layers[0], macs=None),))
    assert asked_layers(report).layers == ()
    assert [row.name for row in asked_layers(unknown).layers] == ["r"]


# Columns to fill in.


def test_what_is_worked_out_may_be_left_blank():
    columns = choose_columns(MARKED)
    check_blanks([column for column in columns if column.key not in {"layer", "kind"}], columns)


def test_every_column_that_cannot_be_left_blank_is_named():
    with pytest.raises(UsageError) as caught:
        check_blanks(
            choose_columns(["params", "stride", "kind", "weights", "backward_macs"]),
            choose_columns([*DEFAULT, "backward_macs"]),
        )
    assert str(caught.value) == (
        "the sheet has no column 'params'\n"
        "  hint: add it with columns='+params'\n"
        "the sheet has no column 'stride'\n"
        "  hint: did you mean 'stride_and_padding'?\n"
        "'archstat check' does not mark 'kind'\n"
        "  hint: leave it out\n"
        "'archstat check' does not mark 'backward_macs'\n"
        "  hint: leave it out"
    )


def test_a_pair_that_is_left_blank_is_blank_in_both_its_columns():
    columns = choose_columns(["layer", "stride_and_padding"])
    view = View(columns, is_homework=True, blank=columns[1:])
    assert [view.is_blank(column) for column in for_machines(columns)] == [False, True, True]
    _, _, head, conv1, *_ = sheet(truth("lenet5"), "csv", view).decode().splitlines()
    assert (head, conv1) == ("layer,stride,padding", "C1,,")
