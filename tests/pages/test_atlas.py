"""The site of a store: a page of all, one for each model, one for each device."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from archstat.documents.bench.record import record_document
from archstat.pages.atlas.roofline import roofline
from archstat.sweep.case import SweepCase
from archstat.sweep.outcome import DONE, FAILED, CaseOutcome
from archstat.sweep.store import Store
from tests.bench.records import MS, cpu, record, result
from tests.cli.running import invoke
from tests.sweep.test_store import counted, measured


class Reader(HTMLParser):
    """Checks that tags are closed, and collects links, addresses and ids."""

    def __init__(self):
        super().__init__()
        self.open, self.links, self.loaded, self.ids = [], [], [], []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.links += [found["href"]] if tag == "a" else []
        self.loaded += [found[key] for key in ("src", "data") if key in found]
        self.ids += [found["id"]] if "id" in found else []
        if tag not in {"meta", "input", "line"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = Store(tmp_path / "store")
    store.make()
    slow = counted("net/a")
    for outcome in (
        counted("net/a", macs=1_000_000),
        counted("<b>", macs=2_000_000),
        measured("net/a", 1, 0.5, 0.25),
        measured("net-a", 8, 0.25, 0.75),
        CaseOutcome(replace(slow.case, model="lost"), FAILED, reason="took longer than 5 s"),
    ):
        store.keep(outcome)
    done = invoke("atlas", "store", "-o", "site")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "5 pages: site/index.html\n"
    return tmp_path / "site"


def test_pages_are_whole_load_nothing_and_lead_to_each_other(site):
    files = {path.name for path in site.iterdir()}
    # two models whose names differ in a sign have a page each
    assert len([name for name in files if name.startswith("model-net-a")]) == 2
    assert {"index.html", "model-b.html", "device-a-processor.html"} <= files
    for path in site.iterdir():
        reader = Reader()
        text = path.read_text(encoding="utf-8")
        reader.feed(text)
        assert reader.open == []
        assert reader.loaded == []
        assert "default-src 'none'" in text
        assert len(reader.ids) == len(set(reader.ids))
        assert [link for link in reader.links if link not in files] == []


def test_the_first_page_has_every_model_device_and_failure(site):
    text = (site / "index.html").read_text(encoding="utf-8")
    assert "5 cases of 4 models" in text
    assert "took longer than 5 s" in text
    assert "&lt;b&gt;" in text
    # 8 examples in 0.25 s are 32 a second; at 75 % of the limit
    row = re.search(r"<tr><th scope=\"row\"><a[^>]*>net-a</a>.*?</tr>", text)[0]
    assert "32.0" in row
    assert "75 %" in row


def test_a_model_s_page_has_what_was_measured_and_one_without_says_so(site):
    text = (site / "model-b.html").read_text(encoding="utf-8")
    assert "Counted, and measured nowhere yet." in text
    assert "2,000,000 MACs an example" in text
    device = (site / "device-a-processor.html").read_text(encoding="utf-8")
    assert "No roofline: no case has both operations and a known limit." in device
    assert "450 to 550 ms" in device  # 0.9 and 1.1 times 0.5 s


def test_a_model_s_page_has_its_layers(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.toml").write_text('[[cases]]\nmodels = ["lenet5"]\nwhat = "table"\n')
    invoke("sweep", "plan.toml", "-o", "store")
    invoke("atlas", "store", "-o", "site")
    text = (tmp_path / "site" / "model-lenet5.html").read_text(encoding="utf-8")
    row = re.search(r'<tr><th scope="row">C3</th>.*?</tr>', text)[0]
    assert "16×10×10" in row
    assert "240,000" in row
    assert "A share is" not in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


def test_what_was_not_counted_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = Store(tmp_path / "store")
    store.make()
    known = counted("net", macs=5_000)
    svd = {"name": "svd", "kind": "svd", "out_shape": [4, 4], "params": 0, "macs": None}
    fc = {"name": "fc", "kind": "linear", "out_shape": [4, 10], "params": 50, "macs": 160}
    totals = {**known.answer["totals"], "uncounted": ["aten.linalg_svd"]}
    store.keep(replace(known, answer={**known.answer, "totals": totals, "layers": [svd, fc]}))
    assert invoke("atlas", "store", "-o", "site").exit_code == 0
    row = re.search(r'<tr><th scope="row"><a[^>]*>net</a>.*?</tr>', page_of(tmp_path, "index"))[0]
    assert "≥ 5,000" in row
    text = page_of(tmp_path, "model-net")
    assert "≥ 5,000 MACs an example" in text
    row = re.search(r'<tr><th scope="row">svd</th>.*?</tr>', text)[0]
    assert re.sub("<[^>]*>", " ", row).split() == ["svd", "svd", "4×4", "–", "?"]


def page_of(folder, name):
    return (folder / "site" / f"{name}.html").read_text(encoding="utf-8")


def test_a_case_of_several_stores_stands_there_over_time(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    case = SweepCase("net", threads=2)
    for month, name, milliseconds in ((7, "july", 3), (6, "june", 2)):
        store = Store(tmp_path / name)
        store.make()
        day = f"2026-{month:02}-01T12:00:00Z"
        found = record(result(cpu(1), *(milliseconds * MS,) * 3), began=day)
        store.keep(CaseOutcome(case, DONE, record_document(found).data(), began=day))
    assert invoke("atlas", "july", "june", "-o", "site").exit_code == 0
    text = (tmp_path / "site" / "model-net.html").read_text(encoding="utf-8")
    section = text.partition("<h2>Over time</h2>")[2].partition("</section>")[0]
    june, july = re.findall(r"<tr>.*?</tr>", section.partition("<tbody>")[2])
    assert "2026-06-01" in june
    assert "SLOWER" not in june
    assert "SLOWER × 1.500" in july  # 3 ms after 2 ms
    device = (tmp_path / "site" / "device-some-processor.html").read_text(encoding="utf-8")
    # in the wide and in the narrow picture: a point and a dash for each of two cases
    assert device.count('class="point"') == 2 * 2
    assert len(re.findall(r'<line[^>]*class="weak"', device)) == 2 * 2


def test_a_store_without_cases_is_told(tmp_path):
    Store(tmp_path).make()
    done = invoke("atlas", tmp_path, "-o", tmp_path / "site")
    assert done.exit_code == 2
    assert "nothing is kept there yet" in done.stderr


def test_a_site_is_made_anew_but_no_page_of_somebody_else_is_written_over(site):
    assert invoke("atlas", "store", "-o", "site").exit_code == 0
    (site / "index.html").write_text("<h1>My home page</h1>", encoding="utf-8")
    done = invoke("atlas", "store", "-o", "site")
    assert done.exit_code == 2
    assert "is no page of an atlas, and would be overwritten" in done.stderr
    assert (site / "index.html").read_text(encoding="utf-8") == "<h1>My home page</h1>"


PLACED = {
    "model": "net",
    "batch_size": 4,
    "dtype": "float32",
    "threads": 2,
    "macs": 50_000_000,
    "moved_bytes": 10_000_000,
    "latency_s": 0.002,
    "limit_s": 0.001,
    "share_of_limit": 0.5,
    "conv_flop_per_s": 1e12,
    "matmul_flop_per_s": 1e12,
    "bytes_per_s": 1e10,
    "verdict": "VALID",
}


def test_a_case_lies_where_its_intensity_and_its_rate_are():
    """100 MFLOP of 10 MB in 2 ms: 10 FLOP a byte, 50 GFLOP/s; the ridge is at 100 and 1 TFLOP/s.

    Across from 10 / 2 to 100 * 2: log 2 / log 40 = 0.18790 of 690 pixels behind 56.
    Upright from 50 / 1.6 to 1,000 * 1.6 GFLOP/s: log 1.6 / log 51.2 = 0.11943 of 312 above 378.
    """
    wide = roofline([PLACED]).partition("</svg>")[0]
    [point] = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', wide)
    assert point == ("185.7", "340.7")
    # the roof turns at log(100 / 5) / log 40 = 0.81210, log 32 / log 51.2 = 0.88057
    assert "616.3,103.3" in wide
    assert "net, batch 4: 50.0 GFLOP/s, 50 % of its limit, float32, VALID" in wide


def test_each_type_has_the_highest_roof_of_its_records():
    half = {**PLACED, "dtype": "bfloat16", "conv_flop_per_s": 4e12}
    faster = {**PLACED, "bytes_per_s": 2e10}
    unknown = {**PLACED, "moved_bytes": None}
    text = roofline([PLACED, faster, half, unknown])
    wide = text.partition("</svg>")[0]
    assert len(re.findall(r'<polyline[^>]*class="roof s[01]"', wide)) == 2
    assert "float32: up to 1.00 TFLOP/s, 20.0 GB/s" in wide
    assert "bfloat16: up to 4.00 TFLOP/s, 10.0 GB/s" in wide
    assert "1 of 4 cases have no place" in text
