"""Sums, means, maxima and losses, and what normalizes over axes."""

from __future__ import annotations

from archstat.layers.reach import Mixing
from archstat.models.torch.operators.entry import free
from archstat.models.torch.operators.reads import (
    batch_norm,
    because,
    group_norm,
    layer_norm,
    over,
    reduced,
    untold,
)

OPERATORS = (
    *free(
        """
        _is_all_true _is_any_true all amax amin aminmax any argmax argmin count_nonzero kthvalue
        linalg_vector_norm logsumexp max mean median min mode nanmean nanmedian nansum norm prod std
        std_mean sum var var_mean
        """,
        reduced,
    ),
    *free(
        "_log_softmax _safe_softmax _softmax log_softmax softmax",
        over(Mixing.EVERYTHING_IN_PLACE),
    ),
    *free("_fused_rms_norm native_layer_norm", layer_norm),
    *free("native_group_norm", group_norm),
    *free(
        """
        _native_batch_norm_legit _native_batch_norm_legit_functional
        _native_batch_norm_legit_no_training cudnn_batch_norm miopen_batch_norm native_batch_norm
        """,
        batch_norm,
    ),
    *free(
        """
        _batch_norm_no_update _batch_norm_with_update _batch_norm_with_update_functional
        _masked_softmax _weight_norm_interface bincount histc linalg_cross native_norm renorm
        trace
        """,
        untold,
    ),
    *free(
        """
        _ctc_loss _cudnn_ctc_loss binary_cross_entropy binary_cross_entropy_with_logits dist
        huber_loss mse_loss multi_margin_loss multilabel_margin_loss_forward nll_loss
        nll_loss2d_forward nll_loss_forward smooth_l1_loss soft_margin_loss
        """,
        because("it compares the whole image with a target"),
    ),
    *free(
        """
        _batch_norm_impl_index_backward _log_softmax_backward_data _softmax_backward_data
        cudnn_batch_norm_backward native_batch_norm_backward native_group_norm_backward
        native_layer_norm_backward nll_loss2d_backward nll_loss_backward
        """,
        untold,
    ),
)
