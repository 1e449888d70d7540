"""`archstat bench trace.json MODEL`: what a trace of torch.profiler says of a model."""

from __future__ import annotations

import json

import pytest

from tests.bench.processes import started
from tests.bench.traces.writing import event, passes, trace
from tests.cli.running import invoke

torch = pytest.importorskip("torch")


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def written(events, **more):
        (tmp_path / "trace.json").write_text(json.dumps(trace(events, **more)))

    return written


def bench(*words):
    done = invoke("bench", "trace.json", *words)
    return done.exit_code, done.stdout, done.stderr


def rows(*words):
    code, stdout, stderr = bench(*words, "-f", "json")
    assert (code, stderr) == (0, "")
    found = json.loads(stdout)
    return found, {row["layer"]: row for row in found["records"]}


def test_each_layer_has_the_median_of_its_operators(write):
    write(passes(30, 10, 20))
    found, layers = rows("lenet5")
    assert (found["passes"], found["batch_size"], found["dtype"]) == (3, 1, "float32")
    assert found["sum_s"] == pytest.approx(12 * 20e-6)
    # C3 has 240,000 MACs, in 20 microseconds
    assert layers["C3"]["latency_s"] == pytest.approx(20e-6)
    assert layers["C3"]["macs_per_s"] == pytest.approx(12e9)
    assert layers["C3"]["floor_s"] is None
    assert found["share_mapped"] == 1


def test_the_floors_are_those_of_the_ceilings(write, monkeypatch):
    monkeypatch.setattr("archstat.bench.run.started", started)
    invoke("ceilings", "--device", "cpu", "-o", "cpu.json")
    write(passes(12, batch=1000))
    _, layers = rows("lenet5", "--on", "cpu.json")
    # 480,000 operations of each of 1,000 examples at 100 GFLOP/s take 4.8 ms; its
    # 1,000 * (1,176 + 1,600) + 2,416 numbers of 4 bytes take 1.1 ms at 10 GB/s
    assert layers["C3"]["floor_s"] == pytest.approx(4.8e-3)
    assert layers["C3"]["share_of_floor"] == pytest.approx(400)
    assert layers["C3"]["bound"] == "compute"
    assert layers["tanh5"]["floor_s"] == pytest.approx(1000 * 240 * 4 / 1e10)
    assert layers["flatten"]["floor_s"] is None  # it moves nothing


def test_kernels_count_where_there_are_any(write):
    events = passes(10)
    launch = event("cudaLaunchKernel", 1001, 1, cat="cuda_runtime", correlation=5)
    kernel = event("gemm", 5000, 123, cat="kernel", tid=7, correlation=5)
    write([*events, launch, kernel], deviceProperties=[{"name": "Some GPU"}])
    found, layers = rows("lenet5")
    assert layers["C1"]["latency_s"] == pytest.approx(123e-6)
    assert layers["C3"]["latency_s"] == 0
    assert found["sum_s"] == pytest.approx(123e-6)
    assert "Some GPU, by its kernels" in bench("lenet5")[1]


def test_what_is_of_no_layer_is_told(write):
    write([event("aten::to", 0, 60), *passes(10), event("aten::nll_loss", 9000, 20)])
    found, _ = rows("lenet5")
    # 12 operators of 10 microseconds, of 200 in all
    assert found["share_mapped"] == pytest.approx(0.6)
    assert [row["operator"] for row in found["unmapped"]] == ["aten::to", "aten::nll_loss"]
    assert "of no layer: to (1 call, 30 %), nll_loss (1 call, 10 %)" in bench("lenet5")[1]


def test_one_operator_for_all_that_a_layer_does_is_that_layer_s(write, tmp_path):
    (tmp_path / "net.py").write_text(
        "from torch import nn\n"
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.before = nn.Linear(8, 8)\n"
        "        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)\n"
        "        self.after = nn.Linear(8, 8)\n"
        "    def forward(self, x):\n"
        "        x = self.before(x)\n"
        "        x, _ = self.attention(x, x, x, need_weights=False)\n"
        "        return self.after(x).relu().tanh().exp()\n"
    )
    shape = {"Input Dims": [[3, 5, 8]]}
    names = ("linear", "_native_multi_head_attention", "linear", "relu", "tanh", "exp")
    write([event(f"aten::{name}", 10 * at, 5, **shape) for at, name in enumerate(names)])
    found, layers = rows("net.py:Net", "--input", "5x8")
    assert (found["batch_size"], found["share_mapped"]) == (3, 1)
    assert layers["attention"]["latency_s"] == pytest.approx(5e-6)


@pytest.mark.parametrize(
    ("events", "words", "told"),
    [
        (passes(10), [], "trace.json is a trace, and it takes one model beside it"),
        (passes(10), ["lenet5", "lenet5"], "it takes one model beside it"),
        (passes(10, has_shapes=False), ["lenet5"],
         "trace.json: has no shapes, so it does not say how many examples a pass had"),
        (passes(10), ["paper-alexnet"],
         "trace.json: has no pass of paper-alexnet, whose operators begin with conv2d"),
        (passes(10), ["lenet5", "--batch", "8"],
         "trace.json: has conv2d on 1×1×32×32, and lenet5 has it on 8×1×32×32"),
        (passes(10), ["lenet5", "--batch", "1,8"], "--batch: a trace is of one batch, got '1,8'"),
        (passes(10), ["lenet5", "--dtype", "int8"], "--dtype: a trace is of one type"),
        (passes(10), ["lenet5", "--processes", "2"],
         "--processes says nothing of "),
        (passes(10), ["lenet5", "--on", "none.json"], "none.json: cannot be read"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_a_sentence(write, events, words, told):
    write(events)
    code, stdout, stderr = bench(*words)
    assert (code, stdout) == (2, "")
    assert told in stderr


def test_a_trace_without_shapes_is_of_the_batch_that_is_stated(write):
    write(passes(10, batch=4, has_shapes=False))
    found, layers = rows("lenet5", "--batch", "4")
    assert found["batch_size"] == 4
    assert layers["C3"]["macs"] == 4 * 240_000


def test_ceilings_are_for_traces_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = invoke("bench", "lenet5", "--on", "cpu.json")
    assert done.exit_code == 2
    assert "--on gives ceilings to a trace of torch.profiler" in done.stderr


@pytest.mark.parametrize(
    "settings", [{}, {"record_shapes": True}, {"record_shapes": True, "with_stack": True}]
)
def test_what_this_torch_writes_is_read(tmp_path, monkeypatch, settings):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KINETO_LOG_LEVEL", "99")
    (tmp_path / "net.py").write_text(
        "from torch import nn\n"
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.conv = nn.Conv2d(3, 8, 3, padding=1)\n"
        "        self.norm = nn.BatchNorm2d(8)\n"
        "        self.lstm = nn.LSTM(8, 4, batch_first=True)\n"
        "    def forward(self, x):\n"
        "        x = self.norm(self.conv(x)).relu()\n"
        "        x = (x + 1).mean((2,)).transpose(1, 2)\n"
        "        return self.lstm(x)[0]\n"
    )
    scope: dict[str, type] = {}
    exec((tmp_path / "net.py").read_text(), scope)  # noqa: S102  as a user's program has it
    model = scope["Net"]().eval()
    x = torch.randn(2, 3, 8, 8)
    with torch.no_grad(), torch.autograd.profiler.profile(**settings) as profiled:
        for _ in range(2):
            model(x)
    profiled.export_chrome_trace("trace.json")
    found, layers = rows("net.py:Net", "--input", "3x8x8", "--batch", "2")
    assert found["passes"] == 2
    assert found["share_mapped"] == 1
    assert {"conv", "norm", "relu", "lstm"} <= {*layers}
    # 8 filters of 3 * 9 weights at 64 places, for 2 images
    assert layers["conv"]["macs"] == 2 * 64 * 8 * 27
    assert layers["conv"]["latency_s"] > 0
