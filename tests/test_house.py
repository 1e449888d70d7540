"""The rules that keep the package a house that people find their way in."""

from __future__ import annotations

import ast
import importlib.util
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MOST_LINES, MOST_FILES = 400, 15
MOST_KINDS_ASKED = 70
"""How often code outside of `layers/` may ask of what class a layer is.

A fact of a kind belongs into the kind, and a tool's rules for kinds into one table. What is left
looks at the settings of a convolution, a pool or a linear layer (misfits, mistakes and truths of
homework, drawing of variants), or tells apart what was observed from what has formulas. To add one
here, take one away elsewhere; whoever takes one away lowers the number.
"""
FILES = sorted((ROOT / "archstat").rglob("*.py"))
FOLDERS = sorted({file.parent for file in FILES})


@pytest.fixture(scope="module")
def house():
    spec = importlib.util.spec_from_file_location("house", ROOT / "docs" / "house.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_imports_go_round_in_a_circle(house):
    assert house.circle() == []


def test_the_picture_of_the_house_is_that_of_the_code(house):
    # python docs/house.py draws it again
    assert house.PICTURE.read_text(encoding="utf-8") == house.picture()


def test_the_contract_names_every_folder_of_the_package(house):
    rooms = {room for floor in house.floors() for room in floor}
    there = {f"archstat.{path.name}" for path in (ROOT / "archstat").iterdir() if path.is_dir()}
    assert {name for name in there if not name.endswith("__pycache__")} - rooms == set()


def test_no_file_is_too_long_to_read():
    lines = {str(file): len(file.read_text(encoding="utf-8").splitlines()) for file in FILES}
    assert {file: count for file, count in lines.items() if count > MOST_LINES} == {}


def test_no_folder_has_too_many_files():
    counts = Counter(file.parent for file in FILES if file.name != "__init__.py")
    flat = [f for f in counts if not any(other.parent == f for other in FOLDERS)]
    assert {str(folder): counts[folder] for folder in flat if counts[folder] > MOST_FILES} == {}


def layers_asked_for_their_class(file):
    """Return how often a file asks whether a layer is of a kind that it imports."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    kinds = {
        name.asname or name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("archstat.layers")
        for name in node.names
    }
    asked = [
        node.args[1]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "isinstance"
    ]
    return sum(
        any(isinstance(name, ast.Name) and name.id in kinds for name in ast.walk(what))
        for what in asked
    )


def test_a_fact_of_a_kind_stands_in_the_kind():
    outside = [file for file in FILES if ROOT / "archstat" / "layers" not in file.parents]
    assert sum(map(layers_asked_for_their_class, outside)) <= MOST_KINDS_ASKED
