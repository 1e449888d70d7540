"""Models of vit-pytorch and x-transformers: vision transformers and decoders, in many variants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from importlib import import_module
from typing import Any

import torch
from case import Case, Given

WHOLE = {"image_size": 32, "patch_size": 8, "num_classes": 10, "dim": 32, "depth": 2, "heads": 4}
PLAIN = {**WHOLE, "mlp_dim": 64}

OF_IMAGES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "ViT": ("vit", PLAIN),
    "SimpleViT": ("simple_vit", PLAIN),
    "DeepViT": ("deepvit", PLAIN),
    "CaiT": ("cait", {**PLAIN, "cls_depth": 1}),
    "T2TViT": (
        "t2t",
        {"image_size": 32, "num_classes": 10, "dim": 32, "depth": 2, "heads": 4, "mlp_dim": 64},
    ),
    "CrossViT": (
        "cross_vit",
        {
            "image_size": 32,
            "num_classes": 10,
            "sm_dim": 16,
            "lg_dim": 32,
            "sm_patch_size": 4,
            "lg_patch_size": 8,
            "depth": 1,
        },
    ),
    "PiT": ("pit", {**PLAIN, "depth": (1, 1), "patch_size": 8}),
    "LeViT": (
        "levit",
        {
            "image_size": 64,
            "num_classes": 10,
            "stages": 2,
            "dim": (32, 64),
            "depth": 1,
            "heads": (2, 4),
            "mlp_mult": 2,
        },
    ),
    "CvT": ("cvt", {"num_classes": 10}),
    "TwinsSVT": (
        "twins_svt",
        {
            "num_classes": 10,
            "s1_emb_dim": 16,
            "s2_emb_dim": 16,
            "s3_emb_dim": 16,
            "s4_emb_dim": 16,
            "s1_local_patch_size": 2,
            "s2_local_patch_size": 2,
            "s3_local_patch_size": 2,
            "s4_local_patch_size": 2,
            "s1_global_k": 2,
            "s2_global_k": 2,
            "s3_global_k": 2,
            "s4_global_k": 2,
        },
    ),
    "CrossFormer": (
        "crossformer",
        {
            "num_classes": 10,
            "dim": (32, 32, 64, 64),
            "depth": (1, 1, 1, 1),
            "global_window_size": (8, 4, 2, 1),
            "local_window_size": 2,
        },
    ),
    "ScalableViT": (
        "scalable_vit",
        {
            "num_classes": 10,
            "dim": 32,
            "depth": (1, 1),
            "heads": (2, 4),
            "reduction_factor": (2, 1),
            "window_size": (8, 4),
        },
    ),
    "MaxViT": (
        "max_vit",
        {
            "num_classes": 10,
            "dim_conv_stem": 16,
            "dim": 16,
            "dim_head": 8,
            "depth": (1, 1),
            "window_size": 4,
        },
    ),
    "NesT": (
        "nest",
        {
            "image_size": 32,
            "patch_size": 4,
            "num_classes": 10,
            "dim": 16,
            "heads": 2,
            "num_hierarchies": 2,
            "block_repeats": (1, 1),
        },
    ),
    "MobileViT": (
        "mobile_vit",
        {
            "image_size": (64, 64),
            "dims": [16, 24, 32],
            "channels": [8, 8, 16, 16, 24, 24, 32, 32, 48, 48, 64],
            "num_classes": 10,
        },
    ),
    "XCiT": ("xcit", {**PLAIN, "cls_depth": 1}),
    "RegionViT": (
        "regionvit",
        {"num_classes": 10, "dim": (16, 16, 32, 32), "depth": (1, 1, 1, 1), "window_size": 2},
    ),
    "LookViT": (
        "look_vit",
        {
            "dim": 32,
            "image_size": 32,
            "num_classes": 10,
            "patch_size": 8,
            "highres_patch_size": 4,
            "depth": 1,
            "heads": 4,
            "dim_head": 8,
            "cross_attn_dim_head": 8,
        },
    ),
    "RvT": ("rvt", PLAIN),
    "ParallelViT": ("parallel_vit", {**PLAIN, "num_parallel_branches": 2}),
    "LearnableMemoryViT": ("learnable_memory_vit", PLAIN),
    "NormalizedViT": ("normalized_vit", PLAIN),
    "ViTForSmallDataset": ("vit_for_small_dataset", PLAIN),
    "PatchMergerViT": ("vit_with_patch_merger", PLAIN),
    "PatchDropoutViT": ("vit_with_patch_dropout", PLAIN),
    "RegisterViT": ("simple_vit_with_register_tokens", PLAIN),
    "QkNormViT": ("simple_vit_with_qk_norm", PLAIN),
    "FftViT": ("simple_vit_with_fft", {**PLAIN, "freq_patch_size": 8}),
    "HyperConnectionViT": (
        "simple_vit_with_hyper_connections",
        {**PLAIN, "num_residual_streams": 2},
    ),
    "ValueResidualViT": ("simple_vit_with_value_residual", PLAIN),
}
"""By name: the module that it is in, and its settings."""

CLASSES = {
    "PatchMergerViT": "ViT", "PatchDropoutViT": "ViT", "RegisterViT": "SimpleViT", "QkNormViT": "SimpleViT",
    "FftViT": "SimpleViT", "HyperConnectionViT": "SimpleViT", "ValueResidualViT": "SimpleViT",
    "ParallelViT": "ViT", "LearnableMemoryViT": "ViT", "NormalizedViT": "nViT",
    "ViTForSmallDataset": "ViT", "RvT": "RvT",
}  # fmt: skip
"""What some are called there, where several are called alike."""

OF_TEXT: Mapping[str, Mapping[str, Any]] = {
    "plain": {},
    "rotary": {"rotary_pos_emb": True},
    "alibi": {"alibi_pos_bias": True},
    "glu": {"ff_glu": True, "ff_swish": True},
    "rms norm": {"use_rmsnorm": True, "ff_no_bias": True},
    "one key-value head": {"attn_one_kv_head": True},
    "grouped keys": {"attn_kv_heads": 2},
    "memory tokens": {"attn_num_mem_kv": 4},
    "talking heads": {"attn_pre_talking_heads": True},
    "sandwich norm": {"sandwich_norm": True},
    "macaron": {"macaron": True},
    "value gate": {"attn_gate_values": True},
}
"""Settings of a decoder, by what they are called."""


def cases() -> Iterator[Case]:
    """Yield all."""
    for name in OF_IMAGES:
        yield Case("vit-pytorch", name, partial(_of_images, name))
    for name in OF_TEXT:
        yield Case("x-transformers", name, partial(_of_text, name))


def _of_images(name: str) -> Given:
    module, settings = OF_IMAGES[name]
    kind = getattr(import_module(f"vit_pytorch.{module}"), CLASSES.get(name, name))
    side = settings.get("image_size", 64)
    side = side if isinstance(side, int) else side[0]
    return Given(kind(**settings), (torch.rand(2, 3, side, side),))


def _of_text(name: str) -> Given:
    from x_transformers import Decoder, TransformerWrapper  # noqa: PLC0415  after the choice

    layers = Decoder(dim=32, depth=2, heads=4, attn_dim_head=8, **OF_TEXT[name])
    model = TransformerWrapper(num_tokens=64, max_seq_len=32, attn_layers=layers)
    return Given(model, (torch.zeros(2, 16, dtype=torch.int64),))
