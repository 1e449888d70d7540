"""What labels of rows say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archstat.homework.sheet.labels import Label, family_of, label
from archstat.layers import layer_kinds


@pytest.mark.parametrize(
    ("text", "family", "number"),
    [
        ("Conv1", "conv", "1"),
        ("CONV1", "conv", "1"),
        ("conv_1", "conv", "1"),
        ("Conv 1", "conv", "1"),
        ("Conv #1", "conv", "1"),
        ("C1", "conv", "1"),
        ("Convolution 2", "conv", "2"),
        ("Convolutional Layer 1", "conv", "1"),
        ("1st conv layer", "conv", "1"),
        ("1. CONV1", "conv", "1"),
        ("Conv2d-1", "conv", "1"),
        ("Conv2D", "conv", None),
        ("conv2d_3 (Conv2D)", "conv", "3"),
        ("features.0 (Conv2d)", "conv", None),
        ("├─Conv2d: 2-1", "conv", None),
        ("Layer 1 (Conv)", "conv", None),  # the layer's number, not the convolution's
        ("conv1_1", "conv", "1_1"),
        ("Conv1-1", "conv", "1_1"),
        ("block1_conv1", "conv", "1"),
        ("Conv 2a", "conv", "2a"),
        ("3a Conv", "conv", "3a"),
        ("Conv2_x", "conv", "2"),
        ("Depthwise Conv", "conv", None),
        ("합성곱층 2", "conv", "2"),
        ("Сверточный слой №2", "conv", "2"),
        ("Evrişim katmanı 2", "conv", "2"),  # noqa: RUF001  a letter of Turkish
        ("Konvoluční vrstva 2", "conv", "2"),
        ("Faltningslager 2", "conv", "2"),
        ("طبقة الالتفاف 2", "conv", "2"),
        ("Couche entièrement connectée 2", "linear", "2"),
        ("لایه تمام متصل 2", "linear", "2"),
        ("Згортковий шар 2", "conv", "2"),
        ("합성곱 계층 1", "conv", "1"),
        ("컨볼루션 1", "conv", "1"),
        ("제1 합성곱층", "conv", "1"),
        ("제10 합성곱층", "conv", "10"),
        ("卷积层1", "conv", "1"),
        ("第1层卷积", "conv", "1"),
        ("畳み込み層1", "conv", "1"),
        ("Conv1 + ReLU", "conv", "1"),
        ("Conv-BN-ReLU", "conv", None),
        ("BN + ReLU + Conv", "conv", None),
        ("deconv1", "conv_transpose", "1"),
        ("ConvTranspose2d", "conv_transpose", None),
        ("MaxPool", "max_pool", None),
        ("Max Pool 1", "max_pool", "1"),
        ("max-pooling 2", "max_pool", "2"),
        ("max_pooling2d_2 (MaxPooling2D)", "max_pool", "2"),
        ("최대 풀링", "max_pool", None),
        ("最大池化", "max_pool", None),
        ("AvgPool2d", "avg_pool", None),
        ("Average Pooling 1", "avg_pool", "1"),
        ("Global Average Pooling", "avg_pool", None),
        ("GlobalAvgPool", "avg_pool", None),
        ("GAP", "avg_pool", None),
        ("Pool5", "pool", "5"),
        ("S2", "pool", "2"),
        ("P1", "pool", "1"),
        ("Subsampling 2", "pool", "2"),
        ("풀링", "pool", None),
        ("FC6", "linear", "6"),
        ("fc 8", "linear", "8"),
        ("F6", "linear", "6"),
        ("FC-4096", "linear", None),
        ("FC4096", "linear", None),
        ("Dense", "linear", None),
        ("dense_1 (Dense)", "linear", "1"),
        ("Fully Connected 1", "linear", "1"),
        ("fully-connected", "linear", None),
        ("Affine1", "linear", "1"),
        ("Inner product", "linear", None),
        ("전결합층 1", "linear", "1"),
        ("완전 연결 계층", "linear", None),
        ("全连接层", "linear", None),
        ("FC8 (softmax)", "linear", "8"),
        ("BN1", "batch_norm", "1"),
        ("BatchNorm2d", "batch_norm", None),
        ("Batch Normalization 3", "batch_norm", "3"),
        ("배치 정규화", "batch_norm", None),
        ("LRN1", "norm", "1"),
        ("Local Response Norm", "norm", None),
        ("Normalization", "norm", None),
        ("ReLU1", "relu", "1"),
        ("relu6", "relu", "6"),
        ("conv1_relu", "relu", None),
        ("ReLU after Conv1", "relu", None),
        ("LeakyReLU", "activation", None),
        ("Sigmoid", "activation", None),
        ("Activation", "activation", None),
        ("激活函数", "activation", None),
        ("Dropout(0.5)", "dropout", None),
        ("Dropout 0.5", "dropout", None),
        ("drop6", "dropout", "6"),
        ("Flatten", "flatten", None),
        ("Softmax", "softmax", None),
        ("prob", "softmax", None),
        ("Add & Norm", "add", None),
        ("DepthConcat", "concat", None),
        ("**Input**", "input", None),
        ("In", "input", None),
        ("Input Image", "input", None),
        ("입력", "input", None),
        ("Output", "output", None),
        ("Out", "output", None),
        ("Output (softmax)", "output", None),
        ("Total", "total", None),
        ("Total params: 14,869,598", "total", None),
        ("Sum", "total", None),
        ("Σ", "total", None),
        ("합계", "total", None),
        ("총합", "total", None),
        ("总计", "total", None),
        ("合計", "total", None),
    ],
)
def test_the_family_and_the_number_of_a_label(text, family, number):
    said = label(text)
    assert (said.family, said.number) == (family, number)


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "1", "features2.0", "Inception(3a)", "Residual Block 1", "Dense Block 1"),
        *("Training accuracy", "Learning Rate", "converter", "ReLUctant", "CNN1"),
        "We took the network of the paper and put a conv layer behind the fifth pooling",
    ],
)
def test_a_label_that_says_no_family(text):
    assert label(text).family is None


def test_a_layer_may_have_a_number_and_no_family():
    assert label("Layer 3") == Label(None, "3")
    assert label("Hidden layer 2") == Label(None, "2")


def test_a_label_may_state_settings():
    assert label("3(a) Conv 5x5") == Label("conv", "3a", {"kernel_size": (5, 5)})
    assert label("Conv3-64") == Label("conv", None, {"kernel_size": (3,), "filters": (64,)})
    assert label("pool1/3x3_s2") == Label("pool", "1", {"kernel_size": (3, 3), "stride": (2,)})
    assert label("MAX POOL1 : (3*3) filters at stride 2") == Label(
        "max_pool", "1", {"kernel_size": (3, 3), "stride": (2,)}
    )


@pytest.mark.parametrize("kind", layer_kinds())
def test_the_names_of_a_kind_say_its_family(kind):
    assert label(kind).family == family_of(kind)
    assert label(layer_kinds()[kind].label).family == family_of(kind)


@pytest.mark.parametrize(
    ("kind", "family"),
    [
        ("conv2d", "conv"),
        ("conv_transpose2d", "conv_transpose"),
        ("adaptive_avg_pool2d", "avg_pool"),
        ("max_pool1d", "max_pool"),
        ("batch_norm1d", "batch_norm"),
        ("local_response_norm", "norm"),
        ("relu6", "relu"),
        ("tanh", "activation"),
        ("dropout2d", "dropout"),
        ("log_softmax", "softmax"),
        ("zero_pad2d", "pad"),
        ("linear", "linear"),
    ],
)
def test_the_family_of_a_kind(kind, family):
    assert family_of(kind) == family


@given(
    name=st.sampled_from(["Conv", "conv_", "CONV ", "convolution-", "합성곱층 ", "卷积"]),
    number=st.integers(1, 99),
)
def test_every_number_reads_back(name, number):
    assert label(f"{name}{number}") == Label("conv", str(number))


@given(st.text() | st.text(alphabet="CFSPconvfl 0123456789._-x×()", max_size=40))
def test_any_text_is_a_label(text):
    assert isinstance(label(text), Label)


@pytest.mark.parametrize("piece", ["conv", "conv1 ", "a ", "1", "_", "layer"])
def test_a_megabyte_says_nothing(piece):
    assert label(piece * 1_000_000) == Label(None)
