"""A U-Net of five stages."""

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
        self.enc1 = _twice(3, 64)
        self.enc2 = _down(64, 128)
        self.enc3 = _down(128, 256)
        self.enc4 = _down(256, 512)
        self.bottleneck = _down(512, 1024)
        self.dec4 = Up(1024, 512)
        self.dec3 = Up(512, 256)
        self.dec2 = Up(256, 128)
        self.dec1 = Up(128, 64)
        self.output = nn.Conv2d(64, 1, 1)

    def forward(self, image: Tensor) -> Tensor:
        """Return the mask."""
        one = self.enc1(image)
        two = self.enc2(one)
        three = self.enc3(two)
        four = self.enc4(three)
        up = self.dec4(self.bottleneck(four), four)
        up = self.dec1(self.dec2(self.dec3(up, three), two), one)
        mask: Tensor = self.output(up)
        return mask
