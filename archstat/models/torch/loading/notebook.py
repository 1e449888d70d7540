"""A notebook's code as that of a file: its cells one after the other, without magic commands."""

from __future__ import annotations

import json
import re
from pathlib import Path

from archstat.errors import UsageError
from archstat.files import read_file

MOST_BYTES = 64 << 20
"""Of a notebook, with its pictures."""

MAGIC = re.compile(r"\s*(%|!|\?)|\s*\w[\w.]*\?+\s*$")
RESULT_OF_MAGIC = re.compile(r"\s*[\w, ]+=\s*[%!]")
RUNNING = {"%%capture", "%%time", "%%timeit"}
"""Magic commands of a cell whose other lines are Python."""


def code_of(path: Path) -> str:
    """Return the code of a notebook; a line of a magic command becomes an empty one.

    Raises:
        UsageError: It is no notebook.
    """
    try:
        document = json.loads(read_file(path, MOST_BYTES))
        cells = [cell for cell in document["cells"] if cell["cell_type"] == "code"]
        texts = ["".join(cell["source"]) for cell in cells]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"is no notebook that can be read: {type(error).__name__}") from None
    return "\n".join(map(_python, texts))


def _python(cell: str) -> str:
    r"""Return the lines of a cell that are Python.

    >>> _python("%matplotlib inline\nimport torch\n!pip install x")
    '\nimport torch\n'
    >>> _python("%%bash\nls")
    '\n'
    """
    lines = cell.splitlines()
    first = lines[0].split() if lines else []
    if first and first[0].startswith("%%") and first[0] not in RUNNING:
        return "\n" * (len(lines) - 1)
    kept, is_open = [], False
    for line in lines:
        is_magic = not is_open and (MAGIC.match(line) or RESULT_OF_MAGIC.match(line))
        kept.append("" if is_magic else line)
        is_open = line.count('"""') % 2 != is_open if '"""' in line else is_open
    return "\n".join(kept)
