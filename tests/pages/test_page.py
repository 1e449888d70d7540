"""A page: that all is linked, that it asks nothing of anyone, and that its numbers are right."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import pytest

from archstat.models.argument import find_model
from archstat.models.question import Question
from archstat.pages.page import page
from archstat.pages.subject import PageNetwork, PageSubject
from archstat.pictures.network import share_picture
from archstat.report.explanation import OF_TRAINING, QUANTITIES, explain
from archstat.report.report import report_on
from tests.bench.records import usual
from tests.pages.reading import read


def network(model, letter="a"):
    graph = find_model(model).graph(Question()).graph
    explained = explain(graph, columns=(*QUANTITIES, *OF_TRAINING))
    return PageNetwork(letter, report_on(graph, trains=True), explained, {})


@pytest.fixture(scope="module")
def alexnet():
    return network("paper-alexnet")


@pytest.fixture(scope="module")
def text(alexnet):
    return page(PageSubject((alexnet,), None, "archstat report paper-alexnet -o report.html"))


@pytest.fixture(scope="module")
def root(text):
    return read(text)


@pytest.fixture(scope="module")
def both():
    networks = (network("lenet5"), network("cifar-alexnet", "b"))
    return read(page(PageSubject(networks, None, "")))


def cells(root, layer, table="alayers"):
    """Return the cells of a layer's row, by the key of their column."""
    found = root.one("table", id=table)
    keys = [head["data-key"] for head in found.one("thead").all("th")]
    [row] = [row for row in found.all("tr", data_layers=layer) if row.get("class") != "section"]
    return dict(zip(keys, row.children, strict=True))


def test_a_page_is_small_and_asks_nothing_of_anyone(text, root):
    assert len(text.encode()) < 300_000
    addresses = [
        value
        for element in root.all()
        for key, value in element.attributes.items()
        if key in {"src", "href", "action", "data", "srcset", "poster"} or "url(" in (value or "")
    ]
    assert [address for address in addresses if not address.startswith("#")] == []
    assert set(re.findall(r"https?://[^\"' <]+", text)) == {"http://www.w3.org/2000/svg"}
    assert "@import" not in text
    assert "url(" not in text


def test_no_script_may_run_but_its_own(root):
    policy = root.one("meta", http_equiv="Content-Security-Policy")["content"]
    assert "default-src 'none'" in policy
    script = root.one("script")
    assert script.attributes == {}
    digest = b64encode(sha256(script.text.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert [key for e in root.all() for key in e.attributes if key.startswith("on")] == []


@pytest.mark.parametrize("which", ["root", "both"])
def test_every_link_and_label_leads_somewhere(which, request):
    found = request.getfixturevalue(which)
    ids = [element["id"] for element in found.all() if element.get("id")]
    assert len(ids) == len(set(ids))
    targets = [link["href"][1:] for link in found.all("a")]
    assert len(targets) > 50
    assert set(targets) <= set(ids)
    wanted = {
        element[key]
        for element in found.all()
        for key in ("aria-labelledby", "data-filter", "data-of", "data-copy-of", "data-unfold")
        if element.get(key)
    }
    assert wanted <= set(ids)


def test_the_numbers_are_those_of_the_report(alexnet, root):
    for layer in alexnet.report.to_dicts():
        found = cells(root, layer["name"])
        for key in ("weights", "biases", "params", "neurons", "macs", *OF_TRAINING):
            cell = found[key]
            shown = cell.get("data-v") or cell.text.replace(",", "")
            assert (0 if shown == "–" else int(shown)) == layer[key], (layer["name"], key)
        assert int(found["activation_bytes"]["data-v"]) == layer["activation_bytes"]
        assert int(found["receptive_field"].text) == layer["receptive_field"]["size"][0]
        channels, *sides = layer["out_shape"]
        assert found["feature_map"].text == "×".join(map(str, (*sides, channels)))


def test_numbers_of_the_paper_are_on_the_page(root):
    conv2 = cells(root, "conv2")
    assert conv2["neurons"].text == "186,624"  # 27 · 27 · 256, section 3.5
    assert conv2["weights"].text == "307,200"  # 5 · 5 · 48 · 256
    foot = root.one("table", id="alayers").one("tfoot").text
    assert "724,406,816" in foot
    assert "659,272" in foot


def test_a_number_opens_to_its_formula(root):
    macs = cells(root, "conv2")["macs"].one("a")
    assert macs.text == "223,948,800"
    said = root.one("tbody", id=macs["href"][1:])
    assert said["data-quantity"] == "macs"
    assert [cell.text for cell in said.one("tr").children] == [
        "MACs",
        "C_out · n_out · n_out · (C_in/g) · k · k".replace("_", ""),
        "256 · 27 · 27 · (96/2) · 5 · 5",
        "= 223,948,800",
        "",
    ]
    assert said.parent.name == "table"
    assert root.one("dt", id="meaning-macs").text == "MACs"


def test_layers_that_work_out_alike_share_their_formulas(root):
    first, second = (
        cells(root, name)["feature_map"].one("a")["href"] for name in ("relu6", "relu7")
    )
    assert first == second
    other = cells(root, "relu1")["feature_map"].one("a")["href"]
    assert other != first


def test_shares_are_of_the_whole_and_add_up(root):
    # 223,948,800 of 724,406,816 MACs; before it 105,415,200; fc6 has 37,752,832 of 60,965,224
    bars = root.one("table", class_="bars")
    conv2, fc6 = (bars.one("tr", data_layers=name).all("td") for name in ("conv2", "fc6"))
    assert [part.text for part in conv2[0].all("b") + conv2[0].all("small")] == ["30.9 %", "45.5 %"]
    assert fc6[1].one("b").text == "61.9 %"
    last = bars.all("tr", data_layers="fc8")[0].all("small")
    assert [part.text for part in last[:2]] == ["100.0 %", "100.0 %"]


def test_what_is_not_counted_is_not_nothing(alexnet):
    first, *others = alexnet.report.layers
    unknown = replace(first, macs=None, uncounted=("secret",))
    report = replace(alexnet.report, layers=(unknown, *others))
    network = PageNetwork("a", report, (), {})
    found = read(page(PageSubject((network,), None, "")))
    assert cells(found, "conv1")["macs"].text == "?"
    row = found.one("table", class_="bars").one("tr", data_layers="conv1")
    assert row.children[1].text == "?"
    # 724,406,816 less the 105,415,200 of conv1
    assert "MACs ≥ 618,991,616" in found.one("div", class_="strips").text
    assert "≥ 618,991,616" in share_picture(report)


def test_a_layer_is_found_in_every_part_by_the_same_name(alexnet, root):
    for row in alexnet.report.layers:
        parts = {
            part["id"]
            for part in root.all("section")
            for element in part.all()
            if row.name in (element.get("data-layers") or "").split()
        }
        assert parts == {"network", "shares", "layers", "fields", "formulas"}


def test_two_networks_stand_beside_one_another(both):
    numbers = both.one("header").one("table")
    macs = [cell.text for cell in numbers.all("tr")[1].children]
    assert macs[:2] == ["MACs", "416,520"]  # 117,600 + 240,000 + 48,000 + 10,080 + 840
    assert both.one("table", id="alayers").parent.name == "div"
    assert both.one("table", id="blayers").parent.name == "div"
    assert len(both.one("section", id="fields").all("svg")) == 2


def test_what_differs_between_two_networks_is_said(both):
    table = both.one("section", id="differences").one("table")
    rows = {row.all("th")[0].text: [cell.text for cell in row.children] for row in table.all("tr")}
    assert rows["C1"] == ["C1", "28×28×6", "", "156", "", "117,600", ""]
    # 64 filters of 11·11·3 and a bias each, at 8·8 places
    assert rows["conv1"] == ["conv1", "", "8×8×64", "", "23,296", "", "1,486,848"]


def test_one_network_differs_from_nothing(root):
    assert root.all("section", id="differences") == []


def test_words_from_outside_stay_words(alexnet):
    bad = '"><script>alert(1)</script>'
    first, *others = alexnet.report.layers
    report = replace(
        alexnet.report,
        model=bad,
        title=bad,
        source=bad,
        notes=(bad,),
        layers=(replace(first, name=bad), *others),
    )
    explained = [replace(each, node=replace(each.node, name=bad)) for each in alexnet.explained]
    found = read(page(PageSubject((PageNetwork("a", report, explained, {}),), None, bad)))
    assert len(found.all("script")) == 1
    assert found.one("h1").text == bad


def test_many_layers_are_folded_and_opened_by_a_click():
    found = read(page(PageSubject((network("resnet18"),), None, "")))
    table = found.one("table", id="alayers")
    sections = table.all("tr", class_="section")
    assert 5 < len(sections) < 25
    assert len(table.one("thead").all("th")) == len(sections[0].children)
    box = sections[0].one("input", type="checkbox")
    assert "checked" not in box.attributes
    assert re.fullmatch(r"Show the \d+ layers of \S+", box["aria-label"])
    total = sum(int(row.children[5].text.replace(",", "").replace("–", "0")) for row in sections)
    inner = table.all("tr", class_="inner") + table.all("tr", class_="inner light")
    assert total == sum(
        int(row.children[5].text.replace(",", "").replace("–", "0")) for row in inner
    )


def test_what_was_measured_is_on_the_page(alexnet):
    found = read(page(PageSubject((alexnet,), usual(), "")))
    measured = found.one("section", id="measured")
    assert len(measured.all("svg")) == 1
    assert len(measured.all("table")) >= 1
    assert "Measured" in found.one("nav").text


def test_without_a_record_nothing_is_said_of_times(root):
    assert root.all("section", id="measured") == []


def test_parameters_alone_have_neither_maps_nor_work(tmp_path):
    torch = pytest.importorskip("torch")
    file = tmp_path / "weights.pt"
    torch.save({"fc.weight": torch.zeros(3, 4), "fc.bias": torch.zeros(3)}, file)
    graph = find_model(str(file)).graph(Question()).graph
    found = read(page(PageSubject((PageNetwork("a", report_on(graph), [], {}),), None, "")))
    assert [card.text for card in found.all("dt")[:2]] == ["Parameters", "Parameter memory"]
    assert {part["id"] for part in found.all("section")} <= {"shares", "layers", "notes", "words"}
    assert cells(found, "fc")["params"].text == "15"  # 3 · 4 + 3


@pytest.mark.slow
def test_a_thousand_layers_are_folded_and_their_formulas_written_once():
    # 48 equal blocks, as a language model has them, of the layers of two small networks
    small = [*network("lenet5").report.layers, *network("cifar-alexnet").report.layers]
    layers = tuple(
        replace(row, name=f"model.layers.{block}.{number}.{row.name}")
        for block in range(48)
        for number, row in enumerate(small)
    )
    assert len(layers) > 1_200
    lenet = network("lenet5")
    explained = [
        replace(
            each, node=replace(each.node, name=f"model.layers.{block}.{number}.{each.node.name}")
        )
        for block in range(48)
        for number, each in enumerate(lenet.explained)
    ]
    subject = PageNetwork("a", replace(lenet.report, layers=layers), explained, {})
    text = page(PageSubject((subject,), None, ""))
    found = read(text)
    assert len(found.one("table", id="alayers").all("tr", class_="section")) == 48
    assert len(found.all("details", class_="sheet")) == 12  # the layers of LeNet-5
    assert len(text) < 1_500_000


@pytest.mark.slow
def test_formulas_of_very_many_different_layers_are_told_by_a_command(tmp_path):
    convolutions = "".join(
        f'{{name="c{n}", kind="conv2d", out_channels={n}, kernel_size=1}},\n' for n in range(1, 311)
    )
    spec = tmp_path / "many.toml"
    spec.write_text(f'name="many"\ninput=[3, 2, 2]\nlayers=[\n{convolutions}]\n', encoding="utf-8")
    found = read(page(PageSubject((network(str(spec)),), None, "")))
    assert len(found.all("details", class_="sheet")) == 300  # of 310
    assert found.one("section", id="formulas").one("code").text == "archstat explain many LAYER"
    ids = {element["id"] for element in found.all() if element.get("id")}
    assert {link["href"][1:] for link in found.all("a")} <= ids
    assert cells(found, "c310")["params"].text == "96,100"  # 309 · 310 + 310
