"""The language in which a student reads of a sheet: English as it stands in the code, or another.

Another language is one file of `languages/`: what mistakes are called, by their keys, and all other
sentences, by what they say in English. What it does not know stays English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from archstat.errors import UsageError, did_you_mean, shown
from archstat.homework.mistakes import MISTAKES

ENGLISH = "en"
FOLDER = Path(__file__).parent / "languages"

_NAMED = re.compile(r"\\\{(\w+)\\\}")


@dataclass(frozen=True)
class Language:
    """Sentences in a language.

    Attributes:
        key: Its code, as in HTML.
        phrases: What is said, by what it is in English; names in braces stay.
        causes: What was done, and hints, by what they are in English; names in braces stay.
        rules: Rules by which columns are filled in, likewise.
        quantities: The names of quantities, by their keys.
        last: What stands before the last name of a list.
    """

    key: str = ENGLISH
    phrases: Mapping[str, str] = field(default_factory=dict)
    causes: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    quantities: Mapping[str, str] = field(default_factory=dict)
    last: str = " and "

    def __call__(self, english: str, /, **names: object) -> str:
        """Return a sentence with its names.

        >>> Language()("row {number}", number=3)
        'row 3'
        """
        said = self.phrases.get(english, english)
        return said.format(**names) if names else said

    def quantity(self, key: str, english: str) -> str:
        """Return what a quantity is called in sentences."""
        return self.quantities.get(key, english)

    def told(self, english: str) -> str:
        """Return the words for a cause, a hint, or a rule, in which names stand already."""
        return _found(english, self.causes)

    def rule(self, english: str) -> str:
        """Return the words for a rule by which a column is filled in.

        A rule of a whole batch may name that of one example.
        """
        whole, comma, one = english.partition(", ")
        if english in self.rules or not comma:
            return _found(english, self.rules)
        return f"{_found(whole, self.rules)}{comma}{_found(one, self.rules)}"

    def listed(self, names: Sequence[str], most: int) -> str:
        """Return names as a sentence has them; of more than `most`, the first half of them.

        >>> Language().listed(["a", "b", "c"], 3), Language().listed(["a", "b", "c"], 2)
        ('a, b and c', 'a and 2 more')
        """
        if len(names) == 1:
            return names[0]
        if len(names) > most:
            named = names[: most // 2]
            more = len(names) - len(named)
            return self("{names} and {count} more", names=", ".join(named), count=more)
        return f"{', '.join(names[:-1])}{self.last}{names[-1]}"


def _found(english: str, said: Mapping[str, str]) -> str:
    """Return what a sentence is called, with the names that stand in it; itself if nobody knows."""
    if english in said:
        return said[english]
    for template, words in said.items():
        if "{" in template:
            pattern = _NAMED.sub(r"(?P<\1>.+)", re.escape(template))
            if match := re.fullmatch(pattern, english):
                return words.format(**match.groupdict())
    return english


IN_ENGLISH = Language()


def languages() -> list[str]:
    """Return the codes of all languages."""
    return [ENGLISH, *sorted(path.stem for path in FOLDER.glob("*.toml"))]


@cache
def language_named(key: str) -> Language:
    """Return a language by its code.

    Raises:
        UsageError: There is none.
    """
    known = languages()
    if key not in known:
        hint = did_you_mean(key, known) or f"there are {', '.join(known)}"
        raise UsageError(f"there is no language {shown(key)}", hint=hint)
    if key == ENGLISH:
        return IN_ENGLISH
    data = tomllib.loads((FOLDER / f"{key}.toml").read_text(encoding="utf-8"))
    causes = dict(data["slips"])
    for mistake in MISTAKES:
        if mistake.key in data["mistakes"]:
            words, hint = data["mistakes"][mistake.key]
            causes |= {mistake.words: words, mistake.hint: hint}
    return Language(key, data["phrases"], causes, data["rules"], data["quantities"], data["and"])
