"""How torch makes a layer, and the name under which a module keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias
from unicodedata import normalize

from archstat.record import record

TAKEN = frozenset(
    """
    T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda
    double dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter
    get_submodule half ipu load_state_dict modules mtia named_buffers named_children
    named_modules named_parameters parameters register_backward_hook register_buffer
    register_forward_hook register_forward_pre_hook register_full_backward_hook
    register_full_backward_pre_hook register_load_state_dict_post_hook
    register_load_state_dict_pre_hook register_module register_parameter
    register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state
    set_submodule share_memory state_dict to to_empty train training type xpu zero_grad
    """.split()  # noqa: SIM905  a list of eighty quoted words reads worse
)
"""The names that `torch.nn.Module` has for itself; a test holds them against torch."""


def attribute_name(name: str) -> str:
    """Return the name under which a module keeps the layer: its own, unless torch has taken it.

    The dots of a layer in a block become underscores, and letters those that Python takes them for
    (ﬁ is fi); no other two layers get the same name, and a spec refuses two that would.

    >>> attribute_name("conv1"), attribute_name("train"), attribute_name("layer1.0.conv1")
    ('conv1', 'train_', 'layer1_0_conv1')
    """
    name = normalize("NFKC", name).replace(".", "_")
    shortest = len(name.rstrip("_"))
    is_taken = any(name[:end] in TAKEN for end in range(shortest, len(name) + 1))
    return f"{name}_" if is_taken else name


@record
class TorchModule:
    """A layer that torch builds as `torch.nn.<name>(*positional, **keywords)`."""

    name: str
    positional: tuple[object, ...]
    keywords: Mapping[str, object]


@record
class TorchOperator:
    """A layer that is an operator between its inputs: `a + b`."""

    symbol: str


@record
class TorchFunction:
    """A layer that is a function of the list of its inputs: `torch.<name>([a, b], **keywords)`."""

    name: str
    keywords: Mapping[str, object]


@record
class TorchChoice:
    """A layer that is a choice of its input's channels: `x[:, [0, 2]]`."""

    channels: tuple[int, ...]


TorchCall: TypeAlias = TorchModule | TorchOperator | TorchFunction | TorchChoice
"""How torch makes a layer, in names and values, so that stating it imports nothing."""
