"""Whatever is handed in: tables within the limits, or a SheetError."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archstat.errors import SheetError
from archstat.homework.reading import limits, read_bytes, read_text
from archstat.homework.reading.markup.tex import plain as plain_tex
from archstat.homework.reading.text import plain
from tests.homework.reading.making import (
    archive,
    docx,
    notebook,
    ods,
    paragraph,
    pdf,
    word_table,
    xlsx,
)
from tests.homework.reading.reading import SHEETS

WORD = docx(
    paragraph("layer  out")
    + word_table(
        ["Layer", "<w:tcPr><w:gridSpan w:val='2'/><w:vMerge/></w:tcPr>" + paragraph("Out")],
        ["a", "<m:sSup><m:e/><m:sup><m:r><m:t>8</m:t></m:r></m:sup></m:sSup>", "<w:p/>"],
    )
)
EXCEL = xlsx(
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="b"><v>1</v></c></row>'
    '<row r="3"><c r="A3" s="0"><v>45748</v></c><c r="B3"><f>1+1</f></c><c><v>5</v></c></row>',
    strings=["<r><t>x</t></r>"],
    formats=["14"],
    merged=["A1:B2"],
)
CALC = ods(
    '<table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="float" '
    'office:value="5"><text:p>5</text:p></table:table-cell><table:table-cell '
    'table:number-columns-spanned="2"><text:p>x</text:p></table:table-cell></table:table-row>'
)
NOTEBOOK = notebook(
    {"cell_type": "markdown", "source": ["| a | b |\n", "|---|---|\n", "| 1 | 2 |"]},
    {"cell_type": "code", "outputs": [{"data": {"text/html": "<table><td>a<td>b<tr><td>1"}}]},
)
PAGE = (
    b"<html><table><thead><tr><th rowspan=2>Layer<th colspan=3>Out</thead><tr><td>a<math><msup>"
    b"<mn>1</mn><mn>8</mn></msup><annotation>1^8</annotation></math><td aria-hidden='true'>x"
    b"<script type='math/tex'>x</script></table><pre>a  b\n1  2\n</pre>"
)
CODE = (
    rb"\begin{tabular}{l|c} \toprule Layer & \multicolumn{2}{c}{Out} \\ \multirow{2}{*}{a} & "
    rb"$5\times5$ \\[2pt] & \frac{a}{b} % c" + b"\n" + rb"\end{tabular}"
)
TEXTS = {path.name: path.read_bytes() for path in SHEETS.iterdir()}
FILES = {
    **TEXTS,
    "sheet.docx": WORD,
    "sheet.xlsx": EXCEL,
    "sheet.ods": CALC,
    "sheet.ipynb": NOTEBOOK,
    "sheet.html": PAGE,
    "sheet.tex": CODE,
    "sheet.pdf": pdf([(50, 700, "Layer"), (150, 700, "Out"), (50, 680, "a"), (150, 680, "5")]),
    "list.txt": b"INPUT: [32x32x3]  params: 0\n- conv1 -> 5x5x3, 3 filters\n  - RF = 3\n",
    "net.txt": b"Net(\n  (a): Conv2d(3, 6, kernel_size=(5, 5))\n  (b): ReLU()\n)\n",
    "sheet.csv": 'Layer;Out\nconv1;"5;5"\n\n'.encode("utf-16"),
}

PIECES = st.sampled_from(
    [
        *(
            "conv1: ",
            " params",
            " -> ",
            "- ",
            "output 5x5",
            "|",
            "\n",
            "\n\n",
            "  ",
            "\t",
            ",",
            ";",
            '"',
            "'",
            "\\",
            "$",
            "`",
            "```\n",
            "*",
            "_",
            "&",
        ),
        *("<", ">", "</", "<table>", "</table>", "<td colspan=300>", "<td rowspan=0>", "<!--", "="),
        *("{", "}", "\\begin{tabular}{c}", "\\end{tabular}", "\\\\", "\\frac", "+---+", "│", "┼"),
        *("-1", "0", "99999999", "1e999", "nan", "\x1b[", "\0", "\ufeff", "\u202e", "²", "&#x0;"),
    ]
).map(str.encode)
EDITS = st.lists(
    st.tuples(
        st.integers(0, 1 << 16),  # where
        st.sampled_from([0, 0, 1, 2, 10, 100]),  # how much is taken away
        st.one_of(PIECES, st.binary(max_size=4), st.just(b"")),  # what is put there instead
        st.sampled_from([1, 1, 1, 2, 300]),  # how often
    ),
    min_size=1,
    max_size=12,
)


def edited(data, edits):
    for place, length, piece, times in edits:
        at = place % (len(data) + 1)
        data = data[:at] + piece * times + data[at + length :]
    return data


def assert_read_or_refused(data, name):
    """Check that tables within the limits come out, or a SheetError whose text is harmless."""
    message = ""
    try:
        tables = read_bytes(data, name=name).tables
    except SheetError as error:
        message = str(error)
    else:
        assert_within_limits(tables)
    assert message.replace("\n", "").isprintable()


def assert_within_limits(tables):
    """Check the size of tables, and that nothing in them is harmful."""
    assert len(tables) <= limits.MOST_TABLES
    for table in tables:
        assert {len(row) for row in table.rows} == {len(table.header)}
        assert 2 <= len(table.header) <= limits.MOST_COLUMNS
        text = "".join((*table.header, *map("".join, table.rows)))
        assert len(text) <= limits.MOST_CHARACTERS
        assert_harmless(text)


def assert_harmless(text):
    """Check that no character moves a cursor, turns the direction, or cannot be written."""
    assert not set(text) & {chr(code) for code in (*range(10), *range(11, 32), 127, 0x202E, 0xFEFF)}
    text.encode()


NAMES = st.sampled_from(["sheet", "sheet.csv", "sheet.md", "sheet.html", "sheet.ipynb"])


@given(data=st.binary(max_size=2_000), name=NAMES)
def test_any_bytes(data, name):
    assert_read_or_refused(data, name)


@given(start=st.sampled_from([b"PK\x03\x04", b"\xff\xfe", b'{"cells":']), data=st.binary())
def test_any_bytes_behind_a_known_start(start, data):
    assert_read_or_refused(start + data, "sheet")


@pytest.mark.parametrize("name", FILES)
@given(edits=EDITS)
def test_a_damaged_file(name, edits):
    assert_read_or_refused(edited(FILES[name], edits), name)


@pytest.mark.parametrize("name", ["sheet.docx", "sheet.xlsx", "sheet.ods"])
@given(edits=EDITS, number=st.integers(0, 10))
def test_a_sound_archive_of_damaged_members(name, edits, number):
    with zipfile.ZipFile(BytesIO(FILES[name])) as reader:
        members = {member: reader.read(member) for member in reader.namelist()}
    member = sorted(members)[number % len(members)]
    members[member] = edited(members[member], edits)

    assert_read_or_refused(archive(members), name)


@given(pieces=st.lists(st.one_of(PIECES.map(bytes.decode), st.text(max_size=5)), max_size=40))
def test_any_text(pieces):
    text = "".join(pieces)
    try:
        tables = read_text(text, name="-").tables
    except SheetError:
        return
    assert tables


@given(cell=st.lists(st.one_of(PIECES.map(bytes.decode), st.text(max_size=5))).map("".join))
def test_any_cell(cell):
    assert_harmless(plain(cell))
    plain_tex(cell, math=True)
