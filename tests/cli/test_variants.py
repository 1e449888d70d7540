"""A network for everybody: handed out, solved from the sheets alone, and marked."""

from __future__ import annotations

import csv
import tomllib

import pytest

import archstat
from archstat import files
from archstat.errors import UsageError, shown
from archstat.homework.variants.handout import Given, HandOut, read_hand_out
from tests.cli.running import assert_refused, invoke
from tests.homework.answers.solving import solved

ROSTER = 'name,id,email\n"Kim, A",2021,kim@x.edu\n"Lee, B",2022,lee@x.edu\n"Park, C",2023,p@x.edu\n'


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a folder with a roster and the sheets of three students."""
    root = tmp_path_factory.mktemp("course")
    (root / "roster.csv").write_text(ROSTER, encoding="utf-8")
    result = invoke("key", "paper-alexnet", "--variants", root / "roster.csv", "--seed", 7,
                    "-f", "csv", "-o", root / "handout")  # fmt: skip
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"3 sheets in {root / 'handout'}; variants.toml says whose")
    return root


def grade(course, *words):
    return invoke("grade", course / "in", "--against", "paper-alexnet", "--roster",
                  course / "roster.csv", "--variants", course / "handout", "-o", course / "out",
                  *words)  # fmt: skip


def test_every_student_gets_a_sheet_that_can_be_solved_and_says_whose_it_is(course):
    names = sorted(path.name for path in (course / "handout").iterdir())
    assert names == ["2021.csv", "2022.csv", "2023.csv", "variants.toml"]
    texts = [(course / "handout" / name).read_text(encoding="utf-8") for name in names[:3]]
    assert texts[0].startswith('"paper-alexnet, for Kim, A"\n')
    assert len({text.partition("\n")[2] for text in texts}) == 3
    kept = tomllib.loads((course / "handout" / names[3]).read_text(encoding="utf-8"))
    assert (kept["model"], kept["seed"]) == ("paper-alexnet", 7)
    assert kept["given"][0]["names"] == ["2021", "kim@x.edu", "Kim, A"]


@pytest.mark.slow
def test_everybody_is_marked_against_their_own_and_what_is_anothers_is_said(course):
    sheets = {
        name: solved((course / "handout" / f"{name}.csv").read_text(encoding="utf-8"))
        for name in ("2021", "2022")
    }
    (course / "in").mkdir()
    for name, text in (("2021", "2021"), ("2022", "2022"), ("2023", "2021")):
        (course / "in" / f"{name}_homework.csv").write_text(sheets[text], encoding="utf-8")
    result = grade(course)
    assert (result.exit_code, result.stderr) == (0, "")
    with (course / "out" / "class.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert (rows["2021"]["percent"], rows["2022"]["percent"]) == ("100.0", "100.0")
    assert float(rows["2023"]["percent"]) < 60
    told = result.stdout.partition("Sheets of another network\n")[2].splitlines()
    assert told[0].split()[:4] == ["Park,", "C", "Kim,", "A"]
    assert told[1] == "  Evidence, and no verdict: sheets may have been mixed up."


def test_everybody_is_marked_against_their_own_in_python(course, tmp_path):
    for name, text in (("2021", "2021"), ("2023", "2021")):
        sheet = solved((course / "handout" / f"{text}.csv").read_text(encoding="utf-8"))
        (tmp_path / f"{name}.csv").write_text(sheet, encoding="utf-8")
    more = {"roster": course / "roster.csv", "variants": course / "handout"}
    graded = archstat.grade(tmp_path, "paper-alexnet", **more)
    own, anothers = (row["percent"] for row in graded.rows)
    assert own == 100
    assert anothers < 60
    assert "Sheets of another network" in str(graded)
    with pytest.raises(UsageError, match="varies 'paper-alexnet', not 'lenet5'"):
        archstat.grade(tmp_path, "lenet5", **more)


@pytest.mark.slow
def test_code_is_run_with_the_input_of_its_own_network(course, tmp_path):
    pytest.importorskip("torch")
    kept = tomllib.loads((course / "handout" / "variants.toml").read_text(encoding="utf-8"))
    sides = {one["name"]: one["input"][1] for one in kept["given"]}
    name = next(name for name, side in sides.items() if side != 227)
    (tmp_path / "in").mkdir()
    code = (
        "from torch import nn\nclass Net(nn.Module):\n    def forward(self, x):\n"
        "        raise ValueError(f'given {x.shape[-1]}')\n"
    )
    (tmp_path / "in" / f"{name}.py").write_text(code, encoding="utf-8")
    result = invoke("grade", tmp_path / "in", "--against", "paper-alexnet", "--roster",
                    course / "roster.csv", "--variants", course / "handout",
                    "--run-submitted-code", "-o", tmp_path / "out")  # fmt: skip
    assert result.exit_code == 0
    assert f"given {sides[name]}" in (tmp_path / "out" / "class.csv").read_text(encoding="utf-8")


def test_whoever_is_not_known_is_held_against_the_network_itself(course):
    (course / "in").mkdir(exist_ok=True)
    for name in ("2021", "stranger"):
        text = "layer,weights\nconv1,34848\n"
        (course / "in" / f"{name}.csv").write_text(text, encoding="utf-8")
    result = grade(course)
    assert result.exit_code == 0
    assert "note: 'stranger' was given no network of its own" in result.stderr


def test_a_file_of_another_network_is_refused(course):
    assert_refused(
        invoke("grade", course / "in", "--against", "lenet5", "--variants", course / "handout"),
        f"error: '{course / 'handout'}': varies 'paper-alexnet', not 'lenet5'",
        "  hint: write --against paper-alexnet",
    )


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (
            ["--vary", "depth", "-o", "x"],
            [
                "error: --vary: 'depth' cannot be varied",
                "  hint: there are stride, groups, input, channels",
            ],
        ),
        ([], ["error: -o says no folder for the sheets", "  hint: write -o handout"]),
    ],
)
def test_a_class_that_cannot_be_drawn_is_refused(course, words, lines):
    assert_refused(invoke("key", "lenet5", "--variants", course / "roster.csv", *words), *lines)


def test_no_sheet_is_there_whose_network_nothing_says(tmp_path, monkeypatch):
    def stopped(_, path):
        if path.name == "2.md":
            raise KeyboardInterrupt
        path.write_text("", encoding="utf-8")

    monkeypatch.setattr(files, "write_file", stopped)
    (tmp_path / "roster.csv").write_text("id\n1\n2\n3\n", encoding="utf-8")
    invoke("key", "lenet5", "--variants", tmp_path / "roster.csv", "-o", tmp_path / "out")
    there = {path.name for path in (tmp_path / "out").iterdir()}
    assert there == {"variants.toml", "1.md"}


def test_networks_that_are_handed_out_are_not_written_over(tmp_path):
    def key(seed, roster):
        (tmp_path / "roster.csv").write_text(roster, encoding="utf-8")
        return invoke("key", "lenet5", "--variants", tmp_path / "roster.csv", "--seed", seed,
                      "-o", tmp_path / "out")  # fmt: skip

    assert key(3, "id\n1\n2\n").exit_code == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    file = shown(str(tmp_path / "out" / "variants.toml"))
    assert_refused(
        key(4, "id\n1\n2\n"),
        f"error: {file} says another network for '1', whose sheet may be handed out",
        "  hint: write another folder after -o, or delete this one",
    )
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
    joined = key(3, "id\n1\n2\n3\n")
    assert joined.stdout.startswith("3 sheets in ")
    assert (tmp_path / "out" / "1.md").read_bytes() == before["1.md"]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("given = 3", "says not whose network is which"),
        ("[[given]]\nname = 'a'", "says not whose network is which: 'names' is missing"),
        ("[[given]]\nname = 1\nnames = []\ninput = [1]", "the name 1 is no text"),
        ("[[given]]\nname = 'a'\nnames = [1]\ninput = [1]", "names of 'a' must be a list of texts"),
        ("[[given]]\nname = 'a'\nnames = []\ninput = '3'", "input of 'a' must be a list of sizes"),
        (
            "[[given]]\nname = 'a'\nnames = []\ninput = [3]\nset = 3",
            "set of 'a' must have settings by layer",
        ),
    ],
)
def test_a_hand_out_that_was_edited_wrongly_is_told(tmp_path, lines, told):
    head = 'model = "paper-alexnet"\nvary = ["stride"]\nseed = 1\n'
    (tmp_path / "v.toml").write_text(head + lines, encoding="utf-8")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.md").write_text("hello", encoding="utf-8")
    result = invoke("grade", tmp_path / "in", "--against", "paper-alexnet", "-o", tmp_path / "out",
                    "--variants", tmp_path / "v.toml")  # fmt: skip
    assert result.exit_code == 2
    assert f": {told}\n" in result.stderr
    assert "archstat itself fails" not in result.stderr


def test_two_whom_nothing_tells_apart_get_no_sheets(tmp_path):
    (tmp_path / "roster.csv").write_text("name\nKim\nLee\nKim\n", encoding="utf-8")
    out = tmp_path / "handout"
    result = invoke("key", "lenet5", "--variants", tmp_path / "roster.csv", "-o", out)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "has several called 'Kim', and nothing that tells them apart" in result.stderr
    assert not out.exists()


def test_a_name_that_two_share_says_not_whose_network_it_is():
    two = [Given(number, (number, "Kim"), (3, 9, 9)) for number in ("1", "2")]
    hand_out = HandOut("lenet5", (), 0, tuple(two))
    assert hand_out.of(("Kim",)) is None
    assert hand_out.of(("Kim", "2")) is two[1]


def test_a_hand_out_that_is_nested_too_deep_is_told(tmp_path):
    (tmp_path / "variants.toml").write_text(f"vary = {'[' * 5_000}", encoding="utf-8")
    with pytest.raises(UsageError, match="nests too deep"):
        read_hand_out(tmp_path)
