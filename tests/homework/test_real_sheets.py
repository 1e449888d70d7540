import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "benchmarks" / "real_sheets"
NAMES = sorted(str(path.parent.relative_to(ROOT)) for path in ROOT.glob("*/*/facts.toml"))


def sheet(name):
    """Return a sheet as a parameter; one that torch has to measure is slow."""
    facts = (ROOT / name / "facts.toml").read_text(encoding="utf-8")
    return pytest.param(name, marks=[] if "\nnetwork = [" in facts else pytest.mark.slow)


@pytest.fixture(autouse=True)
def facts(monkeypatch):
    """The modules of the benchmark, which are a folder of scripts, not a package."""
    monkeypatch.syspath_prepend(str(ROOT))
    import facts

    return facts


@pytest.mark.parametrize("name", [sheet(name) for name in NAMES])
def test_what_a_sheet_is_said_to_say_is_what_a_calculator_without_archstat_says(name, facts):
    sheet = facts.read(ROOT / name)

    assert list(facts.problems(sheet)) == []
    assert sheet.cells


def test_no_name_stands_in_both_halves():
    names = [Path(name).name for name in NAMES]

    assert len(set(names)) == len(names)


def numbers(name):
    """Count what the cells of a sheet state, settings aside, by their digits."""
    facts = tomllib.loads((ROOT / name / "facts.toml").read_text(encoding="utf-8"))
    cells = [one for one in facts["cells"] if one["verdict"] != "given"]
    return Counter(" ".join(re.findall(r"\d+", one.get("part", one["text"]))) for one in cells)


def test_no_sheet_of_the_closed_half_stands_in_the_open_one_already():
    known = {name: numbers(name) for name in NAMES}

    again = [
        (new, old)
        for new, own in known.items()
        for old, others in known.items()
        if new.startswith("closed") and old.startswith("open")
        if (most := max(own.total(), others.total())) > 7 and (own & others).total() > 0.85 * most
    ]

    assert again == []


@pytest.mark.parametrize(
    "module", ["truth", "quantities", "written", "plain", "torch_truth", "facts"]
)
def test_the_truth_is_worked_out_without_archstat(module):
    text = (ROOT / f"{module}.py").read_text(encoding="utf-8")

    assert "import archstat" not in text
    assert "from archstat" not in text


def test_the_calculator_knows_the_numbers_of_papers():
    """AlexNet as in the paper: 290,400 neurons, 34,944 and 307,456 parameters; fields by hand."""
    from quantities import true_value
    from truth import network

    layers = network(
        [
            "input 3x227x227",
            "conv1: conv 96 11 s4",
            "pool1: maxpool 3 s2",
            "conv2: conv 256 5 p2 g2",
            "pool2: maxpool 3 s2 ceil",
        ]
    )

    assert true_value(layers, "conv1", "neurons") == 290_400
    assert true_value(layers, "conv1", "params") == 34_944
    assert true_value(layers, "conv1", "macs") == 105_415_200
    assert true_value(layers, "conv2", "params") == 307_456
    assert true_value(layers, "conv2", "receptive_field") == (51, 51)
    assert true_value(layers, "pool2", "effective_stride") == (16, 16)
    assert true_value(layers, "pool2", "feature_map") == (256, 13, 13)
    assert true_value(layers, "*", "params") == 342_400


@pytest.mark.parametrize(
    ("text", "value", "is_said"),
    [
        ("34,944", 34_944, True),
        ("34,944", 34_945, False),
        ("0.03M", 34_848, True),
        ("0.04M", 34_848, False),
        ("800K", 802_816, True),
        ("25K", 25_600, False),
        ("(3*3*3)*64 = 1,728", 1_728, True),
        ("6*(5*5+1)", 156, True),
        ("1.05×10^8", 105_415_200, True),
        ("27x27x256", (256, 27, 27), True),
        ("256@27x27", (256, 27, 27), True),
        ("(None, 27, 27, 256)", (256, 27, 27), True),
        ("27x27x255", (256, 27, 27), False),
        ("1x1x4096", (4_096,), True),
    ],
)
def test_a_text_says_what_is_true_to_its_digits(text, value, is_said):
    from written import says

    assert says(text, value, axes=2 if isinstance(value, tuple) else None) is is_said
