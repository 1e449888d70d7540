"""The rules that keep the package a house that people find their way in."""

from __future__ import annotations

import importlib.util
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MOST_LINES, MOST_FILES = 400, 15
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
