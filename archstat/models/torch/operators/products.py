"""Products of matrices: every value of the output sums a row times a column."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from torch import Tensor

from archstat.models.torch.operators.entry import Formula, Operator
from archstat.models.torch.operators.reads import (
    Rule,
    because,
    made_of_all,
    product,
    rows,
    untold,
)

EUCLID = 2.0
"""The exponent of distances that torch takes where none is stated."""

REAL_ONES = 4
"""The multiply–accumulates of real numbers in one of complex numbers: (a + bi)(c + di)."""

COMPLEX = (
    "complex numbers count in real multiply–accumulates: 4 for each complex one in a product, "
    "and 3 in a convolution, which torch runs as 3 real ones"
)
"""How complex numbers are counted, in words."""

SCATTERED = because("its rows belong to several products, by values that are not known")


def matrix_product(left: int, right: int) -> Formula:
    """Return the formula of a product of the arguments at two places."""

    def macs(args: Sequence[Any], _: Any) -> int:
        rows, columns = args[left], args[right]
        each = REAL_ONES if rows.is_complex() else 1
        return int(each * rows.numel() * (columns.shape[-1] if columns.dim() > 1 else 1))

    return macs


def _grouped(args: Sequence[Any], _: Any) -> int:
    """Return the cost of several products in one call, of which each takes a part of the rows.

    Each row meets the columns of one group. Where the left side has an axis of groups and the right
    side has not, the columns are split, and each group meets its part of them.
    """
    left, right = args[:2]
    groups = left.shape[0] if left.dim() > right.dim() else 1
    return int(left.numel() // groups * right.shape[-1])


def _places_of_grid(_: Sequence[Any], out: Tensor) -> int:
    """Return the products of a grid of places: each of its numbers sums a row of the matrix.

    A place has as many numbers as axes, and a 1 behind them for the shift.
    """
    return int(out.numel() * (out.shape[-1] + 1))


def _trilinear(args: Sequence[Any], _: Any) -> int:
    """Return the terms that nn.Bilinear sums: each is a product of three values."""
    factors, added = args[:3], args[3:6]
    sizes = [_with_axes(tuple(each.shape), new) for each, new in zip(factors, added, strict=True)]
    return prod(map(max, zip(*sizes, strict=True)))


def _with_axes(sizes: tuple[int, ...], new: Sequence[int]) -> list[int]:
    whole = iter(sizes)
    return [1 if axis in new else next(whole) for axis in range(len(sizes) + len(new))]


def _distances(args: Sequence[Any], out: Tensor) -> int:
    """Return the squares that are summed for Euclidean distances; others multiply nothing."""
    return int(out.numel() * args[0].shape[-1]) if _are_euclids(args) else 0


def _gradient_of_distances(args: Sequence[Any], _: Any) -> int:
    """Return the differences that are weighted by the gradients of Euclidean distances."""
    gradient, points = args[:2]
    return int(gradient.numel() * points.shape[-1]) if _are_euclids(args) else 0


def _are_euclids(args: Sequence[Any]) -> bool:
    return next((each for each in args if isinstance(each, float)), EUCLID) == EUCLID


def _quantized(args: Sequence[Any], out: Tensor) -> int:
    return int(out.numel() * args[0].shape[-1])


def _product_entry(name: str, left: str, right: str, places: tuple[int, int]) -> Operator:
    """Return the entry of a product of matrices that every device refuses of several types."""
    return Operator(
        name,
        matrix_product(*places),
        product(left, right),
        factors=places,
        needs_one_type=name != "_addmm_activation",
    )


def _of_vectors(name: str, places: tuple[int, int], reach: Rule = untold) -> Operator:
    needs = name != "vdot"
    return Operator(name, matrix_product(*places), reach, factors=places, needs_one_type=needs)


OPERATORS = (
    _product_entry("mm", "self", "mat2", (0, 1)),
    _product_entry("bmm", "self", "mat2", (0, 1)),
    _product_entry("addmm", "mat1", "mat2", (1, 2)),
    _product_entry("_addmm_activation", "mat1", "mat2", (1, 2)),
    _product_entry("addbmm", "batch1", "batch2", (1, 2)),
    _product_entry("baddbmm", "batch1", "batch2", (1, 2)),
    _of_vectors("mv", (0, 1)),
    _of_vectors("dot", (0, 1)),
    _of_vectors("vdot", (0, 1)),
    _of_vectors("addmv", (1, 2)),
    _product_entry("_sparse_addmm", "mat1", "mat2", (1, 2)),
    _product_entry("sparse_sampled_addmm", "mat1", "mat2", (1, 2)),
    _product_entry("_sparse_sparse_matmul", "self", "other", (0, 1)),
    Operator("_int_mm", matrix_product(0, 1), product("self", "mat2")),
    Operator("_scaled_mm", matrix_product(0, 1), product("self", "mat2")),
    Operator("_scaled_mm_v2", matrix_product(0, 1), product("self", "mat2")),
    *(
        Operator(name, lambda args, out: args[0].shape[-1] * out.numel(), untold)
        for name in (
            "_dyn_quant_matmul_4bit",
            "_weight_int4pack_mm",
            "_weight_int4pack_mm_for_cpu",
            "_weight_int4pack_mm_with_scales_and_zeros",
            "_weight_int8pack_mm",
        )
    ),
    Operator("_grouped_mm", _grouped, SCATTERED, factors=(0, 1)),
    Operator("_scaled_grouped_mm", _grouped, SCATTERED),
    Operator("_scaled_grouped_mm_v2", _grouped, SCATTERED),
    Operator("affine_grid_generator", _places_of_grid, made_of_all, factors=(0,)),
    Operator("_trilinear", _trilinear, untold, factors=(0, 1, 2)),
    Operator("_cdist_forward", _distances, untold, factors=(0, 1)),
    Operator("_cdist_backward", _gradient_of_distances, untold),
    Operator("_pdist_forward", _distances, untold, factors=(0,)),
    Operator("_pdist_backward", _gradient_of_distances, untold),
    Operator(
        "_euclidean_dist",
        lambda args, out: args[0].shape[-1] * out.numel(),
        untold,
        factors=(0, 1),
    ),
    Operator("quantized.linear", _quantized, rows),
    Operator("quantized.linear_relu", _quantized, rows),
    Operator("quantized.linear_dynamic", _quantized, rows),
    Operator("quantized.linear_relu_dynamic", _quantized, rows),
    Operator("quantized.linear_dynamic_fp16", _quantized, rows),
)
