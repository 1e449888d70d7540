"""What people write above a column, and what they mean by it: one entry a meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Listed:
    """What a title means, as it is listed here.

    Attributes:
        quantities: Keys of columns of a report, or of `OTHER_QUANTITIES`; several where a column
            holds several values.
        ambiguous: What it may mean instead.
    """

    quantities: tuple[str, ...]
    ambiguous: tuple[str, ...] = ()


TOTAL = re.compile(
    r"\b(?:(?:in|grand|sub) ?)?total(?!s? ?stride|s? ?padding)\w*\b|\bsum\b|\boverall\b|"
    r"\baltogether\b|"
    r"\b(?:gesamt\w*|insgesamt|summe|totaal|suma|razem|łącznie|toplam|tổng)\b|"
    r"\b(?:всего|итого|всього|разом|усього)\b|합계|총합|총계|전체|总计|总数|合计|合計|總計|總數",
    re.IGNORECASE,
)
"""What says that a number is one of all layers, or of several."""

SUMMARY = re.compile(rf"{TOTAL.pattern}|trainable|estimated|\bsize \([KMG]?B\)", re.IGNORECASE)
"""What is about a whole network, as tools print it."""

NAMING = frozenset({"layer", "kind", "number"})
"""What says which layer a row is."""

IN_WORDS = frozenset({"reads", "settings"})
"""What says in words what is given with a layer."""

OTHER_QUANTITIES = (
    "activation_function",
    "buffers",  # what is kept and does not learn
    "dilation",
    "in_channels",
    "in_effective_stride",  # of the layer's input
    "in_receptive_field",
    "number",  # of a row
    "filter_depth",
    "ratio",  # of two numbers that the reader knows
    "reads",  # the layers before it
    "settings",  # in words
    "weight_bytes",
    "weight_shape",  # of the largest tensor of weights
    "start",  # where the first unit's receptive field has its centre
)
"""Quantities that students list and that are no columns of a report."""

TITLES: dict[Listed, str] = {
    Listed(("layer",)): """
        layer, layers, layer name, layers name, name, name of layer, block, stage, part,
        component, layer (type), layer stage, end-point, model, module, module name, cnn,
        idx/class, 계층, 계층 이름, 층, 층 이름, 레이어, 레이어 이름, 레이어명, 層, 層名, 层,
        层名, 层名称, 层编号, 网络层, レイヤ, レイヤー, レイヤー名, schicht, schichten, couche,
        capa
    """,
    Listed(("layer",), ("kind",)): "operation, operator",
    Listed(("number",), ("layer",)): """
        #, id, idx, index, no, nr, number, # layer, # layers, layer #, layer index, layer no,
        layer id, 번호, 순번, 编号, 序号, 番号
    """,
    Listed(("kind",)): """
        type, kind, class, type of layers, layer type, layer kind, op type, type of layer, 타입,
        종류, 유형, 레이어 종류, 레이어 타입, 계층 종류, 层类型, 类型, 類型, 種類, タイプ, typ,
        schichttyp, tipo
    """,
    Listed(("filters",), ("in_channels",)): "channels, channel, c, chan, 채널, 通道",
    Listed(("filters",)): """
        out c, c out, ch out, cout, n filters, n channels, # of output channels, output depth,
        depth out, # filters, # filter, # kernels, # kernel, # maps, # feature maps,
        # feature map, # output, output ch, out ch, output channel, output channels, out channels,
        out channel, 필터 수, 필터의 수, 필터 개수, 필터의 개수, 필터 갯수, 커널 수, 커널 개수,
        커널의 수, 채널 수, 출력 채널, 출력 채널 수, 특징 맵 수, 卷积核数量, 卷积核个数, 卷积核数,
        滤波器数量, 滤波器个数, 滤波器数, 通道数, 输出通道, 输出通道数, フィルタ数, フィルター数,
        チャネル数, チャンネル数, 出力チャネル, 出力チャネル数, 出力チャンネル, 出力チャンネル数,
        anzahl filter, filteranzahl, kanäle, nombre de filtres, número de filtros
    """,
    Listed(("filters",), ("feature_map",)): "maps",
    Listed(("filters",), ("filter_size", "in_shape", "number")): "n",
    Listed(("filters",), ("feature_map", "neurons")): "out features, output features, out dim",
    Listed(("filters",), ("filter_size",)): """
        filter, filters, 필터, 滤波器, フィルタ, フィルター, filtre, filtro
    """,
    Listed(("filters",), ("neurons", "feature_map")): "filters/neurons, filters/units",
    Listed(("filter_size",), ("filters",)): "kernel, kernels, k, f, 커널, 卷积核, カーネル, noyau",
    Listed(("filter_size",), ("filters", "layer")): """
        configuration, config, configuracion, configuración, details, detail, specification, spec,
        cấu hình, konfiguration, parameters of layer, kernel / filters
    """,
    Listed(("filter_size",)): """
        local receptive field, local rf, kernel size, kernels size, ksize, kernel shape,
        kernel dim, kernel dimension,
        kernel dimensions, kernel width, filter size, filters size, filter shape, filter dim,
        filter dimension, filter dimensions, filter width, size of filter, size of kernel, window,
        window size, pool size, size of pool, pooling size, 필터 크기, 필터의 크기, 필터 사이즈,
        커널 크기, 커널의 크기, 커널 사이즈, 卷积核大小, 卷积核尺寸, 滤波器大小, 滤波器尺寸,
        核大小, カーネルサイズ, フィルタサイズ, フィルターサイズ, filtergröße, kernelgröße,
        taille du filtre, taille du noyau, tamaño del filtro, tamaño del kernel
    """,
    Listed(("stride",)): """
        stride, strides, stride size, s, 스트라이드, 보폭, 步长, 步幅, ストライド, schrittweite,
        pas, paso
    """,
    Listed(("padding",)): """
        padding, paddings, padding size, pad, pads, p, zero padding, zero pad, pad left,
        pad right, 패딩, 패딩 크기, 제로 패딩, 填充, 零填充, 补零, パディング, ゼロパディング,
        auffüllung, remplissage, relleno
    """,
    Listed(("dilation",)): """
        dilation, dilation rate, d, 팽창률, 膨胀率, 扩张率, 空洞率, ダイレーション
    """,
    Listed(("settings",)): "settings, setting, other settings, further settings",
    Listed(("reads",)): "reads, reads from, inputs from, fed by",
    Listed(("groups",)): "group, groups, 그룹, 그룹 수, 分组, 分组数, 组数, グループ数, gruppen",
    Listed(("filter_depth",)): "filter depth, kernel depth, depth of filter, depth of kernel",
    Listed(("in_channels",)): """
        in c, c in, cin, ch in, depth in, n in channels, input ch, in ch, input channel,
        input channels, in channels, in channel, input depth, 입력 채널, 입력 채널 수, 输入通道,
        输入通道数, 入力チャネル, 入力チャネル数, 入力チャンネル, 入力チャンネル数
    """,
    Listed(("in_shape",), ("in_channels",)): """
        in features, input features, i, dim of input
    """,
    Listed(("in_shape",), ("feature_map",)): "n in, nin, η in",
    Listed(("in_shape",)): """
        input, inputs, in, dim in, h in, w in, hin, win, size in, shape in, bottom shape,
        input volume, size of input, shape of input, input h, input height, input resolution,
        input size, input shape, input dim, input dims, input dimension, input dimensions,
        input img size, input image size, input image, input width, input map, input feature map,
        input feature map size, input spatial shape, input tensor, in shape, in size,
        입력, 입력 크기, 입력 사이즈, 입력 형상, 입력 차원, 입력 shape, 입력 데이터, 输入,
        输入大小, 输入尺寸, 输入形状, 输入特征图, 输入特征图大小, 入力, 入力サイズ, 入力形状,
        入力次元, eingabe, eingabegröße, entrée, taille d'entrée, entrada, tamaño de entrada
    """,
    Listed(("feature_map",), ("in_shape",)): "resolution, spatial size, spatial resolution",
    Listed(("feature_map",), ("filters", "neurons")): """
        output, outputs, out, o, 출력, 输出, 出力, ausgabe, sortie, salida
    """,
    Listed(("feature_map",), ("neurons", "in_shape")): "volume, activation volume, data shape",
    Listed(("feature_map",)): """
        dim out, h out, w out, hout, wout, nout, size out, shape out, top shape, blob shape,
        output volume, shape of output, output h, output height, output resolution, h x w, w x h,
        height x width, width x height, h×w×d, w×h×d, d×h×w, map shape, size of map, maps size,
        dimension of output, output spatial, spatial dims, spatial dimensions, side, output size,
        output shape, output dim, output dims, output dimension, output dimensions,
        output img size, output image size, output image, output width, output map,
        output map size, output feature map, output feature maps, output feature map size,
        output spatial shape, output spatial size, output tensor, out shape, out size, n out,
        η out, n features/n in, size of output, feature map size, feature maps size,
        feature map shape, feature map dim, feature map dimension, feature map dimensions,
        feature size, size of feature map, map size, maps × size, tensor output size, tensor size,
        tensor shape, activation shape, activation map, activation map size, c×h×w, h×w×c,
        w×h×c, 출력 크기, 출력의 크기, 출력 사이즈, 출력 형상,
        출력 차원, 출력 shape, 출력 데이터 shape, output 데이터 shape, 출력 맵 크기, 출력 특징 맵,
        출력 특징 맵 크기, 특징 맵 크기, 특징 맵의 크기, 특성 맵 크기, 피처 맵 크기, 피쳐 맵 크기,
        输出大小, 输出尺寸, 输出形状, 输出维度, 输出特征图, 输出特征图大小, 输出特征图尺寸,
        输出 featuremap 大小, featuremap 大小, 特征图大小, 特征图尺寸, 特征图形状, 出力サイズ,
        出力形状, 出力次元, 特徴マップサイズ, 特徴マップのサイズ, ausgabegröße, taille de sortie,
        tamaño de salida
    """,
    Listed(("feature_map",), ("filters", "filter_size")): """
        feature map, feature maps, 특징 맵, 특성 맵, 피처 맵, 피쳐 맵, 特征图, 特徴マップ,
        merkmalskarte
    """,
    Listed(("feature_map",), ("filter_size", "param_bytes", "weight_shape")): """
        size, shape, dimension, dimensions, 크기, 大小, 尺寸, サイズ, größe
    """,
    Listed(("weights",), ("params",)): """
        weight, weights, 가중치, 가중치 수, 가중치의 수, 가중치 개수, 가중치의 개수, 权重, 权重数,
        权重数量, 权重个数, 權重數, 重み, 重み数, 重みの数, gewichte, anzahl gewichte,
        anzahl der gewichte, poids, nombre de poids, pesos
    """,
    Listed(("biases",)): """
        bias, biases, 편향, 편향 수, 편향의 수, 바이어스, 바이어스 수, 偏置, 偏置数, 偏置数量,
        バイアス, バイアス数, biais, sesgos
    """,
    Listed(("params",), ("weights", "param_bytes")): "parameter, parameters",
    Listed(("params",), ("weights",)): """
        param, params, trainable param, trainable params, trainable parameters, learnable params,
        learnable parameters, total params, total parameters, 파라미터, 파라미터 수,
        파라미터의 수, 파라미터 개수, 파라미터의 개수, 파라미터 갯수, parameter 수,
        parameter 개수, param 수, 매개변수, 매개변수 수, 매개변수의 수, 매개변수 개수, 모수,
        학습 파라미터 수, 参数, 参数量, 参数数, 参数数量, 参数个数, 參數, 參數量, 參數數量,
        可训练参数, 可训练参数量, 可训练参数数量, 可學習參數, パラメータ, パラメータ数,
        パラメーター数, パラメータの数, 学習パラメータ数, parameteranzahl, anzahl parameter,
        anzahl der parameter, paramètres, nombre de paramètres, parámetros, número de parámetros
    """,
    Listed(("params",)): "weights + biases, weights & biases, weights and biases, weight + bias",
    Listed(("params",), ("macs", "flops", "neurons", "activation_bytes")): "total, count, # total",
    Listed(("params_share",), ("macs_share",)): """
        %, share, percent, percentage, proportion, fraction, % of total, share of total, 비율,
        占比, 比例, 割合
    """,
    Listed(("ratio",)): """
        ratio, factor, times, speedup, speed-up, reduction, reduction factor, reduction ratio,
        compression, compression ratio, improvement, saving, savings
    """,
    Listed(("params_share",)): """
        share of params, params share, % of params, % params, params %, params (%)
    """,
    Listed(("buffers",)): """
        non-trainable params, non-trainable parameters, untrainable params, nontrainable params,
        buffers
    """,
    Listed(("neurons",)): """
        neuron, neurons, unit, units, node, nodes, 뉴런, 뉴런 수, 뉴런의 수, 뉴런 개수,
        뉴런의 개수, 노드 수, 神经元, 神经元数, 神经元数量, 神经元个数, 神經元數量, 节点数,
        节点数量, ニューロン, ニューロン数, ノード数, neuronen, anzahl neuronen,
        anzahl der neuronen, neurones, nombre de neurones, neuronas, número de neuronas
    """,
    Listed(("neurons",), ("feature_map", "activation_bytes")): """
        activation size, activations, # activation, # activations, # activations (memory), acts,
        활성값 수, 激活值数量, 激活数量, 活性化数
    """,
    Listed(("activation_function",), ("neurons", "feature_map")): """
        activation, 활성화, 激活, 活性化
    """,
    Listed(("activation_function",)): """
        activation function, activations function, activation functions, activation fn,
        activation func, act fn, nonlinearity, non-linearity, 활성화 함수, 활성 함수, 激活函数,
        激活函數, 活性化関数, aktivierung, aktivierungsfunktion, fonction d'activation,
        función de activación
    """,
    Listed(("macs",)): """
        mac, macs, macc, maccs, mul, muls, mult-adds, mult-add, multiply-adds, multiply-accumulates,
        multiplications, multiplies, flops/2, connections, 곱셈 수, 곱셈 횟수, 연결 수, 乘加次数,
        乘法次数, 连接数, 積和演算数, 乗算回数
    """,
    Listed(("macs",), ("flops",)): """
        op, ops, operations, # operation, conv ops, computation, computations, computational cost,
        computational complexity, 연산량, 연산 수, 연산의 수, 연산 횟수, 계산량, 计算量, 計算量,
        运算量, 運算量, 计算次数, 运算次数, 演算量, 演算数, operationen, rechenoperationen,
        rechenaufwand, opérations, operaciones
    """,
    Listed(("macs",), ("flops", "params", "weights")): "計算式, 计算式",
    Listed(("macs_share",)): """
        share of macs, macs share, % of flops, flops (%), flops %, % flops, % of macs, % macs,
        macs %, macs (%)
    """,
    Listed(("flops",), ("macs",)): """
        cost, compute, compute cost, complexity, flop, flops, total flops, conv ops (flops),
        floating point operations, madd, madds, 부동소수점 연산 수, 부동소수점 연산량, 浮点运算,
        浮点运算量, 浮点运算次数, 浮点运算数, 浮動小数点演算数
    """,
    Listed(("activation_bytes",), ("neurons", "param_bytes")): """
        memory, mem, memory usage, memory footprint, bytes, memory required, memory size, 메모리,
        메모리 사용량, 内存, 内存占用, 显存, メモリ, メモリ使用量, speicher, speicherbedarf,
        mémoire, memoria
    """,
    Listed(("activation_bytes",)): """
        activation memory, activations memory, activation bytes, feature map memory,
        output memory, 활성화 메모리
    """,
    Listed(("input_gradient_macs",)): "input-grad macs, input gradient macs",
    Listed(("weight_gradient_macs",)): "weight-grad macs, weight gradient macs",
    Listed(("backward_macs",)): "backward macs, macs of the backward pass",
    Listed(("kept_bytes",)): "kept for backward, saved for backward, saved activations",
    Listed(("weight_bytes",)): "weight memory, weights memory, weight bytes, weights size",
    Listed(("weight_shape",)): "weight shape, weights shape, parameter shape, param shape",
    Listed(("param_bytes",)): """
        param memory, params memory, parameter memory, parameters memory, param bytes, parameter
        bytes, params size, param size, parameter size, parameters size, model size, 파라미터 메모리
    """,
    Listed(("receptive_field",), ("in_receptive_field",)): "rf, r",
    Listed(("receptive_field",)): """
        rf after, r after, receptive field after, output receptive field, output rf, new rf, lrf,
        receptive field of output, global receptive field, global rf, receptive field,
        receptive fields, receptive field size, size of receptive field, receptive size, rf size,
        rf out, r out, receptive field out, theoretical receptive field, expected receptive field,
        수용 영역, 수용 영역 크기, 수용 영역의 크기, 수용 필드, 수용장, 수용야, 리셉티브 필드,
        感受野, 感受野大小, 感受野尺寸, 受容野, 受容野サイズ, 受容野の大きさ, rezeptives feld,
        champ récepteur, champ réceptif, campo receptivo
    """,
    Listed(("in_receptive_field",)): """
        r in, rf in, receptive field in, input receptive field, rf before, r before, input rf,
        receptive field before, previous receptive field, previous rf, receptive field of input
    """,
    Listed(("effective_stride",)): """
        jump after, j after, stride after, effective stride after, output jump, new jump,
        effective stride, effective strides, cumulative stride, accumulated stride, total stride,
        stride so far, jump out, j out, 유효 스트라이드, 누적 스트라이드, 累积步长, 总步长,
        累積ストライド
    """,
    Listed(("effective_stride",), ("in_effective_stride",)): "jump, jumps, j, j0, 점프, 跳跃",
    Listed(("in_effective_stride",)): """
        jump in, j in, jump before, j before, stride before, effective stride before, input jump,
        previous jump, effective stride in, input stride
    """,
    Listed(("effective_padding",)): """
        effective padding, cumulative padding, total padding, padding so far, 유효 패딩, 누적 패딩
    """,
    Listed(("start",)): "start, starts, start out, start in",
}  # fmt: skip
"""Titles by their meaning, with commas between them; capitals, spaces and signs do not matter."""
