"""Models of Keras 3 on torch: parameters at the layers, axes as Keras has them, nothing changed."""

from __future__ import annotations

import os

import pytest

import archstat

os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip("keras", reason="Keras is not installed")
if keras.backend.backend() != "torch":
    pytest.skip("Keras runs on another backend", allow_module_level=True)
layers = keras.layers

pytestmark = pytest.mark.filterwarnings("ignore")


def facts(report):
    """Return of each row its name, its shape, its parameters, its MACs and its field."""
    return [
        (
            row.name,
            row.out_shape,
            row.params,
            row.macs,
            None if row.receptive_field is None else row.receptive_field.size,
        )
        for row in report.layers
    ]


def test_parameters_and_fields_stand_at_the_layers():
    image = keras.Input((10, 10, 3))
    x = layers.Conv2D(4, 3, name="conv")(image)
    x = layers.MaxPooling2D(2, name="pool")(x)
    net = keras.Model(image, layers.Dense(5, name="fc")(layers.Flatten(name="flat")(x)))
    report = archstat.analyze(net, (10, 10, 3))
    assert facts(report) == [
        ("conv.conv2d", (4, 8, 8), 3 * 3 * 3 * 4, 3 * 3 * 3 * 4 * 64, (3, 3)),
        ("conv.add", (8, 8, 4), 4, 0, (3, 3)),
        ("pool.max_pool2d", (4, 4, 4), 0, 0, (4, 4)),
        ("flat.flatten", (64,), 0, 0, (4, 4)),
        ("fc.mm", (5,), 64 * 5, 64 * 5, (10, 10)),
        ("fc.add", (5,), 5, 0, (10, 10)),
    ]
    assert report.totals.params == net.count_params() == 437  # 112 + 325
    assert report.notes == ()


def test_a_model_that_is_built_at_its_first_call_is_built_in_a_copy():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.blocks = [layers.Conv1D(4, 3, padding="same", name=f"c{n}") for n in range(2)]
            self.head = layers.Dense(2, name="head")

        def call(self, x):
            for block in self.blocks:
                x = block(x)
            return self.head(x)

    net = Net()
    report = archstat.analyze(net, (8, 5))
    totals = {row.name: row.params for row in report.layers if row.params}
    assert sum(totals.values()) == (3 * 5 * 4 + 4) + (3 * 4 * 4 + 4) + (4 * 2 + 2)  # 64 + 52 + 10
    assert {name.partition(".")[0] for name in totals} == {"c0", "c1", "head"}
    assert not net.blocks[0].built


def test_models_in_models_and_the_state_of_a_dropout():
    inner = keras.Sequential([keras.Input((6,)), layers.Dense(3, name="a")], name="inner")
    given = keras.Input((6,))
    net = keras.Model(given, layers.Dense(2, name="b")(layers.Dropout(0.5)(inner(given))))
    report = archstat.analyze(net, (6,))
    assert {row.name: row.params for row in report.layers if row.params} == {
        "inner.a.mm": 18,
        "inner.a.add": 3,
        "b.mm": 6,
        "b.add": 2,
    }


def test_published_numbers_of_mobilenet_v2_and_what_training_costs():
    net = keras.applications.MobileNetV2(weights=None)
    report = archstat.analyze(net, (224, 224, 3))
    assert report.totals.params == 3_538_984  # as Keras's documentation has it, rounded to 3.5 M
    assert report.totals.macs == 300_774_272  # 300 M in the paper, section 6.1
    small = keras.Sequential([keras.Input((10,)), layers.Dense(4), layers.Dense(2)])
    step = archstat.analyze(small, (10,), train=True).totals.step
    assert (step.input_gradient_macs, step.weight_gradient_macs) == (8, 48)  # 4·2, 10·4 + 4·2


def test_the_device_of_keras_is_as_before():
    net = keras.Sequential([keras.Input((10,)), layers.Dense(4)])
    archstat.analyze(net, (10,))
    assert net(keras.ops.zeros((1, 10))).device.type == "cpu"
