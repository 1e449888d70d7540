"""A page in a browser, as a reader uses it; skipped where there is none."""

from __future__ import annotations

import shutil

import pytest

from tests.cli.running import invoke

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser():
    """Start Chromium; Playwright brings a driver, and the browser is the system's own."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    assert invoke("report", "paper-alexnet", "-o", path).exit_code == 0
    return path


@pytest.fixture
def page(browser, file):
    """Open the page; whatever it complains about or asks for fails the test."""
    found = browser.new_page(viewport={"width": 1280, "height": 900})
    said = []
    found.on("console", lambda message: said.append(message.text))
    found.on("pageerror", lambda error: said.append(str(error)))
    found.on("request", lambda request: said.append(request.url))
    found.goto(f"file://{file}")
    yield found
    assert said == [f"file://{file}"]
    found.close()


def column(page, at):
    """Return the texts of a column of the rows that are seen."""
    rows = page.locator("#alayers tbody tr").locator("visible=true")
    return [text.split("\t")[at] for text in rows.all_inner_texts()]


def test_a_layer_lights_up_everywhere(page):
    page.hover("#alayers tr[data-layers=conv2] th")
    lit = page.evaluate("[...document.querySelectorAll('.lit')].map(e => e.closest('section').id)")
    assert set(lit) == {"network", "shares", "layers", "fields", "formulas"}
    page.focus(".block[data-layers~=fc6]")
    assert page.locator("#alayers tr.lit").all_inner_texts()[0].startswith("fc6")


def test_a_title_sorts_down_and_up_and_not(page):
    button = page.locator("#alayers [data-sort]", has_text="MACs").first
    before = column(page, 0)
    button.click()
    assert column(page, 0)[:3] == ["conv2", "conv3", "conv4"]
    button.click()
    assert column(page, 0)[:3] == ["fc8", "fc7", "fc6"]
    button.click()
    assert column(page, 0) == before


def test_words_filter_the_layers(page):
    page.fill("[data-filter]", "conv 13×13")
    assert column(page, 0) == ["conv3", "conv4", "conv5"]
    assert page.inner_text("[data-said]") == "3 of 24 layers"


def test_a_number_opens_its_formula_and_escape_closes_it(page):
    page.click("#alayers tr[data-layers=conv1] a >> text=105,415,200")
    dock = page.locator("#dock")
    assert "96 · 55 · 55 · 3 · 11 · 11" in dock.inner_text()
    page.keyboard.press("Escape")
    assert dock.is_hidden()
    assert page.evaluate("document.activeElement.textContent") == "105,415,200"


def test_columns_come_and_go(page):
    assert page.locator("#alayers th[data-key=biases]").is_hidden()
    page.click(".menu summary")
    page.check("[data-show=biases]")
    assert page.locator("#alayers th[data-key=biases]").is_visible()
    page.uncheck("[data-show=macs]")
    assert page.locator("#alayers th[data-key=macs]").is_hidden()


def test_what_is_seen_is_copied(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.fill("[data-filter]", "fc8")
    for name, said in (
        ("Markdown", "| fc8 | linear | – | – | 1000 | 4,096,000 | 1,000 | 4,096,000 | 355 |"),
        ("CSV", "fc8,linear,,,1000,4096000,1000,4096000,355"),
        ("LaTeX", r"fc8 & linear & -- & -- & 1000 & 4\,096\,000 & 1\,000 & 4\,096\,000 & 355 \\"),
    ):
        page.click(f"text=Copy {name}")
        page.locator("[data-said]", has_text=f"copied as {name}").wait_for()
        assert said in page.evaluate("navigator.clipboard.readText()").splitlines()


def test_receptive_fields_play_from_the_smallest(page):
    page.click("text=Play from layer to layer")
    page.locator(".square.lit[data-layers~=conv1]").first.wait_for(timeout=2000)
    page.locator(".square.lit[data-layers~=pool1]").first.wait_for(timeout=3000)
    assert page.locator(".square.lit[data-layers~=conv1]").count() == 0


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_is_wider_than_the_window(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_keyboard_reaches_what_the_mouse_does(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("#alayers tr[data-layers=conv1] a >> nth=1")
    page.keyboard.press("Enter")
    assert page.locator("#dock").is_visible()


def test_it_can_be_read_without_a_script(browser, file):
    context = browser.new_context(java_script_enabled=False)
    found = context.new_page()
    found.goto(f"file://{file}")
    assert found.locator(".tools").first.is_hidden()
    found.click("#alayers tr[data-layers=conv1] a >> text=105,415,200")
    assert found.locator("tbody:target").is_visible()
    context.close()


@pytest.fixture(scope="module")
def atlas(tmp_path_factory):
    """Make a site of three networks that are counted."""
    folder = tmp_path_factory.mktemp("atlas")
    models = '"unet", "nin", "lenet5"'  # 1×572×572 is more than 3×224×224, and 1×32×32 less
    (folder / "plan.toml").write_text(f'[[cases]]\nmodels = [{models}]\nwhat = "table"\n')
    invoke("sweep", folder / "plan.toml", "-o", folder / "store")
    assert invoke("atlas", folder / "store", "-o", folder / "site").exit_code == 0
    return folder / "site" / "index.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", ["file", "atlas"])
def test_axe_finds_nothing_serious(browser, request, which, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="without axe")
    context = browser.new_context(color_scheme=scheme)
    found = context.new_page()
    found.goto(f"file://{request.getfixturevalue(which)}")
    faults = axe.Axe().run(found).response["violations"]
    context.close()
    serious = [fault for fault in faults if fault["impact"] in {"serious", "critical"}]
    assert [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in serious] == []


def test_an_atlas_is_searched_and_sorted(browser, atlas):
    page, said = browser.new_page(), []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"file://{atlas}")
    page.click("#models thead >> text=input")
    names = page.locator("#models tbody th").locator("visible=true")
    assert names.all_inner_texts() == ["lenet5", "nin", "unet"]
    page.fill("input[type=search]", "3x224")
    assert names.all_inner_texts() == ["nin"]
    assert page.inner_text("output") == "1 of 3"
    assert said == []
    page.close()


def test_an_atlas_on_a_phone_shows_a_chosen_column_beside_the_names(browser, atlas):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(f"file://{atlas}")
    page.locator("select[data-of=models]").select_option(label="MACs")
    seen = page.locator("#models tbody tr").locator("th, td").locator("visible=true")
    assert seen.all_inner_texts()[-4:-2] == ["nin", "1,100,188,800"]
    assert page.evaluate("document.querySelector('#models').getBoundingClientRect().right") <= 390
    page.close()
