"""The generator of a DCGAN."""

from torch import Tensor, nn


def _up(below: int, above: int) -> nn.Sequential:
    up = nn.ConvTranspose2d(below, above, 4, 2, 1)
    return nn.Sequential(up, nn.BatchNorm2d(above), nn.ReLU())


class Generator(nn.Module):
    """A hundred numbers to an image."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.Linear(100, 512 * 4 * 4)
        self.reshape = nn.Unflatten(1, (512, 4, 4))
        self.up1 = _up(512, 256)
        self.up2 = _up(256, 128)
        self.up3 = _up(128, 64)
        self.up4 = nn.Sequential(nn.ConvTranspose2d(64, 3, 4, 2, 1), nn.Tanh())

    def forward(self, z: Tensor) -> Tensor:
        """Return the image."""
        image: Tensor = self.up4(self.up3(self.up2(self.up1(self.reshape(self.dense(z))))))
        return image
