"""The titles nearest to one that is not known: with wrong letters, or with more words."""

from __future__ import annotations

import re
from functools import lru_cache

from archstat.homework.cells.glossary import english, folded
from archstat.homework.sheet.titles import TITLES, Listed

MOST_NEAREST = 3
NEAR = 0.5  # of the words of two titles are the same
MOST_SLIPS = 2
SLIP = 0.9  # of a word in which letters are wrong
SHORTEST = 5  # letters of a word in which slips are looked for

OTHER_TOPICS = frozenset(
    """
    accuracy acc loss error epoch epochs optimizer learning rate batch dropout description
    normalization preprocessing augmentation hyperparameter setup duration time latency runtime
    memread memwrite read write year answer question symbol date remark comment calculation formula
    depth
    """.split()  # noqa: SIM905  a list of forty quoted words reads worse
)
"""What titles are about of which no column is known."""

_LISTED: list[tuple[frozenset[str], Listed]] = []


@lru_cache(maxsize=1_000)  # the sheets of a class have the same titles
def nearest(title: str) -> tuple[tuple[str, ...], ...]:
    """Return the quantities of the titles that are nearest to one, the nearest first.

    >>> nearest("nuerons"), nearest("top-1 accuracy")
    ((('neurons',),), ())
    """
    ways = {_words(way) for way in (title, *english(title)[:1])} - {frozenset()}
    if not ways or is_about_another_topic(title):
        return ()
    if not _LISTED:
        _LISTED.extend(
            (_words(alias), listed)
            for listed, aliases in TITLES.items()
            for alias in aliases.split(",")
        )
    near: dict[tuple[str, ...], float] = {}
    for known, listed in _LISTED:
        score = max(_likeness(words, known) for words in ways)
        if score >= NEAR:
            near[listed.quantities] = max(score, near.get(listed.quantities, 0))
    return tuple(sorted(near, key=near.__getitem__, reverse=True)[:MOST_NEAREST])


def is_about_another_topic(title: str) -> bool:
    """Return whether a title speaks of something that no column is about.

    >>> is_about_another_topic("MemRead(B)"), is_about_another_topic("核的尺寸")
    (True, False)
    """
    return bool(_words(next(iter(english(title)), title)) & OTHER_TOPICS)


def _words(title: str) -> frozenset[str]:
    return frozenset(word.removesuffix("s") for word in re.findall(r"[^\W_]+|#", folded(title))) - {
        "of"
    }


def _likeness(words: frozenset[str], known: frozenset[str]) -> float:
    """Return how many of the words of two titles are the same, of all of them."""
    same = len(words & known)
    left, others = (
        [word for word in some if len(word) >= SHORTEST] for some in (words - known, known - words)
    )
    slips = sum(any(_is_near(word, other) for other in others) for word in left)
    return (same + SLIP * slips) / (len(words | known) - slips) if same or slips else 0.0


@lru_cache(maxsize=100_000)
def _is_near(word: str, other: str) -> bool:
    return is_near(word, other, 1 if min(len(word), len(other)) < SHORTEST + 3 else MOST_SLIPS)


def is_near(word: str, other: str, slips: int) -> bool:
    """Whether a word is another but for so many slips; most are told by their letters alone."""
    is_possible = abs(len(word) - len(other)) <= slips and len(set(word) ^ set(other)) <= 2 * slips
    return is_possible and distance(word, other) <= slips


def distance(first: str, second: str) -> int:
    """Return how many letters are wrong, missing, extra or swapped with the next.

    >>> distance("receptivefield", "reciptivefeild")
    2
    """
    two_above: list[int] = []
    above = list(range(len(second) + 1))
    for i, letter in enumerate(first, start=1):
        row = [i]
        for j, other in enumerate(second, start=1):
            steps = min(above[j] + 1, row[-1] + 1, above[j - 1] + (letter != other))
            if i > 1 < j and first[i - 2] == other and letter == second[j - 2]:
                steps = min(steps, two_above[j - 2] + 1)
            row.append(steps)
        two_above, above = above, row
    return above[-1]
