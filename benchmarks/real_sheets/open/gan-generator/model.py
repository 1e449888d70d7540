"""The generator of a network that makes digits."""

from torch import nn


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(100, 7 * 7 * 256, bias=False)
        self.norm = nn.BatchNorm1d(7 * 7 * 256)
        self.reshape = nn.Unflatten(1, (256, 7, 7))
        self.up1 = nn.ConvTranspose2d(256, 128, 5, padding=2, bias=False)
        self.up2 = nn.ConvTranspose2d(128, 64, 5, stride=2, padding=2, output_padding=1, bias=False)
        self.up3 = nn.ConvTranspose2d(64, 1, 5, stride=2, padding=2, output_padding=1, bias=False)

    def forward(self, x):
        x = nn.functional.leaky_relu(self.norm(self.dense(x)))
        x = nn.functional.leaky_relu(self.up1(self.reshape(x)))
        return self.up3(nn.functional.leaky_relu(self.up2(x))).tanh()
