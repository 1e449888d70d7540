"""The inputs that models of transformers are used with, by their configurations."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from archstat.errors import TraceError
from archstat.models.inputs import InputSpec
from archstat.models.torch.asking import usual_ones_named
from archstat.models.torch.examples import example_inputs
from archstat.models.torch.loading.usual_inputs import of_transformers
from archstat.models.torch.source import Source


class Codec(nn.Module):
    main_input_name = "input_values"

    def forward(self, input_values):
        """Take sound.

        input_values (`torch.Tensor` of shape `(batch_size, channels, sequence_length)`): samples.
        """


class Waves(nn.Module):
    main_input_name = "input_values"

    def forward(self, input_values):
        """Take input_values (`torch.Tensor` of shape `(batch_size, sequence_length)`)."""


class BinsFirst(nn.Module):
    main_input_name = "input_features"

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(128, 4, 3)

    def forward(self, input_features):
        return self.conv(input_features)


class FramesFirst(BinsFirst):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)


class Patches(nn.Module):
    def forward(self, hidden_states, grid_thw):
        return hidden_states, grid_thw


class Images(nn.Module):
    main_input_name = "pixel_values"

    def forward(self, pixel_values):
        return pixel_values


class Episodes(nn.Module):
    main_input_name = "states"

    def forward(self, states=None):
        return states


class Placed(nn.Module):
    main_input_name = "pixel_values"

    def forward(self, pixel_values, pixel_position_ids):
        return pixel_values, pixel_position_ids


class Seeing(nn.Module):
    def forward(self, input_ids=None, pixel_values=None):
        return input_ids, pixel_values


class Watching(nn.Module):
    def forward(self, input_ids, pixel_values_videos):
        return input_ids, pixel_values_videos


class Vocoder(nn.Module):
    main_input_name = "spectrogram"

    def forward(self, spectrogram):
        return spectrogram


class Words(nn.Module):
    def forward(self, input_ids=None, bbox=None):
        return input_ids, bbox


CASES = {
    "codec": (Codec, {"audio_channels": 2}, {"input_values": (2, 16_000)}),
    "samples": (Waves, {}, {"input_values": (16_000,)}),
    # two frames become one position
    "bins before frames": (
        BinsFirst,
        {"num_mel_bins": 128, "max_source_positions": 1_500},
        {"input_features": (128, 3_000)},
    ),
    "frames before bins": (
        FramesFirst,
        {"encoder_config": SimpleNamespace(num_mel_bins=128)},
        {"input_features": (3_000, 128)},
    ),
    # 224 / 14 = 16 patches in a row, each of 3·2·14·14 numbers
    "patches": (
        Patches,
        {"patch_size": 14, "temporal_patch_size": 2, "in_channels": 3, "spatial_merge_size": 2},
        {"hidden_states": (256, 1_176), "grid_thw": (1, 3)},
    ),
    # the smallest of three copies is one patch: 384 / 0.25
    "an image in patches": (
        Images,
        {"patch_size": 384, "scaled_images_ratios": [0.25, 0.5, 1]},
        {"pixel_values": (3, 1_536, 1_536)},
    ),
    # 224 / 16 = 14 patches in a row, of which 12 are four groups of three
    "patches with places": (
        Placed,
        {"patch_size": 16, "pooling_kernel_size": 3},
        {"pixel_values": (1, 144, 768), "pixel_position_ids": (1, 144, 2)},
    ),
    # SAM 2 has a map of 64 × 64 of an image of 256 × 256
    "an image of fixed maps": (
        Images,
        {"backbone_feature_sizes": [[64, 64], [32, 32]]},
        {"pixel_values": (3, 256, 256)},
    ),
    "a text and an image": (
        Seeing,
        {"image_size": 384, "max_position_embeddings": 40},
        {"input_ids": (40,), "pixel_values": (3, 384, 384)},
    ),
    "a text and a video": (
        Watching,
        {"max_position_embeddings": 40},
        {"input_ids": (40,), "pixel_values_videos": (8, 3, 224, 224)},
    ),
    "a spectrum": (Vocoder, {"model_in_dim": 80}, {"spectrogram": (128, 80)}),
    "two images": (
        Images,
        {"model_type": "superglue", "image_size": 64, "num_channels": 1},
        {"pixel_values": (2, 1, 64, 64)},
    ),
    "an episode": (
        Episodes,
        {"state_dim": 17, "act_dim": 4},
        {
            "states": (20, 17),
            "actions": (20, 4),
            "rewards": (20, 1),
            "returns_to_go": (20, 1),
            "timesteps": (20,),
            "attention_mask": (20,),
        },
    ),
    "words at their places": (
        Words,
        {"dim_bbox": 8, "max_position_embeddings": 64},
        {"input_ids": (64,), "bbox": (64, 8)},
    ),
    "sound and text": (
        Words,
        {
            "text_config": SimpleNamespace(max_position_embeddings=77),
            "audio_config": SimpleNamespace(num_mel_bins=64),
        },
        {"input_ids": (77,), "input_features": (1, 1_001, 64)},
    ),
}


@pytest.mark.parametrize(("model", "config", "shapes"), CASES.values(), ids=CASES)
def test_inputs_follow_from_the_configuration(model, config, shapes):
    found = of_transformers(model(), SimpleNamespace(**config))
    assert {each.name: each.shape for each in found} == shapes


def test_a_grid_holds_how_many_patches_there_are():
    config = {"patch_size": 16, "spatial_merge_size": 1, "in_channels": 3}
    grid = of_transformers(Patches(), SimpleNamespace(**config))[1]
    _, named = example_inputs(Source("net", Patches()), [grid], 4, torch.device("cpu"))
    assert named["grid_thw"].tolist() == [[1, 14, 14]]  # 224 / 16, for all examples together


def test_an_input_that_holds_values_is_as_its_shape_says():
    given = InputSpec((2, 2), "int64", "x", is_whole=True, holds=((1, 2), (3, 4)))
    _, named = example_inputs(Source("net", Patches()), [given], 1, torch.device("cpu"))
    assert named["x"].tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("are_usual", "stated", "hint", "told"),
    [
        (True, (), None, "usual inputs of its kind, input=('pixel_values=3x64x64',): state others"),
        (True, (), "write another", "write another"),
        (True, (InputSpec((3, 9, 9), name="pixel_values"),), None, None),
        (False, (), None, None),
    ],
    ids=["usual", "known better", "stated", "its own"],
)
def test_a_pass_that_fails_with_usual_inputs_says_which_they_are(are_usual, stated, hint, told):
    usual = InputSpec((3, 64, 64), name="pixel_values")
    source = Source("hf/fussy", nn.Identity(), stated=(usual,), are_usual=are_usual)
    with pytest.raises(TraceError) as raised, usual_ones_named(source, stated):
        raise TraceError("the forward pass fails", hint=hint)
    words = str(raised.value)
    assert told in words if told else words == "the forward pass fails"
