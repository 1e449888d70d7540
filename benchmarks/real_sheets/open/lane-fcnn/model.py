"""A network that marks a lane: convolutions without padding, and as many transposed ones."""

from torch import nn


def conv(inputs, outputs):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3), nn.ReLU())


def deconv(inputs, outputs):
    return nn.Sequential(nn.ConvTranspose2d(inputs, outputs, 3), nn.ReLU())


class Lane(nn.Module):
    def __init__(self):
        super().__init__()
        self.bn = nn.BatchNorm2d(3)
        self.conv1 = conv(3, 8)
        self.conv2 = conv(8, 16)
        self.pool1 = nn.MaxPool2d(2)
        self.conv3 = conv(16, 16)
        self.conv4 = conv(16, 32)
        self.conv5 = conv(32, 32)
        self.pool2 = nn.MaxPool2d(2)
        self.conv6 = conv(32, 64)
        self.conv7 = conv(64, 64)
        self.pool3 = nn.MaxPool2d(2)
        self.up1 = nn.Upsample(scale_factor=2)
        self.deconv1 = deconv(64, 64)
        self.deconv2 = deconv(64, 64)
        self.up2 = nn.Upsample(scale_factor=2)
        self.deconv3 = deconv(64, 32)
        self.deconv4 = deconv(32, 32)
        self.deconv5 = deconv(32, 16)
        self.up3 = nn.Upsample(scale_factor=2)
        self.deconv6 = deconv(16, 16)
        self.final = deconv(16, 1)

    def forward(self, x):
        for layer in self.children():
            x = layer(x)
        return x
