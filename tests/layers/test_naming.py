"""Names of layers as attributes of torch modules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archstat.layers.naming import TAKEN, attribute_name

WORDS = st.builds(
    "{}{}".format,
    st.sampled_from(["train", "type", "requires_grad", "to", "conv1", "x"]),
    st.text("_", max_size=3),
)


def test_every_name_that_a_torch_module_has_is_taken():
    nn = pytest.importorskip("torch.nn")
    public = {name for name in dir(nn.Module()) if not name.startswith("_")}
    assert public - TAKEN == set()


def test_a_layer_keeps_its_name_unless_it_is_taken():
    assert attribute_name("conv1") == "conv1"
    assert attribute_name("conv1_") == "conv1_"
    assert attribute_name("trains") == "trains"
    assert attribute_name("train") == "train_"
    assert attribute_name("train_") == "train__"
    assert attribute_name("requires_grad") == "requires_grad"
    assert attribute_name("requires_grad_") == "requires_grad__"


@given(st.sets(WORDS, min_size=2))
def test_no_two_layers_get_the_same_name_nor_one_that_is_taken(names):
    attributes = {attribute_name(name) for name in names}
    assert len(attributes) == len(names)
    assert attributes & TAKEN == set()
