"""Models for images: timm, torchvision, segmentation-models-pytorch and ultralytics."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from case import Case, Given

TIMM = """
    beit_base_patch16_224 botnet26t_256 cait_xxs24_224 coat_tiny coatnet_nano_rw_224 convit_tiny convmixer_768_32
    convnext_atto crossvit_tiny_240 cs3darknet_s csatv2 darknet17 davit_tiny deit3_small_patch16_224 densenet121
    dla34 dm_nfnet_f0 dpn48b eca_resnet33ts edgenext_xx_small efficientformer_l1 efficientformerv2_s0 efficientnet_b0
    efficientvit_b0 efficientvit_m0 eva02_tiny_patch14_224 fastvit_t8 fbnetc_100 flexivit_small focalnet_tiny_srf
    gcresnet33ts gcvit_xxtiny gernet_s ghostnet_050 gmlp_s16_224 halonet26t hardcorenas_a haloregnetz_b hgnet_tiny
    hiera_tiny_224 hrnet_w18_small inception_next_tiny inception_resnet_v2 lambda_resnet26t lcnet_035 levit_128s
    mambaout_femto maxvit_rmlp_pico_rw_256 mixer_s32_224 mixnet_s mnasnet_050 mobilenetv4_conv_small mobileone_s0
    mobilevit_xxs mobilevitv2_050 mvitv2_tiny nest_tiny nextvit_small nf_resnet26 pit_ti_224 poolformer_s12
    pvt_v2_b0 rdnet_tiny regnetx_002 regnety_002 regnetz_005 repghostnet_050 repvgg_a0 repvit_m0_9 res2net50_14w_8s
    resmlp_12_224 resnest14d resnetv2_50 rexnet_100 selecsls42 semnasnet_050 sequencer2d_s shvit_s1 skresnet18
    starnet_s1 swiftformer_xs swin_tiny_patch4_window7_224 swinv2_cr_tiny_224 tiny_vit_5m_224 tinynet_e tnt_s_patch16_224
    tresnet_m twins_pcpvt_small vgg11 visformer_tiny vit_tiny_patch16_224 volo_d1_224 vovnet39a xception41
    xcit_nano_12_p16_224 naflexvit_base_patch16_gap vit_small_patch16_18x2_224 vit_relpos_small_patch16_224
""".split()  # noqa: SIM905  a list of quoted words reads worse
TORCHVISION = """
    segmentation/deeplabv3_mobilenet_v3_large segmentation/fcn_resnet50 segmentation/lraspp_mobilenet_v3_large
    segmentation/deeplabv3_resnet101 video/r3d_18 video/mc3_18 video/r2plus1d_18 video/s3d video/mvit_v2_s video/swin3d_t
    optical_flow/raft_small optical_flow/raft_large detection/retinanet_resnet50_fpn detection/ssdlite320_mobilenet_v3_large
    detection/fasterrcnn_mobilenet_v3_large_320_fpn detection/ssd300_vgg16 detection/fcos_resnet50_fpn
    detection/maskrcnn_resnet50_fpn detection/keypointrcnn_resnet50_fpn
""".split()  # noqa: SIM905  likewise
SMP = "Unet UnetPlusPlus MAnet Linknet FPN PSPNet DeepLabV3 DeepLabV3Plus PAN UPerNet Segformer DPT".split()  # noqa: SIM905  likewise
ENCODERS = {"DPT": "tu-vit_tiny_patch16_224"}
YOLO = """
    yolov8n yolov8n-seg yolov8n-pose yolov8n-obb yolov8n-cls yolov8n-ghost yolov8n-p6 yolo11n yolo11n-seg yolo12n
    yolo26n yolov5n yolov6n yolov9t yolov10n yolov3-tiny rtdetr-resnet50
""".split()  # noqa: SIM905  likewise


def cases() -> Iterator[Case]:
    """Yield all."""
    for name in TIMM:
        yield Case("timm", name, partial(_timm, name))
    for name in TORCHVISION:
        yield Case("torchvision", name, partial(_torchvision, name))
    for name in SMP:
        yield Case("segmentation-models", name, partial(_segmentation, name))
    for name in YOLO:
        yield Case("ultralytics", name, partial(_yolo, name))


def _timm(name: str) -> Given:
    import timm  # noqa: PLC0415  after the choice

    model = timm.create_model(name)
    return Given(model, (torch.rand(2, *model.pretrained_cfg["input_size"]),))


def _torchvision(name: str) -> Given:
    from torchvision import models  # noqa: PLC0415  after the choice

    part, _, kind = name.partition("/")
    arguments: dict[str, Any] = {"weights": None}
    if part in {"segmentation", "detection"}:
        arguments["weights_backbone"] = None
    model = models.get_model(kind, **arguments)
    if part == "video":
        frames, side = (16, 224) if kind in {"mvit_v2_s", "swin3d_t"} else (8, 64)
        frames, side = (14, 224) if kind == "s3d" else (frames, side)
        return Given(model, (torch.rand(1, 3, frames, side, side),))
    if part == "optical_flow":
        return Given(model, (torch.rand(1, 3, 128, 128), torch.rand(1, 3, 128, 128), 2))
    if part == "detection":
        return Given(model, ([torch.rand(3, 96, 128)],))
    return Given(model, (torch.rand(2, 3, 64, 64),))


def _segmentation(name: str) -> Given:
    import segmentation_models_pytorch as smp  # noqa: PLC0415  after the choice

    model = getattr(smp, name)(encoder_name=ENCODERS.get(name, "resnet18"), encoder_weights=None)
    side = 224 if name == "DPT" else 64
    return Given(model, (torch.rand(2, 3, side, side),))


def _yolo(name: str) -> Given:
    from ultralytics.nn import tasks  # noqa: PLC0415  after the choice

    ends = {"-seg": "Segmentation", "-pose": "Pose", "-obb": "OBB", "-cls": "Classification"}
    kind = next((kind for end, kind in ends.items() if name.endswith(end)), "Detection")
    maker = (
        tasks.RTDETRDetectionModel if name.startswith("rtdetr") else getattr(tasks, f"{kind}Model")
    )
    return Given(maker(f"{name}.yaml", verbose=False), (torch.rand(1, 3, 128, 128),))
