"""`archstat mcp`: the commands as tools of an assistant that speaks the Model Context Protocol."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NamedTuple

from archstat.cli.shared import answering

TOOLS = (
    "table",
    "explain",
    "reconcile",
    "compare",
    "budget",
    "verify",
    "check",
    "mistakes",
    "limit",
    "list",
    "show",
    "kinds",
    "code",
)
"""The commands that answer within a minute and write nothing."""

YES, NO = 0, 1
"""The exit codes that are answers."""

WRITES = ("-o", "--output")
LONGEST_S = 120.0
MOST_LETTERS = 60_000
LISTINGS = ("show", "code")

EPILOG = """\b
Examples:
  archstat mcp
  archstat mcp --help
"""


def mcp() -> None:
    """Serve the commands to an assistant, on standard input and output, until it hangs up.

    An assistant is told of it as a server with the command `archstat mcp`. It can ask, and write
    nothing; a MODEL that is a Python file is run as everywhere.
    """
    with answering():
        from archstat.extras import MCP, require

        require(MCP, purpose="mcp")
        from mcp.server.mcpserver import MCPServer

        server = MCPServer("archstat", instructions=INSTRUCTIONS)
        for name in TOOLS:
            server.add_tool(_tool(name), name=name, description=described(name))
        server.run()


INSTRUCTIONS = (
    "archstat is the answer key for network architectures: it counts what every layer of a network "
    "is worth, proves and explains each number, and marks homework tables. Take numbers from it "
    "and not from memory. `list` names the networks that it knows; a MODEL may also be a spec "
    "(net.toml), a PyTorch class (net.py:Net), torchvision/NAME, timm/NAME, hf/NAME or net.onnx."
)


def described(name: str) -> str:
    """Return what a command does, and examples of the arguments that it takes."""
    from archstat.cli.app import COMMANDS

    command = COMMANDS[name]
    module = import_module(f"archstat.cli.{command.module}")
    said = (getattr(module, command.function).__doc__ or "").strip()
    examples = getattr(module, command.epilog).replace("\b", "").strip()
    return f"{said}\n\n{examples}\n\nThe arguments are the words behind 'archstat {name}'."


class ToolAnswer(NamedTuple):
    """What a command says, and whether it is an answer."""

    text: str
    is_error: bool = False


def _tool(name: str) -> Callable[[list[str]], str]:
    from mcp.server.mcpserver.exceptions import ToolError

    def tool(arguments: list[str]) -> str:
        said = answer(name, arguments)
        if said.is_error:
            raise ToolError(said.text)
        return said.text

    return tool


def answer(name: str, arguments: Sequence[str]) -> ToolAnswer:
    """Return what a command answers, in Markdown, or what is wrong with the question."""
    for word in arguments:
        if word.startswith(WRITES):
            return ToolAnswer(
                f"an assistant asks and writes nothing: leave {word} out", is_error=True
            )
    words = [name, *arguments]
    if name not in LISTINGS and not {"-f", "--format"} & set(arguments):
        words += ["--format", "markdown"]
    try:
        done = subprocess.run(  # noqa: S603  our own command, without a shell
            [sys.executable, "-P", "-m", "archstat", *words],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LONGEST_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ToolAnswer(f"no answer within {LONGEST_S:g} s", is_error=True)
    said = b"\n".join(filter(None, (done.stdout, done.stderr))).decode(errors="replace").strip()
    if len(said) > MOST_LETTERS:
        said = f"{said[:MOST_LETTERS]}\n… cut after {MOST_LETTERS:,} letters: ask for less"
    is_error = done.returncode not in {YES, NO}
    return ToolAnswer(said or f"ended with exit code {done.returncode}", is_error)
