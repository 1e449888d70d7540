"""Pooling, interpolation, and what exchanges channels and places."""

from __future__ import annotations

from archstat.layers.pool import (
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    AvgPool3d,
    MaxPool2d,
    MaxPool3d,
)
from archstat.models.torch.operators.convolutions import as_layer
from archstat.models.torch.operators.entry import Operator, free, nothing
from archstat.models.torch.operators.reads import sampled, untold
from archstat.models.torch.operators.windows import (
    adaptive,
    interpolated,
    pixel_shuffled,
    pixel_unshuffled,
    upsampled,
)

OPERATORS = (
    Operator("max_pool2d_with_indices", nothing, untold, layer=as_layer(MaxPool2d)),
    Operator("max_pool3d_with_indices", nothing, untold, layer=as_layer(MaxPool3d)),
    Operator("avg_pool2d", nothing, untold, layer=as_layer(AvgPool2d)),
    Operator("avg_pool3d", nothing, untold, layer=as_layer(AvgPool3d)),
    Operator("_adaptive_avg_pool2d", nothing, adaptive, layer=as_layer(AdaptiveAvgPool2d)),
    Operator("adaptive_max_pool2d", nothing, adaptive, layer=as_layer(AdaptiveMaxPool2d)),
    *free("_adaptive_avg_pool3d adaptive_max_pool3d", adaptive),
    *free(
        """
        adaptive_avg_pool1d adaptive_max_pool1d avg_pool1d fractional_max_pool2d
        fractional_max_pool3d max_pool1d max_unpool2d max_unpool3d quantized_max_pool2d
        """,
        untold,
    ),
    *free("pixel_shuffle", pixel_shuffled),
    *free("pixel_unshuffle", pixel_unshuffled),
    *(
        Operator(name, nothing, interpolated(radius, is_centred=is_centred), layer=upsampled(mode))
        for name, mode, radius, is_centred in (
            ("upsample_nearest2d", "nearest", 0, False),
            ("_upsample_nearest_exact2d", "nearest-exact", 0, True),
            ("upsample_bilinear2d", "bilinear", 1, True),
            ("upsample_bicubic2d", "bicubic", 2, True),
        )
    ),
    *free("upsample_nearest1d upsample_nearest3d", interpolated(0, is_centred=False)),
    *free("_upsample_nearest_exact1d _upsample_nearest_exact3d", interpolated(0, is_centred=True)),
    *free("upsample_linear1d upsample_trilinear3d", interpolated(1, is_centred=True)),
    *free(
        """
        _upsample_bicubic2d_aa _upsample_bilinear2d_aa _upsample_lanczos2d_aa torchvision.nms
        torchvision.ps_roi_align torchvision.ps_roi_pool torchvision.roi_align torchvision.roi_pool
        """,
        untold,
    ),
    *free("grid_sampler_2d grid_sampler_3d", sampled),
    *free(
        """
        _adaptive_avg_pool2d_backward adaptive_max_pool2d_backward avg_pool2d_backward
        avg_pool3d_backward max_pool2d_with_indices_backward max_pool3d_with_indices_backward
        upsample_bicubic2d_backward upsample_bilinear2d_backward upsample_nearest2d_backward
        """,
        untold,
    ),
)
