"""`archstat mcp`: an assistant's client asks what the commands answer."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest

from archstat.cli.scale.mcp import TOOLS, answer, described
from archstat.errors import UsageError
from tests.cli.running import ROOT


def test_a_tool_answers_as_its_command_does():
    said = answer("table", ["lenet5", "--columns", "layer,macs"])
    assert "| C3 | 240,000 |" in said  # 10·10·16 outputs of 5·5·6 products
    assert answer("explain", ["lenet5", "nope"]).startswith("error: ")


@pytest.mark.parametrize("word", ["-o", "-ox.md", "--output", "--output=x.md"])
def test_an_assistant_writes_nothing(word):
    with pytest.raises(UsageError, match="an assistant asks and writes nothing"):
        answer("table", ["lenet5", word, "x.md"])


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
            return {tool.name for tool in listed.tools}, await session.call_tool("budget", words)

    names, called = asyncio.run(asked())
    assert names == set(TOOLS)
    assert "61,706" in called.content[0].text  # of at most 60,000: the answer is no
