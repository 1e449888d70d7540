"""Which axis of an input holds channels, for models that take them last: all worked by hand."""

import pytest
import torch
from torch import Tensor, nn

from archstat import analyze
from tests.cli.running import invoke


class Turned(nn.Module):
    """Takes rows, columns and channels, and turns them for convolutions and for a pool."""

    def __init__(self):
        super().__init__()
        self.conv, self.pool = nn.Conv2d(3, 4, 5, stride=2), nn.MaxPool2d(2)
        self.fc = nn.Linear(4, 6)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(self.conv(x.permute(0, 3, 1, 2)))
        return self.fc(x.permute(0, 2, 3, 1))


class Patches(nn.Module):
    """Cuts patches of 5×2 pixels, and has neither a convolution nor a pool."""

    def __init__(self):
        super().__init__()
        self.embed, self.mix = nn.Linear(5 * 2 * 6, 8), nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        x = x.unflatten(2, (-1, 2)).unflatten(1, (-1, 5)).transpose(2, 3).flatten(3)
        return self.mix(self.embed(x))


class Means(nn.Module):
    def __init__(self):
        super().__init__()
        self.point, self.head = nn.Linear(9, 5), nn.Linear(5, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.point(x).mean((1, 2)))


class Quarters(nn.Module):
    """Puts each four neighbours into the channels of one."""

    def __init__(self):
        super().__init__()
        self.point, self.merge = nn.Linear(2, 3), nn.Linear(12, 7)

    def forward(self, x: Tensor) -> Tensor:
        x = self.point(x)
        parts = [x[:, row::2, column::2] for row in (0, 1) for column in (0, 1)]
        return self.merge(torch.cat(parts, -1))


@pytest.mark.parametrize(
    ("model", "shape", "fields"),
    [
        # a kernel of 5, and a pool of 2 units that are 2 pixels apart
        pytest.param(
            Turned(), (20, 18, 3), {"conv": (5, 5), "pool": (7, 7), "fc": (7, 7)}, id="conv"
        ),
        pytest.param(Patches(), (10, 8, 6), {"embed": (5, 2), "mix": (5, 2)}, id="patches"),
        pytest.param(Means(), (11, 12, 9), {"point": (1, 1), "head": (11, 12)}, id="means"),
        pytest.param(Quarters(), (8, 12, 2), {"point": (1, 1), "merge": (2, 2)}, id="quarters"),
        pytest.param(nn.Linear(3, 7), (9, 9, 3), {"Linear": (1, 1)}, id="colours"),
    ],
)
def test_channels_last_are_found(model, shape, fields):
    report = analyze(model, shape)

    rows = {row.name: row for row in report.layers}
    assert report.channels_axis == 2
    assert {name: rows[name].receptive_field.size for name in fields} == fields
    assert not [note for note in report.notes if "channels come first" in note]


@pytest.mark.parametrize(
    ("model", "shape", "size"),
    [
        pytest.param(nn.Conv2d(12, 4, 3), (12, 9, 3), (3, 3), id="conv"),
        pytest.param(nn.BatchNorm2d(12), (12, 9, 3), (1, 1), id="norm"),
        pytest.param(nn.Linear(30, 5), (1, 20, 30), (1, 30), id="rows of a grey image"),
    ],
)
def test_channels_that_come_first_stay_there(model, shape, size):
    report = analyze(model, shape)

    assert report.channels_axis == 0
    assert report.layers[0].receptive_field.size == size


def test_axes_that_nothing_tells_are_unknown():
    report = analyze(nn.Linear(10, 4), (10, 10, 10))

    assert report.layers[0].receptive_field is None
    assert "do not tell which of them are places" in report.notes[0]


def test_a_header_tells_and_maps_keep_their_order(tmp_path):
    (tmp_path / "net.py").write_text(
        "from torch import nn\nclass Net(nn.Linear):\n"
        "    def __init__(self):\n        super().__init__(3, 7)\n"
    )

    out = invoke("table", f"{tmp_path}/net.py:Net", "--input", "9x8x3").stdout

    assert "input 9×8×3 (channels last)" in out
    assert "9×8×7" in out
