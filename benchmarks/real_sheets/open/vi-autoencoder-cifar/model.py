"""An autoencoder of five convolutions for CIFAR-10."""

import torch
from torch import nn


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 256, 3, padding=1)
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(256, 128, 3, padding=1)
        self.pool2 = nn.MaxPool2d(2)
        self.conv3 = nn.Conv2d(128, 128, 3, padding=1)
        self.upsample1 = nn.Upsample(scale_factor=2)
        self.conv4 = nn.Conv2d(128, 256, 3, padding=1)
        self.upsample2 = nn.Upsample(scale_factor=2)
        self.conv5 = nn.Conv2d(256, 3, 3, padding=1)

    def forward(self, x):
        x = self.pool1(torch.relu(self.conv1(x)))
        x = self.pool2(torch.relu(self.conv2(x)))
        x = self.upsample1(torch.relu(self.conv3(x)))
        x = self.upsample2(torch.relu(self.conv4(x)))
        return self.conv5(x)
