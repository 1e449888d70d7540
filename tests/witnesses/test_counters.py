"""The counters of other tools: held to the unit, layer by layer, and caught when they lie."""

from __future__ import annotations

import warnings

import pytest

from archstat.analyses.conventions.fvcore import FVCORE
from archstat.analyses.conventions.plain import FLOPS, MACS
from archstat.analyses.conventions.torchinfo import TORCHINFO
from archstat.layers import layer_kinds
from archstat.layers.conv import Conv2d
from archstat.models.spec.resolve import resolve
from archstat.report.finding import Agreement
from tests.models.kinds import network_of
from tests.renderers.networks import branching, network

torch = pytest.importorskip("torch")
pytest.importorskip("torchinfo")
pytest.importorskip("fvcore")

from archstat.models.torch.module import build_module  # noqa: E402  torch first
from archstat.witnesses.counters import (  # noqa: E402
    counted,
    fvcore_findings,
    torch_findings,
    torchinfo_findings,
)
from archstat.witnesses.proof import findings  # noqa: E402

ALL = (torchinfo_findings, fvcore_findings, torch_findings)


def said(witness, graph, device="cpu"):
    """Return what a witness says of each quantity."""
    device = torch.device(device)
    example = torch.zeros((1, *graph.input_shape), device=device)
    module = build_module(graph, device)
    return {finding.quantity: finding for finding in witness(graph, module, example)}


@pytest.mark.parametrize("kind", layer_kinds())
def test_every_kind_is_proved(kind):
    findings_of = list(findings(network_of(kind), "cpu"))
    assert [f for f in findings_of if f.verdict is Agreement.DISAGREES] == []
    unmeasured = {f.witness for f in findings_of if f.verdict is Agreement.NOT_MEASURED}
    assert unmeasured <= {"autograd"}


def test_torchinfo_differs_on_alexnet_by_the_biases():
    finding = said(torchinfo_findings, resolve("paper-alexnet"), "meta")["mult-adds"]
    assert finding.verdict is Agreement.EXPLAINED
    assert finding.words == (
        "differs as its convention says: 725,066,088 = 724,406,816 MACs + 659,272 "
        "(one addition per output value, for its bias)"
    )


def test_torchinfo_agrees_on_shapes_and_parameters_of_alexnet():
    findings_of = said(torchinfo_findings, resolve("paper-alexnet"), "meta")
    assert findings_of["feature maps"].words == "agrees on 24 layers"
    assert findings_of["parameters"].words == "agrees: 60,965,224"


def test_torch_counts_two_operations_a_mac():
    finding = said(torch_findings, resolve("paper-alexnet"), "meta")["FLOPs"]
    assert finding.verdict is Agreement.AGREES
    assert finding.words == "agrees on 24 layers: 1,448,813,632 = 2 × 724,406,816 MACs"


def test_fvcore_counts_macs_and_says_what_it_adds():
    finding = said(fvcore_findings, resolve("lenet5"))["flops"]
    assert (finding.verdict, finding.words) == (
        Agreement.AGREES,
        "agrees on 12 layers: 416,520 MACs",
    )
    normed = said(fvcore_findings, branching())["flops"]
    assert normed.verdict is Agreement.EXPLAINED
    assert normed.words == (
        "differs as its convention says: 8,856 = 8,568 MACs + 288 "
        "(two operations per value of a batch norm)"  # 2 · 4·6·6
    )


def test_fvcore_cannot_trace_on_meta():
    finding = said(fvcore_findings, branching(), "meta")["flops"]
    assert finding.verdict is Agreement.NOT_MEASURED
    assert finding.words == "not measured: it cannot trace without values, which the CPU has"


def test_what_a_tool_leaves_out_is_subtracted():
    graph = network(("c", "conv2d", {"out_channels": 2, "kernel_size": 3, "padding": "same"}))
    assert said(fvcore_findings, graph)["flops"].words == (
        "differs as its convention says: 0 = 7,776 MACs − 7,776 "
        "(convolutions padded by a word, which it does not know)"
    )


def test_a_layer_that_nothing_reads_is_counted_by_every_tool():
    conv = {"out_channels": 2, "kernel_size": 1}
    graph = network(("a", "conv2d", conv), ("dead", "conv2d", conv), ("end", "relu", {}, ["a"]))
    for witness in ALL:
        assert [f for f in said(witness, graph).values() if f.verdict is Agreement.DISAGREES] == []


def test_layers_with_names_that_torch_has_are_found():
    conv = {"out_channels": 3, "kernel_size": 1}
    graph = network(*((name, "conv2d", conv) for name in ("train", "train_", "run", "type")))
    for witness in ALL:
        agreed = {f.quantity: f.words for f in said(witness, graph).values()}
        assert "4 layers" in agreed.get("flops", agreed.get("FLOPs", agreed.get("feature maps")))


def macs_of(graph):
    return {node.name: node.macs for node in graph.nodes}


def test_a_count_that_is_off_by_one_is_caught_and_the_layer_named():
    graph = resolve("lenet5")
    counts = macs_of(graph)
    honest = counted("w", "q", graph, MACS, counts=counts, total=416_520)
    assert honest.verdict is Agreement.AGREES
    lying = counted("w", "q", graph, MACS, counts={**counts, "C3": 240_001}, total=416_521)
    assert lying.verdict is Agreement.DISAGREES
    assert lying.words == "disagrees on C3 240001, ours 240000"


def test_two_lies_that_cancel_out_are_caught():
    graph = resolve("lenet5")
    counts = {**macs_of(graph), "C1": 117_599, "C3": 240_001}
    lying = counted("w", "q", graph, MACS, counts=counts, total=416_520)
    assert lying.words == "disagrees on C1 117599, ours 117600; C3 240001, ours 240000"


def test_a_total_that_is_not_the_sum_is_caught():
    graph = resolve("lenet5")
    lying = counted("w", "q", graph, MACS, counts=macs_of(graph), total=416_519)
    assert lying.verdict is Agreement.DISAGREES
    assert lying.words == "disagrees: 416,519 in all, by its convention 416,520"


@pytest.mark.parametrize("convention", [FLOPS, TORCHINFO, FVCORE])
def test_a_convention_explains_nothing_but_its_own_difference(convention):
    graph = branching()
    counts = {node.name: convention.count(node) for node in graph.nodes}
    total = sum(counts.values())
    assert counted("w", "q", graph, convention, counts=counts, total=total).verdict in {
        Agreement.AGREES,
        Agreement.EXPLAINED,
    }
    for name, count in counts.items():
        wrong = {**counts, name: count + 1}
        finding = counted("w", "q", graph, convention, counts=wrong, total=total + 1)
        assert finding.verdict is Agreement.DISAGREES
        assert finding.words.startswith(f"disagrees on {name} ")


def test_a_torchinfo_that_lies_is_caught(monkeypatch):
    from torchinfo.layer_info import LayerInfo

    honest = LayerInfo.calculate_macs

    def lying(self):
        honest(self)
        self.macs += self.var_name == "wide"

    monkeypatch.setattr(LayerInfo, "calculate_macs", lying)
    finding = said(torchinfo_findings, branching())["mult-adds"]
    assert finding.verdict is Agreement.DISAGREES
    assert finding.words == "disagrees on wide 4465, ours 4464"  # 4,320 + 144 biases


def test_a_flop_counter_that_lies_is_caught(monkeypatch):
    from torch.utils.flop_counter import FlopCounterMode

    honest = FlopCounterMode.get_flop_counts

    def lying(self):
        counts = honest(self)
        counts["GraphModule.fc"] = {
            operator: n + 2 for operator, n in counts["GraphModule.fc"].items()
        }
        return counts

    monkeypatch.setattr(FlopCounterMode, "get_flop_counts", lying)
    finding = said(torch_findings, branching())["FLOPs"]
    assert finding.words == "disagrees on fc 722, ours 720"


def test_an_fvcore_that_lies_is_caught(monkeypatch):
    with warnings.catch_warnings(action="ignore"):  # it uses parts of torch that are deprecated
        from fvcore.nn import FlopCountAnalysis

    honest = FlopCountAnalysis.by_module
    monkeypatch.setattr(FlopCountAnalysis, "by_module", lambda self: {**honest(self), "lrn": 1})
    finding = said(fvcore_findings, branching())["flops"]
    assert finding.words == "disagrees on lrn 1, ours 0"


def test_parameters_that_differ_are_caught(monkeypatch):
    shapes = Conv2d.param_shapes
    monkeypatch.setattr(
        Conv2d, "param_shapes", lambda self, given: {**shapes(self, given), "extra": (1,)}
    )
    for witness in (torchinfo_findings, fvcore_findings):
        finding = said(witness, branching())["parameters"]
        assert finding.verdict is Agreement.DISAGREES
        assert finding.words == "disagrees: 604, ours 606"
    forward = {f.quantity: f for f in findings(branching(), "meta") if "forward" in f.witness}
    assert forward["weights and biases"].verdict is Agreement.DISAGREES
    assert forward["weights and biases"].words.startswith("disagrees on conv1 weight 4×3×3×3")


def test_shapes_that_differ_are_caught(monkeypatch):
    from archstat.layers.activation import ReLU

    monkeypatch.setattr(ReLU, "out_shape", lambda _, given: (given[0], given[1] + 1, given[2]))
    graph = network(("r", "relu", {}))
    assert said(torchinfo_findings, graph)["feature maps"].words == (
        "disagrees on r 3×12×12, ours 3×13×12"
    )
    first = next(iter(findings(graph, "cpu")))
    assert (first.verdict, first.words) == (
        Agreement.DISAGREES,
        "disagrees on r 3×12×12, ours 3×13×12",
    )


def test_witnesses_warn_of_nothing_and_print_nothing(capfd):
    for kind in ("conv2d", "batch_norm2d", "local_response_norm", "add"):
        list(findings(network_of(kind), "cpu"))
    assert capfd.readouterr() == ("", "")
