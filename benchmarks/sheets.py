"""Homework as people write it: one table in many languages, formats and spellings."""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from io import StringIO

from archstat.homework.answers.key import counts
from archstat.homework.answers.truth import Answer, Truth
from archstat.homework.sheet.alignment import ASKED
from archstat.homework.sheet.labels import general_family

TITLES = {
    "feature_map": ("Output size", "출력 크기", "输出尺寸", "出力サイズ"),
    "in_shape": ("Input size", "입력 크기", "输入尺寸", "入力サイズ"),
    "weights": ("Weights", "가중치 수", "权重数", "重み数"),
    "params": ("Parameters", "파라미터 수", "参数量", "パラメータ数"),
    "neurons": ("Neurons", "뉴런 수", "神经元数", "ニューロン数"),
    "macs": ("MACs", "MACs", "乘加次数", "積和演算数"),
    "flops": ("FLOPs", "FLOPs", "FLOPs", "FLOPs"),
    "receptive_field": ("Receptive field", "수용 영역", "感受野", "受容野"),
    "stride": ("Stride", "스트라이드", "步长", "ストライド"),
    "padding": ("Padding", "패딩", "填充", "パディング"),
}
"""The titles of columns in English, Korean, Chinese and Japanese."""

LABELS = {
    "layer": ("Layer", "층", "层", "層"),
    "total": ("Total", "합계", "合计", "合計"),
    "conv": ("Conv ", "합성곱 ", "卷积层", "畳み込み"),
    "pool": ("Pool ", "풀링 ", "池化层", "プーリング"),
    "linear": ("FC ", "완전연결 ", "全连接层", "全結合"),
}
SUMMED = ("weights", "params", "neurons", "macs", "flops")
UNITS = {"G": 10**9, "M": 10**6, "k": 10**3}
AXES_OF_A_MAP = 3

Place = tuple[str, str]


@dataclass(frozen=True)
class Style:
    """How somebody writes.

    Attributes:
        language: A place in `TITLES`; None keeps the network's names of layers, in English.
        digits: To so many digits numbers are rounded; None writes them in full.
    """

    markup: str = "md"
    language: int | None = None
    cross: str = "×"
    layout: str = "hwc"
    thousands: str = ","
    nothing: str = "-"
    emphasis: str = ""
    digits: int | None = None


def any_style(chance: random.Random, *, may_round: bool) -> Style:
    """Return one of many styles."""
    return Style(
        markup=chance.choice(["md", "csv", "html", "tex"]),
        language=chance.choice([None, 0, 1, 2, 3]),
        cross=chance.choice(["x", "×", "*", " x ", " × ", "X"]),
        layout=chance.choice(["hwc", "chw", "maps", "batch"]),
        thousands=chance.choice([",", "", " "]),
        nothing=chance.choice(["-", "0", "–", "N/A"]),
        emphasis=chance.choice(["", "", "bold", "math"]),
        digits=chance.choice([None, 3, 4, 5]) if may_round else None,
    )


def asked_rows(truth: Truth) -> list[str]:
    """Return the layers that get a row: all that learn, pools, and whose map is worth points."""
    return [
        name
        for name, answers in truth.account.items()
        if answers["params"]
        or general_family(truth.nodes[name].layer.kind) in ASKED
        or counts(truth, name, "feature_map")
    ]


def text_of(
    truth: Truth, columns: Sequence[str], told: Mapping[Place, Answer], style: Style
) -> str:
    """Return a sheet; `told` stands where it does not say what is true."""
    language = style.language or 0
    grid = [[LABELS["layer"][language], *(TITLES[column][language] for column in columns)]]
    counts: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    for name in asked_rows(truth):
        family = general_family(truth.nodes[name].layer.kind)
        counts[family] += 1
        is_named = style.language is None or family not in LABELS
        cells = [name if is_named else f"{LABELS[family][language]}{counts[family]}"]
        for column in columns:
            answer = told.get((name, column), truth.account[name].get(column))
            sums[column] += answer if isinstance(answer, int) else 0
            cells.append(_cell(answer, style))
        grid.append(cells)
    totals = [_cell(sums[column], style) if column in SUMMED else "" for column in columns]
    grid.append([LABELS["total"][language], *totals])
    return WRITERS[style.markup](grid)


def _cell(answer: Answer, style: Style) -> str:
    if isinstance(answer, tuple) and answer:
        text = _sizes(answer, style)
    elif isinstance(answer, (int, Fraction)) and answer:
        text = _number(int(answer), style)
    else:
        return style.nothing
    if style.emphasis == "math" and style.markup != "csv":
        times = text.replace("×", r"\times ").replace(" ", r"\,") if style.thousands else text
        return f"${times}$"
    bold = {"md": "**{}**", "html": "<b>{}</b>", "tex": r"\textbf{{{}}}"}
    return bold.get(style.markup, "{}").format(text) if style.emphasis == "bold" else text


def _sizes(sizes: Sequence[int], style: Style) -> str:
    if len(sizes) < AXES_OF_A_MAP:
        return str(sizes[0]) if len(set(sizes)) == 1 else style.cross.join(map(str, sizes))
    channels, *sides = sizes
    if style.layout == "batch":
        return f"(1, {', '.join(map(str, sizes))})"
    if style.layout == "maps":
        return f"{channels}@{style.cross.join(map(str, sides))}"
    ordered = sizes if style.layout == "chw" else (*sides, channels)
    return style.cross.join(map(str, ordered))


def _number(value: int, style: Style) -> str:
    if style.digits is not None:
        for unit, factor in UNITS.items():
            if value >= factor:
                decimals = max(0, style.digits - len(str(value // factor)))
                return f"{value / factor:.{decimals}f}{unit}"
    return f"{value:,}".replace(",", style.thousands)


def _markdown(grid: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in grid]
    return "\n".join([lines[0], "|---" * len(grid[0]) + "|", *lines[1:]]) + "\n"


def _delimited(grid: Iterable[Sequence[str]]) -> str:
    csv.writer(file := StringIO()).writerows(grid)
    return file.getvalue()


def _html(grid: Iterable[Sequence[str]]) -> str:
    rows = ("".join(f"<td>{_escaped(cell)}</td>" for cell in row) for row in grid)
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>\n"


def _escaped(cell: str) -> str:
    return cell if cell.startswith("<b>") else escape(cell)


def _latex(grid: Sequence[Sequence[str]]) -> str:
    rows = " \\\\\n".join(" & ".join(cell.replace("_", r"\_") for cell in row) for row in grid)
    return f"\\begin{{tabular}}{{{'l' * len(grid[0])}}}\n{rows} \\\\\n\\end{{tabular}}\n"


WRITERS = {"md": _markdown, "csv": _delimited, "html": _html, "tex": _latex}
"""How a grid is written, by the suffix of its file."""
