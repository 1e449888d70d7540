"""Every network of the catalogue is proved: each witness agrees, or differs as it says it does."""

from __future__ import annotations

import pytest

from archstat.models.spec.catalogue import catalogue
from archstat.models.spec.resolve import resolve
from archstat.report.finding import Agreement

pytest.importorskip("torch")
pytest.importorskip("torchinfo")
pytest.importorskip("fvcore")

QUICK = {"lenet5"}
AGREES, EXPLAINED, NOT_MEASURED = Agreement.AGREES, Agreement.EXPLAINED, Agreement.NOT_MEASURED

WITH_BATCH_NORM = {"cifar-bn-alexnet"}
WITH_GROUPS = {"paper-alexnet", "caffenet", "lenet5-1998", "mobilenet-v1"}
WITH_ADAPTIVE_POOL = {
    *("torchvision-alexnet", "nin", "googlenet", "mobilenet-v1", "resnet18", "resnet50"),
}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in catalogue()],
)
def test_a_network_is_proved(name):
    from archstat.witnesses.proof import findings

    said = [(f.witness, f.quantity, f.verdict) for f in findings(resolve(name), "cpu")]
    explained = EXPLAINED if name in WITH_BATCH_NORM | WITH_ADAPTIVE_POOL else AGREES
    backward = EXPLAINED if name in WITH_GROUPS else AGREES
    assert said == [
        ("forward pass on cpu", "feature maps", AGREES),
        ("forward pass on cpu", "weights and biases", AGREES),
        ("torchinfo", "feature maps", AGREES),
        ("torchinfo", "parameters", AGREES),
        ("torchinfo", "mult-adds", EXPLAINED),  # it adds biases
        ("fvcore", "parameters", AGREES),
        ("fvcore", "flops", explained),
        ("FlopCounterMode", "FLOPs", AGREES),
        ("FlopCounterMode", "backward FLOPs", backward),
        ("autograd", "gradients' sides", AGREES),
        ("autograd", "kept for backward", AGREES),
        ("autograd", "receptive fields", AGREES),
    ]
