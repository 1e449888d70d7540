"""An autoencoder of small images."""

from collections import OrderedDict

from torch import nn


class Autoencoder(nn.Sequential):
    def __init__(self):
        super().__init__(
            OrderedDict(
                conv1=nn.Conv2d(3, 64, 3, padding=1),
                relu1=nn.ReLU(),
                bn1=nn.BatchNorm2d(64),
                pool1=nn.MaxPool2d(2),
                up1=nn.ConvTranspose2d(64, 64, 3, padding=1),
                relu2=nn.ReLU(),
                bn2=nn.BatchNorm2d(64),
                upsample1=nn.Upsample(scale_factor=2),
                up2=nn.ConvTranspose2d(64, 3, 3, padding=1),
            )
        )
