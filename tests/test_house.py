"""The rules that keep the package a house that people find their way in."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


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
