"""What the label of a row says: which family of layers, which number, which settings."""

# ruff: noqa: RUF001  letters of other alphabets are what this module reads

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from archstat.homework.cells.glossary import folded, words_for
from archstat.homework.cells.settings import Settings, settings
from archstat.homework.cells.spelling import cleaned
from archstat.homework.sheet.titles import TOTAL
from archstat.layers import layer_kinds
from archstat.layers.words import OTHER_WORDS

MOST_WORDS = 12  # a label has a few; more are prose
LONGEST_NAME = 4  # words

_MEMBERS = {
    "activation": "gelu leaky_relu prelu sigmoid silu tanh",
    "norm": "group_norm layer_norm local_response_norm",
    "pad": "zero_pad",
    "relu": "relu6",
    "softmax": "log_softmax",
}
"""The kinds of a family that has another name than they."""

_TOTALS = " ".join(words_for("total"))

_WRITTEN = {
    "total": f"total totals sum overall summe 합계 총합 총계 전체 总计 合计 合計 總計 {_TOTALS}",
    "conv": """
        convolutional konvolusi konvolution konvolusional convolución convolucional convolucionales
        convolução convolutif convolutive convolutionnel convolutionnelle convoluzione
        convoluzionale свёртка свёртки сверточный свёрточная свёрточного konwolucja konwolucyjna
        konwolucyjny splot splotowa splotowy evrişim evrişimli tíchchập faltung faltungs faltning
        faltnings convolutie konvoluce konvoluční konvolúcia konvolúció konvolúciós konvoluutio
        convoluție convoluțional згортка згортковий згорткова συνέλιξη συνελικτικό קונבולוציה
        الالتفاف التفاف التفافية الالتفافية تلافيفية کانولوشن کانولوشنی پیچشی
        합성곱 컨볼루션 콘볼루션 卷积 卷積 畳み込み 畳込み たたみ込み
        """,
    "conv_transpose": "deconvolution transposeconv 전치합성곱 转置卷积 反卷积 逆畳み込み",
    "linear": """
        innerproduct ip affine vollverbunden vollverbundene vollständigverbunden vollvernetzt
        entièrementconnectée entièrementconnecté pleinementconnectée totalmenteconectada
        completamenteconectada completamenteconectado completamenteconnesso totalmenteconnesso
        denso densa densas полносвязный полносвязная полносвязного плотный kếtnốiđầyđủ
        tambağlı tambağlantılı yoğun gęsta gęste wpełnipołączona pełnopołączona hustá
        plněpropojená plnepropojená volledigverbonden fulltkopplat fulltanslutet fullyconnect
        fuldtforbundet teljesenösszekötött teljesenkapcsolt completconectat täysinkytketty
        повнозвязний повнозвязна щільний πλήρωςσυνδεδεμένο terhubungpenuh
        متصلةبالكامل كاملالاتصال تماممتصل کاملامتصل
        전결합 완전연결 완전결합 밀집 全连接 全連接 全結合 線形 线性
        """,
    "max_pool": """
        mp maxhavuzlama maksimumhavuzlama макспулинг максимальныйпулинг agrupaciónmáxima
        최대풀링 맥스풀링 最大池化 最大プーリング
        """,
    "avg_pool": """
        avgpooling meanpool meanpooling ortalamahavuzlama усредняющийпулинг
        평균풀링 平均池化 平均プーリング
        """,
    "pool": """
        pool pooling пулинг пулинга пулінг подвыборка подвыборки субдискретизация объединение
        підвибірка підвибірки havuzlama agrupamiento agrupación agrupamento submuestreo
        sousechantillonnage sottocampionamento unterabtastung łącząca poolning poolingová sdružovací
        gộp تجميع التجميع ادغام
        subsample subsampling downsampling 풀링 池化 汇聚 プーリング
        """,
    "add": "addition eltwise residualadd",
    "concat": "concatenation depthconcat filterconcat",
    "multiply": "mul",
    "input": f"input inputs image {' '.join(words_for('input'))}",
    "output": f"output outputs {' '.join(words_for('output'))}",
    "batch_norm": """
        batchnormalization batchnormalisierung batchnormalisation normalizaciónporlotes
        normalisationparlots normalizaçãoemlote normalizzazionebatch пакетнаянормализация
        배치정규화 批归一化 批量归一化 批标准化 バッチ正規化
        """,
    "norm": """
        norm normalization rnorm localresponsenormalization responsenormalization localnorm
        normalisierung normalisation normalización normalização normalizzazione нормализация
        normalizasyon 정규화 归一化 正規化
        """,
    "relu": "렐루",
    "activation": "activation elu swish nonlinearity nonlinéarité 활성화 활성화함수 激活 活性化"
    f" {' '.join(words_for('activation'))} {' '.join(words_for('activations'))}",
    "dropout": "drop 드롭아웃 ドロップアウト 随机失活",
    "flatten": """
        flattening aplatissement aplanado aplanamiento aplanar achatamento achatar appiattimento
        spłaszczenie zploštění düzleştirme làmphẳng выравнивание вирівнювання
        평탄화 展平 拉平 平坦化 フラット化
        """,
    "softmax": "prob 소프트맥스 ソフトマックス",
    "pad": "zeropadding",
    "identity": "",
}
"""What else people write for a family, besides the names of its kinds and `OTHER_WORDS`.

Of several families in one label, the first here is meant: conv + ReLU is a convolution.
"""

_GENERAL = {"max_pool": "pool", "avg_pool": "pool", "batch_norm": "norm", "relu": "activation"}

PUT_TOGETHER = frozenset({"conv", "conv_transpose", "linear", "pool"})
"""The families that make a row one of several layers, where a label names two."""

_BLOCK = re.compile(
    r"block|stage|module|stack|bottleneck|sequential|inception|fire|residual|encoder|decoder"
    r"|transformer|transition|branch|_x\b|블록|모듈|스테이지|模块|阶段|块|ブロック|モジュール"
)
_TIMES = re.compile(
    r"(?<![x×*\w])(?P<before>[1-9][0-9]?) ?[x×*] ?(?=[^\W\d]|[\[({])"
    r"|(?<![0-9 ]) ?[x×*] ?(?P<behind>[1-9][0-9]?)(?=[):]|$)"
    r"|(?<![\w.×*])(?P<blocks>[1-9][0-9]?)(?:个|個|개)? ?(?:[^\W\d]+ ){0,2}"
    r"(?:blocks|layers|modules|块|块|层|層|블록|ブロック)"
)
"""How many of what a label names follow one another."""

SUMS = {
    "features": re.compile(r"features?\b|feature extract|backbone|특징 추출|特征提取|特徴抽出"),
    "classifier": re.compile(r"classifier|classification head|분류기|分类器|分類器"),
    "convolutions": re.compile(r"conv|합성곱|콘볼루션|컨볼루션|卷积|畳み込み|faltung|сверт|свёрт"),
    "linear layers": re.compile(
        r"\bfc|fully|linear|dens[aeo]|완전|전결합|全连接|全結合|vollverb|connect|conectad|полносвяз"
    ),
    "pools": re.compile(r"pool|풀링|池化|プーリング"),
    "norms": re.compile(r"norm|정규화|归一化|正規化"),
}
"""What rows add up, beside all layers: the words for each sum of `Key.sums`."""

SEVERAL = re.compile(r"layers\b|schichten|couches|capas|camadas|strati|слои|слоёв|слоев|층들|all\b")

TRAINABLE = re.compile(r"(?<!non-)(?<!non )(?<!un)\btrainable|(?<!不)可训练|(?<!不)可訓練|обучаем")
"""What says of a sum that it is of what learns."""

_SUBTOTAL = re.compile(
    r"\b(?:sub|zwischen)[- ]?(?:total|summe)|^totals?\b"
    r"|\b(?:totals?|summe|gesamt|suma|итого|всего)$|합계|소계|合计|合計|小计|小計|总计|總計"
)
_ALL = re.compile(r"\b(?:whole|entire|full) (?:model|network|net)\b")

_WHOLE = {"in": "input", "out": "output", "\u03c3": "total", "∑": "total"}  # a small sigma
_CODES = {"C": "conv", "S": "pool", "P": "pool", "F": "linear"}  # as in LeNet's paper

_CODE = re.compile(r"(?P<letter>[CFPS])-?(?P<number>[0-9]{1,2})(?: ?(?:layer|층|层|層))?")
_AND = re.compile(r" ?(?:[+&/,(→]|\b(?:with|and|then)\b)")  # C1 + tanh
_DIMENSIONS = re.compile(r"[ _-]?[123]d(?![^\W_](?<!t)|t(?!ranspose))", re.IGNORECASE)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LATER = re.compile(r"\b(?:after|following|behind)\b.*", re.DOTALL | re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_LAYERS = "layers?|" + "|".join(sorted(map(re.escape, words_for("layer")), key=len, reverse=True))
_AFFIX = re.compile(rf"^(?:층|层|層)|(?:{folded(_LAYERS)}|函数)$")
_PATH = re.compile(r"[0-9]*[a-z]?[_.]")
_BEHIND = re.compile(
    rf"(?: ?(?:{_LAYERS}))?\.?(?: ?no\.?)?(?:[ #_-]*| ?\((?=[0-9]{{1,2}}[a-z]?\)))"
    r"(?P<number>[0-9]{1,2})"
    r"(?:_(?P<part>[0-9]{1,2})|-(?P<other>[0-9]))?(?P<letter>[a-z])?"
    r"(?![^\W_]|-?[0-9]|\.[0-9]| ?[×x*])"  # Conv 5×5, conv3-64, Dropout 0.5
)
_BEFORE = re.compile(
    r"(?:[제第](?P<ordinal>[0-9]{1,2})[층层層]?|\b(?P<number>[0-9]{1,2})"
    r"(?:\((?P<letter>[a-z])\)|(?P<other>[a-z])|st|nd|rd|th))[ :_/-]*$"
)
_LAYER = re.compile(r"(?:layer|계층|층|레이어|层|層) ?#?(?P<number>[0-9]{1,2})(?![^\W_]|\.[0-9])")


def family_of(kind: str) -> str:
    """Return the family of a layer kind: what a label can say of it.

    >>> family_of("adaptive_avg_pool2d"), family_of("leaky_relu")
    ('avg_pool', 'activation')
    """
    name = _DIMENSIONS.sub("", kind).removeprefix("adaptive_")
    return next((family for family, names in _MEMBERS.items() if name in names.split()), name)


def general_family(kind: str) -> str:
    """Return the family of a kind of layer, either pooling in one.

    >>> general_family("adaptive_avg_pool2d"), general_family("conv1d")
    ('pool', 'conv')
    """
    return in_general(family_of(kind))


def in_general(family: str) -> str:
    """Return a family, either pooling in one, and norms and activations likewise."""
    return _GENERAL.get(family, family)


def sums_of(text: str) -> tuple[str, ...]:
    """Return what a label that adds up layers adds up, by the words for it; nothing for all.

    >>> sums_of("conv layers"), sums_of("features"), sums_of("Conv 3")
    (('convolutions',), ('features',), ())
    """
    name = cleaned(text).casefold()
    found = tuple(part for part, words in SUMS.items() if words.search(name))
    is_sum = SEVERAL.search(name) or label(text).family == "total"
    return found if is_sum else tuple(part for part in found if part in {"features", "classifier"})


def _spelled(name: str) -> str:
    """Return a name without what people write differently: spaces, underscores, dimensions."""
    return re.sub("[ _]", "", folded(_DIMENSIONS.sub("", name)))


_RANK = {family: rank for rank, family in enumerate(_WRITTEN)}
_FAMILIES = (
    {
        _spelled(name): family_of(kind)
        for kind, layer in layer_kinds().items()
        for name in (kind, layer.label)
    }
    | {
        _spelled(word): family_of(kind)
        for word, kind in OTHER_WORDS.items()
        if kind in layer_kinds()
    }
    | {_spelled(word): family for family, words in _WRITTEN.items() for word in words.split()}
    | dict.fromkeys(["denseblock"], "")  # of several layers
)
_UNSPACED = {
    word: _FAMILIES[word]
    for word in sorted(_FAMILIES, key=len, reverse=True)
    if re.fullmatch("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]{2,}", word)
}
"""The words of languages that put no blanks between words, the longest first."""


@dataclass(frozen=True)
class Label:
    """What a label says.

    Attributes:
        family: The kinds of layers that it may mean: "conv", "max_pool", "pool" for either pooling;
            "input", "output" and "total" for rows that are no layer or whose kind is not said. None
            if it does not say.
        number: What tells it from others of its family: "1", "3a", "1_2".
        settings: What it says about settings.
        is_block: Whether it speaks of a block of layers.
        times: How many of them follow one another.
        parts: The general families of layers that it puts together: conv + pool.
    """

    family: str | None
    number: str | None = None
    settings: Settings = field(default_factory=dict)
    is_block: bool = False
    times: int = 1
    parts: frozenset[str] = field(default=frozenset(), compare=False)


@lru_cache(maxsize=10_000)  # the sheets of a class say much the same
def label(text: str) -> Label:  # noqa: PLR0911  one for each form
    """Return what a label says; what it does not surely say is None.

    >>> found = label("3(a) Conv 5x5")
    >>> found.family, found.number, dict(found.settings)
    ('conv', '3a', {'kernel_size': (5, 5)})
    >>> label("합성곱층 2").family, label("FC-4096").number
    ('conv', None)
    """
    text = cleaned(text)
    if "(" in text[1:] and ")" not in text:
        text = text[: text.rindex("(")]  # a cell that was too narrow: up1 (Conv2DTrans
    if code := _CODE.fullmatch(first_part(text)):
        return Label(_CODES[code["letter"]], code["number"])
    if family := _WHOLE.get(text.casefold()):
        return Label(family)
    if len(_WORD.findall(text)) > MOST_WORDS:
        return Label(None)
    name = _HUMP.sub(" ", _DIMENSIONS.sub("", _LATER.sub("", text))).casefold()
    found = _families(name, list(_WORD.finditer(name)))
    block = _BLOCK.search(name)
    is_block = block is not None
    times = _TIMES.search(name)
    count = int(next(filter(None, times.groups()))) if times else 1
    if found and _SUBTOTAL.search(name):
        return Label("total")
    if not found and any(words.search(name) for words in (TOTAL, _ALL, TRAINABLE)):
        return Label("total")
    if not found:
        layer = _LAYER.search(name)
        number = layer["number"] if layer else None
        if block and number is None:
            number = _number(name, _Mention("", *block.span()))
        return Label(None, number, settings(text), is_block, count)
    first = min(found, key=lambda one: _RANK.get(one.family, len(_RANK)))
    if first.family in _WHOLE.values() and first.start and text.isalnum():
        return Label(None, None, settings(text), is_block, count)  # SingleInputNet
    parts = frozenset(in_general(one.family) for one in found) & PUT_TOGETHER
    return Label(first.family, _number(name, first), settings(text), is_block, count, parts)


def first_part(text: str) -> str:
    """Return what a label names first.

    >>> first_part("C1 + tanh")
    'C1'
    """
    return _AND.split(cleaned(text))[0]


@dataclass(frozen=True)
class _Mention:
    """A family, and where a name mentions it."""

    family: str
    start: int
    end: int


def _families(name: str, words: list[re.Match[str]]) -> list[_Mention]:
    """Return the families that a name mentions; of conv1_relu, the last part of its path."""
    found: list[_Mention] = []
    place = 0
    while place < len(words):
        for end in range(min(place + LONGEST_NAME, len(words)), place, -1):
            spelled = _spelled("".join(word[0] for word in words[place:end]))
            family = _FAMILIES.get(_AFFIX.sub("", spelled)) or _FAMILIES.get(spelled.rstrip("s"))
            if family is None and end == place + 1:
                family = next((of for word, of in _UNSPACED.items() if word in spelled), None)
            if family is not None:
                found.append(_Mention(family, words[place].start(), words[end - 1].end()))
                place = end - 1
                break
        place += 1
    is_end = [not _PATH.fullmatch(name, one.end, other.start) for one, other in pairwise(found)]
    return [one for one, ends in zip(found, [*is_end, True], strict=False) if ends and one.family]


def _number(name: str, mention: _Mention) -> str | None:
    """Return the number that a name gives to what it mentions."""
    if behind := _BEHIND.match(name, mention.end):
        part = behind["part"] or behind["other"]
        return behind["number"] + (f"_{part}" if part else "") + (behind["letter"] or "")
    if before := _BEFORE.search(name[: mention.start]):
        number = before["ordinal"] or before["number"]
        return number + (before["letter"] or before["other"] or "")
    return None
