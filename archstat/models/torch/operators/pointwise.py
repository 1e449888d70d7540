"""What treats each value by itself: activations, and what only moves values about in memory.

All that torch tags as pointwise has an entry of this kind without being named here.
"""

from __future__ import annotations

from archstat.layers import Layer
from archstat.layers.activation import ReLU
from archstat.layers.combine import Add, Multiply
from archstat.models.torch.operators.call import Call
from archstat.models.torch.operators.convolutions import as_layer
from archstat.models.torch.operators.entry import Operator, free, nothing
from archstat.models.torch.operators.reads import in_place, untold


def pointwise(name: str, **facts: object) -> Operator:
    """Return the entry of an operator that treats each value by itself."""
    return Operator(name, nothing, in_place, is_pointwise=True, **facts)  # type: ignore[arg-type]


def _join(call: Call, kind: type[Layer]) -> Layer | None:
    """Return the join of several tensors of one shape, value by value."""
    shapes = {tuple(tensor.shape) for tensor in call.inputs}
    return kind() if len(call.inputs) > 1 and shapes == {tuple(call.out.shape)} else None


OPERATORS = (
    pointwise("add", is_like_inputs=True, layer=lambda call: _join(call, Add)),
    pointwise("mul", is_like_inputs=True, layer=lambda call: _join(call, Multiply)),
    pointwise("relu", is_like_inputs=True, layer=as_layer(ReLU)),
    *(
        pointwise(name, is_like_inputs=True)
        for name in """
        celu elu gelu hardsigmoid hardswish hardtanh leaky_relu mish rsub selu silu softplus sub
        """.split()  # noqa: SIM905  a list of quoted words reads worse
    ),
    *(
        pointwise(name)
        for name in """
        __irshift__ __lshift__ __rshift__ _add_relu _masked_scale _prelu_kernel addr bitwise_and
        bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor div equal floor_divide
        hardshrink isinf isnan log_sigmoid_forward masked_fill remainder rrelu rrelu_with_noise
        rrelu_with_noise_functional softshrink threshold where
        """.split()  # noqa: SIM905  a list of quoted words reads worse
    ),
    *free("_to_copy alias clone copy detach lift_fresh", in_place, is_passing=True),
    *free(
        "bernoulli channel_shuffle dropout native_channel_shuffle native_dropout tril triu",
        in_place,
    ),
    *free(
        """
        _cast_Byte _fake_quantize_learnable_per_channel_affine
        _fake_quantize_learnable_per_tensor_affine
        _fake_quantize_per_tensor_affine_cachemask_tensor_qparams _fused_dropout
        _fused_moving_avg_obs_fq_helper _fused_moving_avg_obs_fq_helper_functional
        _make_per_channel_quantized_tensor _make_per_tensor_quantized_tensor
        choose_qparams_optimized dequantize
        fake_quantize_per_channel_affine_cachemask fake_quantize_per_tensor_affine_cachemask
        fused_moving_avg_obs_fake_quant int_repr q_per_channel_scales quantize_per_channel
        quantize_per_tensor quantize_per_tensor_dynamic quantized.add quantized.add_relu
        quantized.mul quantized_decomposed.dequantize_per_channel
        quantized_decomposed.dequantize_per_tensor quantized_decomposed.quantize_per_channel
        quantized_decomposed.quantize_per_tensor
        """,
        in_place,
    ),
    *free("_conj complex conj imag polar real view_as_complex view_as_real", untold),
)
