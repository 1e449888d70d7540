"""Words that people write for kinds and settings, and the word that specs use."""

from __future__ import annotations

from collections.abc import Sequence

from archstat.errors import did_you_mean

OTHER_WORDS = {
    # what people write, and the word that specs use
    "conv": "conv2d", "convolution": "conv2d", "fc": "linear", "dense": "linear",
    "fully_connected": "linear", "lrn": "local_response_norm", "bn": "batch_norm2d",
    "batchnorm": "batch_norm2d", "pool": "max_pool2d", "gap": "adaptive_avg_pool2d",
    "concatenate": "concat", "cat": "concat", "sum": "add",
    "filters": "out_channels", "channels": "out_channels", "units": "out_features",
    "kernel": "kernel_size", "filter_size": "kernel_size", "pad": "padding",
    "strides": "stride", "from": "inputs", "type": "kind", "input_size": "input",
    "input_shape": "input", "description": "title", "base": "extends",
}  # fmt: skip


def nearest(word: str, known: Sequence[str]) -> str | None:
    """Return a hint with the known words that `word` may stand for, or None.

    >>> nearest("fc", ["conv2d", "linear"])
    "did you mean 'linear'?"
    """
    other = OTHER_WORDS.get(word.lower().replace("-", "_").replace(" ", "_"))
    return f"did you mean {other!r}?" if other in known else did_you_mean(word, known)
