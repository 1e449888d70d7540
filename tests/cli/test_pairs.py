"""Options that say nothing beside others, or without them: none is ignored in silence."""

from __future__ import annotations

import pytest
import typer

from archstat.cli.app import COMMANDS, application
from archstat.cli.pairs import RULES, Apart
from tests.cli.everything import WORDS
from tests.cli.running import assert_refused, invoke

PARAMETERS = {
    name: {opt: parameter for parameter in command.params for opt in parameter.opts}
    for name, command in typer.main.get_command(application()).commands.items()
}


def stated(name, option, value=""):
    """Return how an option is written, with a value that its type takes."""
    parameter = PARAMETERS[name][option]
    if parameter.is_flag:
        return [option]
    kind = parameter.type
    usual = kind.choices[0] if hasattr(kind, "choices") else "1"
    return [option, value or usual]


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        pytest.param(name, rule, id=f"{name} {rule.option} {rule.other}")
        for name, rules in RULES.items()
        for rule in rules
    ],
)
def test_what_says_nothing_is_refused(name, rule):
    words = [*WORDS.get(name, [name, "lenet5"]), *stated(name, rule.option)]
    if rule.option == "--keep":
        words = ["key", "lenet5", "--keep", "rf"]
    if rule.other == "--engine" and "--workers" in words:  # which says nothing beside it either
        place = words.index("--workers")
        words = words if rule.option == "--workers" else [*words[:place], *words[place + 2 :]]
    if isinstance(rule, Apart):
        words += [] if rule.other in words else stated(name, rule.other, rule.value)
        lines = [f"{rule.option} says nothing beside {rule.against}: {rule.why}"]
    else:
        needed = f"{rule.other} {rule.value}".strip()
        lines = [f"{rule.option} says nothing without {needed}"]
        words = [word for word in words if word != "--list"]
    result = invoke(*words)
    assert result.stderr.splitlines()[0] == f"error: {lines[0]}"
    assert (result.exit_code, result.stdout) == (2, "")


def test_another_value_is_no_reason_to_refuse():
    words = ["no-such-folder", "--against", "lenet5", "--feedback", "full", "--language", "ko"]
    assert "no-such-folder" in invoke("grade", *words).stderr


def test_a_rule_that_holds_stands_in_nobody_s_way():
    result = invoke("sweep", "no.toml", "--address", "local", "--engine", "ray", "-o", "x")
    assert "no.toml" in result.stderr


@pytest.mark.parametrize("name", [name for name in COMMANDS if "--run-file" in PARAMETERS[name]])
def test_to_run_a_file_whole_where_none_is_python_is_refused(name):
    words = ["limit", "lenet5", "--on", "x.json"] if name == "limit" else WORDS.get(name)
    assert_refused(
        invoke(*(words or [name, "lenet5"]), "--run-file"),
        "error: --run-file says how a Python file or a notebook is read, and no model is one",
        "  hint: leave it out",
    )


def test_a_tolerance_is_about_a_comparison():
    assert_refused(
        invoke("bench", "lenet5", "--tolerance", "0.1"),
        "error: --tolerance is about what is compared",
        "  hint: add --vs old.json",
    )


@pytest.mark.parametrize(
    "words",
    [
        *(
            ["--table", "1"],
            ["--column", "A=macs"],
            ["--convention", "flops"],
            ["--language", "ko"],
        ),
        *(["--asked", "weights"], ["--accept-any-convention"], ["--out-of", "10"]),
    ],
)
def test_what_is_about_a_sheet_is_refused_beside_code(words):
    assert_refused(
        invoke("check", "net.py:Net", "--against", "lenet5", *words),
        f"error: {words[0]} is about a sheet, and FILE is code",
    )
