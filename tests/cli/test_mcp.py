"""`archstat mcp`: an assistant's client asks what the commands answer."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest

from archstat.cli.scale import mcp
from archstat.cli.scale.mcp import TOOLS, answer, described
from tests.cli.running import ROOT

UNKNOWN = {"arguments": ["nope"]}


def test_a_tool_answers_as_its_command_does():
    said = answer("table", ["lenet5", "--columns", "layer,macs"])
    assert "| C3 | 240,000 |" in said.text  # 10·10·16 outputs of 5·5·6 products
    assert not said.is_error


def test_what_is_no_answer_is_an_error_and_no_is_none():
    unknown = answer("explain", ["lenet5", "nope"])
    assert unknown.text.startswith("error: ")
    assert unknown.is_error
    no = answer("budget", ["lenet5", "--max-params", "60k"])  # of 61,706
    assert "61,706" in no.text
    assert not no.is_error


def test_what_takes_too_long_is_an_error(monkeypatch):
    monkeypatch.setattr(mcp, "LONGEST_S", 0.01)
    assert answer("table", ["lenet5"]) == ("no answer within 0.01 s", True)


@pytest.mark.parametrize("word", ["-o", "-ox.md", "--output", "--output=x.md"])
def test_an_assistant_writes_nothing(word):
    said = answer("table", ["lenet5", word, "x.md"])
    assert said == (f"an assistant asks and writes nothing: leave {word} out", True)


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_is_described_with_examples(name):
    text = described(name)
    assert f"archstat {name}" in text
    assert "Examples:" in text


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # the library's own
def test_a_client_lists_and_calls_the_tools():
    pytest.importorskip("mcp", reason="mcp is not installed")
    from mcp import ClientSession, StdioServerParameters, stdio_client

    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "archstat", "mcp"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    async def asked():
        async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
            await session.initialize()
            listed = await session.list_tools()
            words = {"arguments": ["lenet5", "--max-params", "60k"]}
            calls = [session.call_tool("budget", words), session.call_tool("show", UNKNOWN)]
            return {tool.name for tool in listed.tools}, [await call for call in calls]

    names, (no, unknown) = asyncio.run(asked())
    assert names == set(TOOLS)
    assert "61,706" in no.content[0].text  # of at most 60,000: the answer is no
    assert "nope" in unknown.content[0].text
    assert [no.is_error, unknown.is_error] == [False, True]
