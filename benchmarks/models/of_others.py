"""Models of small libraries: speech, spikes, tables, points, flows, codebooks, and attention."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from typing import Any

import torch
from case import Case, Given
from torch import Tensor, nn

PYTORCHCV = """
    airnet50_1x64d_r2 bam_resnet18 cbam_resnet18 cgnet_cityscapes condensenet74_c4_g4 dabnet_cityscapes diaresnet10
    dicenet_wd5 drnc26 fdmobilenet_wd4 igcv3_wd4 lednet_cityscapes menet108_8x1_g3
    octresnet10_ad2 resneta10 ror3_56_cifar10 sharesnet18 sinet_cityscapes sqnxt23_w1 superpointnet
    wrn20_10_1bit_cifar10 xdensenet40_2_k24_bc_cifar10
""".split()  # noqa: SIM905  a list of quoted words reads worse

SMALL = {"dim": 32, "heads": 4}


def image(channels: int = 3, side: int = 32) -> Callable[[], tuple[Tensor, ...]]:
    """Return what makes two images."""
    return lambda: (torch.rand(2, channels, side, side),)


def rows(count: int = 16, size: int = 32) -> Callable[[], tuple[Tensor, ...]]:
    """Return what makes two rows of vectors."""
    return lambda: (torch.rand(2, count, size),)


def words(count: int = 16) -> Callable[[], tuple[Tensor, ...]]:
    """Return what makes two rows of words."""
    return lambda: (torch.randint(0, 20, (2, count)),)


MADE: Mapping[str, tuple[str, tuple[Any, ...], Mapping[str, Any], Callable[[], tuple[Any, ...]]]] = {
    "speechbrain/ECAPA-TDNN": (
        "speechbrain.lobes.models.ECAPA_TDNN:ECAPA_TDNN",
        (20,),
        {"lin_neurons": 16, "channels": [32, 32, 32, 32, 96], "attention_channels": 8},
        rows(50, 20),
    ),
    "speechbrain/Xvector": (
        "speechbrain.lobes.models.Xvector:Xvector",
        (),
        {"in_channels": 20, "tdnn_channels": [16, 16, 16, 16, 32], "lin_neurons": 16},
        rows(50, 20),
    ),
    "speechbrain/CRDNN": (
        "speechbrain.lobes.models.CRDNN:CRDNN",
        (),
        {"input_shape": [2, 50, 20], "cnn_channels": [8, 8], "rnn_neurons": 16, "dnn_neurons": 16},
        rows(50, 20),
    ),
    "speechbrain/ContextNet": (
        "speechbrain.lobes.models.ContextNet:ContextNet",
        ((2, 50, 20), 16, [16, 16, 16]),
        {"num_blocks": 3, "num_layers": 2, "strides": [1, 2, 1], "inner_dim": 4},
        rows(50, 20),
    ),
    "speechbrain/HiFi-GAN": (
        "speechbrain.lobes.models.HifiGAN:HifiganGenerator",
        (20, 1, "1", [[1, 3, 5], [1, 3, 5]], [3, 5], [4, 4], 16, [2, 2]),
        {},
        lambda: (torch.rand(1, 20, 12),),
    ),
    "speechbrain/branchformer": (
        "speechbrain.lobes.models.transformer.Branchformer:BranchformerEncoder",
        (1, 32, 4),
        {"csgu_linear_units": 32, "attention_type": "regularMHA", "kernel_size": 5},
        rows(),
    ),
    "kornia/HardNet": ("kornia.feature:HardNet", (), {"pretrained": False}, image(1)),
    "kornia/SOSNet": ("kornia.feature:SOSNet", (), {"pretrained": False}, image(1)),
    "kornia/HyNet": ("kornia.feature:HyNet", (), {"pretrained": False}, image(1)),
    "kornia/TFeat": ("kornia.feature:TFeat", (), {"pretrained": False}, image(1)),
    "kornia/KeyNet": ("kornia.feature:KeyNet", (), {"pretrained": False}, image(1, 64)),
    "kornia/OriNet": ("kornia.feature:OriNet", (), {"pretrained": False}, image(1)),
    "e3nn/linear": ("e3nn.o3:Linear", ("8x0e+4x1o", "4x0e+4x1o"), {}, lambda: (torch.rand(5, 20),)),
    "e3nn/tensor product": (
        "e3nn.o3:FullyConnectedTensorProduct",
        ("4x0e+2x1o", "1x0e+1x1o", "4x0e+2x1o"),
        {},
        lambda: (torch.rand(5, 10), torch.rand(5, 4)),
    ),
    "e3nn/gates": (
        "e3nn.nn:FullyConnectedNet",
        ([4, 16, 8], torch.tanh),
        {},
        lambda: (torch.rand(5, 4),),
    ),
    "spikingjelly/resnet18": ("of_others:spiking", (), {}, image()),
    "snntorch/leaky": ("of_others:leaky", (), {}, lambda: (torch.rand(2, 8),)),
    "torchdiffeq/rk4": ("of_others:Flow", (), {}, lambda: (torch.rand(3, 8),)),
    "mambapy/Mamba": ("of_others:mamba", (), {}, rows()),
    "mambapy/Mamba-2": ("of_others:second_mamba", (), {}, rows()),
    "encodec/LSTM": ("encodec.modules:SLSTM", (16,), {}, lambda: (torch.rand(1, 16, 20),)),
    "vocos/backbone": (
        "vocos.models:VocosBackbone",
        (20, 32, 64, 2),
        {},
        lambda: (torch.rand(1, 20, 30),),
    ),
    "tabnet/TabNet": (
        "pytorch_tabnet.tab_network:TabNetNoEmbeddings",
        (8, 3),
        {"group_attention_matrix": torch.eye(8)},
        lambda: (torch.rand(4, 8),),
    ),
    "rtdl/FT-Transformer": ("of_others:of_tables", (), {}, lambda: (torch.rand(4, 6), None)),
    "rtdl/ResNet": (
        "rtdl_revisiting_models:ResNet",
        (),
        {
            "d_in": 8,
            "d_out": 2,
            "n_blocks": 2,
            "d_block": 16,
            "d_hidden": None,
            "d_hidden_multiplier": 2.0,
            "dropout1": 0.1,
            "dropout2": 0.0,
        },
        lambda: (torch.rand(4, 8),),
    ),
    "soft-moe": ("soft_moe_pytorch:SoftMoE", (), {"dim": 32, "seq_len": 16, "num_experts": 4}, rows()),
    "mixture-of-experts": ("mixture_of_experts:MoE", (), {"dim": 32, "num_experts": 4}, rows()),
    "performer": (
        "performer_pytorch:Performer",
        (),
        {**SMALL, "depth": 1, "dim_head": 8},
        rows(),
    ),
    "perceiver": (
        "perceiver_pytorch:Perceiver",
        (),
        {
            "input_channels": 3,
            "input_axis": 2,
            "num_freq_bands": 2,
            "max_freq": 4.0,
            "depth": 1,
            "num_latents": 8,
            "latent_dim": 32,
            "num_classes": 5,
        },
        lambda: (torch.rand(2, 8, 8, 3),),
    ),
    "nystromformer": (
        "nystrom_attention:Nystromformer",
        (),
        {**SMALL, "dim_head": 8, "depth": 1, "num_landmarks": 4},
        rows(),
    ),
    "linformer": (
        "linformer:Linformer",
        (),
        {**SMALL, "seq_len": 16, "depth": 1, "k": 4},
        rows(),
    ),
    "reformer": (
        "reformer_pytorch:ReformerLM",
        (),
        {**SMALL, "num_tokens": 20, "depth": 1, "max_seq_len": 16, "bucket_size": 4},
        words(),
    ),
    "linear attention": (
        "linear_attention_transformer:LinearAttentionTransformerLM",
        (),
        {**SMALL, "num_tokens": 20, "depth": 1, "max_seq_len": 16},
        words(),
    ),
    "h-transformer": (
        "h_transformer_1d:HTransformer1D",
        (),
        {**SMALL, "num_tokens": 20, "depth": 1, "max_seq_len": 16, "dim_head": 8, "block_size": 4},
        words(),
    ),
    "mega": (
        "mega_pytorch:Mega",
        (),
        {"num_tokens": 20, "dim": 32, "depth": 1, "ema_heads": 4, "attn_dim_qk": 8},
        words(),
    ),
    "lambda layer": (
        "lambda_networks:LambdaLayer",
        (),
        {"dim": 16, "dim_out": 16, "r": 5, "dim_k": 4, "heads": 4, "dim_u": 2},
        image(16, 8),
    ),
    "g-mlp": (
        "g_mlp_pytorch:gMLP",
        (),
        {"num_tokens": 20, "dim": 32, "depth": 1, "seq_len": 16},
        words(),
    ),
    "mixer": (
        "mlp_mixer_pytorch:MLPMixer",
        (),
        {
            "image_size": 32,
            "channels": 3,
            "patch_size": 8,
            "dim": 32,
            "depth": 1,
            "num_classes": 5,
        },
        image(),
    ),
    "siren": (
        "siren_pytorch:SirenNet",
        (),
        {"dim_in": 2, "dim_hidden": 16, "dim_out": 3, "num_layers": 3},
        lambda: (torch.rand(50, 2),),
    ),
    "egnn": (
        "egnn_pytorch:EGNN",
        (),
        {"dim": 16},
        lambda: (torch.rand(1, 6, 16), torch.rand(1, 6, 3)),
    ),
    "point transformer": (
        "point_transformer_pytorch:PointTransformerLayer",
        (),
        {"dim": 16, "pos_mlp_hidden_dim": 8, "attn_mlp_hidden_mult": 2},
        lambda: (torch.rand(1, 6, 16), torch.rand(1, 6, 3)),
    ),
    "halo attention": (
        "halonet_pytorch:HaloAttention",
        (),
        {"dim": 16, "block_size": 4, "halo_size": 2, "dim_head": 8, "heads": 2},
        image(16, 16),
    ),
    "bottleneck transformer": (
        "bottleneck_transformer_pytorch:BottleStack",
        (),
        {
            "dim": 16,
            "fmap_size": 8,
            "dim_out": 32,
            "proj_factor": 4,
            "num_layers": 1,
            "heads": 2,
            "dim_head": 8,
        },
        image(16, 8),
    ),
    "conformer": (
        "conformer:ConformerBlock",
        (),
        {**SMALL, "dim_head": 8, "conv_kernel_size": 5},
        rows(),
    ),
    "vector quantize": (
        "vector_quantize_pytorch:VectorQuantize",
        (),
        {"dim": 32, "codebook_size": 16},
        rows(),
    ),
    "residual quantize": (
        "vector_quantize_pytorch:ResidualVQ",
        (),
        {"dim": 32, "codebook_size": 16, "num_quantizers": 2},
        rows(),
    ),
    "finite scalars": ("vector_quantize_pytorch:FSQ", ([4, 4],), {"dim": 32}, rows()),
    "nflows/coupling": ("of_others:coupling", (), {}, lambda: (torch.rand(4, 8),)),
    "demucs/HDemucs": ("of_others:sources", (), {}, lambda: (torch.rand(1, 2, 16000),)),
    "stable-baselines3/NatureCNN": ("of_others:player", (), {}, image(4, 84)),
    "open-clip/CLIP": (
        "of_others:clip",
        (),
        {},
        lambda: (torch.rand(1, 3, 32, 32), torch.randint(0, 20, (1, 8))),
    ),
}  # fmt: skip
"""By name: where it is, with what it is made, and what makes its inputs."""


def cases() -> Iterator[Case]:
    """Yield all."""
    for name in MADE:
        yield Case("others", name, partial(_made, name))
    for name in PYTORCHCV:
        yield Case("pytorchcv", name, partial(_pytorchcv, name))


def _made(name: str) -> Given:
    place, args, kwargs, inputs = MADE[name]
    module, _, attribute = place.partition(":")
    model = getattr(import_module(module), attribute)(*args, **kwargs)
    return Given(model, inputs())


def _pytorchcv(name: str) -> Given:
    from pytorchcv.model_provider import get_model  # noqa: PLC0415  after the choice

    model = get_model(name, pretrained=False)
    side = {"cifar10": 32, "cityscapes": 128}.get(name.rpartition("_")[2], 224)
    channels = 1 if name == "superpointnet" else 3
    return Given(model, (torch.rand(2, channels, side, side),))


def spiking() -> nn.Module:
    """Return a residual network whose neurons spike."""
    from spikingjelly.activation_based import neuron, surrogate  # noqa: PLC0415  as above
    from spikingjelly.activation_based.model.spiking_resnet import (  # noqa: PLC0415  as above
        spiking_resnet18,
    )

    return spiking_resnet18(
        spiking_neuron=neuron.IFNode, surrogate_function=surrogate.ATan(), detach_reset=True
    )


class leaky(nn.Module):  # noqa: N801  it is called as the functions are
    """Two layers of neurons that leak and spike, over three steps."""

    def __init__(self) -> None:
        super().__init__()
        import snntorch  # noqa: PLC0415  as above

        self.first, self.second = nn.Linear(8, 16), nn.Linear(16, 4)
        self.neurons = snntorch.Leaky(beta=0.9)
        self.last = snntorch.Synaptic(alpha=0.8, beta=0.9)

    def forward(self, x: Tensor) -> Tensor:
        """Return the spikes of each step."""
        held, (current, last) = self.neurons.init_leaky(), self.last.init_synaptic()
        spikes = []
        for _ in range(3):
            spike, held = self.neurons(self.first(x), held)
            spike, current, last = self.last(self.second(spike), current, last)
            spikes.append(spike)
        return torch.stack(spikes)


class Flow(nn.Module):
    """A differential equation, in steps of Runge and Kutta."""

    def __init__(self) -> None:
        super().__init__()
        self.field = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 8))

    def forward(self, x: Tensor) -> Tensor:
        """Return where it gets to."""
        from torchdiffeq import odeint  # noqa: PLC0415  as above

        times = torch.tensor([0.0, 0.5, 1.0])
        return odeint(lambda _, y: self.field(y), x, times, method="rk4")[-1]


def mamba() -> nn.Module:
    """Return a state-space model with a parallel scan."""
    from mambapy.mamba import Mamba, MambaConfig  # noqa: PLC0415  as above

    return Mamba(MambaConfig(d_model=32, n_layers=1))


def second_mamba() -> nn.Module:
    """Return a minimal recurrent network of the same library, with a scan in logarithms."""
    from mambapy.mamba import Mamba, MambaConfig  # noqa: PLC0415  as above

    return Mamba(MambaConfig(d_model=32, n_layers=1, pscan=False))


def of_tables() -> nn.Module:
    """Return a transformer of features."""
    from rtdl_revisiting_models import FTTransformer  # noqa: PLC0415  as above

    return FTTransformer(
        n_cont_features=6,
        cat_cardinalities=[],
        d_out=2,
        n_blocks=2,
        d_block=16,
        attention_n_heads=4,
        attention_dropout=0.1,
        ffn_d_hidden=None,
        ffn_d_hidden_multiplier=2.0,
        ffn_dropout=0.1,
        residual_dropout=0.0,
    )


def coupling() -> nn.Module:
    """Return a step of a normalizing flow."""
    from nflows.nn.nets import ResidualNet  # noqa: PLC0415  as above
    from nflows.transforms import AffineCouplingTransform  # noqa: PLC0415  as above

    return AffineCouplingTransform(
        torch.tensor([0, 1] * 4), lambda size, out: ResidualNet(size, out, 16)
    )


def sources() -> nn.Module:
    """Return a network that takes music apart."""
    from demucs.hdemucs import HDemucs  # noqa: PLC0415  as above

    return HDemucs(["a", "b"], channels=8, depth=4, nfft=1024)


def player() -> nn.Module:
    """Return the eyes of a player."""
    import gymnasium  # noqa: PLC0415  as above
    from stable_baselines3.common.torch_layers import NatureCNN  # noqa: PLC0415  as above

    return NatureCNN(gymnasium.spaces.Box(0, 255, (4, 84, 84), "uint8"), 32)


def clip() -> nn.Module:
    """Return a model of images and words."""
    from open_clip.model import CLIP, CLIPTextCfg, CLIPVisionCfg  # noqa: PLC0415  as above

    seeing = CLIPVisionCfg(layers=2, width=64, head_width=16, patch_size=8, image_size=32)
    reading = CLIPTextCfg(context_length=8, vocab_size=20, width=32, heads=4, layers=2)
    return CLIP(32, seeing, reading)
