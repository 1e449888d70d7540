"""The inputs that models of transformers and diffusers are used with, from their configuration."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

from torch import nn

from archstat.models.inputs import InputSpec
from archstat.models.torch.private import first_convolution

TOKENS = 128
IMAGE = 224
SAMPLES = 16_000  # a second of speech
FRAMES = 3_000  # half a minute of speech, as Whisper takes it
SECONDS_10 = 1_001  # frames of CLAP's sounds
STRIDE = 4  # of the largest map of SAM 2
VIDEO = 8  # frames
STEPS = 20  # of an episode
AXES_WITH_CHANNELS = 3  # examples, channels, samples
BINS = (
    "num_mel_bins",
    "input_feat_per_channel",
    "feature_projection_input_dim",
    "num_mel_channels",
)
"""What the bins of a spectrum are called."""

OF_TWO_IMAGES = frozenset({"efficientloftr", "lightglue", "superglue"})
"""Models that match the points of two images."""
DECODERS = "decoder_input_ids"  # of those that write a text; others ask a fixed set of queries
CAPTION = 77  # tokens of a caption, as CLIP takes them


def of_transformers(model: nn.Module, config: Any) -> list[InputSpec]:
    """Return the usual inputs of a model's task."""
    parameters = inspect.signature(model.forward).parameters
    main = str(getattr(model, "main_input_name", "input_ids"))
    name = main if main in parameters else next(iter(parameters), main)
    text = getattr(config, "text_config", None) or config
    if "pixel_position_ids" in parameters:
        found = list(_of_placed_patches(config))
    elif name == "pixel_values" or _is_pair(config):
        found = _of_images(config)
    elif "grid_thw" in parameters:
        found = list(_of_patches(config))
    elif name == "states":
        found = list(_of_decisions(config))
    elif name == "spectrogram":
        found = [InputSpec((TOKENS, config.model_in_dim), name=name)]
    elif name == "input_values":
        found = [InputSpec(_sound(model, config), "float32", name)]
    elif name == "input_features":
        found = [InputSpec(_spectrum(model, config), "float32", name)]
    else:
        found = [InputSpec((tokens_of(text),), "int64", name)]
    found += _beside(parameters, config, {each.name or "" for each in found})
    if isinstance(corners := getattr(config, "dim_bbox", None), int):  # of the box of each word
        found.append(InputSpec((tokens_of(config), corners), name="bbox"))
    if DECODERS in parameters and getattr(config, "is_encoder_decoder", False):
        found.append(InputSpec((tokens_of(config),), "int64", DECODERS))
    return found


def _beside(parameters: Mapping[str, Any], config: Any, given: set[str]) -> list[InputSpec]:
    """Return what a model reads beside its text: an image, where it is in it, frames of a video."""
    found = []
    is_one = not any(hasattr(config, name) for name in ("text_config", "vision_config"))
    has_image = "pixel_values" in parameters and isinstance(
        getattr(config, "image_size", None), int
    )
    if "input_ids" in given and is_one and has_image:  # as in ViLT
        found.append(InputSpec(_image(config, is_alone=True), name="pixel_values"))
    if "image_embeds_position_mask" in parameters and hasattr(config, "latent_query_num"):
        inside, tokens = config.latent_query_num, tokens_of(config.text_config)
        places = ((1,) * inside + (0,) * (tokens - inside),)
        name = "image_embeds_position_mask"
        found.append(InputSpec((1, tokens), "int64", name, is_whole=True, holds=places))
    videos = parameters.get("pixel_values_videos")
    if videos is not None and videos.default is videos.empty and videos.name not in given:
        found.append(InputSpec((VIDEO, 3, IMAGE, IMAGE), name=videos.name))
    return found


def _of_placed_patches(config: Any) -> Iterator[InputSpec]:
    """Yield the patches of an image, and the column and the row of each."""
    merged = getattr(config, "pooling_kernel_size", 1)
    side = IMAGE // config.patch_size // merged * merged
    values = 3 * config.patch_size**2
    yield InputSpec((1, side * side, values), name="pixel_values", is_whole=True)
    places = tuple((column, row) for row in range(side) for column in range(side))
    shape = 1, side * side, 2
    yield InputSpec(shape, "int64", "pixel_position_ids", is_whole=True, holds=places)


def _is_pair(config: Any) -> bool:
    """Return whether images or sounds and texts are read side by side, and not one in another."""
    others = [getattr(config, name, None) for name in ("vision_config", "audio_config")]
    tokens = ("image_token_id", "image_token_index", "audio_token_id", "audio_token_index")
    is_one_in_another = any(hasattr(config, name) for name in tokens)
    return (
        getattr(config, "text_config", None) is not None and any(others) and not is_one_in_another
    )


def _of_images(config: Any) -> list[InputSpec]:
    vision = getattr(config, "vision_config", None) or getattr(config, "encoder", None) or config
    text = getattr(config, "text_config", None)
    found = [InputSpec(_image(vision, is_alone=text is None), "float32", "pixel_values")]
    if (sound := getattr(config, "audio_config", None)) is not None:  # as in CLAP
        bins: int = getattr(sound, "num_mel_bins", 0)
        found = [InputSpec((1, SECONDS_10, bins), "float32", "input_features")]
        if not bins:  # it reads samples
            found = [InputSpec((1, SAMPLES), "float32", "input_values")]
    if (text is not None and vision is not config) or sound is not None:  # as in CLIP
        found.insert(0, InputSpec((tokens_of(text),), "int64", "input_ids"))
    return found


def _image(vision: Any, *, is_alone: bool) -> tuple[int, ...]:
    """Return the shape of an image, of the frames of a video, or of two images to be matched."""
    side = getattr(vision, "image_size", None) or IMAGE
    if maps := getattr(vision, "backbone_feature_sizes", None):  # SAM 2 has maps of fixed sizes
        side = STRIDE * maps[0][0]
    if ratios := getattr(vision, "scaled_images_ratios", None):  # DepthPro cuts it into patches
        side = int(vision.patch_size / min(ratios))
    shape = (getattr(vision, "num_channels", None) or 3, *_sides(side))
    frames = getattr(vision, "num_frames", None)
    if isinstance(frames, int) and is_alone:
        return (frames, *shape)
    return (2, *shape) if getattr(vision, "model_type", "") in OF_TWO_IMAGES else shape


def _of_patches(config: Any) -> Iterator[InputSpec]:
    """Yield the patches of an image in a row, and how many lie behind, under and beside others."""
    merged = getattr(config, "spatial_merge_size", 1)
    side = IMAGE // config.patch_size // merged * merged
    channels: Any = getattr(config, "in_channels", None) or getattr(config, "in_chans", 3)
    frames: int = getattr(config, "temporal_patch_size", 1)
    size = channels * frames * config.patch_size**2
    yield InputSpec((side * side, size), name="hidden_states", is_whole=True)
    yield InputSpec((1, 3), "int64", "grid_thw", is_whole=True, holds=((1, side, side),))


def _of_decisions(config: Any) -> Iterator[InputSpec]:
    """Yield the steps of an episode, as a Decision Transformer reads them."""
    yield InputSpec((STEPS, config.state_dim), name="states")
    yield InputSpec((STEPS, config.act_dim), name="actions")
    yield InputSpec((STEPS, 1), name="rewards")
    yield InputSpec((STEPS, 1), name="returns_to_go")
    yield InputSpec((STEPS,), "int64", "timesteps")
    yield InputSpec((STEPS,), "int64", "attention_mask")


def _sound(model: nn.Module, config: Any) -> tuple[int, ...]:
    """Return samples of sound, with channels before them as codecs take them, or its spectrum."""
    bins, length = getattr(config, "num_mel_bins", None), getattr(config, "max_length", None)
    if isinstance(bins, int) and isinstance(length, int):
        return (length, bins)
    stated = re.search(r"input_values\W.*?of shape `\(([^)]*)\)`", model.forward.__doc__ or "")
    if stated and stated[1].count(",") == AXES_WITH_CHANNELS - 1:
        return (getattr(config, "audio_channels", 1), SAMPLES)
    return (SAMPLES,)


def _spectrum(model: nn.Module, config: Any) -> tuple[int, ...]:
    """Return the spectrum of sound: bins and frames where a convolution reads it so."""
    parts = [getattr(config, name, None) for name in ("encoder_config", "audio_config")]
    stated = [getattr(part, key, None) for part in (config, *parts) for key in BINS]
    bins = next((each for each in stated if isinstance(each, int)), 80)
    first = first_convolution(model)
    if not isinstance(first, nn.Conv1d) or first.in_channels != bins:
        return (FRAMES, bins)
    positions = getattr(config, "max_source_positions", None)
    return (bins, 2 * positions if isinstance(positions, int) else FRAMES)


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
