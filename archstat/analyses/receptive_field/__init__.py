"""What each unit of a layer sees of the input.

One axis, worked by hand: ten pixels, a convolution of three of them, a pool of two units that moves
by two, and a convolution of three units again.

    pixels   0  1  2  3  4  5  6  7  8  9
    conv     ├──0──┤                        unit 0 sees the pixels 0 … 2
                ├──1──┤                     unit 1 sees 1 … 3: one pixel further
    pool     ├───0────┤                     units 0 and 1 of conv: 0 … 3
                   ├───1────┤               units 2 and 3: 2 … 5, two pixels further
    last     ├─────────0──────────┤         units 0, 1 and 2 of pool: 0 … 7

A kernel of k reads k units, which are as many pixels apart as the layers before have moved in all:
the size grows by (k − 1) times that, from 1 to 1 + 2·1 = 3, 3 + 1·1 = 4 and 4 + 2·2 = 8.

>>> from archstat.graph import INPUT, GraphBuilder
>>> from archstat.layers.conv import Conv1d
>>> from archstat.layers.pool import MaxPool1d
>>> builder = GraphBuilder((1, 10))
>>> _ = builder.add("conv", Conv1d(out_channels=1, kernel_size=3), [INPUT])
>>> _ = builder.add("pool", MaxPool1d(kernel_size=2), ["conv"])
>>> _ = builder.add("last", Conv1d(out_channels=1, kernel_size=3), ["pool"])
>>> seen = receptive_fields(builder.build("by hand")).by_name
>>> [(name, field.size, int(field.effective_stride[0])) for name, field in seen.items()]
[('conv', (3,), 1), ('pool', (4,), 2), ('last', (8,), 2)]

The same, unit by unit:

>>> [seen["pool"].tracks[0].interval(unit) for unit in range(4)]
[(0, 3), (2, 5), (4, 7), (6, 9)]

The way through the package: `recurrence` is the rule above, as it is taught. `branches` holds what
units see by one way through a network, `tracks` by all ways, `view` along all axes, with the
`layout` of the tensor. `moves` is what one layer does to a view, `joins` what several inputs come
to, `axes` finds the channels of the input, and `fields` walks a graph.
"""

from archstat.analyses.receptive_field.axes import channels_axis, channels_first, image_shape
from archstat.analyses.receptive_field.branches import Interval
from archstat.analyses.receptive_field.fields import Fields, ReceptiveField, receptive_fields
from archstat.analyses.receptive_field.tracks import Track

__all__ = [
    "Fields",
    "Interval",
    "ReceptiveField",
    "Track",
    "channels_axis",
    "channels_first",
    "image_shape",
    "receptive_fields",
]
