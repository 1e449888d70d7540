"""CSRNet: VGG-16 up to its tenth convolution, and dilated convolutions behind it."""

from torch import nn

FRONT = (64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512)
BACK = (512, 512, 512, 256, 128, 64)


def convolutions(inputs, sizes, dilation):
    layers = []
    for size in sizes:
        if size == "M":
            layers.append(nn.MaxPool2d(2))
            continue
        layers += [nn.Conv2d(inputs, size, 3, padding=dilation, dilation=dilation), nn.ReLU()]
        inputs = size
    return nn.Sequential(*layers)


class CSRNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.frontend = convolutions(3, FRONT, 1)
        self.backend = convolutions(512, BACK, 2)
        self.output = nn.Conv2d(64, 1, 1)

    def forward(self, x):
        return self.output(self.backend(self.frontend(x)))
