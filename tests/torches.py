"""What an old torch does not do: tests that need it are skipped there, with the reason."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from archstat.models.torch.private import tells_what_is_kept  # noqa: E402  only where torch is

VERSION = tuple(int(part) for part in torch.__version__.split(".")[:2])

telling = pytest.mark.skipif(
    not tells_what_is_kept(), reason="this torch does not tell what training keeps"
)
tracing_functions = pytest.mark.skipif(
    VERSION < (2, 7), reason="this torch lets nobody look into operators that are given functions"
)
whole_meta = pytest.mark.skipif(
    VERSION < (2, 7), reason="this torch shuffles no pixels of unequal sizes on meta"
)
