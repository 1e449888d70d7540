"""Elements of HTML."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from archstat.documents.letters import printable

VOID = frozenset({"input", "meta"})


def tag(name: str, *content: str, **attributes: str | int | bool | None) -> str:
    """Return an element; its content is HTML already, values of attributes are not.

    True stands for an attribute without a value, None and False for none.

    >>> tag("td", "1 &lt; 2", class_="n", colspan=2), tag("input", type="checkbox", checked=True)
    ('<td class="n" colspan="2">1 &lt; 2</td>', '<input type="checkbox" checked>')
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    head = f"<{name}{written}>"
    return head if name in VOID else f"{head}{''.join(content)}</{name}>"


def _attribute(key: str, value: str | int | bool | None) -> str:  # noqa: FBT001  a value like others
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(printable(str(value)))}"'


def words(text: str) -> str:
    """Return a text from outside as content."""
    return escape(printable(text), quote=False)


def lines(parts: Iterable[str]) -> str:
    """Return parts, a line each."""
    return "\n".join(parts)
