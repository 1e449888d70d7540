"""Titles in other languages, and all that a title may mean."""

# ruff: noqa: RUF001  letters of other alphabets are what half of these tests are about

from __future__ import annotations

import pytest

from archstat.homework.sheet.headings import heading

# Other languages.

LANGUAGES = {
    "layer": """
        Schicht, Couche, Capa, Camada, Strato, Livello, Laag, Слой, Шар, Warstwa, Katman, Lớp, Tầng,
        Lapisan, Nom de la couche, Название слоя, Назва шару, Katman adı,
        Nama lapisan, Nome do layer, Naam
    """,
    "kind": "Art, Typ der Schicht, Tipo, Soort, Тип слоя, Тип шару, Typ warstwy, Katman türü, Loại",
    "feature_map": """
        Ausgabegröße, Ausgabe-Größe, Größe der Ausgabe, Taille de sortie, Taille de la sortie,
        Tamaño de salida, Tamaño de la salida, Tamanho da saída, Tamanho de saida,
        Dimensione output, Dimensioni in uscita, Uitvoergrootte, Размер выхода,
        Размерность выхода, Розмір виходу, Rozmiar wyjścia, Çıktı boyutu, Çıkış boyutu,
        Kích thước đầu ra, Ukuran keluaran, Ukuran output, Carte de caractéristiques,
        Mapa de características, Карта признаков, Карта ознак, Mapa cech, Özellik haritası,
        Bản đồ đặc trưng, Peta fitur
    """,
    "in_shape": """
        Eingabegröße, Taille d'entrée, Taille de l'entrée, Tamaño de entrada, Tamanho da entrada,
        Dimensione input, Invoergrootte, Размер входа, Розмір входу, Rozmiar wejścia, Girdi boyutu,
        Kích thước đầu vào, Ukuran masukan
    """,
    "filter_size": """
        Kerngröße, Kernelgröße, Filtergröße, Taille du noyau, Taille du filtre, Tamaño del kernel,
        Tamaño del filtro, Tamanho do filtro, Dimensione kernel, Dimensione del filtro,
        Kernelgrootte, Размер ядра, Размер фильтра, Розмір ядра, Rozmiar jądra, Rozmiar filtra,
        Çekirdek boyutu, Filtre boyutu, Kích thước bộ lọc, Ukuran kernel
    """,
    "filters": """
        Anzahl der Filter, Nombre de filtres, Número de filtros, Numero di filtri, Aantal filters,
        Количество фильтров, Число фильтров, Кількість фільтрів, Liczba filtrów, Filtre sayısı,
        Số bộ lọc, Số lượng bộ lọc, Jumlah filter
    """,
    "stride": "Schrittweite, Pas, Paso, Passo, Stap, Шаг, Крок, Krok, Adım, Bước nhảy, Langkah",
    "padding": "Auffüllung, Remplissage, Relleno, Preenchimento, Паддинг, Dopełnienie, Dolgu, Đệm",
    "weights": """
        Gewichte, Anzahl der Gewichte, Poids, Nombre de poids, Pesos, Número de pesos, Pesi,
        Numero di pesi, Gewichten, Веса, Количество весов, Ваги, Кількість ваг, Wagi, Liczba wag,
        Ağırlık sayısı, Trọng số, Bobot, Jumlah bobot
    """,
    "biases": "Biais, Sesgos, Sesgo, Vieses, Смещения, Зсуви, Độ lệch",
    "params": """
        Anzahl der Parameter, Parameteranzahl, Anzahl Parameter, Nombre de paramètres,
        Nb de paramètres, Paramètres, Número de parámetros, Cantidad de parámetros, Parametros,
        Número de parâmetros, Numero di parametri, Parametri, Aantal parameters, Параметры,
        Количество параметров, Число параметров, Кол-во параметров, Кількість параметрів,
        Liczba parametrów, Parametry, Parametre sayısı, Toplam parametre sayısı, Số tham số,
        Số lượng tham số, Tham số, Jumlah parameter
    """,
    "neurons": """
        Anzahl der Neuronen, Neuronenzahl, Nombre de neurones, Número de neuronas,
        Número de neurônios, Numero di neuroni, Количество нейронов, Кількість нейронів,
        Liczba neuronów, Nöron sayısı, Số nơ-ron, Jumlah neuron
    """,
    "receptive_field": """
        Rezeptives Feld, Champ récepteur, Champ réceptif, Champ recepteur, Campo receptivo,
        Campo recettivo, Receptief veld, Рецептивное поле, Размер рецептивного поля,
        Рецептивне поле, Pole recepcyjne, Alıcı alan, Trường tiếp nhận, Vùng cảm thụ,
        Bidang reseptif, Taille du champ récepteur
    """,
    "activation_function": """
        Aktivierungsfunktion, Fonction d'activation, Función de activación, Função de ativação,
        Funzione di attivazione, Activatiefunctie, Функция активации, Функція активації,
        Aktivasyon fonksiyonu, Hàm kích hoạt, Fungsi aktivasi
    """,
    "macs": """
        Anzahl der MACs, Nombre de MACs, Количество MAC, Rechenoperationen, Nombre d'opérations,
        Número de operaciones, Numero di operazioni, Количество операций, Кількість операцій,
        Liczba operacji, İşlem sayısı, Số phép tính, Jumlah operasi, Anzahl der Multiplikationen
    """,
    "activation_bytes": "Speicher, Mémoire, Memoria, Memória, Память, Пам'ять, Pamięć, Bellek",
}


@pytest.mark.parametrize(
    ("title", "quantity"),
    [(title.strip(), key) for key, titles in LANGUAGES.items() for title in titles.split(",")],
)
def test_a_title_in_another_language(title, quantity):
    found = heading(title)

    assert found.is_known
    assert (quantity,) in {meaning.quantities for meaning in found.meanings}
    assert found.quantities == (quantity,)


# All meanings.


@pytest.mark.parametrize(
    ("title", "meanings"),
    [
        ("Size/Stride", [("filter_size", "stride"), ("feature_map", "stride")]),
        ("Output", [("feature_map",), ("filters",), ("neurons",)]),
        ("RF", [("receptive_field",), ("in_receptive_field",)]),
        ("#", [("number",), ("layer",)]),
        ("k, s, p", [("filter_size", "stride", "padding"), ("filters", "stride", "padding")]),
        ("Jump", [("effective_stride",), ("in_effective_stride",)]),
    ],
)
def test_every_meaning_that_a_title_allows(title, meanings):
    found = [meaning.quantities for meaning in heading(title).meanings]

    assert found[: len(meanings)] == meanings


def test_priors_add_up_to_one_and_fall():
    priors = [meaning.prior for meaning in heading("Size").meanings]

    assert priors == sorted(priors, reverse=True)
    assert sum(priors) == pytest.approx(1)


def test_the_letters_of_a_textbook():
    found = heading("nin/nout/k/s/p").meanings[0]

    assert found.quantities == ("in_shape", "feature_map", "filter_size", "stride", "padding")


@pytest.mark.parametrize(
    ("title", "nearest"),
    [
        ("Nuerons", ("neurons",)),
        ("Wieghts", ("weights",)),
        ("Cropped output size", ("feature_map",)),
        ("Params of mine", ("params",)),
    ],
)
def test_the_nearest_meaning_of_a_title_that_is_not_known(title, nearest):
    found = heading(title)

    assert not found.is_known
    assert found.meanings[0].quantities == nearest


@pytest.mark.parametrize("title", ["Top-1 accuracy", "Epoch", "Batch size", "비고", "x"])
def test_a_title_about_something_else_is_near_to_nothing(title):
    assert heading(title).meanings == ()


@pytest.mark.parametrize(
    ("title", "quantity"),
    [
        ("RF (in)", "in_receptive_field"),
        ("Receptive field before", "in_receptive_field"),
        ("Effective stride (input)", "in_effective_stride"),
        ("volume", "feature_map"),
        ("H x W", "feature_map"),
        ("ch_in", "in_channels"),
        ("dim_out", "feature_map"),
        ("Top shape", "feature_map"),
        ("%", "params_share"),
        ("Ratio", "ratio"),
    ],
)
def test_titles_of_tools_and_courses(title, quantity):
    assert heading(title).quantities == (quantity,)
