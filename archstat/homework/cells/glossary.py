"""Titles of other languages in the English words that `titles` lists."""

# ruff: noqa: RUF001  letters of other alphabets are what this module is about

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import permutations

from archstat.homework.cells.languages import UNSPACED, WORDS

MOST_WORDS = 5
"""Of a title, in English: more are put into no other order."""

_WORDS_APART = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?(?: [^\W\d_]+(?:['’][^\W\d_]+)?)*")
_LETTERS = str.maketrans("łđıøæ", "ldioa")
_ELISION = re.compile(r"(?<=\b[dl])['’]|(?<=\bdell)['’]")
_LATIN_X = re.compile("(?<=[а-яі])x|x(?=[а-яі])")  # so `cleaned` writes the Cyrillic letter
_LINK = re.compile("^s?")
MOST_PHRASE = 4
SHORTEST_PART = 3
SHORTEST_STEM = 4


def folded(text: str) -> str:
    """Return words without what is often missing: accents, and the dots of ё and й.

    >>> folded("Größe"), folded("Taille d'entrée"), folded("출력")
    ('grosse', 'taille d entree', '출력')
    """
    letters = unicodedata.normalize("NFD", text.casefold())
    plain = re.sub("[\u0300-\u036f]", "", letters).translate(_LETTERS)
    plain = _ELISION.sub(" ", _LATIN_X.sub("х", plain))
    return unicodedata.normalize("NFC", plain)


_PHRASES: dict[str, str] = {}
_STEMS: dict[str, str] = {}
for _english, _listed in WORDS.items():
    for _word in _listed.split(","):
        _spelled = folded(" ".join(_word.split()))
        (_STEMS if _spelled.endswith("-") else _PHRASES).setdefault(_spelled.rstrip("-"), _english)


def words_for(meaning: str) -> list[str]:
    """Return the words and phrases of all languages that mean something, without blanks."""
    words = [word.strip() for word in WORDS.get(meaning, "").split(",")]
    words += UNSPACED.get(meaning, "").split()
    words = ["".join(word.casefold().split()) for word in words if not word.endswith("-")]
    return [word.replace("\u0445", "x") for word in words]  # the Cyrillic letter, as `cleaned`


def meaning_of(word: str) -> str | None:
    """Return a word in English, "" for one that says nothing; None if it is not known.

    >>> meaning_of("paramètres"), meaning_of("de"), meaning_of("apples")
    ('params', '', None)
    """
    return _meant(folded(word))


def in_english(text: str, meanings: frozenset[str]) -> str:
    """Return a text whose words that mean one of these are in English.

    >>> in_english("64 filtros 5×5, pas de 2, 步长1", frozenset({"filter", "stride"}))
    '64 filter 5×5, stride 2, stride 1'
    """
    found = _WORDS_APART.sub(lambda run: _run_in_english(run[0], meanings), text)
    return " ".join(found.split())


@lru_cache(maxsize=10_000)  # the rows of a table are much alike
def _run_in_english(run: str, meanings: frozenset[str]) -> str:
    """Return words with blanks between them, likewise; articles behind such a word are left out."""
    found: list[str] = []
    is_known = False
    for phrase, meant in _phrases(run.split(" ")):
        if meant == "" and is_known:
            continue
        is_known = meant is not None and meant in meanings
        found.append(str(meant) if is_known else phrase)
    text = " ".join(found)
    return text if run.isascii() else f" {text} "


def _phrases(words: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Yield the longest phrases that are known, and the words between them, with what they mean."""
    parts = [part for word in words for part in _cut(word)]
    at = 0
    while at < len(parts):
        stops = range(min(len(parts), at + MOST_PHRASE), at, -1)
        phrases = (" ".join(parts[at:stop]) for stop in stops)
        known = ((phrase, _meant(folded(phrase))) for phrase in phrases)
        phrase, meant = next((one for one in known if one[1] is not None), (parts[at], None))
        yield phrase, meant
        at += 1 + phrase.count(" ")


@lru_cache(maxsize=1_000)  # the sheets of a class have the same titles
def english(title: str) -> tuple[str, ...]:
    """Return what a title may be in English, in every order of its words; none if it is English.

    >>> english("Taille de la sortie")[:2]
    ('size output', 'output size')
    >>> english("Ausgabegröße")[0], english("Output size")
    ('output size', ())
    """
    if "(" in title or "[" in title:
        return ()  # what stands in brackets is read apart
    words = re.findall(r"[^\W_][^\W_'-]*(?:'[^\W_]+)?|[#%]|[/&+]", folded(title))
    found: list[str] = []
    is_other = False
    for phrase, meant in _phrases(words):
        if meant is None:
            found.append(phrase)
        else:
            found += [meant] if meant and meant not in found[-1:] else []
            is_other = is_other or meant not in {"", phrase}
    if not is_other or len(found) > MOST_WORDS:
        return ()
    return tuple(dict.fromkeys(map(" ".join, permutations(found))))


_UNSPACED_WORDS = {
    unicodedata.normalize("NFC", word): english_word
    for english_word, listed in UNSPACED.items()
    for word in listed.split()
}
_PHRASES |= {word: meant for word, meant in _UNSPACED_WORDS.items() if word not in _PHRASES}
_LONGEST_UNSPACED = max(map(len, _UNSPACED_WORDS))
_IS_UNSPACED = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]+")


def _cut(word: str) -> list[str]:
    """Return the known words that one without blanks is made of; the word, if of others, too.

    >>> _cut("可训练参数"), _cut("核的尺寸"), _cut("feature")
    (['可训练', '参数'], ['核', '的', '尺寸'], ['feature'])
    """
    if not _IS_UNSPACED.fullmatch(word) or word in _PHRASES:
        return [word]
    found: list[str] = []
    at = 0
    while at < len(word):
        stops = range(min(len(word), at + _LONGEST_UNSPACED), at, -1)
        stop = next((stop for stop in stops if word[at:stop] in _UNSPACED_WORDS), None)
        if stop is None:
            return [word]
        found.append(word[at:stop])
        at = stop
    return found


def _meant(phrase: str) -> str | None:
    """Return a phrase in English; None if it is in no language that is known."""
    if phrase in _PHRASES:
        return _PHRASES[phrase]
    for stop in range(len(phrase), SHORTEST_STEM - 1, -1):
        if phrase[:stop] in _STEMS and " " not in phrase[stop:]:
            return _STEMS[phrase[:stop]]
    for stop in range(len(phrase) - SHORTEST_PART, SHORTEST_PART - 1, -1):  # Kernelgröße
        first = _PHRASES.get(phrase[:stop])
        rest = _LINK.sub("", phrase[stop:]) if first else ""
        second = _PHRASES.get(phrase[stop:]) or _PHRASES.get(rest)
        if first and second:
            return f"{first} {second}"
    return None
