"""Models of transformers, by their configurations, each made small in the same way."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from case import Case, Given
from torch import Tensor

TEXT = """
    albert apertus arcee bamba bert bert-generation big_bird biogpt bitnet bloom camembert codegen cohere
    cohere2 convbert ctrl data2vec-text deberta deberta-v2 deepseek_v2 deepseek_v3 diffllama distilbert doge dots1
    electra ernie ernie4_5 ernie4_5_moe esm eurobert exaone4 falcon falcon_h1 falcon_mamba flaubert
    flex_olmo fnet funnel gemma gemma2 gemma3_text glm glm4 glm4_moe gpt2 gpt_bigcode gpt_neo gpt_neox
    gpt_neox_japanese gpt_oss gptj granite granitemoe granitemoeshared helium hunyuan_v1_dense hunyuan_v1_moe
    ibert jamba jetmoe layoutlm led lfm2 lilt llama longformer luke m2m_100 mamba mamba2 marian mbart megatron-bert
    minimax mistral mixtral mobilebert modernbert mpnet mra mt5 mvp nemotron nystromformer olmo olmo2 olmo3
    olmoe openai-gpt opt pegasus persimmon phi phi3 phimoe plbart prophetnet qwen2 qwen2_moe qwen3 qwen3_moe
    qwen3_next recurrent_gemma reformer rembert roberta roberta-prelayernorm roc_bert roformer rwkv seed_oss
    smollm3 squeezebert stablelm starcoder2 switch_transformers t5 umt5 xglm xlm xlm-roberta
    xlm-roberta-xl xlnet xmod yoso zamba zamba2 blenderbot blenderbot-small bart bigbird_pegasus longt5
    longcat_flash nllb-moe vaultgemma
""".split()  # noqa: SIM905  a list of quoted words reads worse
IMAGES = """
    beit bit convnext convnextv2 cvt data2vec-vision deit dinov2 dinov2_with_registers dinov3_vit dinov3_convnext
    efficientnet focalnet glpn hgnet_v2 hiera ijepa imagegpt levit mobilenet_v1 mobilenet_v2 mobilevit mobilevitv2
    poolformer pvt pvt_v2 regnet resnet segformer siglip_vision_model swiftformer swin swin2sr swinv2 textnet
    vit vit_mae vit_msn vitdet yolos detr conditional_detr deformable_detr rt_detr
    rt_detr_v2 table-transformer dpt sam_vision_model superpoint clip_vision_model blip_2_qformer
""".split()  # noqa: SIM905  likewise
SOUNDS = """
    audio-spectrogram-transformer data2vec-audio hubert sew sew-d unispeech unispeech-sat wav2vec2 wav2vec2-bert
    wav2vec2-conformer wavlm whisper speech_to_text moonshine encodec mimi dac univnet
""".split()  # noqa: SIM905  likewise
BOTH = """
    clip siglip chinese_clip altclip align clipseg blip bridgetower flava groupvit vilt visual_bert lxmert owlvit
    owlv2 xclip git
""".split()  # noqa: SIM905  likewise
SERIES = "patchtst patchtsmixer timesformer videomae vivit decision_transformer".split()  # noqa: SIM905  likewise

SMALL = {
    "vocab_size": 128,
    "hidden_size": 64,
    "d_model": 64,
    "n_embd": 64,
    "emb_dim": 64,
    "dim": 64,
    "embedding_size": 64,
    "intermediate_size": 128,
    "ffn_dim": 128,
    "d_ff": 128,
    "n_inner": 128,
    "moe_intermediate_size": 32,
    "shared_expert_intermediate_size": 32,
    "encoder_ffn_dim": 128,
    "decoder_ffn_dim": 128,
    "num_hidden_layers": 2,
    "n_layer": 2,
    "n_layers": 2,
    "num_layers": 2,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "num_decoder_layers": 2,
    "num_encoder_layers": 2,
    "num_attention_heads": 4,
    "n_head": 4,
    "n_heads": 4,
    "num_heads": 4,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "num_key_value_heads": 2,
    "n_positions": 64,
    "head_dim": 16,
    "d_kv": 16,
    "num_local_experts": 4,
    "num_experts": 4,
    "n_routed_experts": 4,
    "max_position_embeddings": 64,
    "num_experts_per_tok": 2,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
"""Sizes that most configurations have under these names."""

EXTRA: dict[str, dict[str, Any]] = {
    "deepseek_v2": {
        "head_dim": 8,
        "q_lora_rank": 16,
        "kv_lora_rank": 16,
        "qk_nope_head_dim": 16,
        "qk_rope_head_dim": 8,
        "v_head_dim": 16,
        "n_group": 1,
        "topk_group": 1,
    },
    "deepseek_v3": {
        "head_dim": 8,
        "q_lora_rank": 16,
        "kv_lora_rank": 16,
        "qk_nope_head_dim": 16,
        "qk_rope_head_dim": 8,
        "v_head_dim": 16,
        "n_group": 1,
        "topk_group": 1,
        "first_k_dense_replace": 1,
    },
    "longcat_flash": {
        "q_lora_rank": 16,
        "kv_lora_rank": 16,
        "qk_nope_head_dim": 16,
        "qk_rope_head_dim": 8,
        "v_head_dim": 16,
        "expert_ffn_hidden_size": 32,
        "ffn_hidden_size": 64,
        "moe_topk": 2,
        "zero_expert_num": 2,
    },
    "reformer": {
        "axial_pos_shape": [4, 4],
        "axial_pos_embds_dim": [16, 48],
        "attn_layers": ["local", "lsh"],
        "num_hashes": 1,
        "lsh_attn_chunk_length": 4,
        "local_attn_chunk_length": 4,
        "attention_head_size": 16,
        "feed_forward_size": 128,
    },
    "mamba2": {"num_heads": 8, "head_dim": 16, "n_groups": 1, "expand": 2},
    "rwkv": {"attention_hidden_size": 64},
    "gptj": {"rotary_dim": 16},
    "codegen": {"rotary_dim": 16, "n_ctx": 64},
    "longformer": {"attention_window": [4, 4]},
    "led": {"attention_window": [4, 4]},
    "qwen2_moe": {"num_experts": 4},
    "glm4_moe": {"n_group": 1, "topk_group": 1},
    "dots1": {"n_group": 1, "topk_group": 1},
    "phi": {"partial_rotary_factor": 0.5},
    "mobilebert": {"intra_bottleneck_size": 32, "true_hidden_size": 32},
    "gemma3_text": {"layer_types": None},
    "funnel": {"block_sizes": [1, 1], "d_head": 16, "num_decoder_layers": 1},
}
"""What single models need beside that."""

DROPS = ("layerdrop", "encoder_layerdrop", "decoder_layerdrop", "drop_path_rate")
SIDES = {"image_size": 64, "input_size": 64}
TOKENS, BATCH = 16, 2


def cases() -> Iterator[Case]:
    """Yield all."""
    for kinds, inputs in (
        (TEXT, _text),
        (IMAGES, _image),
        (SOUNDS, _sound),
        (BOTH, _both),
        (SERIES, _series),
    ):
        for kind in kinds:
            yield Case("transformers", kind, partial(_built, kind, inputs))


def _built(kind: str, inputs: Any) -> Given:
    from transformers import AutoConfig, AutoModel  # noqa: PLC0415  after the choice

    configuration = AutoConfig.for_model(kind)
    _made_small(configuration, EXTRA.get(kind, {}))
    model = AutoModel.from_config(configuration)
    return Given(model, (), inputs(configuration, kind))


def _made_small(configuration: Any, extra: dict[str, Any]) -> None:
    for name in list(vars(type(configuration)).get("sub_configs", {})):
        inner = getattr(configuration, name, None)
        if inner is not None and hasattr(inner, "to_dict"):
            _made_small(inner, {})
    is_of_text = hasattr(configuration, "vocab_size")
    for name in DROPS:  # whole layers are left out by chance, in training
        if hasattr(configuration, name):
            setattr(configuration, name, 0.0)
    known = {
        **configuration.to_dict(),
        **dict.fromkeys(getattr(configuration, "attribute_map", {})),
    }
    for name, value in SMALL.items() if is_of_text else ():
        if name in known and name not in extra and _is_number(known[name]):
            setattr(configuration, name, value)
    for name, value in extra.items():
        if value is not None:
            setattr(configuration, name, value)
    if is_of_text and isinstance(known.get("layer_types"), list):
        configuration.layer_types = known["layer_types"][: configuration.num_hidden_layers]
    if not is_of_text:
        for name in ("num_hidden_layers", "encoder_layers", "decoder_layers"):
            if _is_number(known.get(name)) and not isinstance(known.get("layer_types"), list):
                setattr(configuration, name, 2)
        for name, value in SIDES.items():
            if name in known and isinstance(known[name], (int, list, tuple)):
                setattr(configuration, name, value)


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def _tokens(seed: int = 3) -> Tensor:
    return torch.arange(BATCH * TOKENS).reshape(BATCH, TOKENS) * seed % 100 + 5


def _text(configuration: Any, kind: str) -> dict[str, Any]:
    given: dict[str, Any] = {"input_ids": _tokens()}
    if configuration.is_encoder_decoder:
        given["decoder_input_ids"] = _tokens(7)
    if kind == "lilt":
        given["bbox"] = torch.ones(BATCH, TOKENS, 4, dtype=torch.int64)
    if kind in {
        "bert",
        "llama",
        "mistral",
        "t5",
        "gpt2",
        "opt",
        "bart",
        "roberta",
        "qwen3",
        "bloom",
    }:
        given["attention_mask"] = torch.ones(BATCH, TOKENS, dtype=torch.int64)
    if kind in {"gemma", "falcon", "phi3", "mixtral", "jamba", "olmo2"}:
        given["use_cache"] = False
    return given


def _image(configuration: Any, kind: str) -> dict[str, Any]:
    if kind == "imagegpt":
        return {"input_ids": _tokens()}
    size = getattr(configuration, "image_size", None)
    side = size if isinstance(size, int) else 64
    channels = getattr(configuration, "num_channels", 3)
    return {"pixel_values": torch.rand(BATCH, channels, side, side)}


def _sound(configuration: Any, kind: str) -> dict[str, Any]:
    if kind == "audio-spectrogram-transformer":
        return {
            "input_values": torch.rand(BATCH, configuration.max_length, configuration.num_mel_bins)
        }
    if kind == "whisper":
        features = torch.rand(
            BATCH, configuration.num_mel_bins, 2 * configuration.max_source_positions
        )
        return {"input_features": features, "decoder_input_ids": _tokens()}
    if kind == "speech_to_text":
        return {
            "input_features": torch.rand(BATCH, 64, configuration.input_feat_per_channel),
            "decoder_input_ids": _tokens(),
        }
    if kind == "wav2vec2-bert":
        return {"input_features": torch.rand(BATCH, 32, configuration.feature_projection_input_dim)}
    if kind == "univnet":
        return {"input_features": torch.rand(BATCH, 32, configuration.num_mel_channels)}
    if kind == "moonshine":
        return {"input_values": torch.rand(BATCH, 8000), "decoder_input_ids": _tokens()}
    if kind in {"encodec", "mimi", "dac"}:
        return {"input_values": torch.rand(1, 1, 9600)}
    return {"input_values": torch.rand(BATCH, 8000)}


def _both(configuration: Any, kind: str) -> dict[str, Any]:
    vision = getattr(configuration, "vision_config", configuration)
    side = getattr(vision, "image_size", 64)
    side = side if isinstance(side, int) else 64
    given: dict[str, Any] = {"input_ids": _tokens()}
    if kind == "visual_bert":
        return {**given, "visual_embeds": torch.rand(BATCH, 5, configuration.visual_embedding_dim)}
    if kind == "lxmert":
        return {
            **given,
            "visual_feats": torch.rand(BATCH, 5, configuration.visual_feat_dim),
            "visual_pos": torch.rand(BATCH, 5, 4),
        }
    given["pixel_values"] = torch.rand(BATCH, 3, side, side)
    if kind == "xclip":
        given["pixel_values"] = torch.rand(BATCH, vision.num_frames, 3, side, side)
    return given


def _series(configuration: Any, kind: str) -> dict[str, Any]:
    if kind.startswith("patchts"):
        return {
            "past_values": torch.rand(
                BATCH, configuration.context_length, configuration.num_input_channels
            )
        }
    if kind == "decision_transformer":
        return {
            "states": torch.rand(BATCH, 4, configuration.state_dim),
            "actions": torch.rand(BATCH, 4, configuration.act_dim),
            "rewards": torch.rand(BATCH, 4, 1),
            "returns_to_go": torch.rand(BATCH, 4, 1),
            "timesteps": torch.arange(4).repeat(BATCH, 1),
            "attention_mask": torch.ones(BATCH, 4, dtype=torch.int64),
        }
    frames, side = configuration.num_frames, configuration.image_size
    side = side if isinstance(side, int) else 64
    return {"pixel_values": torch.rand(1, frames, 3, side, side)}
