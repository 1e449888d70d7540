"""What the title of a column means; a title that is not recognised is not guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import islice, product
from math import prod

from archstat.homework.cells.glossary import english
from archstat.homework.cells.spelling import cleaned
from archstat.homework.cells.units import ONE, Factor, factors
from archstat.homework.sheet.composed import composed
from archstat.homework.sheet.nearest import is_near, nearest
from archstat.homework.sheet.titles import OTHER_QUANTITIES, TITLES, Listed
from archstat.report.columns import COLUMNS

QUANTITIES = (*COLUMNS, *OTHER_QUANTITIES)
"""All that a column may hold."""

MOST_PARTS = 6
SHORTEST_MISSPELT = 8  # letters; shorter words are too near to one another
LONG = 12  # letters from which two slips are forgiven
LONGEST = 40
LONGEST_TITLE = 200  # letters
MOST_MEANINGS = 6  # of a title with several parts

_SETTINGS = frozenset({"filters", "filter_size", "stride", "padding", "dilation", "groups"})
_OF_INPUT = {"receptive_field": "in_receptive_field", "effective_stride": "in_effective_stride"}
_OPERATIONS = frozenset({"macs", "flops"})
_COUNTS = _OPERATIONS | {"weights", "biases", "params", "neurons"}
_MEMORY = frozenset({"activation_bytes", "param_bytes", "weight_bytes"})
IN_BYTES = {
    "neurons": "activation_bytes",
    "activations": "activation_bytes",
    "feature_map": "activation_bytes",
    "params": "param_bytes",
    "weights": "weight_bytes",
}
"""What is counted where numbers have a unit of memory."""
_REMARKS = frozenset(
    """
    a after amount at by calculated calculation calculations computed conv data
    each exact expected for full in infer layer my number of per resulting tensor the this total
    value values your 각 총 계층별 레이어별 층별
    """.split()  # noqa: SIM905  a list of twenty quoted words reads worse
)
"""Words that may be left out of a title."""

_PARTS = frozenset({"share", "%", "percent", "percentage", "proportion", "fraction"})
_OF_A_WHOLE = frozenset(
    {"of", "the", "in", "total", "whole", "all", "overall", "network", "model", "a", "am", "an"}
)
"""Words for a part, and what stands around what it is a part of."""

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")  # OutputSize, not MiB
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_COUNT = re.compile(
    r"^(?:#|(?:number|num|no(?! bias)|nb|nr|qtde?|cant|anz)\b\.?|n[.°])(?: of\b)?(?: the\b)? *(?=.)"
)
_COUNT_BEHIND = re.compile(r"(?<=.) (?:counts?|num|numbers?|#)$")
_INDEX = re.compile(r"(?<=[A-Za-z])_\{?[klin](?P<before> ?- ?1)?\}?$")
"""What says which layer a symbol is about: RF_k, and RF_{k-1} of the layer before it."""

_SYMBOL = re.compile(r"(?<=[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3])[A-Za-z]$")
"""A symbol behind the word that it stands for."""

_WORDS_ALONE = re.compile(r"[^\W\d_]{3,}(?: [^\W\d_]{3,})*")

_POWER = re.compile(r"(?:[x×*·] ?)?(?:10 ?\^ ?|1?e)(?P<exponent>[0-9]{1,2})")
_BETWEEN = re.compile(r" ?(?:[/,;|&+@\n]|\band\b|및) ?")
_OF_TORCHINFO = {"units.kilobytes": "k", "units.megabytes": "m", "units.gigabytes": "g"}
_HOW_MANY = frozenset({"개수", "갯수", "수", "number", "count", "num", "#", "数量", "个数", "数"})
_WITHOUT_BIAS = re.compile(r"(?:w/?o|without|excl\w*|no|ex)\b.*bias|bias.*제외|不含偏置")
_WITH_BIAS = re.compile(r"(?:w/?|with|incl\w*|and|\+|&) ?.*bias|bias.*포함|含偏置")


@dataclass(frozen=True)
class Meaning:
    """One of the meanings that a title allows.

    Attributes:
        quantities: What a cell states, in its order: keys of the columns of a report, or of
            `OTHER_QUANTITIES`.
        prior: How often such a title means that, before its values are looked at; the priors of all
            meanings of a title add up to 1.
        scale: What its numbers are multiples of.
        unit: The unit of memory of its numbers.
    """

    quantities: tuple[str, ...]
    prior: float
    scale: Fraction = ONE
    unit: str = ""


@dataclass(frozen=True)
class Heading:
    """What a title means.

    Attributes:
        title: The title as it was written.
        quantities: What the column holds, in its order: keys of the columns of a report, or of
            `OTHER_QUANTITIES`.
        scale: What its numbers are multiples of.
        unit: The unit of memory of its numbers.
        ambiguous: What it may hold instead, which its values must decide.
        others: Likewise, where a cell states several quantities.
    """

    title: str
    quantities: tuple[str, ...]
    scale: Fraction = ONE
    unit: str = ""
    ambiguous: tuple[str, ...] = ()
    others: tuple[Meaning, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether the title is recognised; the meanings of one that is not are the nearest."""
        return bool(self.quantities)

    @property
    def meanings(self) -> tuple[Meaning, ...]:
        """All that the title may mean, the likeliest first."""
        alone = [self.quantities, *((key,) for key in self.ambiguous)] if self.quantities else []
        found = [Meaning(quantities, 0, self.scale, self.unit) for quantities in alone]
        found += self.others if self.quantities else _nearest(_plain(self.title))
        weights = [0.5**place for place in range(len(found))]
        return tuple(
            replace(meaning, prior=weight / sum(weights))
            for meaning, weight in zip(found, weights, strict=True)
        )


@lru_cache(maxsize=10_000)  # the sheets of a class have the same titles
def heading(title: str) -> Heading:
    """Return what a title means.

    >>> [(meaning.quantities, round(meaning.prior, 2)) for meaning in heading("Kernel").meanings]
    [(('filter_size',), 0.67), (('filters',), 0.33)]
    >>> heading("**# of Filter / Filter Size**").quantities
    ('filters', 'filter_size')
    >>> heading("Params (M)").scale, heading("Accuracy").is_known
    (Fraction(1000000, 1), False)
    """
    text = _plain(title)
    if len(text) > LONGEST_TITLE:
        return Heading(title, ())
    found = _known(text) or _several(text) or _with_brackets(text) or _misspelt(text)
    found = found or _share(text) or _of_params(text) or _composed(text)
    return replace(found or Heading("", ()), title=title)


def _plain(title: str) -> str:
    """Return a title without its marks, in small letters, a word apart from the next.

    >>> _plain("RF_{k-1}"), _plain("r_l"), _plain("核大小F_k")
    ('rf in', 'r', '核大小')
    """
    title = _INDEX.sub(lambda found: " in" if found["before"] else "", cleaned(title))
    title = _SYMBOL.sub("", title)
    return _HUMP.sub(" ", cleaned(title)).casefold().replace("_", " ").strip(" *:'\"")


def _spelled(text: str) -> str:
    """Return a title without what people write differently.

    >>> _spelled("number of kernels"), _spelled("kernel_num"), _spelled("floating-point ops")
    ('#kernels', '#kernel', 'floatingpointops')
    """
    text = _COUNT.sub("#", text.casefold().replace("_", " ").strip())
    if behind := _COUNT_BEHIND.search(text):
        text = "#" + text[: behind.start()].lstrip("#")
    return re.sub(r"[^\w#%/+&@,;()]", "", text.replace("×", "x"))


_ALIASES = {
    _spelled(key): Listed((key,))
    for key in QUANTITIES
    if key not in COLUMNS or not COLUMNS[key].parts
} | {
    _spelled(alias): meaning for meaning, aliases in TITLES.items() for alias in aliases.split(",")
}


def _known(text: str) -> Heading | None:
    """Return what a title without brackets means, in English or in another language."""
    ways = (text, *english(_COUNT.sub("# ", text))) if text else ()
    return next((found for way in ways if (found := _in_english(way))), None)


def _in_english(text: str) -> Heading | None:
    """Return what a title means as it stands, or without remarks and units."""
    if found := _alias(_spelled(text)):
        return found
    if "%" in text:
        return None
    words = [word for word in _COUNT.sub("# ", text).split() if word not in _REMARKS]
    *others, last = words or [""]
    if found := _alias(_spelled(" ".join(words))):
        return found
    for rest, unit in ((others, last), (words[1:], words[0] if words else "")):  # or: mln MAC
        without_unit = _alias(_spelled(" ".join(rest)))
        found = without_unit and _in_units(without_unit, unit)
        if found != without_unit:
            return found
    return None


def _of_params(text: str) -> Heading | None:
    """Return what a title of two levels means: Parameters, and under it weights or biases."""
    over, _, under = text.partition(" ")
    found, inside = _known(over), _known(under)
    is_part = found and inside and found.quantities == ("params",)
    return inside if is_part and inside and _may_be_in_params(inside.quantities) else None


def _composed(text: str) -> Heading | None:
    """Return what the words of a title mean together, where no such title is listed."""
    meaning = composed(text)
    return _untitled(meaning) if meaning else None


def _share(text: str) -> Heading | None:
    """Return what a title means that speaks of a part of a whole: share of total MACs."""
    for way in (text, *english(text)[:1]):
        words = re.findall(r"%|[^\W_]+", way)
        if _PARTS.isdisjoint(words) or "(" in way:
            continue
        rest = " ".join(word for word in words if word not in _PARTS | _OF_A_WHOLE)
        inner = _known(rest)
        if rest and inner is None:
            continue
        keys = inner.quantities[:1] if inner else ()
        if not rest or keys in {("weights",), ("params",)}:
            return Heading("", ("params_share",), ambiguous=() if rest else ("macs_share",))
        if _OPERATIONS.issuperset(keys):
            return Heading("", ("macs_share",))
    return None


def _alias(spelled: str) -> Heading | None:
    """Return what a title in the spelling of `_spelled` means: also GFLOPs, which state a unit."""
    plain = spelled.lstrip("#")
    if meaning := _ALIASES.get(spelled) or _ALIASES.get(plain):
        return _untitled(meaning)
    meaning = _ALIASES.get(plain[1:])
    if meaning and plain[0] in "kmgt" and _COUNTS.issuperset(meaning.quantities):
        return _in_units(_untitled(meaning), plain[0])
    return None


def _untitled(meaning: Listed) -> Heading:
    """Return a heading with this meaning, to which its title and units are still to come."""
    return Heading("", meaning.quantities, ambiguous=meaning.ambiguous)


def _in_units(found: Heading, words: str) -> Heading:
    """Return a heading with the unit that some words state, if they state one that it can have."""
    quantity, *others = found.quantities
    power = _POWER.fullmatch(words)
    units = [Factor(Fraction(10) ** int(power["exponent"]))] if power else [*factors(words)]
    of_memory = [factor.unit for factor in units if factor.unit]
    if of_memory and (quantity in _MEMORY or len(of_memory) == len(units)):
        quantity = IN_BYTES.get(quantity, quantity)
        ambiguous = tuple(other for other in found.ambiguous if other in _MEMORY - {quantity})
        return Heading("", (quantity, *others), unit=of_memory[0], ambiguous=ambiguous)
    is_measured = quantity in _COUNTS | _MEMORY  # (K) behind a kernel is a letter
    return replace(found, scale=units[0].value) if units and is_measured else found


def _several(text: str) -> Heading | None:
    """Return what a title means that names several quantities: "Stride / Zero Padding"."""
    parts = list(_parts(text))
    if not 1 < len(parts) <= MOST_PARTS:
        return None
    known = [part for text in parts if (part := _known(text) or _with_brackets(text))]
    if len(known) < len(parts) or len(set(parts)) < len(parts):
        return None
    first = known[0]
    quantities = tuple(dict.fromkeys(key for part in known for key in part.quantities))
    if _OPERATIONS.issuperset(quantities):  # MACs/FLOPs: one number, whichever it is
        return replace(first, ambiguous=quantities[1:])
    best, *others = _together(known)
    others += [part.quantities for part in known]  # Stride/Jump: one number, which is either
    alone = (Meaning(others_, 0, first.scale, first.unit) for others_ in others)
    return replace(first, quantities=best, ambiguous=(), others=tuple(alone))


def _together(parts: Sequence[Heading]) -> list[tuple[str, ...]]:
    """Return what a cell of several parts may state, the likeliest first: settings go together."""
    choices = [
        [(part.quantities, 1.0), *(((key,), 0.5**at) for at, key in enumerate(part.ambiguous, 1))]
        for part in parts
    ]
    scores: dict[tuple[str, ...], float] = {}
    for choice in islice(product(*choices), MOST_MEANINGS**2):
        quantities = tuple(dict.fromkeys(key for keys, _ in choice for key in keys))
        given = _SETTINGS.issuperset(quantities)
        score = prod(weight for _, weight in choice) * (4 if given else 1)
        if len(quantities) >= len(parts):
            scores.setdefault(quantities, score)
    ordered = sorted(scores, key=scores.__getitem__, reverse=True)[:MOST_MEANINGS]
    return ordered or [tuple(dict.fromkeys(key for part in parts for key in part.quantities))]


def _parts(text: str) -> Iterator[str]:
    """Yield the parts of a title between signs that stand in no brackets."""
    start = 0
    for between in _BETWEEN.finditer(text):
        before = text[: between.start()]
        if before.count("(") == before.count(")") and before.count("[") == before.count("]"):
            yield text[start : between.start()]
            start = between.end()
    yield text[start:]


def _with_brackets(text: str) -> Heading | None:
    """Return what a title means that has a unit, a remark or a second quantity in brackets."""
    remarks = ["".join(remark).strip() for remark in _BRACKETS.findall(text)]
    if not remarks:
        return None
    outside = _BRACKETS.sub(" ", text).strip()
    found = _known(outside) or _several(outside) or _misspelt(outside)
    for remark in remarks:
        found = found and _remarked(found, remark, outside)
    return found


def _remarked(  # noqa: C901, PLR0911  one for each kind of remark
    found: Heading, remark: str, outside: str
) -> Heading | None:
    """Return a heading with what a remark in brackets changes of it; None if nobody knows."""
    if len(remark) == 1 and remark.isascii() and remark.isalpha():
        return _in_units(found, remark)  # a unit, or the letter of a formula
    inside = _known(remark) or _several(remark)
    meant = inside.quantities if inside else ()
    if inside and found.quantities == ("params",) and _may_be_in_params(meant):
        return inside
    if remark in _HOW_MANY:
        return _counted(found)
    if found.quantities == ("filters",) and {"filter_size", "feature_map"}.intersection(meant):
        return replace(found, quantities=("filters", "filter_size"), ambiguous=())
    if meant == ("in_shape",) and found.quantities[0] in _OF_INPUT:
        return replace(found, quantities=(_OF_INPUT[found.quantities[0]],), ambiguous=())
    if "feature_map" in meant and found.quantities[0] in _OF_INPUT:
        return replace(found, ambiguous=())  # Jump (out)
    is_of_input = meant in {("in_shape",), ("in_channels",)} and meant != found.quantities
    is_of_input &= not re.search("[0-9]", remark)  # (at an input of 224)
    if "%" in remark or is_of_input:
        return inside if found.quantities == ("feature_map",) else None
    if found.quantities in {("weights",), ("params",)}:
        for key, pattern in (("weights", _WITHOUT_BIAS), ("params", _WITH_BIAS)):
            if pattern.search(remark):
                return replace(found, quantities=(key,), ambiguous=())
    unit = remark.removeprefix("in ").removeprefix("단위").strip(" :")
    scaled = _in_units(found, _OF_TORCHINFO.get(unit, unit))
    if scaled != found or meant or not _WORDS_ALONE.fullmatch(remark):
        return scaled
    return _known(f"{remark} {outside}") or _known(f"{outside} {remark}") or found  # (cumulative)


def _may_be_in_params(meant: Sequence[str]) -> bool:
    """Return whether a remark says which parameters are meant: the biases, or the settings."""
    is_given = len(meant) > 1 and _SETTINGS.issuperset(meant)
    return is_given or meant[:1] in {("weights",), ("biases",)}


def _counted(found: Heading) -> Heading:
    """Return a heading that is said to count: Kernel (개수), Feature maps (number)."""
    if found.quantities == ("filter_size",):
        return replace(found, quantities=("filter_size", "filters"), ambiguous=())
    counts = tuple(key for key in found.ambiguous if key in {"filters", "neurons"})
    return replace(found, quantities=counts, ambiguous=()) if counts else found


@lru_cache(maxsize=10_000)  # which takes longer than to know a title
def _nearest(text: str) -> tuple[Meaning, ...]:
    """Return what the known titles mean that are nearest to one that is not known."""
    if len(text) > LONGEST_TITLE:
        return ()
    return tuple(Meaning(quantities, 0) for quantities in nearest(_BRACKETS.sub(" ", text)))


def _misspelt(text: str) -> Heading | None:
    """Return what a long title with a slip or two means, unless it is near to two meanings."""
    spelled = _spelled(text)
    if not SHORTEST_MISSPELT <= len(spelled) <= LONGEST:
        return None
    slips = 2 if len(spelled) >= LONG else 1
    near = {
        meaning
        for alias, meaning in _ALIASES.items()
        if len(alias) >= SHORTEST_MISSPELT and is_near(alias, spelled, slips)
    }
    return _untitled(*near) if len(near) == 1 else None
