"""The names of models that are installed, or whose configuration is in a cache.

Nothing is imported for it, as a list and a hint are wanted at once.
"""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from pathlib import Path

from archstat.errors import UsageError

START = "models--"

REGISTERED = re.compile(
    r"^@register_model\b(?:\(\s*(?:name\s*=\s*)?[\"'](\w+)[\"']|)[^\n]*\n(?:.*?\n)??def (\w+)\(",
    re.MULTILINE | re.DOTALL,
)
"""A function of torchvision or timm that makes a model, with the name that it may be given."""


def names_in_source(library: str) -> list[str]:
    """Return the names of a library's models, as its files register them."""
    found = find_spec(library)
    if found is None or found.origin is None:
        return []
    return sorted(
        named or function
        for file in (Path(found.origin).parent / "models").rglob("*.py")
        for named, function in REGISTERED.findall(file.read_text("utf-8"))
    )


def cached_names() -> list[str]:
    """Return the names of all models whose configuration is in the cache.

    Raises:
        UsageError: There is none.
    """
    home = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
    folder = Path(os.environ.get("HF_HUB_CACHE") or home / "hub")
    found = {
        path.parts[-4].removeprefix(START).replace("--", "/")
        for path in folder.glob(f"{START}*/snapshots/*/config.json")
    }
    if not found:
        raise UsageError(
            "no configuration is in the cache of Hugging Face",
            hint="hf download NAME config.json gets one; hf/FOLDER reads that of a folder",
        )
    return sorted(found)
