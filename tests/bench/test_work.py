"""torchvision's AlexNet on an H200: 1.43 GFLOP and 61.1 million weights a pass, worked by hand."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from archstat.bench.work import LayerWork, Rates, Work, compute_s, floor, layer_s, work_of
from archstat.models.spec.resolve import resolve
from archstat.models.torch.examples import CallInputs
from archstat.models.torch.tracing import trace

US = 1e-6
SHEET = 4.8e12  # bytes a second of an H200, by NVIDIA's data sheet
H200 = {  # FLOP/s of convolutions and of matrix products, bytes/s, bytes a number
    "fp32": (Rates(67e12, 67e12, SHEET), 4),
    "TF32": (Rates(494.7e12, 494.7e12, SHEET), 4),
    "TF32 convolutions": (Rates(494.7e12, 67e12, SHEET), 4),
    "bf16": (Rates(989.4e12, 989.4e12, SHEET), 2),
    "bf16 as measured": (Rates(788e12, 788e12, 4.3e12), 2),
}


@pytest.fixture(scope="module")
def alexnet():
    return resolve("torchvision-alexnet")


def layer(work, name):
    (found,) = [each for each in work.layers if each.name == name]
    return found


def traced(module, *inputs):
    return trace(
        module.eval(), CallInputs(inputs, {}), name="net", shape=tuple(inputs[0].shape[1:])
    )


def test_alexnet_computes_1_4284_gflop_an_image(alexnet):
    # Multiply–accumulates: conv1 70,276,800, conv2 223,948,800, conv3 112,140,288,
    # conv4 149,520,384, conv5 99,680,256; fc6 37,748,736, fc7 16,777,216, fc8 4,096,000:
    # 714,188,480 together, two operations each
    assert work_of(alexnet, batch_size=1).flops == 1_428_376_960


def test_alexnet_reads_61_1_million_weights_whatever_the_batch(alexnet):
    assert work_of(alexnet, batch_size=1).weights == 61_100_840
    assert work_of(alexnet, batch_size=256).weights == 61_100_840


def test_operations_and_ends_grow_with_the_batch(alexnet):
    work = work_of(alexnet, batch_size=256)

    assert work.flops == 365_664_501_760  # 256 · 1,428,376,960
    assert work.ends == 38_791_168  # 256 · (3·224·224 + 1000)


def test_a_convolution_reads_its_input_and_its_weights_and_writes_its_output(alexnet):
    conv1 = layer(work_of(alexnet, batch_size=2), "conv1")

    assert conv1 == LayerWork(
        "conv1",
        "conv2d",
        flops=281_107_200,  # 2 · 2 · 3·11·11·64 · 55·55
        is_conv=True,
        values=688_256,  # 2 · (3·224·224 + 64·55·55)
        weights=23_296,  # 64·3·11·11 + 64
    )


def test_what_moves_nothing_is_no_work(alexnet):
    kinds = {each.kind for each in work_of(alexnet, batch_size=1).layers}

    assert kinds == {"conv2d", "relu", "max_pool2d", "adaptive_avg_pool2d", "linear"}


# By hand: weights and ends are 61,252,368 numbers; at 4 bytes and 4.8 TB/s 51.04 µs, at 2 bytes
# 25.52 µs, at 2 bytes and 4.3 TB/s 28.49 µs. 1.4284 GFLOP take 21.32 µs at 67 TFLOP/s, 2.89 at
# 494.7, 1.44 at 989.4 and 1.81 at 788; 1.3111 of convolutions in TF32 and 0.1172 in fp32 take 4.40.
@pytest.mark.parametrize(
    ("how", "compute_us", "memory_us", "layerwise_us"),
    [
        ("fp32", 21.32, 51.04, 69.68),
        ("TF32", 2.89, 51.04, 53.34),
        ("TF32 convolutions", 4.40, 51.04, 53.34),
        ("bf16", 1.44, 25.52, 26.67),
        ("bf16 as measured", 1.81, 28.49, 29.84),
    ],
)
def test_one_image_is_bound_by_reading_the_weights(
    alexnet, how, compute_us, memory_us, layerwise_us
):
    rates, number_bytes = H200[how]

    least = floor(work_of(alexnet, batch_size=1), rates, number_bytes=number_bytes)

    assert least.compute_s == pytest.approx(compute_us * US, abs=0.005 * US)
    assert least.fused_s == pytest.approx(memory_us * US, abs=0.005 * US)
    assert least.layerwise_s == pytest.approx(layerwise_us * US, abs=0.005 * US)
    assert least.bound == "memory"


# 365.66 GFLOP at 67 TFLOP/s are 5.458 ms, and so on. Layer by layer, the average pooling, which
# reads and writes 2 · 256 · 9,216 numbers, adds 2 to 4 µs to a table that leaves it out.
@pytest.mark.parametrize(
    ("how", "fused_us", "layerwise_us"),
    [
        ("fp32", 5457.7, 5771.3),
        ("TF32", 739.2, 1053.7),
        ("TF32 convolutions", 1126.5, 1440.8),
        ("bf16", 369.6, 526.9),
        ("bf16 as measured", 464.0, 639.1),
    ],
)
def test_256_images_are_bound_by_computing(alexnet, how, fused_us, layerwise_us):
    rates, number_bytes = H200[how]

    least = floor(work_of(alexnet, batch_size=256), rates, number_bytes=number_bytes)

    assert least.fused_s == pytest.approx(fused_us * US, abs=0.05 * US)
    assert least.layerwise_s == pytest.approx(layerwise_us * US, abs=0.05 * US)
    assert least.bound == "compute"


def test_fc6_reads_its_weights_for_17_6_us(alexnet):
    fc6 = layer(work_of(alexnet, batch_size=1), "fc6")
    rates, number_bytes = H200["bf16 as measured"]

    # (9216·4096 + 4096 weights and biases + 9216 + 4096 numbers) · 2 bytes / 4.3 TB/s
    assert layer_s(fc6, rates, number_bytes=number_bytes) == pytest.approx(17.566 * US, rel=1e-4)
    assert compute_s(fc6, rates) == pytest.approx(0.0958 * US, rel=1e-3)  # 75.5 MFLOP


def test_convolutions_and_matrix_products_have_their_own_rates():
    conv = LayerWork("conv", "conv2d", flops=100, is_conv=True, values=0, weights=0)
    fc = LayerWork("fc", "linear", flops=100, is_conv=False, values=0, weights=0)
    rates = Rates(conv=50.0, matmul=20.0, memory=1.0)

    assert (compute_s(conv, rates), compute_s(fc, rates)) == (2.0, 5.0)


def test_rates_scale_with_the_device():
    rates = Rates(conv=50.0, matmul=20.0, memory=1.0).scaled(compute=2.0, memory=3.0)

    assert rates == Rates(conv=100.0, matmul=40.0, memory=3.0)


def test_a_sum_reads_all_that_it_adds():
    class Residual(nn.Module):
        def forward(self, x):
            return x + torch.relu(x)

    work = work_of(traced(Residual(), torch.zeros(1, 4, 5, 5)), batch_size=1)

    assert [each.values for each in work.layers] == [200, 300]  # relu: 100 in, 100 out


def test_a_concatenation_reads_as_much_as_it_writes():
    class Branches(nn.Module):
        def forward(self, x):
            return torch.cat([x, torch.relu(x), torch.relu(x[:, :2])], dim=1)

    work = work_of(traced(Branches(), torch.zeros(1, 4, 5, 5)), batch_size=1)

    assert layer(work, "concat").values == 500  # 100 + 100 + 50 in, 250 out


def test_a_table_reads_the_rows_that_are_asked_for():
    tokens = torch.zeros(1, 16, dtype=torch.long)

    work = work_of(traced(nn.Embedding(30_000, 768), tokens), batch_size=1)

    assert work.weights == 12_288  # 16 rows of 768


def test_a_small_table_is_read_once_at_most():
    tokens = torch.zeros(1, 16, dtype=torch.long)

    assert work_of(traced(nn.Embedding(10, 8), tokens), batch_size=1).weights == 80


def test_operators_that_nobody_counted_are_named():
    class Factors(nn.Module):
        def forward(self, x):
            return torch.linalg.qr(x)[0]

    work = work_of(traced(Factors(), torch.zeros(1, 8, 8)), batch_size=1)
    assert work.uncounted == ("linalg_qr",)


@pytest.mark.parametrize(
    ("numbers", "set_bytes"),
    [
        (1, 1 << 20),  # a buffer of 1 MiB at least
        (1 << 20, 1 << 22),  # 4 MiB exactly
        ((1 << 20) + 1, 1 << 23),
        (1 << 28, 1 << 29),  # 512 MiB at most
    ],
)
def test_memory_is_probed_with_a_buffer_that_holds_what_a_pass_moves(numbers, set_bytes):
    assert Work((), numbers).set_bytes(4) == set_bytes


def test_a_training_step_is_the_forward_and_the_backward_pass_and_moves_what_is_updated():
    graph = resolve("lenet5")
    forward = work_of(graph, batch_size=2)
    sgd, adam = (work_of(graph, batch_size=2, optimizer=name) for name in ("sgd", "adam"))
    # MACs of a pass: C1 117,600, C3 240,000, C5 48,000, F6 10,080, OUTPUT 840; each has a gradient
    # of its weights and, but for C1, which reads the image, of its input: 3 · 416,520 - 117,600
    assert forward.flops == 2 * 2 * 416_520
    assert sgd.flops == adam.flops == 2 * 2 * (3 * 416_520 - 117_600)
    assert (forward.weights, sgd.weights, adam.weights) == (61_706, 61_706, 61_706)
    ends = 2 * (1_024 + 10)
    assert [work.moved - ends for work in (forward, sgd, adam)] == [
        61_706,
        4 * 61_706,  # read and written, with what the momentum remembers
        6 * 61_706,
    ]
    assert (sgd.ends, sgd.uncounted) == (forward.ends, ())
    assert adam.held - sgd.held == 61_706  # what Adam remembers beside a momentum


def test_a_step_of_which_the_backward_pass_is_not_known_has_no_limit():
    forward_alone = traced(nn.Linear(4, 2), torch.zeros(3, 4))
    work = work_of(forward_alone, batch_size=3, optimizer="sgd")
    assert work.uncounted == ("backward pass",)
