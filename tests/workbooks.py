"""Workbooks as their XML has them, read without what writes them and without our own reader."""

from __future__ import annotations

import re
from io import BytesIO
from xml.etree import ElementTree as ET
from zipfile import ZIP_DEFLATED, ZipFile

SHEET = "xl/worksheets/sheet1.xml"
MAIN = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def member(data, name):
    """Return the XML of a part of a workbook."""
    return ET.fromstring(ZipFile(BytesIO(data)).read(name))  # noqa: S314  our own file


def cells(data):
    """Return what is in each cell by its name: a text, a number, or None for an empty one."""
    strings = [
        "".join(item.itertext())
        for item in member(data, "xl/sharedStrings.xml").iterfind("x:si", MAIN)
    ]
    return {
        cell.get("r"): _content(cell, strings)
        for cell in member(data, SHEET).iterfind(".//x:c", MAIN)
    }


def _content(cell, strings):
    value = cell.find("x:v", MAIN)
    if value is None:
        return None
    return strings[int(value.text)] if cell.get("t") == "s" else float(value.text)


def styles(data):
    """Return of each cell by its name how its number is shown, and the style of its left border."""
    sheet = member(data, "xl/styles.xml")
    codes = {
        code.get("numFmtId"): code.get("formatCode")
        for code in sheet.iterfind("x:numFmts/x:numFmt", MAIN)
    }
    borders = [border.find("x:left", MAIN).get("style") for border in sheet.find("x:borders", MAIN)]
    kinds = [
        (codes.get(kind.get("numFmtId"), kind.get("numFmtId")), borders[int(kind.get("borderId"))])
        for kind in sheet.find("x:cellXfs", MAIN)
    ]
    return {
        cell.get("r"): kinds[int(cell.get("s", 0))]
        for cell in member(data, SHEET).iterfind(".//x:c", MAIN)
    }


def rows(by_cell):
    """Return what there is of each cell as rows, by their numbers."""
    found = {}
    for name, content in by_cell.items():
        found.setdefault(int(re.sub("[A-Z]", "", name)), []).append(content)
    return found


def title_row(data):
    """Return the number of the row with the titles."""
    return next(number for number, row in rows(cells(data)).items() if row[0] == "layer")


def filled(data, answers):
    """Return a workbook in which cells, by their names, have contents: numbers or texts."""
    old, new = ZipFile(BytesIO(data)), BytesIO()
    with ZipFile(new, "w", ZIP_DEFLATED) as archive:
        for name in old.namelist():
            content = old.read(name).decode()
            if name == SHEET:
                content = re.sub('<c r="([A-Z]+[0-9]+)" s="([0-9]+)"/>', _filler(answers), content)
            archive.writestr(name, content)
    return new.getvalue()


def _filler(answers):
    def fill(cell):
        answer = answers.get(cell[1])
        if answer is None:
            return cell[0]
        if answer.isdecimal():
            return f'<c r="{cell[1]}" s="{cell[2]}"><v>{answer}</v></c>'
        return f'<c r="{cell[1]}" s="{cell[2]}" t="inlineStr"><is><t>{answer}</t></is></c>'

    return fill
