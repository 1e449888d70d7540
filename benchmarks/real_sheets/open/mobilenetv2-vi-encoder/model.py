"""The encoder of MobileNetV2 for 256 pixels, and a convolution that makes its map thinner."""

import torchvision
from torch import nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = torchvision.models.mobilenet_v2(weights=None).features[:18]
        self.compress = nn.Conv2d(320, 512, 1)

    def forward(self, x):
        return self.compress(self.features(x))
