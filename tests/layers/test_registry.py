"""Every layer kind is found, tested, and named and set as in torch."""

from __future__ import annotations

import inspect
import subprocess
import sys
from dataclasses import MISSING, fields

import pytest

from archstat.layers import layer_kinds
from tests.layers import (
    test_activation,
    test_combine,
    test_conv,
    test_linear,
    test_norm,
    test_pool,
    test_reshape,
)

FAMILIES = (
    test_activation,
    test_combine,
    test_conv,
    test_linear,
    test_norm,
    test_pool,
    test_reshape,
)

REQUIRED = inspect.Parameter.empty

KINDS = layer_kinds()
MODULES = {name: kind for name, kind in KINDS.items() if hasattr(kind, "torch_name")}

OWN_SETTINGS = {
    "normalized_axes",  # torch's normalized_shape repeats sizes that follow from the input
}

IMPORT_EVERY_FAMILY = """
import importlib, pkgutil
import archstat.layers
known = archstat.layers.layer_kinds()
for module in pkgutil.iter_modules(archstat.layers.__path__, "archstat.layers."):
    importlib.import_module(module.name)
print(*archstat.layers.layer_kinds().keys() - known.keys())
"""


def test_importing_the_package_registers_every_family():
    command = [sys.executable, "-c", IMPORT_EVERY_FAMILY]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout.split() == []


def test_every_kind_has_a_row_in_a_table():
    in_tables = {row.layer.kind for family in FAMILIES for row in family.ROWS.values()}
    assert in_tables == set(KINDS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_has_a_short_label(kind):
    assert 0 < len(kind.label) <= 20


def test_no_two_kinds_have_the_same_label():
    assert len({kind.label for kind in KINDS.values()}) == len(KINDS)


def test_only_joins_and_selections_are_no_module_of_torch():
    assert KINDS.keys() - MODULES.keys() == {"add", "concat", "multiply", "select"}


@pytest.mark.parametrize("kind", MODULES.values(), ids=MODULES)
def test_a_kind_takes_the_arguments_of_its_torch_class(kind):
    torch = pytest.importorskip("torch")
    arguments = inspect.signature(getattr(torch.nn, kind.torch_name)).parameters
    settings = {field.name for field in fields(kind)} - OWN_SETTINGS
    assert settings <= arguments.keys()


@pytest.mark.parametrize("kind", MODULES.values(), ids=MODULES)
def test_a_default_is_that_of_torch(kind):
    torch = pytest.importorskip("torch")
    arguments = inspect.signature(getattr(torch.nn, kind.torch_name)).parameters
    given = {name: argument.default for name, argument in arguments.items()}
    ours = {
        field.name: field.default
        for field in fields(kind)
        if field.default is not MISSING and field.name not in {*kind.inferred, *OWN_SETTINGS}
    }
    assert ours == {name: given[name] for name in ours if given[name] is not REQUIRED}
