"""The inputs that models of transformers and diffusers are used with, from their configuration."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from torch import nn

from archstat.models.inputs import InputSpec

TOKENS = 128
IMAGE = 224
SAMPLES = 16_000  # a second of speech
FRAMES = 3_000  # half a minute of speech, as Whisper takes it
DECODERS = "decoder_input_ids"  # of those that write a text; others ask a fixed set of queries
CAPTION = 77  # tokens of a caption, as CLIP takes them


def of_transformers(model: nn.Module, config: Any) -> list[InputSpec]:
    """Return the usual inputs of a model's task."""
    name = str(getattr(model, "main_input_name", "input_ids"))
    if name == "pixel_values" or _is_pair(config):
        found = _of_images(config)
    elif name == "input_values":
        found = [InputSpec(_sound(config), "float32", name)]
    elif name == "input_features":
        found = [InputSpec(_spectrum(config), "float32", name)]
    else:
        text = getattr(config, "text_config", None) or config
        found = [InputSpec((tokens_of(text),), "int64", name)]
    writes = DECODERS in inspect.signature(model.forward).parameters
    if writes and getattr(config, "is_encoder_decoder", False):
        found.append(InputSpec((tokens_of(config),), "int64", DECODERS))
    return found


def _is_pair(config: Any) -> bool:
    """Return whether images and texts are read side by side, as in CLIP, and not one in another."""
    parts = (getattr(config, name, None) for name in ("text_config", "vision_config"))
    placeholders = ("image_token_id", "image_token_index")
    return all(parts) and not any(hasattr(config, name) for name in placeholders)


def _of_images(config: Any) -> list[InputSpec]:
    vision = getattr(config, "vision_config", None) or getattr(config, "encoder", None) or config
    channels = getattr(vision, "num_channels", None) or 3
    side = getattr(vision, "image_size", None) or IMAGE
    sides = tuple(side) if isinstance(side, (list, tuple)) else (side, side)
    shape = (channels, *sides)
    frames = getattr(vision, "num_frames", None)
    if isinstance(frames, int) and getattr(config, "text_config", None) is None:  # a video
        shape = (frames, *shape)
    found = [InputSpec(shape, "float32", "pixel_values")]
    text = getattr(config, "text_config", None)
    if text is not None and hasattr(config, "vision_config"):  # as in CLIP
        found.insert(0, InputSpec((tokens_of(text),), "int64", "input_ids"))
    return found


def _sound(config: Any) -> tuple[int, ...]:
    """Return samples of sound, or the spectrum of it that a model takes in their place."""
    bins, length = getattr(config, "num_mel_bins", None), getattr(config, "max_length", None)
    return (length, bins) if isinstance(bins, int) and isinstance(length, int) else (SAMPLES,)


def _spectrum(config: Any) -> tuple[int, ...]:
    """Return the spectrum of sound: bins and frames, or frames and bins."""
    if isinstance(bins := getattr(config, "input_feat_per_channel", None), int):
        return (FRAMES, bins)
    positions = getattr(config, "max_source_positions", None)
    frames = 2 * positions if isinstance(positions, int) else FRAMES
    return (getattr(config, "num_mel_bins", 80), frames)


def tokens_of(config: Any) -> int:
    """Return how many tokens are usual, or as many as there are positions."""
    most = [
        getattr(config, key, None)
        for key in ("max_position_embeddings", "n_positions", "max_target_positions")
    ]
    return min([TOKENS, *(size for size in most if isinstance(size, int) and size > 0)])


def of_diffusers(kind: str, config: Mapping[str, Any]) -> list[InputSpec]:
    """Return the usual inputs of a part of a pipeline; none where no class here is like it."""
    if kind.startswith("Autoencoder") or kind in {"VQModel", "ConsistencyDecoderVAE"}:
        side = config.get("sample_size") or 256
        return [InputSpec((config.get("in_channels", 3), *_sides(side)), name="sample")]
    if "UNet" in kind or kind == "ControlNetModel":
        return list(_of_unet(kind, config))
    if kind == "FluxTransformer2DModel":
        return list(_of_flux(config))
    if "Transformer2D" in kind:
        return list(_of_transformer(kind, config))
    return []


def _of_unet(kind: str, config: Mapping[str, Any]) -> Iterator[InputSpec]:
    side = config.get("sample_size") or 64
    yield InputSpec((config.get("in_channels", 4), *_sides(side)), name="sample")
    yield InputSpec((), "int64", "timestep")
    if "Condition" in kind or kind == "ControlNetModel":
        wide = config.get("encoder_hid_dim") or _first(config.get("cross_attention_dim", 1280))
        yield InputSpec((CAPTION, wide), name="encoder_hidden_states")
    if kind == "ControlNetModel":
        channels = config.get("conditioning_channels", 3)
        sides = [8 * each for each in _sides(side)]
        yield InputSpec((channels, *sides), name="controlnet_cond")
    if config.get("addition_embed_type") == "text_time":
        numbers = 6 * config["addition_time_embed_dim"]
        text = config["projection_class_embeddings_input_dim"] - numbers
        parts = {"text_embeds": InputSpec((text,)), "time_ids": InputSpec((6,))}
        yield InputSpec((), name="added_cond_kwargs", parts=parts)


def _of_transformer(kind: str, config: Mapping[str, Any]) -> Iterator[InputSpec]:
    side = config.get("sample_size") or 64
    channels = config.get("in_channels") or 4
    yield InputSpec((channels, *_sides(side)), name="hidden_states")
    if wide := config.get("joint_attention_dim") or config.get("caption_channels"):
        yield InputSpec((CAPTION, wide), name="encoder_hidden_states")
    if pooled := config.get("pooled_projection_dim"):
        yield InputSpec((pooled,), name="pooled_projections")
    yield InputSpec((), "int64", "timestep")
    if kind.startswith("DiT"):
        yield InputSpec((), "int64", "class_labels")


def _of_flux(config: Mapping[str, Any]) -> Iterator[InputSpec]:
    places, words = 4096, 512  # of an image of 1024 × 1024, and of a caption
    yield InputSpec((places, config.get("in_channels", 64)), name="hidden_states")
    wide = config.get("joint_attention_dim", 4096)
    yield InputSpec((words, wide), name="encoder_hidden_states")
    yield InputSpec((config.get("pooled_projection_dim", 768),), name="pooled_projections")
    yield InputSpec((), name="timestep")
    yield InputSpec((places, 3), name="img_ids", is_whole=True)
    yield InputSpec((words, 3), name="txt_ids", is_whole=True)
    if config.get("guidance_embeds"):
        yield InputSpec((), name="guidance")


def _sides(side: Any) -> tuple[int, ...]:
    return tuple(side) if isinstance(side, (list, tuple)) else (side, side)


def _first(value: Any) -> int:
    """Return a number, or the first of several."""
    number: int = value[0] if isinstance(value, (list, tuple)) else value
    return number
