"""Models for sounds, graphs, medical images, diffusion, and adapters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from case import Case, Given

GRAPHS = "GCN GraphSAGE GIN GAT PNA EdgeCNN".split()  # noqa: SIM905  a list of quoted words reads worse
CONVOLUTIONS = """
    ChebConv GraphConv GatedGraphConv ResGatedGraphConv TransformerConv TAGConv ARMAConv SGConv SSGConv APPNP MFConv
    GATv2Conv GCN2Conv GENConv ClusterGCNConv HypergraphConv LEConv FAConv FiLMConv SuperGATConv GeneralConv TransformerConv
""".split()  # noqa: SIM905  likewise


def cases() -> Iterator[Case]:
    """Yield all."""
    for maker in (_audio, _graphs, _medical, _diffusion, _adapters, _torchs):
        for library, name, build in maker():
            yield Case(library, name, build)


Found = Iterator[tuple[str, str, Callable[[], Given]]]


def _audio() -> Found:
    def build(name: str) -> Given:
        from torchaudio import models as m  # noqa: PLC0415  after the choice

        sound, lengths = torch.rand(2, 8000), torch.tensor([40, 40])
        small: dict[str, Any] = {
            "extractor_mode": "group_norm",
            "extractor_conv_layer_config": [[32, 10, 5], [32, 3, 2]],
            "extractor_conv_bias": False,
            "encoder_embed_dim": 32,
            "encoder_projection_dropout": 0.0,
            "encoder_pos_conv_kernel": 8,
            "encoder_pos_conv_groups": 4,
            "encoder_num_layers": 2,
            "encoder_num_heads": 4,
            "encoder_attention_dropout": 0.0,
            "encoder_ff_interm_features": 64,
            "encoder_ff_interm_dropout": 0.0,
            "encoder_dropout": 0.0,
            "encoder_layer_norm_first": False,
            "encoder_layer_drop": 0.0,
            "aux_num_out": None,
        }
        if name == "wav2vec2_model":
            return Given(m.wav2vec2_model(**small), (sound,))
        if name == "wavlm_model":
            return Given(
                m.wavlm_model(**small, encoder_num_buckets=8, encoder_max_distance=16), (sound,)
            )
        if name == "Conformer":
            return Given(m.Conformer(32, 4, 64, 2, 5), (torch.rand(2, 40, 32), lengths))
        if name == "Emformer":
            model = m.Emformer(32, 4, 64, 2, segment_length=4, right_context_length=1)
            return Given(model, (torch.rand(2, 41, 32), lengths + 1))
        if name == "ConvTasNet":
            return Given(m.ConvTasNet(msk_num_layers=2, msk_num_stacks=1), (sound[:, None],))
        if name == "DeepSpeech":
            return Given(m.DeepSpeech(26, n_hidden=64), (torch.rand(2, 1, 40, 26),))
        if name == "Wav2Letter":
            return Given(
                m.Wav2Letter(num_features=40, input_type="mfcc"), (torch.rand(2, 40, 200),)
            )
        if name == "HDemucs":
            return Given(m.HDemucs(["a", "b"], channels=8, depth=4), (torch.rand(1, 2, 32000),))
        if name == "Tacotron2":
            text = torch.randint(1, 20, (2, 12)), torch.tensor([12, 12])
            return Given(
                m.Tacotron2(n_symbol=20), (*text, torch.rand(2, 80, 9), torch.tensor([9, 9]))
            )
        if name == "WaveRNN":
            model = m.WaveRNN(
                [2, 2], 16, 4, n_res_block=1, n_rnn=32, n_fc=32, n_freq=16, n_hidden=16, n_output=16
            )
            return Given(model, (torch.rand(2, 1, 16), torch.rand(2, 1, 16, 8)))
        if name == "SquimObjective":
            return Given(m.squim_objective_base(), (torch.rand(1, 8000),))
        model = m.emformer_rnnt_base(40)
        sizes = torch.tensor([21], dtype=torch.int32), torch.tensor([5], dtype=torch.int32)
        return Given(
            model, (torch.rand(1, 24, 80), sizes[0], torch.randint(0, 20, (1, 5)), sizes[1])
        )

    for name in """wav2vec2_model wavlm_model Conformer Emformer ConvTasNet DeepSpeech Wav2Letter
        HDemucs Tacotron2 WaveRNN SquimObjective RNNT""".split():  # noqa: SIM905  likewise
        yield "torchaudio", name, partial(build, name)


def _edges() -> torch.Tensor:
    return torch.tensor([[0, 1, 1, 2, 3, 4, 5, 0], [1, 0, 2, 1, 4, 3, 0, 5]])


def _graphs() -> Found:
    def basic(name: str) -> Given:
        from torch_geometric.nn import models as m  # noqa: PLC0415  after the choice

        more = {
            "aggregators": ["mean", "max"],
            "scalers": ["identity"],
            "deg": torch.tensor([0, 4, 2]),
        }
        model = getattr(m, name)(8, 16, 2, 4, **(more if name == "PNA" else {}))
        return Given(model, (torch.rand(6, 8), _edges()))

    def convolution(name: str) -> Given:
        from torch_geometric import nn as m  # noqa: PLC0415  after the choice

        own: dict[str, Any] = {
            "ChebConv": (8, 4, 3),
            "GatedGraphConv": (8, 2),
            "APPNP": (3, 0.1),
            "SSGConv": (8, 4, 0.1),
            "GCN2Conv": (8, 0.1),
            "FAConv": (8,),
        }
        features = torch.rand(6, 8)
        given = (
            (features, features, _edges())
            if name in {"GCN2Conv", "FAConv"}
            else (features, _edges())
        )
        return Given(getattr(m, name)(*own.get(name, (8, 4))), given)

    def molecule(name: str) -> Given:
        from torch_geometric.nn import models as m  # noqa: PLC0415  after the choice

        if name == "GraphUNet":
            return Given(m.GraphUNet(8, 16, 4, 2), (torch.rand(6, 8), _edges()))
        if name == "MLP":
            return Given(m.MLP([8, 16, 4]), (torch.rand(6, 8),))
        if name == "LightGCN":
            return Given(m.LightGCN(6, 8, 2), (_edges(),))
        if name == "AttentiveFP":
            model = m.AttentiveFP(8, 16, 4, 3, 2, 2)
            return Given(
                model,
                (torch.rand(6, 8), _edges(), torch.rand(8, 3), torch.tensor([0, 0, 0, 1, 1, 1])),
            )
        return Given(m.LINKX(6, 8, 16, 4, 2), (torch.rand(6, 8), _edges()))

    for name in GRAPHS:
        yield "torch-geometric", name, partial(basic, name)
    for name in dict.fromkeys(CONVOLUTIONS):
        yield "torch-geometric", name, partial(convolution, name)
    for name in "GraphUNet MLP LightGCN AttentiveFP LINKX".split():  # noqa: SIM905  likewise
        yield "torch-geometric", name, partial(molecule, name)


def _medical() -> Found:
    def build(name: str) -> Given:
        from monai.networks import nets as m  # noqa: PLC0415  after the choice

        sides = {"SwinUNETR": 64, "DenseNet121": 64, "SEResNet50": 64, "EfficientNetBN": 64}
        side = {**sides, "AHNet": 128}.get(name, 32)
        channels = 2 if name == "VoxelMorphUNet" else 1
        volume = torch.rand(1, channels, side, side, side)
        plain = {"spatial_dims": 3, "in_channels": 1, "out_channels": 2}
        made: dict[str, Callable[[], Any]] = {
            "UNet": lambda: m.UNet(**plain, channels=(4, 8, 16), strides=(2, 2), num_res_units=1),
            "AttentionUnet": lambda: m.AttentionUnet(**plain, channels=(4, 8, 16), strides=(2, 2)),
            "BasicUNet": lambda: m.BasicUNet(**plain, features=(4, 4, 8, 8, 16, 4)),
            "BasicUNetPlusPlus": lambda: m.BasicUNetPlusPlus(**plain, features=(4, 4, 8, 8, 16, 4)),
            "UNETR": lambda: m.UNETR(
                1, 2, (32, 32, 32), feature_size=4, hidden_size=48, mlp_dim=64, num_heads=4
            ),
            "SwinUNETR": lambda: m.SwinUNETR(1, 2, feature_size=12),
            "SegResNet": lambda: m.SegResNet(init_filters=8, out_channels=2),
            "SegResNetDS": lambda: m.SegResNetDS(init_filters=4, out_channels=2),
            "DynUNet": lambda: m.DynUNet(3, 1, 2, [3, 3, 3], [1, 2, 2], [2, 2], filters=[4, 8, 16]),
            "VNet": lambda: m.VNet(out_channels=2),
            "HighResNet": lambda: m.HighResNet(**plain),
            "DenseNet121": lambda: m.DenseNet121(**plain),
            "resnet18": lambda: m.resnet18(n_input_channels=1),
            "ViT": lambda: m.ViT(
                1, (32, 32, 32), (16, 16, 16), hidden_size=48, mlp_dim=64, num_layers=2, num_heads=4
            ),
            "AHNet": lambda: m.AHNet(spatial_dims=3, out_channels=2),
            "MedNeXt": lambda: m.MedNeXt(spatial_dims=3, init_filters=4, out_channels=2),
            "SEResNet50": lambda: m.SEResNet50(spatial_dims=3, in_channels=1),
            "AutoencoderKL": lambda: m.AutoencoderKL(
                3, 1, 1, (1, 1), (8, 8), norm_num_groups=4, attention_levels=(False, True)
            ),
            "VQVAE": lambda: m.VQVAE(
                *(3, 1, 1, (8, 8), (8, 8), 1),
                downsample_parameters=((2, 4, 1, 1), (2, 4, 1, 1)),
                upsample_parameters=((2, 4, 1, 1, 0), (2, 4, 1, 1, 0)),
                num_embeddings=16,
            ),
            "EfficientNetBN": lambda: m.EfficientNetBN(
                "efficientnet-b0", pretrained=False, spatial_dims=3, in_channels=1
            ),
            "VoxelMorphUNet": lambda: m.VoxelMorphUNet(3, 2, 4, (4, 4, 4, 4, 4), (4, 4)),
        }
        if name == "DiffusionModelUNet":
            model = m.DiffusionModelUNet(
                3, 1, 1, (1, 1), (8, 8), (False, True), norm_num_groups=4, num_head_channels=4
            )
            return Given(model, (volume, torch.tensor([3])))
        return Given(made[name](), (volume,))

    for name in """UNet AttentionUnet BasicUNet BasicUNetPlusPlus UNETR SwinUNETR SegResNet SegResNetDS DynUNet VNet
        HighResNet DenseNet121 resnet18 ViT AHNet MedNeXt SEResNet50 AutoencoderKL VQVAE EfficientNetBN
        VoxelMorphUNet DiffusionModelUNet""".split():  # noqa: SIM905  likewise
        yield "monai", name, partial(build, name)


def _diffusion() -> Found:
    def build(name: str) -> Given:
        import diffusers as d  # noqa: PLC0415  after the choice

        time, words = torch.tensor([3]), torch.rand(1, 7, 32)
        if name == "UNet2DModel":
            blocks = {
                "down_block_types": ("DownBlock2D", "AttnDownBlock2D"),
                "up_block_types": ("AttnUpBlock2D", "UpBlock2D"),
            }
            return Given(
                d.UNet2DModel(block_out_channels=(32, 64), **blocks),
                (torch.rand(1, 3, 32, 32), time),
            )
        if name == "UNet2DConditionModel":
            blocks = {
                "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
                "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
            }
            model = d.UNet2DConditionModel(
                block_out_channels=(32, 64), cross_attention_dim=32, **blocks
            )
            return Given(model, (torch.rand(1, 4, 32, 32), time, words))
        if name == "UNet3DConditionModel":
            blocks = {
                "down_block_types": ("CrossAttnDownBlock3D", "DownBlock3D"),
                "up_block_types": ("UpBlock3D", "CrossAttnUpBlock3D"),
            }
            model = d.UNet3DConditionModel(
                block_out_channels=(32, 64), cross_attention_dim=32, attention_head_dim=8, **blocks
            )
            return Given(model, (torch.rand(1, 4, 4, 16, 16), time, words))
        if name == "UNet1DModel":
            return Given(d.UNet1DModel(extra_in_channels=16), (torch.rand(1, 2, 64), time))
        if name == "ControlNetModel":
            model = d.ControlNetModel(
                block_out_channels=(32, 64),
                cross_attention_dim=32,
                down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            )
            return Given(model, (torch.rand(1, 4, 16, 16), time, words, torch.rand(1, 3, 128, 128)))
        if name in {"AutoencoderKL", "VQModel"}:
            return Given(getattr(d, name)(block_out_channels=(32,)), (torch.rand(1, 3, 32, 32),))
        if name == "AutoencoderTiny":
            return Given(d.AutoencoderTiny(), (torch.rand(1, 3, 32, 32),))
        if name == "DiTTransformer2DModel":
            model = d.DiTTransformer2DModel(
                num_attention_heads=4, attention_head_dim=8, num_layers=2, sample_size=16
            )
            return Given(
                model, (torch.rand(1, 4, 16, 16), time), {"class_labels": torch.tensor([1])}
            )
        if name == "PixArtTransformer2DModel":
            model = d.PixArtTransformer2DModel(
                num_attention_heads=4,
                attention_head_dim=8,
                num_layers=2,
                sample_size=16,
                cross_attention_dim=32,
                caption_channels=32,
            )
            more = {
                "encoder_hidden_states": words,
                "timestep": time,
                "added_cond_kwargs": {"resolution": None, "aspect_ratio": None},
            }
            return Given(model, (torch.rand(1, 4, 16, 16),), more)
        if name == "SD3Transformer2DModel":
            model = d.SD3Transformer2DModel(
                sample_size=16,
                num_layers=2,
                attention_head_dim=8,
                num_attention_heads=4,
                joint_attention_dim=32,
                caption_projection_dim=32,
                pooled_projection_dim=64,
                out_channels=16,
                pos_embed_max_size=96,
            )
            return Given(model, (torch.rand(1, 16, 16, 16), words, torch.rand(1, 64), time))
        if name == "FluxTransformer2DModel":
            model = d.FluxTransformer2DModel(
                in_channels=4,
                num_layers=1,
                num_single_layers=1,
                attention_head_dim=16,
                num_attention_heads=2,
                joint_attention_dim=32,
                pooled_projection_dim=32,
                axes_dims_rope=[4, 4, 8],
            )
            more = {
                "encoder_hidden_states": words,
                "pooled_projections": torch.rand(1, 32),
                "timestep": torch.tensor([1.0]),
                "img_ids": torch.rand(16, 3),
                "txt_ids": torch.rand(7, 3),
            }
            return Given(model, (torch.rand(1, 16, 4),), more)
        if name == "AuraFlowTransformer2DModel":
            model = d.AuraFlowTransformer2DModel(
                sample_size=32,
                num_mmdit_layers=1,
                num_single_dit_layers=1,
                attention_head_dim=8,
                num_attention_heads=4,
                caption_projection_dim=32,
                joint_attention_dim=32,
                pos_embed_max_size=256,
            )
            return Given(model, (torch.rand(1, 4, 32, 32), words, time.float()))
        if name == "PriorTransformer":
            model = d.PriorTransformer(
                num_attention_heads=2,
                attention_head_dim=4,
                num_layers=2,
                embedding_dim=8,
                num_embeddings=7,
                additional_embeddings=4,
            )
            return Given(model, (torch.rand(1, 8), time, torch.rand(1, 8), torch.rand(1, 7, 8)))
        if name == "CogVideoXTransformer3DModel":
            model = d.CogVideoXTransformer3DModel(
                num_attention_heads=2,
                attention_head_dim=8,
                in_channels=4,
                out_channels=4,
                time_embed_dim=2,
                text_embed_dim=32,
                num_layers=1,
                sample_width=8,
                sample_height=8,
                sample_frames=8,
                patch_size=2,
                max_text_seq_length=7,
            )
            return Given(model, (torch.rand(1, 2, 4, 8, 8), words, time))
        if name == "WanTransformer3DModel":
            model = d.WanTransformer3DModel(
                num_attention_heads=2,
                attention_head_dim=12,
                in_channels=4,
                out_channels=4,
                text_dim=32,
                freq_dim=16,
                ffn_dim=32,
                num_layers=1,
            )
            return Given(model, (torch.rand(1, 4, 2, 8, 8), time, words))
        model = d.SanaTransformer2DModel(
            patch_size=1,
            in_channels=4,
            out_channels=4,
            num_layers=1,
            attention_head_dim=4,
            num_attention_heads=2,
            num_cross_attention_heads=2,
            cross_attention_head_dim=4,
            cross_attention_dim=8,
            caption_channels=32,
            sample_size=32,
        )
        return Given(model, (torch.rand(1, 4, 32, 32), words, time))

    for name in """UNet2DModel UNet2DConditionModel UNet3DConditionModel UNet1DModel ControlNetModel AutoencoderKL VQModel
        AutoencoderTiny DiTTransformer2DModel PixArtTransformer2DModel SD3Transformer2DModel FluxTransformer2DModel
        AuraFlowTransformer2DModel PriorTransformer CogVideoXTransformer3DModel WanTransformer3DModel
        SanaTransformer2DModel""".split():  # noqa: SIM905  likewise
        yield "diffusers", name, partial(build, name)


def _adapters() -> Found:
    def build(method: str) -> Given:
        import peft  # noqa: PLC0415  after the choice
        from transformers import BertConfig, BertModel  # noqa: PLC0415  likewise

        model = BertModel(
            BertConfig(
                vocab_size=128,
                hidden_size=32,
                num_hidden_layers=2,
                num_attention_heads=4,
                intermediate_size=64,
            )
        )
        chosen = {"target_modules": ["query", "value"]}
        if method == "IA3Config":
            chosen["feedforward_modules"] = []
        return Given(
            peft.get_peft_model(model, getattr(peft, method)(**chosen)),
            (),
            {"input_ids": torch.arange(32).reshape(2, 16)},
        )

    for method in "LoraConfig LoHaConfig LoKrConfig IA3Config OFTConfig VeraConfig".split():  # noqa: SIM905  likewise
        yield "peft", method, partial(build, method)


def _torchs() -> Found:
    from torch import nn  # noqa: PLC0415  names are short

    rows = torch.rand(2, 6, 16)
    made: dict[str, Callable[[], Given]] = {
        "LSTM": lambda: Given(nn.LSTM(16, 8, 2, bidirectional=True, batch_first=True), (rows,)),
        "LSTM-projected": lambda: Given(nn.LSTM(16, 8, proj_size=4), (rows,)),
        "GRU": lambda: Given(nn.GRU(16, 8, 2), (rows,)),
        "RNN": lambda: Given(nn.RNN(16, 8), (rows,)),
        "Transformer": lambda: Given(
            nn.Transformer(16, 4, 1, 1, 32, batch_first=True), (rows, rows)
        ),
        "MultiheadAttention": lambda: Given(
            nn.MultiheadAttention(16, 4, kdim=16, vdim=16, add_bias_kv=True), (rows, rows, rows)
        ),
        "Bilinear": lambda: Given(nn.Bilinear(16, 16, 4), (rows, rows)),
        "AdaptiveLogSoftmax": lambda: Given(
            nn.AdaptiveLogSoftmaxWithLoss(16, 20, [5]), (rows[:, 0], torch.tensor([1, 8]))
        ),
    }
    for name, build in made.items():
        yield "torch", name, build
