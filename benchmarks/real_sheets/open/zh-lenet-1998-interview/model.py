"""LeNet-5 as in 1998: sub-sampling that learns, and a third layer that is connected in part."""

import torch
from torch import nn

MAPS = (
    *((a, (a + 1) % 6, (a + 2) % 6) for a in range(6)),
    *(tuple((a + step) % 6 for step in range(4)) for a in range(6)),
    *((a, a + 1, (a + 3) % 6, (a + 4) % 6) for a in range(3)),
    tuple(range(6)),
)


class Subsample(nn.Module):
    def __init__(self, maps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(maps, 1, 1))
        self.bias = nn.Parameter(torch.zeros(maps, 1, 1))

    def forward(self, x):
        return nn.functional.avg_pool2d(x, 2) * self.weight + self.bias


class Partial(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(len(maps), 1, 5) for maps in MAPS)

    def forward(self, x):
        parts = [conv(x[:, list(maps)]) for maps, conv in zip(MAPS, self.convs, strict=True)]
        return torch.cat(parts, 1)


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.C1 = nn.Conv2d(1, 6, 5)
        self.S2 = Subsample(6)
        self.C3 = Partial()
        self.S4 = Subsample(16)
        self.C5 = nn.Conv2d(16, 120, 5)
        self.F6 = nn.Linear(120, 84)
        self.output = nn.Linear(84, 10)

    def forward(self, x):
        x = self.S2(torch.tanh(self.C1(x)))
        x = self.S4(torch.tanh(self.C3(x)))
        x = torch.tanh(self.C5(x)).flatten(1)
        return self.output(torch.tanh(self.F6(x)))
