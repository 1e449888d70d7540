"""The ledger: every operator has one whole entry, and costs what was worked out by hand."""

from __future__ import annotations

from itertools import chain

import pytest

from archstat.api import analyze
from archstat.layers.reach import Unknown

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402  only where torch is
from torch.nn import functional as F  # noqa: E402, N812  likewise

from archstat.models.torch.operators.call import Call  # noqa: E402  likewise
from archstat.models.torch.operators.entry import Operator, nothing, unknown  # noqa: E402  likewise
from archstat.models.torch.operators.reads import in_place, untold  # noqa: E402  likewise
from archstat.models.torch.operators.registry import FAMILIES, REGISTRY, Registry  # noqa: E402


def overloads(names):
    """Yield every overload of torch's own operators with these names."""
    for name in names:
        for spelling in (name, f"{name}_"):
            packet = getattr(torch.ops.aten, spelling, None)
            for overload in packet.overloads() if packet is not None else ():
                yield getattr(packet, overload)


def core_operators():
    """Yield torch's own list of operators to which all others come down: core ATen."""
    for name in dir(torch.ops.aten):
        packet = getattr(torch.ops.aten, name)
        for overload in packet.overloads() if hasattr(packet, "overloads") else ():
            operator = getattr(packet, overload)
            if torch.Tag.core in operator.tags:
                yield operator


def test_no_operator_of_core_aten_is_missing():
    core = {*core_operators()}
    missing = {str(operator) for operator in core if not REGISTRY.find(operator).is_counted}
    assert missing == set()
    assert len(core) > 150  # so many there are in every torch that is supported


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__.rpartition(".")[2])
def test_no_entry_is_half_stated(family):
    for entry in family.OPERATORS:
        assert entry.macs is not unknown, f"{entry.name} has no cost"
        assert entry.reach is not None, f"{entry.name} has no rule of what it reads"
        assert not (entry.factors and entry.macs is nothing), f"{entry.name} has factors only"
        if entry.is_pointwise:
            assert entry.reach is in_place, f"{entry.name} reads other places"


def test_no_operator_has_two_entries():
    with pytest.raises(ValueError, match="more than one entry: mm"):
        Registry([Operator("mm", nothing, in_place), Operator("mm", nothing, untold)])


def test_no_entry_contradicts_what_torch_says_of_it():
    wrong = {
        entry.name
        for entry in chain.from_iterable(family.OPERATORS for family in FAMILIES)
        for operator in overloads([entry.name])
        if torch.Tag.pointwise in operator.tags and entry.reach is not in_place
    }
    assert wrong == {"max", "min"}  # of one tensor, or of two: their rule knows both


class Calls(nn.Module):
    """A model that is a function."""

    def __init__(self, call):
        super().__init__()
        self.call = call

    def forward(self, *given):
        return self.call(*given)


def grouped(left, right, ends):
    """Return a grouped product, its groups told by where they end."""
    return torch._grouped_mm(left, right, offs=ends)


def half(*shape):
    return torch.zeros(shape, dtype=torch.bfloat16)


ENDS = torch.tensor([8, 16], dtype=torch.int32)


@pytest.mark.skipif(not hasattr(torch, "_grouped_mm"), reason="this torch has no grouped products")
@pytest.mark.parametrize(
    ("left", "right", "macs"),
    [
        # 16 tokens, each by one of two experts of 32·64 weights
        pytest.param(half(16, 32), half(2, 32, 64), 32_768, id="rows"),
        # 8 tokens for each of two experts, whose columns are 16 together
        pytest.param(half(2, 8, 32), half(32, 16), 4_096, id="columns"),
        # two products that sum over 8 each: 32·16·64 together
        pytest.param(half(32, 16), half(16, 64), 32_768, id="sums"),
    ],
)
def test_a_grouped_product_counts_each_row_once(left, right, macs):
    if left.dim() == 3:
        ends = torch.tensor([8, 16], dtype=torch.int32)
        report = analyze(Calls(grouped), inputs=(left, right, ends))
    else:
        report = analyze(Calls(grouped), inputs=(left, right, ENDS))
    assert report.totals.macs == macs
    assert report.totals.uncounted == ()


@pytest.mark.parametrize("device", ["meta", "cpu"])
def test_a_recurrent_layer_costs_the_same_on_every_device(device):
    model = nn.LSTM(8, 6, num_layers=2, bidirectional=True, batch_first=True)
    # 5 tokens; 4·6 gates that read 8 and then 12 features, and 6 of their own; two directions
    assert analyze(model, (5, 8), device=device).totals.macs == 5 * 2 * 24 * (8 + 6 + 12 + 6)


def test_a_bilinear_layer_sums_a_term_for_each_pair_of_features():
    report = analyze(nn.Bilinear(3, 4, 5), inputs=(torch.zeros(2, 3), torch.zeros(2, 4)))
    assert report.totals.macs == 2 * 5 * 3 * 4


def test_distances_of_euclid_sum_squares():
    left, right = torch.zeros(1, 5, 3), torch.zeros(1, 7, 3)
    report = analyze(Calls(torch.cdist), inputs=(left, right))
    assert report.totals.macs == 5 * 7 * 3
    manhattan = analyze(Calls(lambda x, y: torch.cdist(x, y, p=1.0)), inputs=(left, right))
    assert manhattan.totals.macs == 0


def test_a_product_of_whole_numbers_counts():
    left, right = torch.zeros(32, 16, dtype=torch.int8), torch.zeros(16, 8, dtype=torch.int8)
    report = analyze(Calls(torch._int_mm), inputs=(left, right))
    assert report.totals.macs == 32 * 16 * 8


def test_fourier_transforms_count_by_a_named_convention():
    report = analyze(Calls(lambda x: torch.fft.fft(x.to(torch.complex64)).real), (3, 16))
    assert report.totals.macs == 3 * 2 * 16 * 4  # 3 rows, 4 stages of 8 butterflies, 4 each
    assert any("radix-2" in note for note in report.notes)
    real = analyze(Calls(lambda x: torch.fft.irfft(torch.fft.rfft(x))), (3, 16))
    assert real.totals.macs == 2 * 3 * 16 * 4  # half of it, there and back


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda x: F.nll_loss(x, x[:, 0].long()), id="nll_loss"),
        pytest.param(lambda x: F.mse_loss(x, x), id="mse_loss"),
        pytest.param(
            lambda x: torch.fake_quantize_per_tensor_affine(x, 0.1, 0, 0, 255), id="fake_quantize"
        ),
        pytest.param(torch.nansum, id="nansum"),
        pytest.param(lambda x: torch.nanmean(x, 1), id="nanmean"),
        pytest.param(
            lambda x: F.interpolate(x[:, None, None, None], size=(1, 1, 16), mode="nearest-exact"),
            id="nearest-exact",
        ),
    ],
)
def test_what_multiplies_nothing_leaves_no_question(call):
    totals = analyze(Calls(call), (8,), batch_size=2).totals
    assert (totals.macs, totals.uncounted) == (0, ())


def test_inference_mode_in_forward_hides_no_product():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

        @torch.inference_mode()
        def forward(self, x):
            return self.attention(x, x, x)[0] @ x.mT

    report = analyze(Net(), (5, 8))
    # 4 projections of 5·8·8, 2 products of 2 heads of 5·5·4, and the last of 5·8·5
    assert report.totals.macs == 4 * 320 + 2 * 200 + 200
    assert report.totals.uncounted == ()


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")
def test_a_quantized_layer_counts():
    engines = [name for name in torch.backends.quantized.supported_engines if name != "none"]
    if not engines:
        pytest.skip("this torch quantizes nothing")
    quantized = torch.ops.quantized
    packed = quantized.linear_prepack(
        torch.quantize_per_tensor(torch.ones(4, 8), 0.1, 0, torch.qint8), torch.zeros(4)
    )
    report = analyze(
        Calls(lambda x: quantized.linear_dynamic(x, packed)),
        inputs=(torch.ones(3, 8),),
        device="cpu",
    )
    assert report.totals.macs == 3 * 8 * 4


def test_an_unknown_reach_says_why():
    call = Call(torch.ops.aten.median.default, {}, (), torch.zeros(1))
    assert untold(call) == Unknown("no rule says what median reads")
