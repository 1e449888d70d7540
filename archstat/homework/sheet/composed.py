"""Titles that are put together of words which say one thing each: image size after a layer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from archstat.homework.cells.glossary import english
from archstat.homework.sheet.titles import Listed

_NEUTRAL = frozenset(
    """
    a all an and approximate at block by calculated computed count counts current each estimated
    every exact expected for from full in layer layers level local model module net network new nn
    no num number of op operation our overall per rough stage the this total value your
    """.split()  # noqa: SIM905  a list of forty quoted words reads worse
)
"""Words that change nothing of what a title means."""

_BEFORE = frozenset({"before", "in", "incoming", "input", "inputs", "previous", "prior"})
_AFTER = frozenset(
    {"after", "behind", "out", "outgoing", "output", "outputs", "produced", "result", "resulting"}
)
_SIZES = frozenset(
    """
    dim dims dimension dimensional dimensionality dimensions extent h height len length px pixel
    pixels shape shapes side size sizes spatial w width
    """.split()  # noqa: SIM905
)
_MAPS = frozenset(
    """
    activation activations data feature features image images img map maps matrix resolution tensor
    tensors volume volumes
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True)
class _Rule:
    """What a title means that has words of each of these groups, and no others but neutral ones."""

    needs: tuple[frozenset[str], ...]
    may_have: frozenset[str]
    meaning: Listed


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PARAMS = _words("learnables param parameter parameters params trainables")
_WEIGHTS, _BIASES = _words("weight weights"), _words("bias biases")
_LEARNT = _words("free learnable learned model trainable train training used")
_FIELDS = _words("field fields rf rfs")
_MULTIPLIED = _words("mac macc maccs macs mult mults multiplication multiplications multiply")
_JUMPS, _STRIDES = _words("jump jumps"), _words("stride strides")
_STRIDE_SO_FAR = Listed(("effective_stride",))
_RULES = (
    _Rule((_WEIGHTS, _BIASES), _PARAMS | _LEARNT | {"with"}, Listed(("params",))),
    _Rule((_PARAMS,), _LEARNT | _SIZES & {"size"}, Listed(("params",), ("weights", "param_bytes"))),
    _Rule((_WEIGHTS,), _LEARNT | {"kernel", "filter", "conv"}, Listed(("weights",), ("params",))),
    _Rule(
        (_FIELDS,),
        _SIZES | _AFTER | _words("cumulative effective global local receptive theoretical"),
        Listed(("receptive_field",), ("in_receptive_field",)),
    ),
    _Rule(
        (_FIELDS, _BEFORE),
        _SIZES | _words("effective global receptive theoretical"),
        Listed(("in_receptive_field",)),
    ),
    _Rule(
        (_JUMPS,),
        _SIZES | _AFTER | _words("accumulated cumulative effective feature"),
        Listed(("effective_stride",), ("in_effective_stride",)),
    ),
    _Rule((_STRIDES, _words("accumulated cumulative effective")), _SIZES, _STRIDE_SO_FAR),
    _Rule(
        (_MULTIPLIED,),
        _words("accumulate accumulates accumulation accumulations add adds addition additions")
        | _words("cost operations ops required"),
        Listed(("macs",), ("flops",)),
    ),
    _Rule((_SIZES | _MAPS, _AFTER), _SIZES | _MAPS, Listed(("feature_map",), ("neurons",))),
    _Rule((_SIZES | _MAPS, _BEFORE), _SIZES | _MAPS, Listed(("in_shape",))),
    _Rule(
        (_words("after out outgoing output outputs"),),
        frozenset(),
        Listed(("feature_map",), ("neurons", "filters")),
    ),
    _Rule((_BEFORE - {"in"},), frozenset(), Listed(("in_shape",), ("in_channels",))),
    _Rule(
        (_words("dim dims dimension dimensions shape shapes size sizes tensor tensors volume"),),
        _SIZES | _MAPS,
        Listed(("feature_map",), ("filter_size", "in_shape")),
    ),
)

_ON_INPUT = re.compile(
    r"(?<=.)\b(?:from|in|on|over|relative to|to|wrt) (?:the )?(?:input|original)"
    r"(?: image| picture| pixels| space)?$"
)
"""What says in which pixels a field is told, and not of what."""

_OTHER_SIGNS = re.compile(r"[^\w\s#'.:/-]")


def composed(title: str) -> Listed | None:
    """Return what the words of a title mean together, in any order; None if one is not known.

    >>> composed("size of image after layer").quantities, composed("top-1 accuracy")
    (('feature_map',), None)
    """
    title = _ON_INPUT.sub("", title)
    if _OTHER_SIGNS.search(title):
        return None
    for way in (title, *english(title)[:1]):
        words = frozenset(re.findall(r"[^\W_]+", way.casefold()))
        for rule in _RULES:
            left = words - _NEUTRAL - rule.may_have - frozenset().union(*rule.needs)
            if not left and all(words & group for group in rule.needs):
                return rule.meaning
    return None
