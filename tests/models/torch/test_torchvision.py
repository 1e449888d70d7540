"""torchvision's registry against the parameters and operations that torchvision publishes."""

from __future__ import annotations

import pytest
from torchvision import models

import archstat

CLASSIFIERS = models.list_models(module=models)

ARGUMENTS = {
    "googlenet": {"aux_logits": False},  # published without the heads that only training uses
    "vit_h_14": {"image_size": 518},  # built for 224, published at 518
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_parameters_and_macs_are_the_published_ones(name):
    # "_ops" is in billions of multiply-accumulates, to three decimals
    meta = models.get_model_weights(name).DEFAULT.meta
    totals = archstat.analyze(f"torchvision/{name}", arguments=ARGUMENTS.get(name)).totals
    assert (totals.params, round(totals.macs / 1e9, 3), totals.uncounted) == (
        meta["num_params"],
        meta["_ops"],
        (),
    )


@pytest.mark.parametrize(
    ("name", "size", "stride"),
    [
        ("alexnet", 195, 32),  # Araujo, Norris & Sim (2019), at the last map
        ("vgg16", 212, 32),
        ("resnet18", 435, 32),
        ("resnet50", 427, 32),  # with torchvision's strides; 483 with TF-Slim's
    ],
)
def test_receptive_fields_at_the_last_map_are_the_known_ones(name, size, stride):
    rows = archstat.analyze(f"torchvision/{name}").layers
    last = [row for row in rows if len(row.out_shape) == 3 and row.kind != "adaptive_avg_pool2d"][
        -1
    ]
    field = last.receptive_field
    assert (field.size, field.effective_stride) == ((size, size), (stride, stride))


@pytest.mark.parametrize(
    ("name", "macs"),
    [
        # counted by hand-checked independent counters, layer by layer
        ("alexnet", 714_188_480),
        ("resnet18", 1_814_073_344),
        ("mobilenet_v2", 300_774_272),
        ("vit_b_16", 17_563_828_224),
    ],
)
def test_macs_to_the_last_unit(name, macs):
    assert archstat.analyze(f"torchvision/{name}").totals.macs == macs


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "fcn_resnet50",
        "deeplabv3_mobilenet_v3_large",
        "lraspp_mobilenet_v3_large",
        "r3d_18",
        "s3d",
        "mvit_v1_b",
        "quantized_resnet18",
    ],
)
def test_models_of_all_families_are_counted_in_full(name):
    report = archstat.analyze(f"torchvision/{name}")
    assert report.totals.uncounted == ()
    assert report.totals.macs > 10**9


@pytest.mark.slow
def test_a_detector_reads_values_and_is_traced_on_the_cpu():
    # published for the COCO weights: 134.38 billion at 800; here at 224, where proposals dominate
    report = archstat.analyze("torchvision/fasterrcnn_resnet50_fpn", input=(3, 224, 224))
    assert (report.traced_on, report.totals.uncounted) == ("cpu", ())
