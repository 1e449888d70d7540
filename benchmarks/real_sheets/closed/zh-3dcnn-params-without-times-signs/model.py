import torch
from torch import nn

FRAMES = (7, 7, 7, 6, 6)


class Conv(nn.Module):
    def __init__(self, kernel, maps, sets):
        super().__init__()
        self.sets = sets
        self.convs = nn.ModuleList(nn.Conv3d(1, maps, kernel) for _ in range(5 * sets))

    def forward(self, x, frames):
        out = []
        parts = torch.split(x, [n for n in frames for _ in range(self.sets)], dim=1)
        for part, conv in zip(parts, self.convs, strict=True):
            out.append(conv(part.unsqueeze(1)).flatten(1, 2))
        return torch.cat(out, 1)


class Subsample(nn.Module):
    def __init__(self, maps, size):
        super().__init__()
        self.size = size
        self.weight = nn.Parameter(torch.ones(maps, 1, 1))
        self.bias = nn.Parameter(torch.zeros(maps, 1, 1))

    def forward(self, x):
        return nn.functional.avg_pool2d(x, self.size) * self.weight + self.bias


class Full(nn.Module):
    def __init__(self, before, after, kernel):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(after, before, *kernel))
        self.bias = nn.Parameter(torch.zeros(after, before))

    def forward(self, x):
        return nn.functional.conv2d(x, self.weight, self.bias.sum(1))


class Action(nn.Module):
    def __init__(self):
        super().__init__()
        self.c2 = Conv((3, 7, 7), 2, 1)
        self.s3 = Subsample(46, 2)
        self.c4 = Conv((3, 7, 6), 3, 2)
        self.s5 = Subsample(78, 3)
        self.c6 = Full(78, 128, (7, 4))
        self.output = nn.Linear(128, 3, bias=False)

    def forward(self, x):
        x = self.s3(self.c2(x, FRAMES))
        x = self.s5(self.c4(x, [n - 2 for n in FRAMES]))
        return self.output(self.c6(x).flatten(1))
