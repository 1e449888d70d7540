"""What is measured on a CUDA device: run with `-m cuda` wherever there is one."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

import pytest

torch = pytest.importorskip("torch")


from archstat.bench.asking import known  # noqa: E402  what follows needs torch
from archstat.bench.case import Case  # noqa: E402
from archstat.bench.measuring.probes import compute_probes, memory_probes  # noqa: E402
from archstat.bench.measuring.subject import Models  # noqa: E402
from archstat.bench.measuring.worker import run  # noqa: E402
from archstat.bench.plan import Done, Failed, Plan, Ready, Taken  # noqa: E402
from archstat.bench.protocol import MS, Rules  # noqa: E402
from archstat.devices.cuda import Cuda  # noqa: E402
from archstat.models.question import Question  # noqa: E402

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device"),
]

RULES = Rules(budget_ns=100 * MS)
GPU = Cuda(torch, 0)
ALEXNET = Case("paper-alexnet", "cuda:0", 8)


def measured(*cases):
    works = {
        number: known(case.model, Question(), [case.batch_size]).works[case.batch_size]
        for number, case in enumerate(cases)
    }
    told = []
    run(Plan(dict(enumerate(cases)), works, Question(), RULES), told.append)
    return told


def samples(told, number=0):
    return [event.sample for event in told if isinstance(event, Taken) and event.number == number]


@pytest.mark.parametrize("mode", ["eager", "graph", "compile"])
@pytest.mark.parametrize("dtype", ["float32", "tf32", "bfloat16", "float16"])
def test_every_mode_and_type_is_measured(mode, dtype):
    told = measured(replace(ALEXNET, mode=mode, dtype=dtype))
    assert [event for event in told if isinstance(event, Failed)] == []
    for sample in samples(told):
        assert sample.queue_calls > 0
        assert sample.device_ns > 0


def test_a_graph_computes_what_the_model_computes():
    torch.manual_seed(0)
    models = Models(Question(), seed=0)
    module, (args, _) = models.module(ALEXNET)
    with torch.inference_mode():
        expected = module(*args)
    from archstat.bench.measuring.subject import captured

    held = []

    def step():
        with torch.inference_mode():
            held[:] = [module(*args)]

    replay = captured(step, ALEXNET)
    held[0].zero_()
    replay()
    torch.cuda.synchronize()
    torch.testing.assert_close(held[0], expected)


def test_nothing_is_left_in_the_queue_behind_a_call():
    subject = Models(Question(), seed=0).subject(replace(ALEXNET, batch_size=64))
    subject.calls(10)
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    subject.calls(1)
    start.record()
    end.record()
    end.synchronize()
    assert start.elapsed_time(end) < 1.0  # nothing was there to be waited for


def test_the_device_s_own_clock_is_no_slower_than_the_caller_s():
    told = measured(replace(ALEXNET, batch_size=256))
    found = samples(told)
    host = median(sample.queue_ns / sample.queue_calls for sample in found)
    device = median(sample.device_ns / sample.queue_calls for sample in found)
    assert device <= 1.05 * host


def test_a_batch_that_does_not_fit_is_told_and_the_others_are_measured():
    told = measured(replace(ALEXNET, batch_size=1 << 20), ALEXNET)
    (failed,) = [event for event in told if isinstance(event, Failed)]
    assert failed.number == 0
    assert failed.why.startswith("does not fit in memory")
    assert samples(told, 1)
    assert isinstance(told[-1], Done)


def test_tf32_is_asked_for_and_given_back():
    before = torch.backends.cuda.matmul.allow_tf32
    with GPU.computing_in("tf32"):
        assert torch.backends.cuda.matmul.allow_tf32
    assert torch.backends.cuda.matmul.allow_tf32 == before


def test_convolutions_in_float32_may_compute_in_tf32_so_their_ceiling_is_its_own():
    probes = compute_probes(GPU, "float32")
    assert {probe.resources for probe in probes} == {("conv",), ("matmul",)}
    assert all(probe.probe.rate() > 0 for probe in probes)


def test_memory_is_probed():
    assert all(each.probe.rate() > 1e9 for each in memory_probes(GPU, "bfloat16", 1 << 28))


def test_training_is_measured():
    told = measured(replace(ALEXNET, optimizer="adam"))
    assert [event for event in told if isinstance(event, Ready)]
    assert samples(told)


def test_the_meter_tells_clocks_where_the_driver_does():
    gauge = GPU.gauge()
    if gauge is None:
        pytest.skip("nvidia-ml-py is not installed, or the driver does not show the card")
    gauge.start()
    assert gauge.read()["clock_mhz"] > 0
