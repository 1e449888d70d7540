"""Names of models without the libraries that make them."""

from __future__ import annotations

import pytest

from archstat.models.torch.listing import names_in_source


@pytest.mark.parametrize("library", ["torchvision.models", "timm"])
def test_names_are_those_that_a_library_lists(library):
    models = pytest.importorskip(library)
    found = names_in_source(library.partition(".")[0])
    assert found == sorted(models.list_models())


def test_a_library_that_is_not_there_lists_nothing():
    assert names_in_source("no_such_library") == []
