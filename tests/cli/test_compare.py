"""`archstat compare` and `archstat budget`: output, formats and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import assert_refused, invoke


def test_compare_shows_the_ratio_of_totals():
    result = invoke("compare", "paper-alexnet", "ungrouped-alexnet")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["macs", "724,406,816", "1,135,256,096", "(×", "1.57)"] in lines


@pytest.mark.parametrize(("other", "code"), [("paper-alexnet", 0), ("caffenet", 1)])
def test_compare_fails_on_a_change_when_asked(other, code):
    assert invoke("compare", "paper-alexnet", other, "--fail-on-change").exit_code == code
    assert invoke("compare", "paper-alexnet", other).exit_code == 0


def test_compare_writes_the_format_of_the_suffix(tmp_path):
    target = tmp_path / "nets.json"
    assert invoke("compare", "vgg16", "nin", "-o", str(target)).exit_code == 0
    document = json.loads(target.read_text())
    assert (document["models"], document["totals"]["params"]) == (
        ["vgg16", "nin"],
        [138_357_544, 7_595_176],
    )
    assert invoke("compare", "vgg16", "nin", "-f", "csv").stdout.startswith("layer,differs,vgg16:")
    assert invoke("compare", "vgg16", "nin", "-f", "markdown").stdout.startswith(
        "**vgg16 and nin**\n\n51"
    )


def test_one_network_is_not_compared():
    lines = ("error: one network has nothing to be compared with", "  hint: name another")
    assert_refused(invoke("compare", "vgg16"), *lines)


def test_a_budget_that_holds():
    limits = ("--max-params", "62M", "--max-macs", "1G", "--max-activation-bytes", "8MiB")
    result = invoke("budget", "paper-alexnet", *limits)
    assert result.exit_code == 0
    # 60,965,224 of 62,000,000 is 98.33 %; 7,741,760 of 8 * 1024 * 1024 is 92.29 %
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["✓", "params", "60,965,224", "of", "62,000,000", "98.3", "%"],
        ["✓", "macs", "724,406,816", "of", "1,000,000,000", "72.4", "%"],
        ["✓", "activation", "bytes", "7,741,760", "of", "8,388,608", "92.3", "%"],
    ]


@pytest.mark.parametrize(("limit", "code"), [("60965224", 0), ("60965223", 1)])
def test_a_budget_is_a_limit_that_may_be_reached(limit, code):
    assert invoke("budget", "paper-alexnet", "--max-params", limit).exit_code == code


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (
            [],
            ("error: no limit is stated", "  hint: use --max-params 62M, --max-macs 1G, …"),
        ),
        (
            ["--max-macs", "many"],
            (
                "error: --max-macs: 'many' is not a number",
                "  hint: write digits, perhaps with _ between them, and perhaps one of k, M, G, T",
            ),
        ),
    ],
)
def test_a_budget_needs_limits_that_are_numbers(words, lines):
    assert_refused(invoke("budget", "paper-alexnet", *words), *lines)


def long_network(name, outputs):
    """Write a network of 61 layers, the last of which is so wide."""
    layers = [f'{{ name = "fc{n}", kind = "linear", out_features = 8 }},' for n in range(60)]
    layers.append(f'{{ name = "last", kind = "linear", out_features = {outputs} }},')
    Path(f"{name}.toml").write_text(
        f'name = "{name}"\ninput = [8]\nlayers = [\n' + "\n".join(layers) + "\n]\n"
    )


def test_of_a_long_comparison_people_see_what_differs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    long_network("a", 10)
    long_network("b", 20)
    short = invoke("compare", "a.toml", "b.toml")
    assert short.exit_code == 0
    assert "fc59" not in short.stdout
    assert "note: 60 layers are the same in all; -f markdown has them, too" in short.stdout
    assert "1 of 61 layers differs" in short.stdout
    whole = invoke("compare", "a.toml", "b.toml", "-f", "markdown").stdout
    assert "fc59" in whole
    assert "the same in all;" not in whole
