"""Word documents."""

from __future__ import annotations

import pytest

from archstat.homework.reading import FoundTable, read_bytes
from tests.homework.reading.making import archive, docx, paragraph, word_table
from tests.homework.reading.reading import assert_refused, lines


def tables_of(body):
    return read_bytes(docx(body), name="sheet.docx").tables


def lines_of(body):
    return lines(*tables_of(body))


def test_a_table():
    body = paragraph("Homework") + word_table(["Layer", "Weights"], ["conv1", "34848"])

    assert tables_of(body) == [FoundTable("table 1", ("Layer", "Weights"), (("conv1", "34848"),))]


def test_tables_are_numbered_as_they_come():
    one = word_table(["Layer", "Weights"], ["conv1", "34848"])

    assert [table.place for table in tables_of(one + paragraph("") + one)] == ["table 1", "table 2"]


def cell_of(xml):
    """Return the text of a cell with this content."""
    return lines_of(word_table(["Layer", "Weights"], ["conv1", f"<w:p>{xml}</w:p>"]))[1][1]


def run(text, setting=""):
    return f"<w:r><w:rPr>{setting}</w:rPr><w:t>{text}</w:t></w:r>"


def math(text):
    return f"<m:r><m:t>{text}</m:t></m:r>"


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (run("34") + run(",848"), "34,848"),
        (run("a") + "<w:r><w:br/><w:t>b</w:t><w:tab/><w:t>c</w:t></w:r>", "a\nb c"),
        (run("10") + run("8", '<w:vertAlign w:val="superscript"/>') + run(" x"), "10^8 x"),
        (run("H") + run("2", '<w:vertAlign w:val="subscript"/>'), "H_2"),
        (run("10") + run("-", '<w:vertAlign w:val="superscript"/>') * 2, "10^--"),
        (run("1", "<w:strike/>") + run("2", '<w:strike w:val="0"/>'), "2"),
        (run("1", "<w:vanish/>") + run("2"), "2"),
        ('<w:del w:id="1"><w:r><w:delText>1</w:delText></w:r></w:del>' + run("2"), "2"),
        (f'<w:moveFrom w:id="1">{run("1")}</w:moveFrom>' + run("2"), "2"),
        ('<w:r><w:instrText>DATE</w:instrText><w:sym w:font="Symbol" w:char="F0B4"/></w:r>', "×"),
        ("<w:r><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t></w:r>", "a-b"),
        (
            "<w:pPr><w:tabs><w:tab/></w:tabs>"
            '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:pPr>' + run("5"),
            "5",
        ),
        (f"<m:oMath>{math('27×27')}</m:oMath>", "27×27"),
        (
            f"<m:sSup><m:e>{math('10')}</m:e><m:sup>{math('8')}</m:sup></m:sSup>",
            "10^8",
        ),
        (
            f"<m:sSub><m:e>{math('H')}</m:e><m:sub>{math('o')}</m:sub></m:sSub>",
            "H_o",
        ),
        (
            f"<m:d><m:f><m:num>{math('224')}</m:num><m:den>{math('4')}</m:den></m:f></m:d>",
            "(224/4)",
        ),
    ],
)
def test_the_text_of_a_cell(xml, text):
    assert cell_of(xml) == text


def test_what_a_drawing_says_is_read_once():
    text_box = f"<w:txbxContent>{paragraph('5')}</w:txbxContent>"
    drawing = (
        '<mc:AlternateContent xmlns:mc="m">'
        f'<mc:Choice Requires="wps">{text_box}</mc:Choice><mc:Fallback>{text_box}</mc:Fallback>'
        "</mc:AlternateContent>"
    )
    assert cell_of(f"<w:r>{drawing}</w:r>") == "5"


def test_cells_reach_over_rows_and_columns():
    def cell(setting, text):
        return f"<w:tcPr>{setting}</w:tcPr>{paragraph(text)}"

    body = word_table(
        [cell('<w:vMerge w:val="restart"/>', "Layer"), cell('<w:gridSpan w:val="2"/>', "Size")],
        [cell("<w:vMerge/>", ""), "H", "W"],
        [cell('<w:vMerge w:val="restart"/>', "conv"), "55", "54"],
        [cell('<w:vMerge w:val="continue"/>', ""), "27", "26"],
    )
    assert lines_of(body) == [
        ("Layer", "Size H", "Size W"),
        ("conv", "55", "54"),
        ("conv", "27", "26"),
    ]


def test_a_row_may_start_further_right():
    body = (
        f"<w:tbl><w:tr><w:tc>{paragraph('a')}</w:tc><w:tc>{paragraph('b')}</w:tc></w:tr>"
        '<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>'
        f"<w:tc>{paragraph('5')}</w:tc></w:tr></w:tbl>"
    )
    assert lines_of(body) == [("a", "b"), ("", "5")]


def test_a_table_within_a_cell_comes_before_the_table_around_it():
    inner = word_table(["a", "b"], ["1", "2"])
    first, second = tables_of(word_table(["Layer", "Note"], ["conv1", inner + paragraph("x")]))

    assert (first.place, second.place) == ("table 2", "table 1")
    assert lines(second) == [("Layer", "Note"), ("conv1", "x")]


def test_a_printout_may_be_pasted_as_text():
    printout = "".join(map(paragraph, ["Here:", "", "layer  weights", "conv1    34848", "fc  5"]))
    (table,) = tables_of(printout)

    assert table.place == "text, line 3"
    assert lines(table) == [("layer", "weights"), ("conv1", "34848"), ("fc", "5")]


def test_other_members_are_not_looked_at():
    members = {
        "../../evil": "x",
        "/etc/passwd": "x",
        "word/document.xml": docx_xml(word_table(["a", "b"], ["1", "2"])),
    }
    (table,) = read_bytes(archive(members), name="sheet.docx").tables

    assert lines(table) == [("a", "b"), ("1", "2")]


def docx_xml(body):
    return f'<w:document xmlns:w="w">{body}</w:document>'


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        ("<a>", "sheet.docx: is damaged XML: no element found: line 1, column 3"),
        ("", "sheet.docx: is damaged XML: no element found: line 1, column 0"),
        (
            '<!DOCTYPE a [<!ENTITY b "bbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>',
            "sheet.docx: has a document type declaration, which is not read",
        ),
        (
            "<a>" * 300,
            "sheet.docx: has 201 elements within one another; at most 200 are read",
        ),
        (
            '<?xml version="1.0" encoding="nonsense"?>a',
            "sheet.docx: is damaged XML: syntax error: line 1, column 41",
        ),
    ],
)
def test_damaged_and_hostile_documents_are_refused(xml, message):
    data = archive({"word/document.xml": xml})

    assert_refused(lambda: read_bytes(data, name="sheet.docx"), message)
