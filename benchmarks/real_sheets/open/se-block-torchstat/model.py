"""A squeeze-and-excitation gate on 32 channels."""

from torch import nn


class SEBlock(nn.Module):
    def __init__(self, channels=32, ratio=4):
        super().__init__()
        self.avg_pooling = nn.AdaptiveAvgPool2d(1)
        self.max_polling = nn.AdaptiveMaxPool2d(1)
        self.fc_layers = nn.Sequential(
            nn.Linear(channels, channels // ratio, bias=False),
            nn.ReLU(),
            nn.Linear(channels // ratio, channels, bias=False),
        )
        self.sigmoid = nn.Sigmoid()

    def forward(self, x):
        batch, channels, _, _ = x.shape
        v = self.fc_layers(self.avg_pooling(x).view(batch, channels))
        return x * self.sigmoid(v.view(batch, channels, 1, 1))
