"""What each of torch's operators reads, and what it does to the axes: one rule an operator.

Rules see an operator as it was called. Only inputs that come from the network's own input count:
what a parameter or a mask adds has no place in the image.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from torch import Tensor

from archstat.layers.reach import (
    Along,
    Inside,
    Mixing,
    Permuted,
    Reach,
    Reshaped,
    Step,
    Unknown,
    in_turn,
)
from archstat.layers.window import Rolled, Sliding
from archstat.models.torch.calls import Call
from archstat.models.torch.operators import is_pointwise
from archstat.models.torch.windows import (
    adaptive,
    interpolated,
    padded,
    pixel_shuffled,
    pixel_unshuffled,
)

Rule: TypeAlias = Callable[[Call], Reach]


def reach_of(call: Call) -> Reach:
    """Return what a call of an operator reads."""
    parts = [argument for argument in call.given.values() if _is_part_of(argument, call.out)]
    if parts and not (call.first.numel() == parts[0].numel() == call.out.numel()):
        return Unknown("it writes into a part of a tensor")
    if parts:
        return Reshaped(tuple(call.first.shape), tuple(call.out.shape))
    if is_pointwise(call.operator) or call.name in IN_PLACE:
        return Mixing.NONE
    if call.name in RULES:
        return RULES[call.name](call)
    return Unknown(f"no rule says what {call.name} reads")


def _is_part_of(value: Any, whole: Tensor) -> bool:
    """Return whether an argument is a view of a tensor."""
    return isinstance(value, Tensor) and value._base is whole and value.shape != whole.shape  # noqa: SLF001


IN_PLACE = frozenset(
    """
    _to_copy alias bernoulli channel_shuffle clone copy detach dropout expand lift_fresh
    native_channel_shuffle native_dropout tril triu
    """.split()  # noqa: SIM905  a list of quoted words reads worse
)
"""The operators, apart from the pointwise ones, whose values stay where they are."""


def _along(tensor: Tensor, chosen: Mapping[int, Along]) -> tuple[Along, ...]:
    """Return what is read along each axis of a tensor: the own place, where nothing is chosen."""
    places = {dim % tensor.dim(): along for dim, along in chosen.items()}
    return tuple(places.get(dim, Mixing.NONE) for dim in range(tensor.dim()))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _over(along: Along, name: str = "dim") -> Rule:
    """Return the rule of an operator that does one thing along the axes that an argument names."""
    return lambda call: _along(call.first, dict.fromkeys(_listed(call.given[name]), along))


# Reductions and normalization.


def _reduced(call: Call) -> Reach:
    """Return what a sum, a mean or a maximum reads: everything along some axes, or along all."""
    if "other" in call.given:
        return Mixing.NONE  # the larger of two values
    rank, dims = call.first.dim(), call.given.get("dim")
    gone = {dim % rank for dim in ([] if dims is None else _listed(dims))} or set(range(rank))
    kept = tuple(1 if dim in gone else n for dim, n in enumerate(call.first.shape))
    return _dropped(call, _along(call.first, dict.fromkeys(gone, Mixing.EVERYTHING)), kept)


def _dropped(call: Call, reach: Reach, kept: Sequence[int]) -> Reach:
    """Return a reach whose output has the shape `kept`, and then not its axes of size 1."""
    out = tuple(call.out.shape)
    return (
        reach if out == tuple(kept) else in_turn((reach, kept), (Reshaped(tuple(kept), out), out))
    )


def _layer_norm(call: Call) -> Reach:
    return (Mixing.EVERYTHING_IN_PLACE,) * len(call.given["normalized_shape"])


def _group_norm(call: Call) -> Reach:
    others = range(1, call.first.dim())
    return _along(call.first, dict.fromkeys(others, Mixing.EVERYTHING_IN_PLACE))


def _batch_norm(call: Call) -> Reach:
    """Return the own place; everything but the channels where no running statistics are used."""
    if not call.given.get("training"):
        return Mixing.NONE
    others = {dim: Mixing.EVERYTHING_IN_PLACE for dim in range(call.first.dim()) if dim != 1}
    return _along(call.first, others)


# Axes in another order, cut and joined.


def _reshaped(call: Call) -> Reach:
    if call.first.numel() != call.out.numel():
        return Unknown(f"no rule says what {call.name} reads")
    return Reshaped(tuple(call.first.shape), tuple(call.out.shape))


def _permuted(call: Call) -> Reach:
    return Permuted(tuple(dim % call.first.dim() for dim in call.given["dims"]))


def _transposed(call: Call) -> Reach:
    order = list(range(call.first.dim()))
    if order:
        one, other = call.given.get("dim0", 0), call.given.get("dim1", -1)
        order[one], order[other] = order[other], order[one]
    return Permuted(tuple(order))


def _sliced(call: Call) -> Reach:
    start, size = call.given["start"] or 0, call.first.shape[call.given["dim"]]
    first = max(0, start + size if start < 0 else start)
    window = Sliding(kernel_size=1, stride=call.given["step"], padding=-first)
    return _along(call.first, {call.given["dim"]: window})


def _selected(call: Call) -> Reach:
    dim = call.given["dim"] % call.first.dim()
    kept = list(call.first.shape)
    index, kept[dim] = call.given["index"] % kept[dim], 1
    window = Sliding(kernel_size=1, padding=-index)
    return _dropped(call, _along(call.first, {dim: window}), kept)


def _unbound(call: Call) -> Reach:
    dim, kept = call.given["dim"] % call.first.dim(), list(call.first.shape)
    kept[dim] = 1
    cut = Unknown("it cuts an axis of the image into its units")
    return _dropped(call, _along(call.first, {dim: cut}), kept)


def _stacked(call: Call) -> Reach:
    shape = list(call.out.shape)
    shape[call.given["dim"]] = 1
    return Reshaped(tuple(call.first.shape), tuple(shape))


def _repeated(call: Call) -> Reach:
    sizes = call.first.shape
    counts = zip(reversed(sizes), reversed(call.given["repeats"]), strict=False)
    again = Unknown("it repeats an axis of the image")
    reach = [again if size > 1 and count > 1 else Mixing.NONE for size, count in counts]
    return tuple(reversed(reach))


def _indexed(call: Call) -> Reach:
    """Return what `x[:, [0, 2, 4]]` reads: some units of one axis, the others at their place."""
    dims = [dim for dim, index in enumerate(call.given["indices"]) if index is not None]
    if len(dims) != 1 or call.given["indices"][dims[0]].dim() != 1:
        return Unknown(f"no rule says what {call.name} reads")
    return _along(call.first, {dims[0]: PICKED})


def _rolled(call: Call) -> Reach:
    shifts, dims = _listed(call.given["shifts"]), _listed(call.given["dims"])
    if not dims:
        return Unknown("it rolls all axes as if they were one")
    sizes = call.first.shape
    pairs = zip(dims, shifts, strict=True)
    return _along(call.first, {dim: Rolled(sizes[dim], shift) for dim, shift in pairs})


def _flipped(call: Call) -> Reach:
    sizes = call.first.shape
    windows = {dim: Sliding(1, stride=-1, padding=1 - sizes[dim]) for dim in call.given["dims"]}
    return _along(call.first, windows)


# Several inputs.


def _product(left: str, right: str) -> Rule:
    """Return the rule of a product: rows of the one argument meet columns of the other."""
    return _met({left: (Mixing.EVERYTHING,), right: (Mixing.EVERYTHING, Mixing.NONE)})


def _met(reads: Mapping[str, Reach]) -> Rule:
    """Return the rule of an operator that reads its arguments differently, and joins them."""

    def rule(call: Call) -> Reach:
        reaches = [reads.get(role, Mixing.NONE) for role in call.roles()]
        if len(reaches) == 1:
            return reaches[0]
        steps = [
            Step((number,), reach, tuple(tensor.shape))
            for number, (reach, tensor) in enumerate(zip(reaches, call.inputs, strict=True))
        ]
        meeting = tuple(range(len(steps), 2 * len(steps)))
        return Inside((*steps, Step(meeting, Mixing.NONE, tuple(call.out.shape))))

    return rule


def _concatenated(call: Call) -> Reach:
    return _along(call.out, {call.given["dim"]: Mixing.AMONG_OTHERS})


PICKED = Unknown("it picks or adds up some units of an axis of the image")

RULES: Mapping[str, Rule] = {
    name: rule
    for names, rule in (
        (
            """
            all amax amin aminmax any argmax argmin count_nonzero kthvalue linalg_vector_norm
            logsumexp max mean median min mode nanmean nansum norm prod std std_mean sum var
            var_mean
            """,
            _reduced,
        ),
        ("_log_softmax _safe_softmax _softmax", _over(Mixing.EVERYTHING_IN_PLACE)),
        ("_fused_rms_norm native_layer_norm", _layer_norm),
        ("native_group_norm", _group_norm),
        (
            """
            _native_batch_norm_legit _native_batch_norm_legit_no_training cudnn_batch_norm
            native_batch_norm
            """,
            _batch_norm,
        ),
        ("_reshape_alias _unsafe_view reshape squeeze unsqueeze view", _reshaped),
        ("permute", _permuted),
        ("t transpose", _transposed),
        ("slice", _sliced),
        ("select", _selected),
        ("unbind", _unbound),
        ("stack", _stacked),
        ("cat", _concatenated),
        ("repeat", _repeated),
        ("roll", _rolled),
        ("flip", _flipped),
        (
            "glu split split_with_sizes unsafe_split unsafe_split_with_sizes",
            _over(Unknown("it cuts an axis of the image into pieces")),
        ),
        (
            """
            cummax cummin cumprod cumsum gather index_add index_copy index_fill index_select
            logcumsumexp scatter scatter_add scatter_reduce select_scatter slice_scatter sort topk
            """,
            _over(PICKED),
        ),
        ("_unsafe_index index", _indexed),
        (
            """
            constant_pad_nd reflection_pad1d reflection_pad2d reflection_pad3d replication_pad1d
            replication_pad2d replication_pad3d
            """,
            padded,
        ),
        ("_adaptive_avg_pool3d adaptive_max_pool3d", adaptive),
        ("pixel_shuffle", pixel_shuffled),
        ("pixel_unshuffle", pixel_unshuffled),
        (
            "upsample_nearest1d upsample_nearest2d upsample_nearest3d",
            interpolated(0, is_centred=False),
        ),
        (
            "_upsample_nearest_exact1d _upsample_nearest_exact2d _upsample_nearest_exact3d",
            interpolated(0, is_centred=True),
        ),
        (
            "upsample_bilinear2d upsample_linear1d upsample_trilinear3d",
            interpolated(1, is_centred=True),
        ),
        ("upsample_bicubic2d", interpolated(2, is_centred=True)),
        ("bmm mm", _product("self", "mat2")),
        ("_addmm_activation addmm", _product("mat1", "mat2")),
        ("addbmm baddbmm", _product("batch1", "batch2")),
        (
            """
            _scaled_dot_product_cudnn_attention _scaled_dot_product_efficient_attention
            _scaled_dot_product_flash_attention _scaled_dot_product_flash_attention_for_cpu
            _scaled_dot_product_fused_attention_overrideable
            """,
            _met(
                {
                    "query": (Mixing.EVERYTHING,),
                    "key": (Mixing.EVERYTHING, Mixing.EVERYTHING),
                    "value": (Mixing.EVERYTHING, Mixing.EVERYTHING),
                }
            ),
        ),
    )
    for name in names.split()
}
"""What each operator reads, by the name of its packet; the others are unknown."""
