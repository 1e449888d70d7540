"""Titles of other languages in the English words that `titles` lists.

German, French, Spanish, Portuguese, Italian, Dutch, Russian, Ukrainian, Polish, Turkish, Vietnamese
and Indonesian; accents may be missing. A hyphen at the end of a word stands for any ending.
"""

# ruff: noqa: RUF001  letters of other alphabets are what this module is about

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import permutations

MOST_WORDS = 5
"""Of a title, in English: more are put into no other order."""

_WORDS = {
    "": """
        de, du, des, d, la, le, les, l, el, los, las, do, da, dos, das, o, os, della, delle,
        dello, dei, degli, di, der, die, das, den, del, van, het, von, cua, cho, cac, yang, dari,
        och, w, na, z, po, pada, para, pour, per, pro, je, mỗi, каждого, кожного, на, в, у, of,
        the, by
        """,
    "layer": """
        schicht, schichten, couche, couches, capa, capas, camada, camadas, strato, strati,
        livello, laag, lagen, слой, слоя, слои, слоёв, шар, шару, шари, шарів, warstwa, warstwy,
        warstw, katman, katmanlar, katmani, giai đoạn, etapa, étape, stufe, этап, етап, aşama,
        lớp, tầng, lapisan
        """,
    "name": "bezeichnung, nom, nome, naam, название, имя, назва, nazwa, ad, adı, isim, tên, nama",
    "block": """
        blöcke, bloque, bloques, bloc, blocs, bloco, blocos, blocco, blocchi, blok, blokken,
        блок, блоки, блоку, bloki, bloklar, khối, modul, modulo, módulo, módulos, модуль, moduł,
        mô đun, komponente, komponenten, composant, composants, componente, componentes,
        компонент, компоненты, bileşen, thành phần, komponen, fase, fases, phase, faz, этапа,
        stadium, stadio, stadi, stadion, tahap, tahapan, элемент, elemento, element
        """,
    "type": """
        typ, art, tipo, soort, тип, вид, rodzaj, tür, türü, tip, tipi, loại, kiểu, jenis, tipe
        """,
    "number of": """
        anzahl, zahl, nombre, nb, nbre, numero, núm, num, número, nº, n°, n., quantità, quantité,
        cantidad, quantidade, qtd, aantal, число, количество, кол во, кількість, кількости,
        liczba, ilość, sayısı, sayı, adet, adedi, số lượng, số, jumlah, banyak, banyaknya
        """,
    "size": """
        größe, groesse, grösse, abmessung-, dimension, dimensionen, auflösung, taille, dimensions,
        résolution, tamaño, tamanho, dimensión, dimensiones, dimensão, dimensões, dimensione,
        dimensioni, grootte, afmeting-, размер, размеры, размерность, розмір, розміри,
        розмірність, rozmiar, rozmiary, wymiar, wymiary, boyut, boyutu, boyutlar-, kích thước,
        kich cỡ, kích cỡ, ukuran, dimensi
        """,
    "shape": "form, forme, forma, vorm, форма, kształt, şekil, şekli, hình dạng, bentuk",
    "input": """
        eingabe, eingang, eingangs, entrée, entrées, entrada, entradas, ingresso, ingressi,
        invoer, вход, входа, входной, входная, входные, на входе, вхід, входу, вхідний, вхідна,
        вході, wejście, wejścia, wejściowy, wejściow-, girdi, giriş, đầu vào, masukan, input
        """,
    "output": """
        ausgabe, ausgang, ausgangs, sortie, sorties, salida, salidas, saída, saídas, uscita,
        uscite, uitvoer, выход, выхода, выходной, выходная, выходные, на выходе, вихід, виходу,
        вихідний, вихідна, виході, wyjście, wyjścia, wyjściow-, çıktı, çıkış, çıktısı, đầu ra,
        keluaran, output
        """,
    "kernel": """
        kern, kerne, kerns, noyau, noyaux, núcleo, núcleos, nucleo, nuclei, kernen, ядро, ядра,
        ядер, jądro, jądra, çekirdek, çekirdeği, nhân, hạt nhân, nhân tích chập, kernel
        """,
    "filter": """
        filtre, filtres, filtro, filtros, filtri, фильтр, фильтра, фильтры, фильтров, фільтр,
        фільтра, фільтри, фільтрів, filtr, filtra, filtry, filtrów, filtresi, filtreler, bộ lọc,
        tapis, filter, filtern
        """,
    "stride": """
        schrittweite, schritt, pas, foulée, paso, pasos, zancada, passo, passi, stap, stapgrootte,
        schrede, шаг, шага, крок, кроку, krok, kroku, adım, adımı, kaydırma, bước, bước nhảy,
        bước trượt, sải, langkah
        """,
    "padding": """
        auffüllung, polsterung, randauffüllung, remplissage, rembourrage, marge, bourrage,
        relleno, preenchimento, enchimento, riempimento, imbottitura, opvulling, паддинг, отступ,
        отступы, дополнение, заполнение, падінг, паддінг, відступ, доповнення, заповнення,
        dopełnienie, wypełnienie, dolgu, dolgulama, đệm, phần đệm, lề, bantalan
        """,
    "dilation": """
        dilatation, dilatación, dilatação, dilatazione, dilatatie, расширение, дилатация,
        дилатація, розширення, dylatacja, genişleme, độ giãn, dilasi
        """,
    "groups": """
        gruppen, groupes, grupos, gruppi, groepen, группы, групп, групи, груп, grupy, grup,
        gruplar, nhóm
        """,
    "weights": """
        gewicht-, poids, pesos, peso, pesi, веса, весов, вес, ваги, ваг, вага, wagi, wag, waga,
        ağırlık-, agırlık-, trọng số, bobot
        """,
    "biases": """
        biais, sesgo, sesgos, viés, vieses, polarizzazione, polarizzazioni, смещение, смещения,
        смещений, зсув, зміщення, зсуви, zsuw, obciążenie, sapma, yanlılık, hệ số chệch, độ lệch,
        bias, bias-
        """,
    "params": """
        parameter, parametern, parameters, paramètre, paramètres, parámetro, parámetros,
        parâmetro, parâmetros, parametro, parametri, параметр, параметра, параметры, параметров,
        параметри, параметрів, parametr, parametry, parametrów, parametre, parametreler,
        parametresi, tham số
        """,
    "trainable": """
        trainierbar-, lernbar-, entraînable-, apprenables, entrenable-, treináve-, addestrabil-,
        trainbare, обучаем-, навчальн-, trenowaln-, uczonych, eğitilebilir, huấn luyện được
        """,
    "neurons": """
        neuronen, neuron, neurone, neurones, neurona, neuronas, neurônio, neurônios, neurónio,
        neurónios, neuroni, нейрон, нейроны, нейронов, нейрони, нейронів, neurony, neuronów,
        nöron, nöronlar, nơ ron, nơron, noron
        """,
    "activations": """
        aktivierungen, activaciones, ativações, attivazioni, activaties, активации, активаций,
        активації, активацій, aktywacje, aktywacji, aktivasyonlar, aktivasyon, kích hoạt, aktivasi,
        aktywacja, aktywacyjn-
        """,
    "activation": "aktivierung, activación, ativação, attivazione, activatie, активация, активація",
    "function": """
        funktion, fonction, función, função, funzione, functie, функция, функція, функції,
        funkcja, fonksiyon, fonksiyonu, hàm, fungsi
        """,
    "map": "karte, carte, mapa, mappa, kaart, карта, карты, карти, harita, haritası, bản đồ, peta",
    "feature map": """
        merkmalskarte, merkmalskarten, feature-map, feature-maps, carte de caractéristiques,
        carte d activation, cartes de caractéristiques, carte des caractéristiques,
        mapa de características, mapas de características, mapa de activación, mapa de atributos,
        mapa de ativação, mapa de activação, mappa delle caratteristiche, mappa di attivazione,
        mappe di caratteristiche, kenmerkenkaart, карта признаков, карты признаков,
        карт признаков, карта ознак, карти ознак, карт ознак, mapa cech, mapy cech, map cech,
        özellik haritası, öznitelik haritası, özellik haritaları, bản đồ đặc trưng, peta fitur
        """,
    "receptive field": """
        rezeptives feld, rezeptiven feldes, rezeptive feld, champ récepteur, champ réceptif,
        champs récepteurs, campo receptivo, campo recetivo, campo recettivo, campo ricettivo,
        receptief veld, рецептивное поле, рецептивного поля, рецептивне поле, рецептивного поля,
        pole recepcyjne, pola recepcyjnego, pole receptywne, alıcı alan, alıcı alanı, algı alanı,
        algılama alanı, trường tiếp nhận, vùng tiếp nhận, trường cảm thụ, vùng cảm thụ,
        vùng nhận thức, bidang reseptif, area reseptif, medan reseptif, daerah reseptif
        """,
    "effective": """
        effektive, effektiver, effectif, effective, efectivo, efetivo, effettivo, effettiva,
        effectieve, эффективный, ефективний, efektywny, etkin, hiệu dụng, efektif
        """,
    "cumulative": """
        kumulativ-, kumulierte, cumulé, cumulée, cumulatif, acumulado, acumulada, cumulativo,
        cumulativa, cumulatieve, накопленный, суммарный, накопичений, skumulowany, kümülatif,
        birikimli, tích lũy, kumulatif
        """,
    "jump": "sprung, saut, salto, sprong, скачок, стрибок, skok, sıçrama, lompatan",
    "start": "anfang, début, inicio, início, inizio, begin, начало, початок, początek, awal",
    "memory": """
        speicher, speicherbedarf, speicherplatz, mémoire, memoria, memória, geheugen, память,
        памяти, пам'ять, пам'яті, память, pamięć, pamięci, bellek, bộ nhớ, memori
        """,
    "operations": """
        operationen, rechenoperationen, opérations, operaciones, operações, operazioni,
        bewerkingen, operaties, операции, операций, операції, операцій, operacje, operacji, işlem,
        işlemler, phép tính, phép toán, operasi
        """,
    "multiplications": """
        multiplikationen, multiplicaciones, multiplicações, moltiplicazioni, vermenigvuldigingen,
        умножения, умножений, множень, множення, mnożenia, mnożeń, çarpma, çarpmalar, phép nhân,
        perkalian
        """,
    "total": """
        gesamt, gesamten, insgesamt, summe, totale, totaal, общего, общее, общей, общий, загальної,
        всего, итого, всього, разом, усього, razem, suma, łącznie, toplam, tổng, tổng cộng, total
        """,
    "channels": """
        kanäle, kanal, kanälen, canaux, canal, canales, canais, canali, canale, kanalen, kanaal,
        каналы, каналов, канал, канали, каналів, kanały, kanałów, kanallar, kênh, kanal-, saluran
        """,
    "before": "vor, avant, antes, prima, voor, до, przed, önce, trước, sebelum",
    "after": "nach, après, después, depois, dopo, na, после, після, sonra, sau, setelah",
    "share": """
        anteil, part, proportion, porcentaje, proporción, proporção, percentuale, quota, aandeel,
        доля, процент, частка, відсоток, udział, procent, oran, yüzde, tỷ lệ, tỉ lệ, persentase
        """,
}
_UNSPACED: dict[str, str] = {
    "": "的 の 의 之 各 每 단위 は を が 及 和 と に占める に対する 占 에서",
    "layer": "层 層 網路層 网络层 레이어 계층",
    "block": "块 塊 模块 模組 组件 部分 阶段 階段 ブロック モジュール 블록 블럭 모듈 단계 구성요소",
    "name": "名称 名稱 名前 名字 名 이름",
    "type": "类型 類型 種類 种类 タイプ 종류 타입",
    "number of": "数量 數量 个数 個數 個数 数目 數目 数 數 갯수 개수 수",
    "size": "大小 尺寸 规模 サイズ 크기 사이즈 规格",
    "shape": "形状 形狀 维度 維度 형상 형태 모양 次元 차원",
    "input": "输入 輸入 入力 입력",
    "output": "输出 輸出 出力 출력",
    "kernel": "卷积核 卷積核 池化核 核 カーネル 커널",
    "filter": "滤波器 濾波器 过滤器 フィルタ フィルター 필터",
    "stride": "步长 步長 步幅 ストライド 스트라이드 보폭",
    "padding": "填充 补零 パディング 패딩",
    "dilation": "膨胀率 扩张率 空洞率",
    "groups": "分组 分組 组 グループ 그룹",
    "weights": "权重 權重 权值 重み 가중치",
    "biases": "偏置 偏差 バイアス 편향 바이어스",
    "params": "参数量 參數量 参数 參數 パラメータ パラメーター 파라미터 매개변수 모수",
    "trainable": "可训练 可訓練 可学习 可學習 訓練可能 学習可能 학습가능한 학습가능 학습",
    "non-trainable": "不可训练 不可訓練 非训练 非可训练 訓練不可 학습불가능",
    "neurons": "神经元 神經元 节点 節點 ニューロン 뉴런 노드",
    "activations": "激活值 活性化値 활성값",
    "feature map": "特征图 特徵圖 特徴マップ 특징맵 특성맵 피처맵 피쳐맵",
    "channels": "通道 频道 チャネル チャンネル 채널",
    "receptive field": "感受野 感受域 受容野 수용영역 수용장 수용야",
    "memory": "内存 內存 显存 存储 メモリ 메모리",
    "operations": "运算 運算 计算 計算 演算 연산",
    "multiplications": "乘法 乗算 곱셈",
    "connections": "连接 連接 接続 연결",
    "total": "总 總 合计 合計 总计 总共 全部 全体 総 합계 총 전체",
    "share": "占比 比例 割合 비율 百分比",
    "cumulative": "累积 累计 累積 累計 누적",
    "before": "之前 前",
    "after": "之后 之後 後 后",
}
"""Words of languages that put no blanks between words; Korean words may stand without, too."""

_WORDS_APART = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?(?: [^\W\d_]+(?:['’][^\W\d_]+)?)*")
_LETTERS = str.maketrans("łđıøæ", "ldioa")
_ELISION = re.compile(r"(?<=\b[dl])['’]|(?<=\bdell)['’]")
_LATIN_X = re.compile("(?<=[а-яі])x|x(?=[а-яі])")  # so `cleaned` writes the Cyrillic letter
_LINK = re.compile("^s?")
MOST_PHRASE = 4
SHORTEST_PART = 3
SHORTEST_STEM = 4


def folded(text: str) -> str:
    """Return words without what is often missing: accents, and the dots of ё and й.

    >>> folded("Größe"), folded("Taille d'entrée"), folded("출력")
    ('grosse', 'taille d entree', '출력')
    """
    letters = unicodedata.normalize("NFD", text.casefold())
    plain = re.sub("[\u0300-\u036f]", "", letters).translate(_LETTERS)
    plain = _ELISION.sub(" ", _LATIN_X.sub("х", plain))
    return unicodedata.normalize("NFC", plain)


_PHRASES: dict[str, str] = {}
_STEMS: dict[str, str] = {}
for _english, _listed in _WORDS.items():
    for _word in _listed.split(","):
        _spelled = folded(_word.strip())
        (_STEMS if _spelled.endswith("-") else _PHRASES).setdefault(_spelled.rstrip("-"), _english)


def words_for(meaning: str) -> list[str]:
    """Return the words and phrases of all languages that mean something, without blanks."""
    words = [word.strip() for word in _WORDS.get(meaning, "").split(",")]
    words += _UNSPACED.get(meaning, "").split()
    words = ["".join(word.casefold().split()) for word in words if not word.endswith("-")]
    return [word.replace("\u0445", "x") for word in words]  # the Cyrillic letter, as `cleaned`


def meaning_of(word: str) -> str | None:
    """Return a word in English, "" for one that says nothing; None if it is not known.

    >>> meaning_of("paramètres"), meaning_of("de"), meaning_of("apples")
    ('params', '', None)
    """
    return _meant(folded(word))


def in_english(text: str, meanings: frozenset[str]) -> str:
    """Return a text whose words that mean one of these are in English.

    >>> in_english("64 filtros 5×5, pas de 2, 步长1", frozenset({"filter", "stride"}))
    '64 filter 5×5, stride 2, stride 1'
    """
    found = _WORDS_APART.sub(lambda run: _run_in_english(run[0], meanings), text)
    return " ".join(found.split())


@lru_cache(maxsize=10_000)  # the rows of a table are much alike
def _run_in_english(run: str, meanings: frozenset[str]) -> str:
    """Return words with blanks between them, likewise; articles behind such a word are left out."""
    found: list[str] = []
    is_known = False
    for phrase, meant in _phrases(run.split(" ")):
        if meant == "" and is_known:
            continue
        is_known = meant is not None and meant in meanings
        found.append(str(meant) if is_known else phrase)
    text = " ".join(found)
    return text if run.isascii() else f" {text} "


def _phrases(words: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Yield the longest phrases that are known, and the words between them, with what they mean."""
    parts = [part for word in words for part in _cut(word)]
    at = 0
    while at < len(parts):
        stops = range(min(len(parts), at + MOST_PHRASE), at, -1)
        phrases = (" ".join(parts[at:stop]) for stop in stops)
        known = ((phrase, _meant(folded(phrase))) for phrase in phrases)
        phrase, meant = next((one for one in known if one[1] is not None), (parts[at], None))
        yield phrase, meant
        at += 1 + phrase.count(" ")


@lru_cache(maxsize=1_000)  # the sheets of a class have the same titles
def english(title: str) -> tuple[str, ...]:
    """Return what a title may be in English, in every order of its words; none if it is English.

    >>> english("Taille de la sortie")[:2]
    ('size output', 'output size')
    >>> english("Ausgabegröße")[0], english("Output size")
    ('output size', ())
    """
    if "(" in title or "[" in title:
        return ()  # what stands in brackets is read apart
    words = re.findall(r"[^\W_][^\W_'-]*(?:'[^\W_]+)?|[#%]|[/&+]", folded(title))
    found: list[str] = []
    is_other = False
    for phrase, meant in _phrases(words):
        if meant is None:
            found.append(phrase)
        else:
            found += [meant] if meant and meant not in found[-1:] else []
            is_other = is_other or meant not in {"", phrase}
    if not is_other or len(found) > MOST_WORDS:
        return ()
    return tuple(dict.fromkeys(map(" ".join, permutations(found))))


_UNSPACED_WORDS = {
    unicodedata.normalize("NFC", word): english_word
    for english_word, listed in _UNSPACED.items()
    for word in listed.split()
}
_PHRASES |= {word: meant for word, meant in _UNSPACED_WORDS.items() if word not in _PHRASES}
_LONGEST_UNSPACED = max(map(len, _UNSPACED_WORDS))
_IS_UNSPACED = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]+")


def _cut(word: str) -> list[str]:
    """Return the known words that one without blanks is made of; the word, if of others, too.

    >>> _cut("可训练参数"), _cut("核的尺寸"), _cut("feature")
    (['可训练', '参数'], ['核', '的', '尺寸'], ['feature'])
    """
    if not _IS_UNSPACED.fullmatch(word) or word in _PHRASES:
        return [word]
    found: list[str] = []
    at = 0
    while at < len(word):
        stops = range(min(len(word), at + _LONGEST_UNSPACED), at, -1)
        stop = next((stop for stop in stops if word[at:stop] in _UNSPACED_WORDS), None)
        if stop is None:
            return [word]
        found.append(word[at:stop])
        at = stop
    return found


def _meant(phrase: str) -> str | None:
    """Return a phrase in English; None if it is in no language that is known."""
    if phrase in _PHRASES:
        return _PHRASES[phrase]
    for stop in range(len(phrase), SHORTEST_STEM - 1, -1):
        if phrase[:stop] in _STEMS:
            return _STEMS[phrase[:stop]]
    for stop in range(len(phrase) - SHORTEST_PART, SHORTEST_PART - 1, -1):  # Kernelgröße
        first = _PHRASES.get(phrase[:stop])
        rest = _LINK.sub("", phrase[stop:]) if first else ""
        second = _PHRASES.get(phrase[stop:]) or _PHRASES.get(rest)
        if first and second:
            return f"{first} {second}"
    return None
