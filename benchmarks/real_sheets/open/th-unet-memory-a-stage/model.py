"""A small U-Net."""

import torch
from torch import Tensor, nn


def _twice(below: int, above: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for width in (below, above):
        conv = nn.Conv2d(width, above, 3, padding=1, bias=False)
        layers += [conv, nn.BatchNorm2d(above), nn.ReLU()]
    return nn.Sequential(*layers)


def _down(below: int, above: int) -> nn.Sequential:
    return nn.Sequential(nn.MaxPool2d(2), _twice(below, above))


class Up(nn.Module):
    """Enlarge, join, convolve."""

    def __init__(self, below: int, above: int) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(below, above, 2, 2)
        self.conv = _twice(below, above)

    def forward(self, maps: Tensor, beside: Tensor) -> Tensor:
        """Return the maps of this stage."""
        seen: Tensor = self.conv(torch.cat([beside, self.up(maps)], 1))
        return seen


class UNet(nn.Module):
    """Four stages down, four up."""

    def __init__(self) -> None:
        super().__init__()
        self.in_conv = _twice(3, 32)
        self.down1 = _down(32, 64)
        self.down2 = _down(64, 128)
        self.down3 = _down(128, 256)
        self.down4 = _down(256, 512)
        self.up1 = Up(512, 256)
        self.up2 = Up(256, 128)
        self.up3 = Up(128, 64)
        self.up4 = Up(64, 32)
        self.out_conv = nn.Conv2d(32, 1, 1)

    def forward(self, image: Tensor) -> Tensor:
        """Return the mask."""
        one = self.in_conv(image)
        two = self.down1(one)
        three = self.down2(two)
        four = self.down3(three)
        up = self.up1(self.down4(four), four)
        up = self.up4(self.up3(self.up2(up, three), two), one)
        mask: Tensor = self.out_conv(up)
        return mask
