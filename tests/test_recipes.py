"""The recipes for assistants in docs/ci.md: each command ends and answers as it says."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.cli.running import invoke

PAGE = Path(__file__).parent.parent / "docs" / "ci.md"
ROW = re.compile(r"^\| [^|]+ \| `archstat ([^`]+)` \| (\d) \| ([^|]*)\|$", re.MULTILINE)


def recipes():
    _, _, section = PAGE.read_text(encoding="utf-8").partition("\n### Recipes\n")
    return ROW.findall(section)


def test_there_are_recipes():
    assert len(recipes()) == 7


@pytest.mark.parametrize(("words", "code", "keys"), recipes())
def test_a_recipe_answers_as_it_says(words, code, keys):
    done = invoke(*shlex.split(words))
    assert done.exit_code == int(code)
    if not keys.strip():
        assert (done.stdout, done.stderr.startswith("error: ")) == ("", True)
        return
    for key in re.findall(r"`([^`]+)`", keys):
        found = json.loads(done.stdout)
        for step in key.split("."):
            found = found[step.removesuffix("[]")]
            if step.endswith("[]"):
                assert found
                found = found[0]
        assert found is not None
