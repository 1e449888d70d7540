"""TOML that somebody else has written, read in bounds."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from archstat.errors import ArchstatError, UsageError

NUMBER_TOO_LONG = "is not TOML: it has a number of more than 4,300 digits"
TOO_DEEP = "is not TOML that anybody writes: it nests too deep"

_PART, _DOT = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')""", r"[ \t]*+\.[ \t]*+"
_LONG_KEY = re.compile(rf"""(?<![\w."'-])(?:{_PART}{_DOT}){{64}}""")
"""A key of so many parts, of which Python's reader keeps all beginnings: memory in the square."""


def toml_of(content: str | bytes, refusal: type[ArchstatError] = UsageError) -> dict[str, Any]:
    """Return what a text states.

    Raises:
        ArchstatError: It is no TOML, or nests deeper than anybody writes: of the class `refusal`.

    >>> toml_of("a.b = [1, 2]")
    {'a': {'b': [1, 2]}}
    """
    try:
        text = content if isinstance(content, str) else content.decode()
        if _LONG_KEY.search(text):
            raise refusal(TOO_DEEP)
        return tomllib.loads(text)
    except UnicodeDecodeError:
        raise refusal("is no text in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise refusal(f"is not TOML: {error}") from None
    except ValueError:  # Python's own limit
        raise refusal(NUMBER_TOO_LONG) from None
    except RecursionError:
        raise refusal(TOO_DEEP) from None
