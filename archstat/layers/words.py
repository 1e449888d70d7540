"""Words that people write for kinds and settings, and the word that specs use."""

from __future__ import annotations

from collections.abc import Sequence

from archstat.errors import did_you_mean

OTHER_WORDS = {
    # what people write, and the word that specs use; capitals, underscores and spaces do not matter
    "conv": "conv2d", "convolution": "conv2d", "deconv": "conv_transpose2d",
    "transposed_conv": "conv_transpose2d", "fc": "linear", "dense": "linear",
    "fully_connected": "linear", "lrn": "local_response_norm", "bn": "batch_norm2d",
    "response_norm": "local_response_norm", "batch_norm": "batch_norm2d",
    "pool": "max_pool2d", "pooling": "max_pool2d", "max_pool": "max_pool2d",
    "max_pooling": "max_pool2d", "avg_pool": "avg_pool2d", "average_pooling": "avg_pool2d",
    "average_pool": "avg_pool2d", "gap": "adaptive_avg_pool2d",
    "global_average_pooling": "adaptive_avg_pool2d", "concatenate": "concat", "cat": "concat",
    "sum": "add", "filters": "out_channels", "channels": "out_channels", "maps": "out_channels",
    "output_channels": "out_channels", "units": "out_features", "neurons": "out_features",
    "classes": "out_features", "num_classes": "out_features", "kernel": "kernel_size",
    "filter_size": "kernel_size", "pad": "padding", "strides": "stride", "rate": "p",
    "probability": "p", "from": "inputs", "type": "kind", "input_size": "input",
    "up_sampling": "upsample", "interpolate": "upsample", "resize": "upsample",
    "input_shape": "input", "description": "title", "base": "extends",
}  # fmt: skip


def nearest(word: str, known: Sequence[str]) -> str | None:
    """Return a hint with the known words that `word` may stand for, or None.

    >>> nearest("fc", ["conv2d", "linear"])
    "did you mean 'linear'?"
    >>> nearest("MaxPool2d", ["max_pool1d", "max_pool2d"])
    "did you mean 'max_pool2d'?"
    """
    spelled_alike = {_spelling(name): name for name in known}
    meant = spelled_alike.get(_spelling(word)) or _MEANINGS.get(_spelling(word))
    return f"did you mean {meant!r}?" if meant in known else did_you_mean(word, known)


def _spelling(word: str) -> str:
    """Return a word without what people write differently: capitals, underscores, spaces."""
    return word.lower().replace("_", "").replace("-", "").replace(" ", "")


_MEANINGS = {_spelling(word): meant for word, meant in OTHER_WORDS.items()}
