"""The decoder of a variational autoencoder: two numbers become a picture of 32 pixels."""

from torch import nn


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(2, 2048)
        self.reshape = nn.Unflatten(1, (128, 4, 4))
        self.up1 = nn.ConvTranspose2d(128, 128, 3, stride=2, padding=1, output_padding=1)
        self.up2 = nn.ConvTranspose2d(128, 64, 3, stride=2, padding=1, output_padding=1)
        self.up3 = nn.ConvTranspose2d(64, 32, 3, stride=2, padding=1, output_padding=1)
        self.conv = nn.Conv2d(32, 1, 3, padding=1)

    def forward(self, x):
        x = self.reshape(self.dense(x))
        x = self.up2(self.up1(x).relu()).relu()
        return self.conv(self.up3(x).relu()).sigmoid()
