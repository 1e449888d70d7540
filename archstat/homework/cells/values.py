"""The number that a cell states, in any of the ways in which people write one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from archstat.homework.cells.arithmetic import worked_out
from archstat.homework.cells.numerals import NUMERAL, Numeral, numerals
from archstat.homework.cells.spelling import cleaned
from archstat.homework.cells.units import (
    ONE,
    Factor,
    factors,
    memory_factors,
    names_what_is_counted,
)

FEWEST_AT_A_UNIT = 2  # of a number with noughts in front of its unit: 1200K

_NOTHING = frozenset(
    """
    x × ✗ ✘ na nan nil null none no nothing tbd 없음 해당 无 無 なし kein keine keiner aucun ninguno
    """.split()  # noqa: SIM905  a list of twenty quoted words reads worse
)
_MARKS = re.compile(r"[-_.?*/|,;:()\[\]{}\s]+")

_ABOUT = re.compile(
    r"(?:[~≈약约約]|(?:대략|大约|大約|about|approximately|approx|around|roughly|nearly|circa|ca|etwa"
    r"|rund|environ|env|unos)\b[. ]) *"
)
_MORE_OR_LESS = re.compile(r" *(?:정도|左右|程度|or so)$")
_OTHER_UNIT = re.compile(r"-?[^\W\d_]+(?:[ -][^\W\d_]+)?")
"""What may be counted that nobody knows: 3 bp, 128-d, 40 frames."""

_QUOTES = " \n'\""
_PUNCTUATION = ".,;: "
_TEN = r"10 ?(?:\^|\*\*) ?"
_STATED = re.compile(
    rf"≥? ?(?P<sign>[-+]?)(?P<numeral>{NUMERAL})"
    rf"(?: ?(?:[x×*·] ?{_TEN}|e)[({{]?(?P<exponent>[-+]?[0-9]{{1,2}})[)}}]?(?![0-9]))?"
    r"(?P<words>.*)",
    re.DOTALL,
)
_MYRIADS = re.compile(
    r"(?:([0-9][0-9,]*) ?[억亿億] ?)?(?:([0-9][0-9,]*) ?([천千]?)[만万萬] ?)?"
    r"([0-9][0-9,]*)? ?[개个個]?"
)
_CALCULATION = re.compile(r"(?:floor|ceil|int|round|[-+*/×x·÷^().,0-9\s\[\]{}⌊⌋⌈⌉≈'_km])*")
_PERCENT = re.compile(
    r"(?P<number>.*?) ?(?:%|percent|prozent|pour ?cent|por ?cent\w*|процент\w*).*"
)
_REMARK = re.compile(r"\([^()0-9]*\)")  # 34,848 (weights) + 96 (biases)
_OF_ONE = re.compile(r"(?<=[a-z]) ?/ ?(?:image|img|example|sample|picture|input)\b.*", re.DOTALL)
_TO_RESULT = re.compile(
    r"(?P<terms>[^:a-wyz]*[-+*×x·/][^:a-wyz]*[0-9)\]]) ?: ?(?P<result>[0-9][0-9., ]*)"
)
"""What stands in place of an equals sign: 5×5×6+6: 156."""

_LOST_POWER = re.compile(
    r"(?P<mantissa>[1-9](?:[.,][0-9]+)?) ?[×x*·] ?10(?P<exponent>[1-9]|1[0-2])"
)
_NOT_APPLICABLE = re.compile(r"\bn/a\b", re.IGNORECASE)
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_SEPARATORS = ("/", "@", ";", "|", "\n", ", ", ",")  # the clearest first
_WORDS = re.compile(r"[^0-9]*")  # RF = 11


def is_blank(text: str) -> bool:
    """Return whether a cell says "nothing" or nothing at all; 0 is a number.

    >>> is_blank("- / -"), is_blank("N/A"), is_blank("0")
    (True, True, False)
    """
    words = cleaned(text).casefold().replace("n/a", "na")
    return all(word in _NOTHING for word in _MARKS.split(words) if word)


@dataclass(frozen=True)
class WrittenNumber:
    """A number as it was written.

    Attributes:
        value: Its value; with a unit of memory, in bytes.
        step: What the last written digit stands for, if the number is rounded: 100 in 34.9k; None
            if it is written in full, and so is meant exactly.
        note: How it was read, where it could be read in two ways.
        coarse: What its last digit but noughts stands for, where noughts stand in front of a unit:
            100,000 in 1200K.
        unit: The unit of memory that it was written in.
        is_of_column: Whether the title says what it is a multiple of, or a unit behind decimals, so
            that few digits are right for the small numbers of a column.
    """

    value: Fraction
    step: Fraction | None = None
    note: str = ""
    unit: str = ""
    is_of_column: bool = False
    coarse: Fraction | None = None

    @property
    def digits(self) -> int | None:
        """How many digits were written of a rounded number; None of one in full.

        >>> WrittenNumber(Fraction(34_900), step=Fraction(100)).digits
        3
        """
        return None if self.step is None else len(str(abs(self.value) // self.step))

    def agrees(self, truth: int | Fraction) -> bool:
        """Return whether `truth`, rounded as far as the number is, is the number.

        A half may be rounded either way: programs round it up, to even, or as the binary fraction
        beside it falls.

        >>> WrittenNumber(Fraction(34_900), step=Fraction(100)).agrees(34_944)
        True
        """
        if self.step is None or self.value == truth:
            return self.value == truth
        lowest, highest = self._range
        return lowest <= truth <= highest and (self.is_of_column or self.value != 0)

    @cached_property
    def _range(self) -> tuple[Fraction, Fraction]:
        """The least and the greatest number that it may be a rounded one of."""
        half = (self.coarse or self.step or Fraction(0)) / 2
        return self.value - half, self.value + half


def numbers(text: str, *, scale: Fraction = ONE, unit: str = "") -> tuple[WrittenNumber, ...]:
    """Return every reading of the one number that a cell states, the likeliest first.

    Where a cell shows a calculation, what stands behind the last equals sign counts.

    Args:
        text: The cell.
        scale: What the title of the column says that numbers are multiples of: 10⁶ for "(M)".
        unit: The unit of memory in the title of the column.

    >>> [str(number.value) for number in numbers("34.848")]
    ['34848', '4356/125']
    >>> numbers("(3×11×11+1)×96 = 34,944")[0].value, numbers("3 / 64")
    (Fraction(34944, 1), ())
    """
    text = cleaned(text).casefold()
    if ":" in text and (worked := _TO_RESULT.fullmatch(text)):
        text = f"{worked['terms']}={worked['result']}"
    if power := _LOST_POWER.fullmatch(text):
        text = f"{power['mantissa']}×10^{power['exponent']}"
    for statement in _statements(text):
        if readings := _readings(_without_comment(statement), scale, unit):
            return tuple(
                replace(number, is_of_column=number.is_of_column or scale != ONE or unit != "")
                for number in readings
            )
    return ()


def _statements(text: str) -> Iterator[str]:
    """Yield the parts of a cell that may state its number, the likeliest first."""
    *before, last = _OF_ONE.sub("", text.rpartition("→")[2]).split("=")
    before = [_REMARK.sub("", part) for part in before]
    if not all(_CALCULATION.fullmatch(part) or _WORDS.fullmatch(part) for part in before):
        return
    for part in (last, *reversed(before)):
        exact, *rounded = _cut(without_half_brackets(part), "≈")
        yield exact
        yield from (f"≈{number}" for number in rounded)


def shares(text: str) -> WrittenNumber | None:
    """Return the share that a cell states: 6.25 % or 0.0625; None if it states none.

    >>> shares("6,3 %").value, shares("0.063").step, shares("63")
    (Fraction(63, 1000), Fraction(1, 1000), None)
    """
    percent = _PERCENT.fullmatch(cleaned(text).casefold())
    found = numbers(percent["number"] if percent else text)
    if percent and found:
        step = found[0].step or ONE
        return replace(found[0], value=found[0].value / 100, step=step / 100)
    is_part = bool(found) and 0 <= found[0].value <= 1
    return found[0] if is_part else None


def without_half_brackets(text: str) -> str:
    """Return one side of an equals sign that stood in brackets: 608 (= 76·8)."""
    text = text.strip(_QUOTES).rstrip(_PUNCTUATION)
    if text.endswith("("):
        return text[:-1]
    return text[:-1] if text.endswith(")") and "(" not in text else text


def _without_comment(text: str) -> str:
    """Return a statement without the brackets around it, and without those that explain it.

    >>> _without_comment("1000 (softmax)"), _without_comment("(34,848)"), _without_comment("48 (2)")
    ('1000', '34,848', '48 (2)')
    """
    text = text.strip()
    for opening, closing in ("()", "[]", "{}"):
        if not text.endswith(closing) or opening not in text:
            continue
        before, _, inside = text[:-1].partition(opening)
        if not before or not re.search("[0-9]", inside):
            return (before or inside).strip()
        outside, within, result = _readings(before), _readings(inside), worked_out(inside)
        if outside and within and within[0].unit and not outside[0].unit:
            return before  # 4,818,858 (18.38 MB)
        if outside and within and outside[0].agrees(within[0].value):
            return inside  # 61M (60,965,224)
        if outside and within and within[0].agrees(outside[0].value):
            return before  # 60,965,224 (61M)
        if outside and result is not None and outside[0].agrees(result):
            return before  # 290,400 (55×55×96)
    return text


def _readings(text: str, scale: Fraction = ONE, unit: str = "") -> tuple[WrittenNumber, ...]:
    """Return every reading of a text that is a number, its unit and what it counts."""
    text = _without_name(text.strip(_QUOTES).rstrip(_PUNCTUATION))
    is_about = bool(_ABOUT.match(text) or _MORE_OR_LESS.search(text))
    text = _MORE_OR_LESS.sub("", _ABOUT.sub("", text, count=1))
    if in_full := _in_myriads(text):
        return (in_full,)
    if text.startswith("10"):
        text = re.sub(f"^({_TEN})", r"1×\1", text)
    stated = _STATED.match(text)
    if stated is None:
        return ()
    sign, power = (-1 if stated["sign"] == "-" else 1), Fraction(10) ** int(stated["exponent"] or 0)
    found = [
        _number(numeral, sign=sign, power=power, factor=factor, is_about=is_about)
        for factor in _factors(stated["words"].strip(), scale, unit)
        for numeral in _likeliest_first(stated["numeral"], power * factor.value)
    ]
    return tuple(found)


def _in_myriads(text: str) -> WrittenNumber | None:
    """Return a number that is counted in 만 and 억 and more than one of them: 6096만 5224."""
    match = _MYRIADS.match(text)
    words = text[match.end() :].strip() if match else ""
    if match is None or (words and not names_what_is_counted(words)):
        return None
    parts = [
        (Fraction(part.replace(",", "")), unit)
        for part, unit in (
            (match[1], Fraction(10**8)),
            (match[2], Fraction(10**7 if match[3] else 10**4)),
            (match[4], ONE),
        )
        if part
    ]
    if len(parts) <= 1:
        return None
    unit = parts[-1][1]
    value = sum((part * unit for part, unit in parts), Fraction())
    if unit == ONE:
        return WrittenNumber(value)
    digits = str(int(parts[-1][0]))
    noughts = len(digits) - len(digits.rstrip("0"))
    return WrittenNumber(value, step=unit, coarse=unit * 10**noughts)


def _without_name(text: str) -> str:
    """Return a statement without a word in front that says what the number counts."""
    name, _, rest = text.replace(":", " ").partition(" ")
    return rest.strip() if names_what_is_counted(name) else text


def _likeliest_first(text: str, factor: Fraction) -> list[Numeral]:
    """Return the readings of a numeral; "1.234 M" is hardly a thousand millions."""
    return sorted(numerals(text), key=lambda numeral: numeral.separator == "." and factor != ONE)


def _factors(words: str, scale: Fraction, unit: str) -> tuple[Factor, ...]:
    """Return what a number may be a multiple of, by its own words or the title of its column."""
    own = factors(words)
    if not own and _OTHER_UNIT.fullmatch(words) and not any(map(factors, words.split())):
        return (Factor(ONE),)
    if own != (Factor(ONE),):
        return own
    if unit:
        return memory_factors(unit)
    if scale == ONE:
        return own
    return (Factor(scale), Factor(ONE, note="read in full, without the unit in the title"))


def _number(
    numeral: Numeral, *, sign: int, power: Fraction, factor: Factor, is_about: bool
) -> WrittenNumber:
    multiple = power * factor.value
    step: Fraction | None = None
    if multiple != ONE or (numeral.decimals and numeral.value.denominator != 1):
        step = multiple / 10**numeral.decimals
    coarse: Fraction | None = None
    if factor.value != ONE and not numeral.decimals:
        digits = str(int(numeral.value))
        noughts = len(digits) - len(digits.rstrip("0"))
        spare = min(noughts, len(digits) - FEWEST_AT_A_UNIT)
        coarse = multiple * 10**spare if spare > 0 else None
    if is_about and numeral.value and not numeral.decimals:
        digits = str(int(numeral.value))
        step = multiple * 10 ** (len(digits) - len(digits.rstrip("0")))
    notes = filter(None, (numeral.note, factor.note))
    value = sign * numeral.value * multiple
    is_small = not value and numeral.decimals > 0 and factor.unit != ""  # 0.00 MB
    return WrittenNumber(value, step, "; ".join(notes), factor.unit, is_small, coarse)


def split_cell(text: str, parts: int) -> tuple[str, ...]:
    """Return a cell that holds several values, cut into that many; nothing if it does not.

    >>> split_cell("64 / 3", 2), split_cell("11x11x3 (96)", 2), split_cell("(2, 2)", 2)
    (('64', '3'), ('11x11x3', '96'), ())
    """
    text = _NOT_APPLICABLE.sub("-", cleaned(text))
    for separator in _SEPARATORS:
        pieces = tuple(piece.strip() for piece in _cut(text, separator))
        if len(pieces) == parts and all(pieces) and not _THOUSANDS.fullmatch(text):
            return pieces
    before, *others = re.split(r"[(\[]", text.removesuffix(")").removesuffix("]"))
    if len(others) == parts - 1 == 1 and before and text[-1] in ")]":
        return (before.strip(), others[0].strip())
    words = tuple(word for word in _cut(text.replace("\n", " "), " ") if word not in _SEPARATORS)
    return words if len(words) == parts else ()


def _cut(text: str, separator: str) -> Iterator[str]:
    """Yield the pieces of a text between separators that stand in no brackets."""
    depth = start = 0
    for place, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0 and text.startswith(separator, place):
            yield text[start:place]
            start = place + len(separator)
    yield text[start:]
