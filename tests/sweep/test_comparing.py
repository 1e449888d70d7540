"""Cases beside each other: which are, what their ratios are, and what is said where none is."""

from __future__ import annotations

import pytest

from archstat.documents.sweep.compared import compared_document
from archstat.errors import UsageError
from archstat.formats import text_in
from archstat.sweep.comparing import compared
from archstat.sweep.index import Index
from archstat.sweep.store import Store
from tests.sweep.test_store import counted, measured


@pytest.fixture
def stores(tmp_path):
    """Two stores whose folders have one name."""
    found = [Store(tmp_path / month / "store") for month in ("june", "july")]
    for store in found:
        store.make()
    return found


def test_two_stores_stand_beside_each_other(stores):
    june, july = stores
    june.keep(measured("a", 4, 0.5, 0.2))  # an interval of 0.45 to 0.55
    july.keep(measured("a", 4, 0.25, 0.4))  # 0.225 to 0.275: apart
    june.keep(measured("b", 1, 0.50, 0.2))
    july.keep(measured("b", 1, 0.52, 0.2))  # 0.468 to 0.572: they meet
    july.keep(measured("c", 1, 1.0, 0.5))
    july.keep(counted("a"))  # has no latency
    found = compared(Index(stores), "store")
    assert found.names == tuple(str(store.folder) for store in stores)
    assert [(case.asked["model"], *case.ratios, *case.apart) for case in found.cases] == [
        ("a", 0.5, True),
        ("b", pytest.approx(1.04), False),
    ]
    assert (found.alone, found.doubtful) == (1, 0)
    reversed_ = compared(Index(stores[::-1]), "store", "examples_per_s")
    # 4 / 0.5 s = 8 examples a second, and 4 / 0.25 s = 16
    assert reversed_.cases[0].figures == (16, 8)
    assert (reversed_.cases[0].ratios, reversed_.cases[0].apart) == ((0.5,), (None,))


def test_batches_stand_beside_each_other_and_conditions_filter(stores):
    for batch, seconds in ((1, 1.0), (2, 1.0), (8, 2.0)):
        stores[0].keep(measured("a", batch, seconds, 0.1))
    found = compared(Index(stores[:1]), "batch_size", where=["batch_size!=2"])
    assert (found.names, found.cases[0].figures) == (("1", "8"), (1.0, 2.0))
    text = text_in("text", compared_document("store", found))
    assert "store: latency_s by batch_size" in text
    assert text.rstrip().endswith("1 case beside each other")


def test_figures_that_are_not_valid_are_told(stores):
    good, bad = measured("a", 1, 1.0, 0.1), measured("a", 1, 2.0, 0.1)
    bad.answer["results"][0]["figures"]["verdict"] = "CONTENDED"
    stores[0].keep(good)
    stores[1].keep(bad)
    found = compared(Index(stores), "store")
    assert found.doubtful == 1
    told = compared_document("x", found).notes
    assert "1 case with a figure that is not VALID; --where verdict=VALID leaves it out" in told


@pytest.mark.parametrize(
    ("key", "figure", "told"),
    [
        ("stores", "latency_s", "cases are not compared by 'stores'\n  hint: did you mean 'store'"),
        ("model", "latency_s", "cases are not compared by 'model'"),
        ("store", "model", "no case is compared by 'model'"),
        ("dtype", "latency_s", "latency_s is known of one dtype only, 'float32'"),
        ("batch_size", "latency_s", "no case is there with two values of batch_size"),
        ("store", "activation_bytes", "activation_bytes is known of no case"),
    ],
)
def test_what_cannot_be_compared_is_told(stores, key, figure, told):
    stores[0].keep(measured("a", 1, 1.0, 0.1))
    stores[1].keep(measured("b", 2, 1.0, 0.1))
    with pytest.raises(UsageError, match=told):
        compared(Index(stores), key, figure)
