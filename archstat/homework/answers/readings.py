"""The rules by which a column is filled in, other than ours; each has a name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import prod

from archstat.analyses.conventions.convention import Convention
from archstat.analyses.conventions.registry import CONVENTIONS
from archstat.graph import Graph, Node
from archstat.homework.answers.truth import Answer, Answers
from archstat.layers.norm import AnyBatchNorm

OF_FRAMEWORKS = frozenset({"keras", "keras-lstm"})
"""The readings of what a framework's layers hold, which are right where no convention is declared:
a network that is built with it has these numbers."""

BYTES_OF_A_HALF = 2


@dataclass(frozen=True)
class LayerInGraph:
    """What a reading may look at beside the answers: the layer, and the network that it is in."""

    node: Node
    graph: Graph


@dataclass(frozen=True)
class ColumnRule:
    """A rule by which a column is filled in.

    Attributes:
        name: Its name on the command line and in records.
        words: What it is, as it is told to people.
        answer: What it puts into a layer's row, from the true answers and the layer itself.
        is_plain: Whether it only says the same in another way, so that it is right as it is.
        of_one: Of a rule for a batch, the rule for one example, if it is not ours.
        is_of_last: Whether a block has what its last layer has, and not what all have together.
    """

    name: str
    words: str
    answer: Callable[[Answers, LayerInGraph], Answer]
    is_plain: bool = False
    of_one: ColumnRule | None = None
    is_of_last: bool = False


def answer_to(key: str) -> Callable[[Answers, LayerInGraph], Answer]:
    """Return the rule that takes the answer to another quantity."""
    return lambda answers, _: answers.get(key)


def counting(name: str, words: str) -> ColumnRule:
    """Return the rule that takes what a convention counts."""
    convention = CONVENTIONS[name]
    return ColumnRule(name, words, lambda _, layered: _count(convention, layered.node))


def _count(convention: Convention, node: Node) -> int:
    return convention.count(node) * (1 if node.examples is None else node.examples)


def _clipped(answers: Answers, layered: LayerInGraph) -> Answer:
    field = answers.get("receptive_field")
    if not isinstance(field, tuple):
        return field
    return tuple(min(pair) for pair in zip(field, layered.graph.input_shape[1:], strict=False))


def _keras(answers: Answers, layered: LayerInGraph) -> Answer:
    """Return the parameters by Keras: a batch norm keeps means and variances, an LSTM one bias."""
    params = answers.get("params")
    if not isinstance(params, int):
        return params
    if isinstance(layered.node.layer, AnyBatchNorm):
        return params + 2 * layered.node.in_shape[0] * layered.node.layer.track_running_stats
    return _one_bias(answers, layered)


def _one_bias(answers: Answers, layered: LayerInGraph) -> Answer:
    """Return the parameters of an LSTM or RNN with one bias, of other layers all that learn."""
    params = answers.get("params")
    if isinstance(params, int) and layered.node.layer.kind in {"LSTM", "RNN"}:
        second = (
            prod(shape)
            for name, shape in layered.node.param_shapes.items()
            if name.startswith("bias_hh")
        )
        return params - sum(second)
    return params


def _no_dilation(answers: Answers, _: LayerInGraph) -> Answer:
    """Return the noughts that are written for a kernel whose points lie side by side."""
    dilation = answers.get("dilation")
    is_none = isinstance(dilation, tuple) and set(dilation) == {1}
    return (0,) * len(dilation) if is_none and isinstance(dilation, tuple) else None


def _channels(answers: Answers, _: LayerInGraph) -> Answer:
    """Return the channels that a layer without filters of its own returns."""
    shape = answers.get("feature_map")
    return shape[0] if isinstance(shape, tuple) and len(shape) > 1 else None


def _extent(answers: Answers, _: LayerInGraph) -> Answer:
    """Return the sides of what a dilated kernel spans."""
    sizes, gaps = answers.get("kernel_size"), answers.get("dilation")
    if not isinstance(sizes, tuple) or not isinstance(gaps, tuple):
        return None
    return tuple(gap * (size - 1) + 1 for size, gap in zip(sizes, gaps, strict=True))


def _all_channels(answers: Answers, _: LayerInGraph) -> Answer:
    """Return the channels of a layer that filters each of them apart."""
    channels = answers.get("in_channels")
    return channels if channels == answers.get("groups") else None


def _divided(key: str) -> Callable[[Answers, LayerInGraph], Answer]:
    """Return the rule that counts on one of the devices that the network's groups stand for."""

    def answer(answers: Answers, layered: LayerInGraph) -> Answer:
        value, devices = answers.get(key), _devices(layered.graph)
        if devices <= 1:
            return None
        if isinstance(value, tuple) and value and value[0] % devices == 0 and len(value) > 1:
            return (value[0] // devices, *value[1:])
        return value // devices if isinstance(value, int) and value % devices == 0 else None

    return answer


def _devices(graph: Graph) -> int:
    """Return the groups of a network's grouped layers that are no depthwise ones; 1 for none."""
    found = {
        groups
        for node in graph.nodes
        if 1 < (groups := node.layer.settings().get("groups") or 1) < node.in_shape[0]
    }
    return found.pop() if len(found) == 1 else 1


def _bytes(key: str, width: int) -> Callable[[Answers, LayerInGraph], Answer]:
    def answer(answers: Answers, _: LayerInGraph) -> Answer:
        value = answers.get(key)
        return width * value if isinstance(value, int) else None

    return answer


OPERATIONS = (
    counting("flops", "two operations a multiply–accumulate"),
    counting("macs+bias", "one operation more per output value, for its bias"),
    counting("torchstat", "torchstat's Flops: biases of convolutions, norms, ReLUs and pools too"),
    counting("torchstat-madd", "torchstat's MAdd: two a multiply–accumulate, norms and pools too"),
    counting("textbook", "2k²C − 1 operations an output value"),
    counting("torchinfo", "torchinfo's mult-adds: every parameter, times the output's positions"),
    counting("fvcore", "fvcore's flops: norms and adaptive pools too"),
    counting("thop", "thop's MACs: norms and pools too"),
    counting("ptflops", "ptflops' MACs: biases, norms, activations and pools too"),
    counting(
        "tensorflow", "TensorFlow's profiler: two a multiply–accumulate, biases and pools too"
    ),
)
ONE_A_MAC = ColumnRule("macs", "one operation a multiply–accumulate", answer_to("macs"))
WITH_BIASES = ColumnRule("with-biases", "biases included", answer_to("params"))
WITHOUT_BIASES = ColumnRule("weights-only", "without biases", answer_to("weights"))
KERAS = ColumnRule(
    "keras", "Keras's: 4 numbers a channel of a batch norm, one bias in an LSTM", _keras
)
KERAS_LEARNS = ColumnRule("keras-lstm", "Keras's that learn: one bias in an LSTM", _one_bias)
WITH_BIAS_BYTES = ColumnRule(
    "with-biases", "biases included", answer_to("param_bytes"), is_plain=True
)
WITHOUT_BIAS_BYTES = ColumnRule(
    "weights-only", "without biases", answer_to("weight_bytes"), is_plain=True
)
EVERY_OUTPUT = ColumnRule("every-output", "every layer's outputs", answer_to("activations"))
CLIPPED = ColumnRule("clipped", "clipped to the image", _clipped)
BEFORE_FLATTENING = ColumnRule("map", "before it is flattened", answer_to("in_map"), is_plain=True)
VOCABULARY = ColumnRule("vocabulary", "of how many words", answer_to("in_words"), is_plain=True)
EXTENT = ColumnRule("extent", "with the gaps of its dilation", _extent, is_plain=True)
NO_DILATION = ColumnRule("none", "no dilation", _no_dilation, is_plain=True)
CHANNELS = ColumnRule("channels", "channels of the map", _channels, is_plain=True)
DEPTHWISE = ColumnRule("depthwise", "of all its channels", _all_channels, is_plain=True)
OF_LAST = ColumnRule(
    "returned", "of what comes out of it", answer_to("activations"), is_plain=True, is_of_last=True
)
BYTES_OF_LAST = ColumnRule(
    "returned",
    "of what comes out of it",
    answer_to("activation_bytes"),
    is_plain=True,
    is_of_last=True,
)
FROM_ZERO = ColumnRule(
    "from-zero", "from the first pixel's centre", answer_to("start0"), is_plain=True
)


def per_device(key: str) -> ColumnRule:
    """Return the rule that counts on one of the devices of a network in groups."""
    return ColumnRule("per-device", "what one of the devices holds, a group each", _divided(key))


def in_halves(key: str) -> ColumnRule:
    """Return the rule of two bytes a number."""
    return ColumnRule("2-bytes", "2 bytes a number", _bytes(key, BYTES_OF_A_HALF))


@lru_cache(maxsize=100)
def of_batch(size: int, key: str, rule: ColumnRule | None = None) -> ColumnRule:
    """Return the rule that counts a whole batch, by our definition or by another rule."""

    def answer(answers: Answers, layered: LayerInGraph) -> Answer:
        value = answers.get(key) if rule is None else rule.answer(answers, layered)
        return value * size if isinstance(value, (int, Fraction)) else value

    words = "" if rule is None else f", {rule.words}"
    return ColumnRule("batch", f"of a batch of {size}{words}", answer, of_one=rule)
