"""The PyTorch model that a MODEL argument names.

No weights are loaded: models are built on the meta device, where nothing is allocated, and with
values only if they cannot be.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archstat.models.torch.loading.construction import built
from archstat.models.torch.loading.exported import from_exported
from archstat.models.torch.loading.files import attribute, from_file, from_package
from archstat.models.torch.loading.home import FILES, Home
from archstat.models.torch.loading.hugging_face import from_hugging_face
from archstat.models.torch.loading.libraries import from_timm, from_torchvision
from archstat.models.torch.source import Source


def load_source(model: str, arguments: Mapping[str, Any], *, run_file: bool = False) -> Source:
    """Return the PyTorch model that a MODEL argument names.

    Raises:
        UsageError: There is none, or it cannot be built.
    """
    library, slash, name = model.partition("/")
    if slash and library == "torchvision" and ":" not in name:
        return from_torchvision(name, arguments)
    if slash and library == "timm" and ":" not in name:
        return from_timm(name, arguments)
    if slash and library == "hf":
        return from_hugging_face(name, arguments)
    if model.endswith(".pt2"):
        return from_exported(model)
    where, _, wanted = model.rpartition(":") if ":" in model else (model, "", "")
    home = Home(Path(where)) if where.endswith(FILES) else None
    module = from_package(where) if home is None else from_file(home, wanted, run_file=run_file)
    found = built(attribute(module, wanted, model), arguments, model, home)
    return Source(model, found.model, found.make, stated=found.stated, notes=found.notes, home=home)
