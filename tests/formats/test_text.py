"""The table: it fits where it should, is whole where it should, and adds up."""

from __future__ import annotations

import re

import pytest

from archstat.documents.cells import Look
from archstat.documents.letters import display_width
from archstat.documents.view import View
from archstat.models.spec.catalogue import catalogue
from archstat.models.spec.resolve import resolve
from archstat.report.columns import COLUMNS, DEFAULT, choose_columns
from archstat.report.report import report_on
from tests.formats.writing import pieces, texts, written
from tests.renderers.networks import network

NAMES = list(catalogue())


def body(report, view=None, width=None):
    """Return the lines of the table between its rules, and the foot."""
    printed = texts(report, view, width)
    first, second = (number for number, line in enumerate(printed) if line.startswith("──"))
    return printed[first + 1 : second], printed[second + 1]


@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_longer_than_the_terminal(name, width):
    printed = texts(report_on(resolve(name)), width=width)
    assert [line for line in printed if display_width(line) > width] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_of_many_fits_as_well(name):
    printed = texts(report_on(resolve(name), batch_size=1_000_000, traced_on="cuda:0"), width=80)
    assert [line for line in printed if display_width(line) > 80] == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_cut_or_left_out_in_a_pipe(name):
    report = report_on(resolve(name))
    rows, foot = body(report)
    assert len(rows) == len(report.layers)
    for text, row in zip(rows, report.layers, strict=True):
        cells = re.split(r"  +", text)
        assert len(cells) == len(DEFAULT)
        assert cells[0] == row.name
    assert foot.split()[0] == "total"
    assert not any("left out to fit" in line for line in texts(report))


@pytest.mark.parametrize("name", NAMES)
def test_every_column_adds_up_to_its_total(name):
    keys = ["layer", "weights", "biases", "params", "neurons", "macs", "flops"]
    rows, foot = body(report_on(resolve(name)), View(choose_columns(keys)))
    cells = [[int(cell.replace(",", "")) if cell != "–" else 0 for cell in row.split()[1:]]
             for row in rows]  # fmt: skip
    totals = [int(cell.replace(",", "")) for cell in foot.split()[1:]]
    assert [sum(column) for column in zip(*cells, strict=True)] == totals
    assert len(totals) == 6


@pytest.mark.parametrize("name", NAMES)
def test_shares_add_up_to_100_percent(name):
    view = View(choose_columns(["layer", "params_share", "macs_share"]))
    rows, foot = body(report_on(resolve(name)), view)
    shares = [re.findall(r"[\d.]+ %|–", row[10:]) for row in rows]
    for column in zip(*(share[-2:] for share in shares), strict=True):
        total = sum(float(cell.rstrip(" %")) for cell in column if cell != "–")
        assert total == pytest.approx(100, abs=0.05 * len(rows))
    assert foot.split() == ["total", "100.0", "%", "100.0", "%"]


def test_bytes_add_up_to_their_totals():
    report = report_on(resolve("lenet5"), batch_size=2)
    # 4,704·2 + 1,176 + 1,600·2 + 400·2 + 120·2 + 84·2 + 10 = 15,002 values; · 4 B · 2
    assert sum(row.activation_bytes for row in report.layers) == 120_016
    rows, foot = body(report, View(choose_columns(["activation_bytes", "param_bytes"])))
    assert foot.split() == ["117.2", "KiB", "241.0", "KiB"]
    assert rows[0].split() == ["36.8", "KiB", "624", "B"]


def test_columns_that_were_asked_for_are_never_left_out():
    report = report_on(resolve("lenet5"))
    view = View(choose_columns(list(COLUMNS)))
    printed = texts(report, view, width=80)
    assert [line for line in printed if display_width(line) > 80] == []
    assert not any("left out" in line for line in printed)
    tables = sum(set(line) == {"─"} for line in printed) // 2
    assert sum(line.startswith("total") for line in printed) == tables == 4
    cells = [cell for line in printed if line.startswith("C1 ") for cell in line.split()]
    whole = next(line for line in texts(report, view) if line.startswith("C1 ")).split()
    assert [cell for cell in cells if cell != "C1"] == whole[1:]


@pytest.mark.parametrize(
    ("width", "hidden"),
    [
        (96, None),
        (80, "kind"),
        (60, "kind, stride / pad, filters"),
        (30, "kind, stride / pad, filters, neurons, receptive field"),
    ],
)
def test_what_is_left_out_is_named_the_least_important_first(width, hidden):
    printed = " ".join(
        line.strip() for line in texts(report_on(resolve("paper-alexnet")), width=width)
    )
    assert printed.partition("left out to fit")[2] == (
        f" {width} characters: {hidden}" if hidden else ""
    )


def test_titles_are_shortened_before_columns_go():
    report = report_on(resolve("lenet5"))  # its table is 85 characters wide
    assert any(line.endswith("  receptive") for line in texts(report, width=85))
    narrow = texts(report, width=84)
    assert any(line.endswith("MACs  RF") for line in narrow)
    assert not any("left out" in line for line in narrow)


def test_cells_stand_under_their_titles():
    printed = texts(report_on(resolve("paper-alexnet")))
    titles, rule = printed[4], printed[5]
    assert set(rule) == {"─"}
    for number, line in enumerate(printed[6:30]):
        assert len(line) <= len(rule), number
        assert line[titles.index("kind") - 1] == " "
        assert line[titles.index("kind")] != " "
        assert line[titles.index("MACs") + 3] != " "
        assert line[titles.index("weights") + 6] != " "


def test_wide_letters_do_not_shift_the_columns():
    report = report_on(network(("합성곱", "relu", {}), ("e\u0301", "relu", {}), ("c", "tanh", {})))
    rows, _ = body(report)
    assert rows == [
        "합성곱  ReLU  12×12×3        –     –          1",
        "e\u0301       ReLU  12×12×3        –     –          1",
        "c       tanh  12×12×3        –     –          1",
    ]


def test_unknown_is_a_question_mark():
    report = report_on(network(("tokens", "linear", {"in_features": 8, "out_features": 2}),
                               input_shape=(5, 8)))  # fmt: skip
    columns = choose_columns(["layer", "receptive_field"])
    rows, _ = body(report, View(columns))
    assert rows[0].split()[-1] == "?"


def test_columns_that_say_nothing_are_left_out():
    said = texts(report_on(network(("r", "relu", {}), ("t", "tanh", {}))))
    titles = " ".join(said[3:5]).split()
    assert titles == ["feature", "receptive", "layer", "kind", "map", "weights", "MACs", "field"]


def test_lines_with_parameters_stand_out():
    printed = pieces(report_on(resolve("lenet5")))
    looks = {line[1][0].split()[0]: line[1][1] for line in printed[6:18]}
    assert looks["C1"] is Look.NORMAL
    assert looks["tanh1"] is Look.WEAK
    assert printed[0][0][1] is Look.STRONG


def test_a_network_without_a_title_is_called_by_its_name():
    assert texts(report_on(network(("r", "relu", {}))))[0] == "net"


def test_the_summary_adds_weights_and_biases():
    assert "61,706 params = 61,470 weights + 236 biases (241.0 KiB); activations 58.6 KiB" in texts(
        report_on(resolve("lenet5"))
    )


def test_text_ends_with_one_line_break_and_has_no_blanks_before_one():
    text = written("text", report_on(resolve("lenet5")))
    assert text.endswith("radial\n")
    assert not re.search(r" \n", text)
