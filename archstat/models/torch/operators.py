"""The ledger of torch's operators: what each costs in multiply–accumulates.

Every operator is in exactly one of three sets: it has a formula; it is known to multiply and
accumulate nothing; or it is uncounted, and is named as such. Activations, norms, pooling, softmax
and other arithmetic value by value count nothing: that is the convention of a MAC.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any, TypeAlias

import torch
from torch import Tensor

Formula: TypeAlias = Callable[[Sequence[Any], Any], int]
"""From an operator's arguments and its output to multiply–accumulates."""


def _matrix_product(left: int, right: int) -> Formula:
    """Return the formula of a product: every output value is a row times a column."""

    def macs(args: Sequence[Any], _: Any) -> int:
        rows, columns = args[left], args[right]
        return int(rows.numel() * (columns.shape[-1] if columns.dim() > 1 else 1))

    return macs


def _convolution(args: Sequence[Any], out: Tensor) -> int:
    image, weight, transposed = args[0], args[1], args[6]
    if transposed:  # every input value meets its share of the weights
        return image.numel() * prod(weight.shape[1:])
    return out.numel() * prod(weight.shape[1:])


def _attention(args: Sequence[Any], _: Any) -> int:
    """Return queries times keys, and the weights times values; for every query head."""
    query, key, value = args[:3]
    pairs = query.numel() // query.shape[-1] * key.shape[-2]
    return pairs * (query.shape[-1] + value.shape[-1])


MATRIX_PRODUCTS: Mapping[str, tuple[int, int]] = {
    "mm": (0, 1),
    "bmm": (0, 1),
    "mv": (0, 1),
    "dot": (0, 1),
    "vdot": (0, 1),
    "addmm": (1, 2),
    "addmv": (1, 2),
    "baddbmm": (1, 2),
    "addbmm": (1, 2),
    "_addmm_activation": (1, 2),
}
"""The places of their factors among the arguments."""

FACTORS: Mapping[str, tuple[int, int]] = {**MATRIX_PRODUCTS, "convolution": (0, 1)}
"""Those of all operators whose gradients are known: every product has these two factors."""

FORMULAS: Mapping[str, Formula] = {
    **{name: _matrix_product(*places) for name, places in MATRIX_PRODUCTS.items()},
    "convolution": _convolution,
    "_convolution": _convolution,
    "convolution_overrideable": _convolution,
    "_scaled_dot_product_flash_attention": _attention,
    "_scaled_dot_product_flash_attention_for_cpu": _attention,
    "_scaled_dot_product_efficient_attention": _attention,
    "_scaled_dot_product_cudnn_attention": _attention,
    "_scaled_dot_product_fused_attention_overrideable": _attention,
}
"""The operators that multiply and accumulate, by the name of their packet."""

PRODUCTS = frozenset({"mm", "bmm", "mv", "dot", "addmm", "addmv", "baddbmm", "addbmm"})
"""Those whose factors have one type on every device, which meta does not check."""

FREE = frozenset(
    """
    _adaptive_avg_pool2d _adaptive_avg_pool3d _assert_async _batch_norm_with_update _conj
    _embedding_bag _embedding_bag_forward_only _local_scalar_dense _log_softmax
    _native_batch_norm_legit _native_batch_norm_legit_no_training _pack_padded_sequence
    _reshape_alias _safe_softmax _softmax _to_copy _unique2 _unsafe_index _unsafe_view
    _upsample_bicubic2d_aa _upsample_bilinear2d_aa _upsample_nearest_exact1d
    _upsample_nearest_exact2d _weight_norm_interface adaptive_max_pool1d adaptive_max_pool2d
    adaptive_max_pool3d alias all amax amin aminmax any arange argmax argmin argsort as_strided
    avg_pool1d avg_pool2d avg_pool3d bernoulli bincount bucketize cat celu channel_shuffle clone
    col2im complex conj constant_pad_nd copy count_nonzero cudnn_batch_norm cummax cummin cumprod
    cumsum detach diag_embed diagonal dropout elu embedding empty empty_like empty_permuted
    empty_strided equal expand eye fill flip floor_divide full full_like gather gelu glu
    grid_sampler_2d grid_sampler_3d hardshrink hardsigmoid hardswish hardtanh histc im2col imag
    index index_add index_copy index_fill index_put index_select isin kthvalue leaky_relu lift
    lift_fresh lift_fresh_copy linalg_vector_norm linspace log_sigmoid_forward log_softmax
    logcumsumexp logsumexp masked_fill masked_scatter masked_select max max_pool1d
    max_pool2d_with_indices max_pool3d_with_indices max_unpool2d max_unpool3d maximum mean median
    min minimum miopen_batch_norm mish mode multinomial narrow native_batch_norm
    native_channel_shuffle native_dropout native_group_norm native_layer_norm native_norm new_empty
    new_empty_strided new_full new_ones new_zeros nonzero norm normal ones ones_like permute
    pixel_shuffle pixel_unshuffle polar prelu prod rand rand_like randint randn randn_like randperm
    real reflection_pad1d reflection_pad2d reflection_pad3d renorm repeat repeat_interleave
    replication_pad1d replication_pad2d replication_pad3d reshape resize_ roll rot90 rrelu
    rrelu_with_noise scalar_tensor scatter scatter_add scatter_reduce searchsorted select
    select_scatter selu set_ sigmoid silu slice slice_scatter softmax softplus softshrink sort split
    split_with_sizes squeeze stack std std_mean sum sym_size t take tanh threshold topk transpose
    tril tril_indices triu triu_indices unbind unfold uniform unique_consecutive unsafe_chunk
    unsafe_split unsafe_split_with_sizes unsqueeze upsample_bicubic2d upsample_bilinear2d
    upsample_linear1d upsample_nearest1d upsample_nearest2d upsample_nearest3d upsample_trilinear3d
    var var_mean view view_as_complex view_as_real where zero zeros zeros_like
    """.split()  # noqa: SIM905  a list of quoted words reads worse
)
"""The operators that multiply and accumulate nothing, apart from all that torch tags pointwise."""


FACTORIES = frozenset(
    """
    empty_like full_like new_empty new_empty_strided new_full new_ones new_zeros ones_like
    rand_like randint_like randn_like zeros_like
    """.split()  # noqa: SIM905  a list of quoted words reads worse
)
"""The operators that take a tensor for its shape and type only, not for what it holds."""

TAUGHT: dict[str, Formula] = {}
"""What users have taught, by namespace and name: "mylib.fused_attention"."""

TORCHVISION_FREE = frozenset({"nms", "ps_roi_align", "ps_roi_pool", "roi_align", "roi_pool"})
"""torchvision's own operators that select or interpolate, value by value."""


POINTWISE = frozenset(
    """
    celu elu gelu hardshrink hardsigmoid hardswish hardtanh leaky_relu log_sigmoid_forward mish
    rrelu selu silu softplus softshrink threshold
    """.split()  # noqa: SIM905  a list of quoted words reads worse
)
"""The activations that torch does not tag as pointwise in every version."""


def is_pointwise(operator: Any) -> bool:
    """Return whether an operator treats each value by itself."""
    return torch.Tag.pointwise in operator.tags or packet_name(operator) in POINTWISE


def packet_name(operator: Any) -> str:
    """Return the name of an operator, without its overload and its in-place mark."""
    name = str(operator.overloadpacket).rpartition(".")[2]
    return name.removesuffix("_") or name


def require_one_type(operator: Any, args: Sequence[Any]) -> None:
    """Check what a product on meta does not: that its factors are of one type.

    Raises:
        RuntimeError: They are not; what a device raises, too.
    """
    tensors = [arg for arg in args if isinstance(arg, Tensor)]
    types = {str(tensor.dtype).removeprefix("torch."): None for tensor in tensors}
    if packet_name(operator) in PRODUCTS and len(types) > 1 and tensors[0].is_meta:
        raise RuntimeError(f"a product of {' and '.join(types)}")


def call(operator: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Return what an operator gives.

    On meta, torch works batch norm out in Python, value by value, which took two thirds of the time
    of a whole pass; its output is like its input, and in evaluation mode there are no statistics.
    """
    if _is_batch_norm_on_meta(operator, args):
        image, is_training = args[0], args[5]
        statistics = image.new_empty(image.shape[1] if is_training else 0)
        return torch.empty_like(image), statistics, statistics.clone()
    return operator(*args, **kwargs)


def _is_batch_norm_on_meta(operator: Any, args: Sequence[Any]) -> bool:
    """Return whether a call is a batch norm on meta, of parameters that fit."""
    if operator is not torch.ops.aten.native_batch_norm.default:
        return False
    image, *params, is_training, _, _ = args
    return (
        image.is_meta
        and image.dim() > 1
        and (is_training or params[2] is not None)
        and all(param is None or param.shape == image.shape[1:2] for param in params)
        and all(param is None or param.dtype == image.dtype for param in params)
    )


def factors_of(operator: Any, args: Sequence[Any]) -> list[Tensor] | None:
    """Return the two tensors of whose values an operator sums products, if it does just that."""
    name = packet_name(operator)
    if operator.namespace != "aten" or name not in FACTORS or f"aten.{name}" in TAUGHT:
        return None
    return [args[place] for place in FACTORS[name]]


def macs_of(operator: Any, args: Sequence[Any], out: Any) -> int | None:
    """Return the multiply–accumulates of one call; None if the operator is not in the ledger."""
    name = packet_name(operator)
    if taught := TAUGHT.get(f"{operator.namespace}.{name}"):
        return taught(args, out)
    if operator.namespace == "aten" and name in FORMULAS:
        return FORMULAS[name](args, out)
    if operator.namespace == "torchvision":
        if name == "deform_conv2d":
            return out.numel() * prod(args[1].shape[1:])
        return 0 if name in TORCHVISION_FREE else None
    is_free = (
        name in FREE
        or torch.Tag.pointwise in operator.tags
        or operator.is_view
        or operator.namespace == "prim"
    )
    return 0 if is_free else None
