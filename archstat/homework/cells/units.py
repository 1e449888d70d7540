"""The words behind a number: thousands and millions, units of memory, and what is counted."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from archstat.homework.cells.glossary import meaning_of

ONE = Fraction(1)

SHORT = 2
"""Letters of a magnitude behind which a word may follow at once: MMACs."""


@dataclass(frozen=True)
class Factor:
    """What a number is a multiple of; with a unit of memory, in bytes."""

    value: Fraction
    unit: str = ""
    note: str = ""


_MAGNITUDES = {
    name: Fraction(10) ** power
    for power, names in {
        3: "k thousand thousands tsd tausend mille mil miles mila duizend тыс тысяч тысячи тис"
        " тисяч tys tysiące tysięcy bin nghìn ngàn ribu 천 千",
        4: "만 万 萬",
        5: "십만 十万",
        6: "m mm mn mio mill million millions millionen millones millón milhão milhões milioni"
        " milione miljoen млн миллион миллиона миллионов мільйон мільйони мільйонів mln milion"
        " miliony milionów milyon triệu juta 백만 百万 百萬",
        7: "천만 千万",
        8: "억 亿 億",
        9: "g b bn billion billions mrd milliarde milliarden milliard milliards miliardi miliardo"
        " bilhão bilhões miljard млрд миллиард миллиарда миллиардов мільярд мільярди мільярдів mld"
        " miliard miliardy miliardów milyar tỷ tỉ miliar 십억 十亿",
        12: "t trillion",
    }.items()
    for name in names.split()
}
_LONGEST_FIRST = sorted(_MAGNITUDES, key=len, reverse=True)

_COUNTED = frozenset(
    """
    activation activations bias biases channel channels class classes connection connections
    element elements feature features filter filters flop flops kernel kernels logits mac macc maccs
    macs madd madds map maps multiply-adds mult-adds
    neuron neurons node nodes op operations ops output
    outputs param parameter parameters params pixel pixels px rf total unit units value values
    weight weights gewichte neuronen parametern paramètres parámetros poids neurones neuronas pesos
    times x × fois veces vezes volte mal raz раз рази kat lần kali keer 배 倍
    개 개의 個 个 가중치 뉴런 채널 클래스 파라미터 픽셀 参数 神经元 像素 パラメータ
    """.split()  # noqa: SIM905  a list of seventy quoted words reads worse
)

_COUNTED_IN_ENGLISH = frozenset(
    {"", "params", "weights", "biases", "neurons", "activations", "operations", "multiplications"}
    | {"filter", "kernel", "channels", "total", "layer"}
)

_BYTES = {
    f"{letter}{binary}{byte}": f"{letter.upper()}{binary}B"
    for letter in ("k", "m", "g", "t")
    for binary in ("", "i")
    for byte in ("b", "byte", "bytes")
} | {"byte": "B", "bytes": "B"}


def names_what_is_counted(word: str) -> bool:
    """Return whether a word, in lower case, may stand beside a number without changing it."""
    return word in _COUNTED or meaning_of(word) in _COUNTED_IN_ENGLISH


def factors(words: str) -> tuple[Factor, ...]:
    """Return what the words behind a number, in lower case, multiply it by; nothing if unsure.

    >>> [int(factor.value) for factor in factors("gflops")], factors("apples")
    ([1000000000], ())
    """
    if words in _BYTES:
        return memory_factors(_BYTES[words])
    if _only_counted(words):
        return (Factor(ONE),)
    for name in _LONGEST_FIRST:
        is_whole = len(name) <= SHORT or not words.removeprefix(name)[:1].isalpha()
        if words.startswith(name) and is_whole and _only_counted(words.removeprefix(name)):
            found = (Factor(_MAGNITUDES[name]),)
            return (*found, *memory_factors("B")) if words == "b" else found
    return ()


def memory_factors(unit: str) -> tuple[Factor, ...]:
    """Return what a unit of memory may mean in bytes; many write MB where they mean MiB.

    >>> [int(factor.value) for factor in memory_factors("KB")]
    [1000, 1024]
    """
    power = " KMGT".index(unit[0]) if len(unit) > 1 else 0
    decimal, binary = Fraction(1000) ** power, Fraction(1024) ** power
    if power == 0:
        return (Factor(ONE, unit),)
    if "i" in unit:
        return (Factor(binary, unit),)
    return (
        Factor(decimal, unit),
        Factor(binary, unit, f"read {unit} as {unit[0]}iB, {int(binary):,} bytes"),
    )


def _only_counted(words: str) -> bool:
    words = words.strip(" .,;:")
    return names_what_is_counted(words) or all(map(names_what_is_counted, words.split()))
