"""What titles of columns mean, most of them seen above tables that people handed in."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archstat.errors import UsageError
from archstat.homework.sheet.columns import parse_choice
from archstat.homework.sheet.headings import QUANTITIES, Heading, heading
from archstat.homework.sheet.titles import OTHER_QUANTITIES, TITLES
from archstat.report.columns import COLUMNS

SEEN = {
    "layer": """
        Layer, Layers, layer, Layer Name, Layer (type), Name, Operation, OPERATION, end-point,
        Model, Idx/Class, CNN, **Layer**, Layer Stage, 계층, 층, 레이어, 層, 层, 层编号, レイヤー
    """,
    "number": "ID, No., #, Layer Index, Layer #, 번호",
    "kind": "Type, Kind, Layer Type, 타입, 类型",
    "filters": """
        Kernel Num, Output CH, Maps, filter num, num filter, # of Filter, filters, # filters,
        num_output, channels, Output Channels, Output #Channel, # Feature Maps,
        Feature Maps (number), # filters/neurons, No. of filters, Number of kernels per layer,
        out_channels, 필터 수, 필터수, 卷积核数量, フィルタ数, 出力チャンネル
    """,
    "filter_size": """
        Kernel, Kernel Size, KERNEL SIZE, Kernel_size, K, filter width, Filter Size, f, kernel_size,
        Kernel Shape, 필터 크기, 커널 크기, 卷积核大小, カーネルサイズ
    """,
    "stride": "Stride, STRIDE, S, Stride (S), Strides, 스트라이드, 步长, ストライド",
    "padding": """
        Padding, P, Pad, Zero Padding, zero-padding, padding, Pad Left / Pad Right, 패딩, 填充,
        パディング
    """,
    "dilation": "Dilation, 膨胀率",
    "groups": "group, groups",
    "in_channels": "Input CH, Input #Channel, in_channels",
    "in_shape": """
        Input, Input Size, Input DIM, Input_Img_size, η_in, In (HxWxC), input width, Input Shape,
        InputSize, Input Spatial Shape, Size (input), 입력 크기, 입력 Shape, 输入, 入力サイズ
    """,
    "feature_map": """
        Output, output, Output Size, Output Shape, Output DIM, Output_Img_size, η_out, Out (HxWxC),
        Feature map, Feature Map, Feature Map Size, Feature map (output), Tensor output size,
        Tensor Size, Size, Shape, Maps × size, activation shape, Activation Shape, map size,
        n features / n_in, output width, OutputSize, Output Shape ($C \\times H \\times W$),
        Layer output size, 출력 크기, 출력크기, output 데이터 Shape, C×H×W, FeatureMap大小,
        输出尺寸, 输出featuremap大小, 出力サイズ
    """,
    "weights": """
        weights, Weights, # of Weights, Number of weights, Weights (w/o bias),
        Params (without bias), Params (no bias), #params (no biases), 가중치 수, 权重数, 重みの数
    """,
    "biases": """
        biases, Biases, bias, # of biases, 편향, no. of biases, Params (no. of biases)
    """,
    "params": """
        Param #, Params, #Params, Parameters, # parameters, Params(w/ biases), Trainable params,
        trainable parameters, # trainable parameters, param, Number of parameters, Params (M),
        Parameter Count, num_params, param_count, Parameters(k), # of Params,
        Weights (incl. biases), Weights + biases, Number of Parameters (including bias),
        파라미터 수, 파라미터의 개수, parameter 개수, 총 파라미터 수, 레이어별 파라미터 수,
        参数数量, 參數量, 可训练参数, パラメータ数
    """,
    "params_share": "% of params, params (%)",
    "neurons": """
        # of Neurons, Number of neurons, activation size, Activation Size, #Activation, Activations,
        Number of Activations (Memory), macts, 뉴런 수, 节点数量, 神经元数量, ニューロン数
    """,
    "activation_function": "Activation, Activation fn., Activation function, 활성화 함수, 激活函数",
    "macs": """
        MACs, macc, MACs (G), Ops, OPS, FLOPs/2, MACs/FLOPs, infer_gmacs, Mult-Adds, Connections,
        연산량, 연산 횟수, 計算式, 计算量, 計算量
    """,
    "flops": """
        # of Conv Ops (FLOPS), FLOPs, FLOPs (≈), FLOPs (G), FLOPs(G), flops, flop(M),
        FLOPs (Billion), GFLOPS / _ops, MAdd, M FLOPs
    """,
    "activation_bytes": "memory, Memory(KB), Memory (MB), Activation size (KB), 메모리",
    "param_bytes": "Params (MB), Model size (MB)",
    "receptive_field": """
        Receptive field, RECEPTIVE FIELD, Reciptive Field, Receptive_field, RF, receptive_field,
        RF (px), receptive size, Expected Receptive Field After Layer, ReceptiveField,
        Recptive feild, 수용 영역, 수용영역, 感受野, 受容野
    """,
    "effective_stride": "Jump, jump, J_OUT, J0, effective stride",
    "effective_padding": "effective padding",
    "start": "start, start-out",
}


@pytest.mark.parametrize(
    ("title", "quantity"),
    [(title.strip(), quantity) for quantity, titles in SEEN.items() for title in titles.split(",")],
)
def test_a_title_that_was_seen_above_a_table(title, quantity):
    assert heading(title).quantities == (quantity,)


@pytest.mark.parametrize(
    ("title", "quantities"),
    [
        ("# of Filter / Filter Size", ("filters", "filter_size")),
        ("Stride / Zero Padding", ("stride", "padding")),
        ("Stride/Pad", ("stride", "padding")),
        ("Kernel / Stride / Pad", ("filter_size", "stride", "padding")),
        ("K,P,S", ("filter_size", "padding", "stride")),
        ("Kernel (개수)", ("filter_size", "filters")),
        ("Filters (size)", ("filters", "filter_size")),
        ("filters @ size", ("filters", "filter_size")),
        ("R_in / R_out", ("in_receptive_field", "receptive_field")),
        ("J_in / J_out", ("in_effective_stride", "effective_stride")),
        ("Input DIM + Input CH", ("in_shape", "in_channels")),
        ("weights/biases", ("weights", "biases")),
        ("필터 수 및 필터 크기", ("filters", "filter_size")),
    ],
)
def test_a_title_of_several_values(title, quantities):
    assert heading(title).quantities == quantities


@pytest.mark.parametrize(
    ("title", "ambiguous"),
    [
        ("# of Weights", ("params",)),
        ("Weights (w/o bias)", ()),
        ("Params", ("weights",)),
        ("Params(w/ biases)", ()),
        ("Parameters", ("weights", "param_bytes")),
        ("FLOPs", ("macs",)),
        ("Ops", ("flops",)),
        ("MACs", ()),
        ("MACs/FLOPs", ("flops",)),
        ("Feature Map", ("filters", "filter_size")),
        ("Feature Map Size", ()),
        ("Kernel", ("filters",)),
        ("filters", ("filter_size",)),
        ("# of Filter", ()),
        ("Activation", ("neurons", "feature_map")),
        ("memory", ("neurons", "param_bytes")),
        ("Memory(KB)", ("param_bytes",)),
        ("Jump", ("in_effective_stride",)),
        ("No.", ("layer",)),
    ],
)
def test_what_else_a_title_may_mean(title, ambiguous):
    assert heading(title).ambiguous == ambiguous


@pytest.mark.parametrize(
    ("title", "scale"),
    [
        ("Params (M)", 10**6),
        ("Params [M]", 10**6),
        ("Params M", 10**6),
        ("Params in millions", 10**6),
        ("Params (in millions)", 10**6),
        ("Parameters(k)", 10**3),
        ("FLOPs (Billion)", 10**9),
        ("FLOPs (×10^6)", 10**6),
        ("FLOPs (10⁹)", 10**9),
        ("GFLOPs", 10**9),
        ("MMACs", 10**6),
        ("infer_gmacs", 10**9),
        ("macts", 10**6),
        ("파라미터 수 (백만)", 10**6),
        ("参数量 (万)", 10**4),
        ("MACs (B)", 10**9),
        ("Params", 1),
        ("Kernel (K)", 1),  # the letter of a formula
        ("Stride (S)", 1),
    ],
)
def test_a_title_may_state_what_numbers_are_multiples_of(title, scale):
    assert heading(title).scale == scale


@pytest.mark.parametrize(
    ("title", "quantity", "unit"),
    [
        ("Memory(KB)", "activation_bytes", "KB"),
        ("memory (MiB)", "activation_bytes", "MiB"),
        ("Memory (B)", "activation_bytes", "B"),
        ("Params (MB)", "param_bytes", "MB"),
    ],
)
def test_a_title_may_state_a_unit_of_memory(title, quantity, unit):
    found = heading(title)
    assert (found.quantities, found.unit, found.scale) == ((quantity,), unit, 1)


@pytest.mark.parametrize(
    ("title", "quantity"),
    [
        ("Size of the image after this layer", "feature_map"),
        ("Output Volume Size", "feature_map"),
        ("Shape before", "in_shape"),
        ("Total learnables", "params"),
        ("Trainable weights", "weights"),
        ("MAC operations", "macs"),
        ("Global field size", "receptive_field"),
        ("Stride (cumulative)", "effective_stride"),
        ("Number of Kernels (K)", "filters"),
        ("N. parametri", "params"),
        ("Počet parametrů", "params"),
        ("Receptivní pole", "receptive_field"),
        ("عدد المعاملات", "params"),
        ("حجم المخرجات", "feature_map"),
        ("تعداد پارامترها", "params"),
        ("ابعاد خروجی", "feature_map"),
        ("Antal parametrar", "params"),
        ("Обучаемые параметры", "params"),
        ("重みとバイアスの数", "params"),
        ("출력 데이터 크기", "feature_map"),
    ],
)
def test_words_of_a_title_say_together_what_it_means(title, quantity):
    assert heading(title).quantities == (quantity,)


OTHERS = """
    Accuracy; Top-1 accuracy; Test loss; Epoch; Optimizer; Learning rate; Batch size; Dropout rate;
    Description; Normalization; Pre-processing; Augmentation; Hyperparameter; Setup; duration[%];
    MemRead(B); Weights (%); accuracy %; Depth; Calculation; Nuerons; Answer; Symbol; Year;
    Latency; Inference time (ms); 비고; 정확도; 处理内容; 備考; x; (M); 1; 32x32x3; Conv1
    """


@pytest.mark.parametrize("title", [title.strip() for title in OTHERS.split(";")])
def test_a_title_that_is_not_recognised_is_not_guessed(title):
    assert not heading(title).is_known


@pytest.mark.parametrize("title", ["", " ", "\n", "**", "()", "/", "#/#/#/#/#"])
def test_a_title_of_nothing_means_nothing(title):
    assert not heading(title).is_known


def test_a_heading_keeps_the_title_as_it_was_written():
    assert heading("**Params**\n(M)") == Heading(
        "**Params**\n(M)", ("params",), scale=10**6, ambiguous=("weights",)
    )


@pytest.mark.parametrize(
    "title", ["Receptve Field", "Recpetive Feild", "Paramters", "Activaton function", "Output Siez"]
)
def test_a_slip_or_two_in_a_long_title_are_forgiven(title):
    assert heading(title).is_known


@pytest.mark.parametrize("title", ["Strid", "Nuerons", "Wieghts", "Receeve Feelds", "Out Sizee"])
def test_slips_in_short_titles_and_more_than_two_are_not(title):
    assert not heading(title).is_known


@pytest.mark.parametrize("key", COLUMNS)
def test_the_titles_of_our_own_columns_are_recognised(key):
    column = COLUMNS[key]
    meant = set(column.parts) or {"feature_map" if key == "out_shape" else key}
    for title in (key, column.title, column.short_title or column.title):
        found = heading(title)
        assert meant.intersection((*found.quantities, *found.ambiguous))


def test_every_meaning_is_one_that_can_be_chosen():
    meanings = {key for meaning in TITLES for key in (*meaning.quantities, *meaning.ambiguous)}
    assert meanings <= set(QUANTITIES)
    assert meanings >= set(OTHER_QUANTITIES)


def test_no_title_stands_under_two_meanings():
    spelled = [
        re.sub("[ -]", "", title)
        for titles in TITLES.values()
        for title in {re.sub("[ -]", "", title.strip()) for title in titles.split(",")}
    ]
    assert [title for title in spelled if spelled.count(title) > 1] == []


@given(
    entry=st.sampled_from(
        [
            (title.strip(), meaning)
            for meaning, titles in TITLES.items()
            for title in titles.split(",")
        ]
    ),
    change=st.sampled_from(
        [
            str.upper,
            str.title,
            "**{}**".format,
            " {}\n".format,
            lambda title: title.replace(" ", "_"),
        ]
    ),
)
def test_every_listed_title_is_recognised_however_it_is_set(entry, change):
    title, meaning = entry
    assert heading(change(title)).quantities == meaning.quantities


@given(st.text() | st.text(alphabet="#%/()[] KMPSparmslyeight×", max_size=60))
def test_any_text_is_a_heading_or_none(title):
    found = heading(title)
    assert set(found.quantities) <= set(QUANTITIES)


@pytest.mark.parametrize("piece", ["(", "params ", "k/", "#", "a", "params(M)"])
def test_a_megabyte_means_nothing(piece):
    assert not heading(piece * 1_000_000).is_known


def test_a_choice_names_a_title_and_a_quantity():
    assert parse_choice("출력 크기=feature_map") == ("출력 크기", "feature_map")
    assert parse_choice(" a = b = macs ") == ("a = b", "macs")


@pytest.mark.parametrize("key", ["filters_and_size", "backward_macs", "activation_function"])
def test_a_choice_of_a_quantity_that_is_not_marked_is_refused(key):
    with pytest.raises(UsageError, match="that can be marked"):
        parse_choice(f"Ops={key}")


def test_a_choice_of_an_unknown_quantity():
    with pytest.raises(UsageError) as caught:
        parse_choice("Ops=mac")
    assert str(caught.value) == (
        "'Ops=mac': there is no quantity 'mac' that can be marked\n"
        "  hint: did you mean 'macs' or 'macs_share'?"
    )


@pytest.mark.parametrize("choice", ["feature_map", "=feature_map", ""])
def test_a_choice_without_a_title(choice):
    with pytest.raises(UsageError) as caught:
        parse_choice(choice)
    assert str(caught.value) == (
        f"{choice!r} does not say what a column holds\n"
        '  hint: write "title=quantity", for example "출력 크기=feature_map"'
    )
