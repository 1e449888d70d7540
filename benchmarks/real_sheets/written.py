"""Whether a text says what is true, to the digits that are written."""

from __future__ import annotations

import ast
import re
from fractions import Fraction
from math import prod

from quantities import Value
from truth import Sizes

UNITS = {
    "k": 10**3, "K": 10**3, "M": 10**6, "m": 10**6, "G": 10**9, "B": 10**9, "MM": 10**6,
    "BF": 10**9, "GF": 10**9, "Mi": 10**6, "Mio": 10**6, "Mrd": 10**9, "Million": 10**6,
    "million": 10**6, "millions": 10**6, "billion": 10**9, "mil": 10**3, "тыс": 10**3,
    "млн": 10**6, "mln": 10**6, "triệu": 10**6, "jt": 10**6, "juta": 10**6, "万": 10**4,
    "億": 10**8, "亿": 10**8, "만": 10**4, "억": 10**8, "百万": 10**6, "KB": 10**3, "MB": 10**6,
    "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30,
}  # fmt: skip
POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def says(
    text: str, truth: Value, *, decimal: str = ".", axes: int | None = None, batch: int = 1
) -> bool:
    """Return whether a text says a value, with `decimal` as the sign in front of decimals.

    `axes` tells how many axes of a map are spatial ones; it may be told by these alone, and with
    the size of the `batch` before it.
    """
    if truth is None:
        return False
    if isinstance(truth, tuple):
        return _says_sizes(text, truth, axes, batch, decimal)
    read = number(text, decimal)
    if read is None:
        return False
    value, step = read
    exact = step == 1 and value.denominator == 1
    return value == truth if exact else abs(value - truth) <= step / 2


def number(text: str, decimal: str = ".") -> tuple[Fraction, Fraction] | None:
    """Return the number behind the last `=` of a text, and what its last digit is worth."""
    plain = text.replace("{,}", ",").replace("\\times", "×")
    result = re.split(r"[=≈~]", plain)[-1].strip(" *$").translate(POWERS)
    if _is_worked_out(result):
        return Fraction(_worked_out(result)), Fraction(1)
    if decimal == ",":
        result = result.replace(".", "").replace(",", ".")
    result = re.sub(r"(?<=\d)[,'_\u00a0\u202f ](?=\d{3}(?!\d))", "", result)
    if _is_worked_out(result):
        return Fraction(_worked_out(result)), Fraction(1)
    found = re.search(
        r"(\d+)(?:\.(\d+))?(?:\s*[x×·*]\s*10\s*\^?\{?(\d+)\}?|[eE]\+?(\d+))?\s*([^\W\d_]*)", result
    )
    if not found:
        return None
    whole, decimals, power, exponent, unit = found.groups(default="")
    factor = 10 ** int(power or exponent or 0) * UNITS.get(unit, 1)
    step = Fraction(factor, 10 ** len(decimals))
    value = int(whole + decimals) * step
    is_about = factor != 1 or re.search("[≈~]", text)
    zeros = len(whole) - len(whole.rstrip("0")) if is_about and not decimals else 0
    return value, step * 10**zeros  # 800K is told to one digit, ~124,000,000 to three


def _is_worked_out(text: str) -> bool:
    """Return whether a text is a sum of products of whole numbers."""
    return bool(re.fullmatch(r"[\d\s()+*x×·]*[*x×·+][\d\s()+*x×·]*", text))


def _worked_out(terms: str) -> int:
    """Return what a sum of products of whole numbers makes."""

    def value(node: ast.expr) -> int:
        if isinstance(node, ast.BinOp):
            left, right = value(node.left), value(node.right)
            return left * right if isinstance(node.op, ast.Mult) else left + right
        return int(ast.unparse(node))

    terms = re.sub(r"(?<=\d) (?=\d{3}(?!\d))", "", terms)  # 18 496
    return value(ast.parse(re.sub("[x×·]", "*", terms).strip(), mode="eval").body)


def _says_sizes(text: str, truth: Sizes, axes: int | None, batch: int, decimal: str = ".") -> bool:
    last = re.split(r"[=≈]", text)[-1].strip(" `*$")
    if len(set(truth)) == 1 and (axes is None or len(truth) == 1):
        last = last.strip("()[], ")
        read = number(last, decimal)  # one size in full, 25,088, or worked out, 2*1
        product = "[*x×]" if len(truth) == 1 else r"\*"  # 3x3 is no field of 9x9
        is_one = re.fullmatch(rf"[\d,.\u00a0\u202f ]+|\d+( ?{product} ?\d+)+", last)
        if read and is_one and read[0] == truth[0]:
            return True
    stated = [int(one) for one in re.findall(r"\d+", last)]
    forms = _forms(truth, axes)
    return any(stated in (list(form), [1, *form], [batch, *form]) for form in forms)


def _forms(truth: Sizes, axes: int | None) -> list[Sizes]:
    """Return the ways in which sizes are written: of any order, without channels, with a batch."""
    forms = [truth]
    if axes is None and len(set(truth)) == 1:
        forms.append(truth[:1])
    if axes is not None and len(truth) == axes + 1:
        channels, sides = truth[:1], truth[1:]
        forms += [sides + channels, sides]
        if len(set(sides)) == 1:
            forms += [sides[:1], channels + sides[:1], sides[:1] + channels]
        if set(sides) == {1}:
            forms.append(channels)
        if axes > 1:
            turned = sides[::-1]
            forms += [turned, turned + channels, channels + turned]
        forms.append((prod(truth),))
    elif axes is not None and len(truth) == 1:
        forms += [(*truth, 1), (1, *truth), (1, 1, *truth), (*truth, 1, 1)]
    return forms
