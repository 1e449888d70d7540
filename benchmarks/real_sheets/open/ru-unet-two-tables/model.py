"""U-Net with upsampling and 2×2 convolutions."""

import torch
from torch import Tensor, nn


def _twice(below: int, above: int) -> nn.Sequential:
    first = nn.Conv2d(below, above, 3, padding=1)
    second = nn.Conv2d(above, above, 3, padding=1)
    return nn.Sequential(first, nn.ReLU(), second, nn.ReLU())


def _up(below: int, above: int) -> nn.Sequential:
    return nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(below, above, 2, padding="same"))


class Concat(nn.Module):
    """Put maps side by side."""

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        """Return both."""
        return torch.cat([left, right], 1)


class UNet(nn.Module):
    """Five stages down, four up."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = _twice(1, 64)
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = _twice(64, 128)
        self.pool2 = nn.MaxPool2d(2)
        self.conv3 = _twice(128, 256)
        self.pool3 = nn.MaxPool2d(2)
        self.conv4 = _twice(256, 512)
        self.pool4 = nn.MaxPool2d(2)
        self.conv5 = _twice(512, 1024)
        self.up6 = _up(1024, 512)
        self.merge6 = Concat()
        self.conv6 = _twice(1024, 512)
        self.up7 = _up(512, 256)
        self.merge7 = Concat()
        self.conv7 = _twice(512, 256)
        self.up8 = _up(256, 128)
        self.merge8 = Concat()
        self.conv8 = _twice(256, 128)
        self.up9 = _up(128, 64)
        self.merge9 = Concat()
        self.conv9 = _twice(128, 64)
        self.head = nn.Sequential(nn.Conv2d(64, 2, 3, padding=1), nn.Conv2d(2, 1, 1), nn.Sigmoid())

    def forward(self, image: Tensor) -> Tensor:
        """Return the mask."""
        one = self.conv1(image)
        two = self.conv2(self.pool1(one))
        three = self.conv3(self.pool2(two))
        four = self.conv4(self.pool3(three))
        five = self.conv5(self.pool4(four))
        up = self.conv6(self.merge6(four, self.up6(five)))
        up = self.conv7(self.merge7(three, self.up7(up)))
        up = self.conv8(self.merge8(two, self.up8(up)))
        up = self.conv9(self.merge9(one, self.up9(up)))
        mask: Tensor = self.head(up)
        return mask
