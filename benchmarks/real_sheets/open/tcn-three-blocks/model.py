"""Three causal blocks of dilated convolutions, and a head of three linear layers."""

from torch import nn


class TCNBlock(nn.Module):
    def __init__(self, inputs, width, dilation):
        super().__init__()
        self.crop = 2 * dilation
        self.conv1 = nn.Conv1d(inputs, width, 3, padding=self.crop, dilation=dilation)
        self.conv2 = nn.Conv1d(width, width, 3, padding=self.crop, dilation=dilation)
        self.residual = nn.Conv1d(inputs, width, 1) if inputs != width else nn.Identity()

    def forward(self, x):
        y = nn.functional.gelu(self.conv1(x)[..., : -self.crop])
        y = nn.functional.gelu(self.conv2(y)[..., : -self.crop])
        return nn.functional.gelu(y + self.residual(x))


class MultiHorizonHead(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Linear(width, width)
        self.attack = nn.Linear(width, 6)
        self.prog = nn.Linear(width, 30)

    def forward(self, x):
        x = nn.functional.gelu(self.body(x))
        return self.attack(x), self.prog(x)


class TCNForecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(TCNBlock(54, 96, 1), TCNBlock(96, 96, 2), TCNBlock(96, 96, 4))
        self.norm = nn.LayerNorm(96)
        self.head = MultiHorizonHead(96)

    def forward(self, x):
        return self.head(self.norm(self.blocks(x)[..., -1]))
