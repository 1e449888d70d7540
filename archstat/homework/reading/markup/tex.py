r"""LaTeX as plain text: `$27\times27$` is 27×27, `\textbf{34{,}848}` is 34,848.

One pass without recursion: a command is looked up, and the braces behind it say where its arguments
end. A command that is not known loses its backslash.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

MATH = re.compile(r"(?<!\\)(\$\$?)([^$]+)\1")
TOKEN = re.compile(
    r"\\(?P<command>[a-zA-Z]+)\*?\s*|\\(?P<escaped>.)|(?P<open>\{)|(?P<close>\})|(?P<dollar>\$)"
    r"|(?P<option>\[[^\\\[\]{}]*\]|\([lr]+\))|(?P<text>[^\\{}$\[(]+|.)",
    re.DOTALL,
)


class Argument(Enum):
    """What becomes of a command's argument."""

    KEEP = "stays"
    WORDS = "stays, with its blanks, which do not count in a formula"
    DROP = "goes"
    OVER = "is a fraction's numerator"
    UNDER = "is a fraction's denominator"
    RAISED = "is a superscript"


KEEP, WORDS, DROP, OVER, UNDER, RAISED = Argument

ESCAPED = {",": " ", ";": " ", ":": " ", " ": " ", "!": "", "/": "", "\\": "\n", "\n": " "}

SYMBOLS = {
    name: symbol
    for symbol, names in {
        "×": "times",
        "·": "cdot",
        "÷": "div",
        "±": "pm",
        "≈": "approx",
        "≤": "le leq",
        "≥": "ge geq",
        "→": "to rightarrow",
        "…": "dots ldots cdots",
        "⌊": "lfloor",
        "⌋": "rfloor",
        "⌈": "lceil",
        "⌉": "rceil",
        "√": "sqrt",
        "∞": "infty",
        "|": "mid vert",
        "*": "ast",
        "~": "sim textasciitilde",
        " ": "quad qquad enspace thinspace space",
        "\n": "newline",
        "%": "percent",
        "k": "kilo",
        "M": "mega",
        "G": "giga",
        "B": "byte",
        "": "left right big Big displaystyle limits centering raggedright raggedleft bfseries "
        "itshape ttfamily tiny scriptsize footnotesize small normalsize large bf it tt rm relax "
        "hline toprule midrule bottomrule endhead endfirsthead endfoot endlastfoot",
    }.items()
    for name in names.split()
}
"""What stands for a command without arguments."""

ARGUMENTS = {
    name: arguments
    for names, arguments in {
        "mathrm mathbf mathit mathsf mathtt operatorname boldsymbol bm num si unit boxed": (KEEP,),
        "text textrm textsf textbf textit texttt textsc emph underline mbox": (WORDS,),
        "makecell thead shortstack SI qty": (WORDS,),
        "textsuperscript": (RAISED,),
        "frac dfrac tfrac": (OVER, UNDER),
        "textcolor colorbox": (DROP, WORDS),
        "multicolumn multirow": (DROP, DROP, WORDS),
        "begin": (DROP, DROP),
        "end cline cmidrule rowcolor cellcolor color noalign hhline addlinespace": (DROP,),
        "hspace vspace label cite ref footnote caption phantom": (DROP,),
    }.items()
    for name in names.split()
}

COMMAND = re.compile(r"\\([a-zA-Z]+)")
GLUED = frozenset("×·÷±≈≤≥→")
"""Symbols around which blanks mean nothing."""


def converted(text: str) -> str:
    """Return text with its formulas and known commands converted, all else as it is."""
    if "$" in text:
        text = MATH.sub(lambda formula: plain(formula[2], math=True), text)
    if any(name in SYMBOLS or name in ARGUMENTS for name in COMMAND.findall(text)):
        return _undoubled(text, plain(text))
    return text


def plain(text: str, *, math: bool = False) -> str:
    r"""Return what LaTeX code says.

    >>> plain(r"\textbf{34{,}848} = $\frac{227 - 11}{4} + 1$")
    '34,848 = (227-11)/4+1'
    """
    writer = _Writer(math=math)
    for token in TOKEN.finditer(text):
        writer.take(token)
    return "".join(writer.pieces)


class _Group(NamedTuple):
    """An open brace: what becomes of its text, which starts at a piece; and the state before it."""

    argument: Argument
    start: int
    math: bool
    awaited: list[Argument]


class _Writer:
    """The pieces of plain text so far, and the braces that are open.

    Attributes:
        awaited: The arguments of the last command that are still to come, the next one last.
    """

    def __init__(self, *, math: bool) -> None:
        self.math = math
        self.pieces: list[str] = []
        self.awaited: list[Argument] = []
        self.groups: list[_Group] = []

    def take(self, token: re.Match[str]) -> None:
        """Write what a token says."""
        kind, value = token.lastgroup, token[token.lastgroup or 0]
        if kind == "open":
            argument = self.awaited.pop() if self.awaited else KEEP
            self.groups.append(_Group(argument, len(self.pieces), self.math, self.awaited))
            self.math = self.math and argument is not WORDS
            self.awaited = []
        elif kind == "close":
            self._close()
        elif kind == "option" and self.awaited:
            pass  # it stands between a command and its arguments
        elif value.isspace():
            self._write(value)
        else:
            self.awaited = list(reversed(ARGUMENTS.get(value, ()))) if kind == "command" else []
            self._write_token(kind, value)

    def _write_token(self, kind: str | None, value: str) -> None:
        if kind == "dollar":
            self.math = not self.math
        elif kind == "escaped":
            self.pieces.append(ESCAPED.get(value, value))
        elif kind != "command":
            self._write(value)
        elif value not in ARGUMENTS:
            self._write_symbol(SYMBOLS.get(value, value))

    def _write(self, text: str) -> None:
        if self.math:
            text = "".join(text.split())
        elif self.pieces and self.pieces[-1] in GLUED:
            text = text.lstrip()
        self.pieces.append(text)

    def _write_symbol(self, symbol: str) -> None:
        if self.pieces and symbol in GLUED:
            self.pieces[-1] = self.pieces[-1].rstrip(" ")
        self.pieces.append(symbol)

    def _close(self) -> None:
        if not self.groups:
            return
        argument, start, self.math, self.awaited = self.groups.pop()
        inner = "".join(self.pieces[start:])
        del self.pieces[start:]
        if argument in {OVER, UNDER} and not inner.isalnum():
            inner = f"({inner})"
        prefix = "^" if argument is RAISED else ""
        suffix = "/" if argument is OVER else ""
        if argument is not DROP:
            self.pieces.append(f"{prefix}{inner}{suffix}")


def _undoubled(raw: str, text: str) -> str:
    r"""Return what was pasted once, if it was pasted as it looks and as code: 5×55 \times 5."""
    compact = "".join(text.split())
    half = compact[: len(compact) // 2]
    seen_first = "".join(raw.split()).startswith(half)
    return half if seen_first and not half.isascii() and compact == half * 2 else text
