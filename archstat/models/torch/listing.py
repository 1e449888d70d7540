"""The configurations that the cache of Hugging Face holds, by name; nothing is imported."""

from __future__ import annotations

import os
from pathlib import Path

from archstat.errors import UsageError

START = "models--"


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
