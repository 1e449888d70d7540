"""Feedback in other languages: nothing is left out, and nothing is made up."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import archstat
from archstat.documents.homework import words, worked
from archstat.errors import UsageError
from archstat.homework.answers.quantities import QUANTITIES
from archstat.homework.marking.feedback import Feedback
from archstat.homework.marking.language import language_named, languages
from archstat.homework.mistakes import MISTAKES
from tests.homework.networks import marked, sheet

ROOT = Path(archstat.__file__).parent
NAMES = re.compile(r"\{(\w+)\}")
others = pytest.mark.parametrize("key", [key for key in languages() if key != "en"])


@others
def test_every_mistake_and_every_quantity_is_named(key):
    language = language_named(key)
    for mistake in MISTAKES:
        assert language.told(mistake.words) != mistake.words, mistake.key
        assert language.told(mistake.hint) != mistake.hint, mistake.key
    assert set(language.quantities) >= set(QUANTITIES)


def said_in_code():
    """Return every sentence that the code says through a language."""
    found = set()
    for folder in ("homework/marking", "documents/homework"):
        for path in (ROOT / folder).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args:
                    name = ast.unparse(node.func)
                    first = node.args[0]
                    is_said = name == "say" or name.endswith(".language")
                    if is_said and isinstance(first, ast.Constant):
                        found.add(first.value)
    return found


@others
def test_every_sentence_of_the_code_is_translated(key):
    said = said_in_code()
    assert len(said) > 20
    said |= {*words.MEANINGS.values(), *words.LOST.values(), *worked.MEANINGS.values()}
    assert said - set(language_named(key).phrases) == set()


@others
def test_a_translation_has_the_names_of_its_sentence(key):
    language = language_named(key)
    for english, said in {**language.phrases, **language.causes}.items():
        assert sorted(NAMES.findall(english)) == sorted(NAMES.findall(said)), english


def test_what_no_language_knows_stays_english():
    assert language_named("ko").told("a mistake of next year") == "a mistake of next year"


def test_names_in_a_cause_stay():
    said = language_named("ko").told("this belongs in the row of Conv3")
    assert said == "이것은 Conv3 행의 값임"


def test_a_sheet_is_told_of_in_korean():
    rows = ("Conv1 | 55x55x96 | 34,848", "Conv2 | 27x27x256 | 614,400", "Conv3 | | 884,736")
    result = marked(sheet("Layer | Feature map | # of weights", *rows), "paper-alexnet")
    feedback = Feedback(result, "hw.md", "hint", language=language_named("ko"))
    remarks = [(remark.where, remark.words, remark.hint) for remark in feedback.remarks[:2]]
    assert remarks == [
        (
            "Conv2의 가중치",
            "그룹을 빠뜨려 모든 필터를 입력 전체만큼 깊게 봄.",
            "그룹이 있으면 필터는 채널의 일부만 봅니다.",
        ),
        ("Conv3의 특징 맵", "값이 없습니다.", ""),
    ]


def test_another_language_is_refused():
    with pytest.raises(UsageError, match="there is no language 'xx'") as caught:
        language_named("xx")
    assert "there are en, ko" in str(caught.value)
