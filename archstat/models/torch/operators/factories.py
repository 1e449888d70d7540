"""Fresh tensors, and what tells of a tensor without reading its values."""

from __future__ import annotations

from archstat.models.torch.operators.entry import free
from archstat.models.torch.operators.reads import untold

OPERATORS = (
    *free(
        """
        empty_like full_like new_empty new_empty_strided new_full new_ones new_zeros ones_like
        rand_like randint_like randn_like zeros_like
        """,
        untold,
        is_factory=True,
    ),
    *free(
        """
        _assert_async _assert_scalar _assert_tensor_metadata _efficientzerotensor
        _functional_assert_async _has_same_storage_numel _local_scalar_dense _make_dep_token _print
        arange cauchy empty empty_permuted empty_strided _pin_memory _resize_output _standard_gamma
        exponential eye fill full geometric hann_window is_same_size lift lift_fresh_copy linspace
        log_normal logspace multinomial normal normal_functional ones poisson rand randint randn
        randperm resize resize_ resize_as scalar_tensor set set_ sym_constrain_range
        sym_constrain_range_for_size sym_is_contiguous sym_numel sym_size sym_storage_offset
        sym_stride tril_indices triu_indices uniform zero zeros
        """,
        untold,
    ),
)
