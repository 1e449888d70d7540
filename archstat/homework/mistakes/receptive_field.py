"""Mistakes in receptive fields, step by step: r and j are what a unit saw before the layer."""

from __future__ import annotations

from collections.abc import Sequence

from archstat.homework.answers.reaching import Reach, Step, true_rule
from archstat.homework.answers.truth import Account, Answer, Answers, Truth
from archstat.homework.mistakes.base import Mistake, SaidBefore, reaching
from archstat.layers.base import Shape


def _by_strides_of_convolutions(reach: Reach, step: Step) -> Reach:
    wide = true_rule(reach, step)
    return Reach(wide.size, reach.jump) if step.is_pool else wide


def _by_strides_of_pools(reach: Reach, step: Step) -> Reach:
    wide = true_rule(reach, step)
    return wide if step.is_pool else Reach(wide.size, reach.jump)


def _pools_double(reach: Reach, step: Step) -> Reach:
    if step.is_pool:
        return Reach(reach.size * step.stride, 1)
    return Reach(reach.size + step.kernel_size - 1, 1)


_BEFORE = {
    "effective_stride": "in_effective_stride",
    "receptive_field": "in_receptive_field",
}


def _before(truth: Truth) -> Account:
    """Return the receptive fields and strides before each layer, where those behind are asked."""
    return {
        name: {after: answers[before] for after, before in _BEFORE.items() if answers.get(before)}
        for name, answers in truth.account.items()
    }


def _from_the_row_above(truth: Truth, stated: SaidBefore) -> Sequence[Account]:
    """Return what is stated of the layer before, and what that layer adds: its kernel's share."""
    found: dict[str, Answers] = {}
    for name, answers in truth.account.items():
        source = _window_before(truth, name)
        own = truth.account.get(source, {})
        before, wide, narrow = (
            _sizes(field)
            for field in (
                stated.fields.get(source),
                own.get("receptive_field"),
                own.get("in_receptive_field"),
            )
        )
        sizes = zip(before, wide, narrow, strict=False)
        if before and "receptive_field" in answers:
            found[name] = {"receptive_field": tuple(at + more - less for at, more, less in sizes)}
    return [found]


def _sizes(answer: Answer) -> Shape:
    return answer if isinstance(answer, tuple) else ()


def _window_before(truth: Truth, name: str) -> str:
    """Return the nearest convolution or pool before a layer, along first inputs; "" if none."""
    node = truth.nodes[name]
    while node.inputs and node.inputs[0] in truth.nodes:
        node = truth.nodes[node.inputs[0]]
        if "kernel_size" in truth.account.get(node.name, {}):
            return node.name
    return ""


def _dilated_strides(truth: Truth) -> Account:
    """Return effective strides where each layer's dilation is taken for a stride as well."""
    times: dict[str, int] = {}
    found: dict[str, Answers] = {}
    for name, node in truth.nodes.items():
        dilation = _sizes(truth.account.get(name, {}).get("dilation"))
        source = node.inputs[0] if node.inputs else ""
        times[name] = times.get(source, 1) * max(dilation, default=1)
        strides = _sizes(truth.account.get(name, {}).get("effective_stride"))
        if strides:
            found[name] = {"effective_stride": tuple(size * times[name] for size in strides)}
    return found


def _by_nearest_stride(reach: Reach, step: Step) -> Reach:
    """Return what the nearest stride gives that is not 1; the first layer sees its kernel."""
    jump = step.stride if step.stride > 1 else reach.jump
    is_first = reach.size == reach.jump == 1
    grown = step.dilation * (step.kernel_size - 1) * (1 if is_first else jump)
    return Reach(reach.size + grown, jump)


def _pool_multiplies(reach: Reach, step: Step) -> Reach:
    wide = true_rule(reach, step)
    return Reach(reach.size * step.stride, wide.jump) if step.is_pool else wide


def _without_kernels_of_pools(reach: Reach, step: Step) -> Reach:
    return Reach(reach.size, reach.jump * step.stride) if step.is_pool else true_rule(reach, step)


def _by_own_stride(reach: Reach, step: Step) -> Reach:
    jump = reach.jump * step.stride
    return Reach(reach.size + step.dilation * (step.kernel_size - 1) * jump, jump)


def _by_whole_kernel(reach: Reach, step: Step) -> Reach:
    grown = step.dilation * step.kernel_size * reach.jump
    return Reach(reach.size + grown, reach.jump * step.stride)


def _not_grown(reach: Reach, step: Step) -> Reach:
    return Reach(reach.size, reach.jump * step.stride)


def _all_multiplied(reach: Reach, step: Step) -> Reach:
    grown = step.dilation * (step.kernel_size - 1)
    return Reach((reach.size + grown) * reach.jump, reach.jump * step.stride)


def _padded(reach: Reach, step: Step) -> Reach:
    grown = step.dilation * (step.kernel_size - 1) + 2 * step.padding
    return Reach(reach.size + grown * reach.jump, reach.jump * step.stride)


def _undilated(reach: Reach, step: Step) -> Reach:
    return Reach(reach.size + (step.kernel_size - 1) * reach.jump, reach.jump * step.stride)


MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        "before-for-after",
        "what is true before the layer stands where that behind it belongs",
        "what do the units see that this layer returns, and how far apart are they?",
        frozenset(_BEFORE),
        _before,
        _from_the_row_above,
    ),
    Mistake(
        "dilation-as-stride",
        "the dilation is multiplied in as if it were a stride",
        "a dilated kernel reads units further apart; how far apart are those that it makes?",
        frozenset({"effective_stride"}),
        _dilated_strides,
    ),
    reaching(
        "strides-left-out",
        "strides are left out: every layer adds its kernel less one",
        "behind a stride, neighbouring units lie several pixels apart",
        lambda r, s: Reach(r.size + s.dilation * (s.kernel_size - 1), 1),
    ),
    reaching(
        "strides-and-pools-left-out",
        "strides and pools are left out: only convolutions add their kernel less one",
        "pools read windows, too, and strides move units apart",
        lambda r, s: r if s.is_pool else Reach(r.size + s.dilation * (s.kernel_size - 1), 1),
    ),
    reaching(
        "pool-strides-left-out",
        "the strides of pools are left out",
        "a pool's stride moves units apart, as a convolution's does",
        _by_strides_of_convolutions,
    ),
    reaching(
        "conv-strides-left-out",
        "the strides of convolutions are left out",
        "a convolution's stride moves units apart, as a pool's does",
        _by_strides_of_pools,
    ),
    reaching(
        "pools-left-out",
        "pools are left out",
        "a pool reads a window, too",
        lambda r, s: r if s.is_pool else true_rule(r, s),
    ),
    reaching(
        "pool-kernels-left-out",
        "the kernels of pools are left out, only their strides count",
        "a pool reads a window, too",
        _without_kernels_of_pools,
        in_one=_without_kernels_of_pools,
    ),
    reaching(
        "pools-double",
        "a pool multiplies the field by its stride, and a convolution adds its kernel less one",
        "how far apart are two neighbouring units of the map before?",
        _pools_double,
        in_one=_pool_multiplies,
    ),
    reaching(
        "kernel-size-only",
        "the kernel size stands for the receptive field",
        "what do the units before it see of the image?",
        lambda _, s: Reach(s.kernel_size, 1),
    ),
    reaching(
        "own-stride-applied",
        "a layer's own stride is applied to its own kernel",
        "a layer's stride moves apart the units behind it, not those that it reads",
        _by_own_stride,
        in_one=_by_own_stride,
    ),
    reaching(
        "kernel-not-less-one",
        "the whole kernel is added, not the kernel less one",
        "a kernel of one point adds nothing",
        _by_whole_kernel,
        in_one=_by_whole_kernel,
    ),
    reaching(
        "growth-left-out",
        "the layer's own kernel adds nothing",
        "what does a window of this layer read beside the one unit?",
        _not_grown,
        in_one=_not_grown,
    ),
    reaching(
        "last-stride-only",
        "only the stride of the layer before is used, not the product of all strides",
        "strides multiply",
        lambda r, s: Reach(r.size + s.dilation * (s.kernel_size - 1) * r.jump, s.stride),
    ),
    reaching(
        "nearest-stride-only",
        "only the nearest stride that is not 1 is used, a layer's own included",
        "strides multiply, and a layer's own moves apart the units behind it",
        _by_nearest_stride,
    ),
    reaching(
        "brackets-misplaced",
        "the jump multiplies the field before the layer, too",
        "the jump multiplies what the kernel adds, and nothing else",
        _all_multiplied,
        in_one=_all_multiplied,
    ),
    reaching(
        "strides-added",
        "strides are added up, not multiplied",
        "strides multiply",
        lambda r, s: Reach(
            r.size + s.dilation * (s.kernel_size - 1) * r.jump, r.jump + s.stride - 1
        ),
    ),
    reaching(
        "kernels-multiplied",
        "kernel sizes are multiplied",
        "a kernel adds to what its units see",
        lambda r, s: Reach(r.size * s.kernel_size, 1),
    ),
    reaching(
        "starts-at-zero",
        "the input is taken to see nothing, not one pixel",
        "what does a pixel of the input see?",
        true_rule,
        start=0,
    ),
    reaching(
        "padding-added",
        "the padding is added",
        "padding moves a receptive field; it makes it no larger",
        _padded,
        in_one=_padded,
    ),
    reaching(
        "dilation-not-seen",
        "the dilation is left out",
        "how many pixels does a dilated kernel span?",
        _undilated,
        in_one=_undilated,
    ),
)
