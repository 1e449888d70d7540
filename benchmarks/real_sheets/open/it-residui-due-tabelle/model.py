"""A residual network with norms in front, and a perceptron on top."""

from torch import Tensor, nn


class Block(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, below: int, above: int, stride: int) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(below)
        self.conv1 = nn.Conv2d(below, above, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(above)
        self.conv2 = nn.Conv2d(above, above, 3, 1, 1, bias=False)
        self.relu = nn.ReLU()
        self.projection = (
            nn.Identity() if below == above else nn.Conv2d(below, above, 1, stride, bias=False)
        )

    def forward(self, maps: Tensor) -> Tensor:
        """Return the sum of both ways."""
        seen = self.conv1(self.relu(self.bn1(maps)))
        seen = self.conv2(self.relu(self.bn2(seen)))
        both: Tensor = seen + self.projection(maps)
        return both


def _stage(blocks: int, below: int, above: int, stride: int) -> nn.Sequential:
    rest = [Block(above, above, 1) for _ in range(blocks - 1)]
    return nn.Sequential(Block(below, above, stride), *rest)


class Residual(nn.Module):
    """A stem, four stages, three dense layers."""

    def __init__(self) -> None:
        super().__init__()
        self.stem1 = nn.Conv2d(3, 32, 3, 2, 1, bias=False)
        self.stem2 = nn.Conv2d(32, 32, 3, 1, 1, bias=False)
        self.stem3 = nn.Conv2d(32, 64, 3, 2, 1, bias=False)
        self.stem_pool = nn.MaxPool2d(3, 2, 1)
        self.stage1 = _stage(3, 64, 64, 1)
        self.stage2 = _stage(4, 64, 128, 2)
        self.stage3 = _stage(12, 128, 256, 2)
        self.stage4 = _stage(6, 256, 512, 2)
        self.bn = nn.BatchNorm2d(512)
        self.relu = nn.ReLU()
        self.pool = nn.MaxPool2d(2)
        self.flatten = nn.Flatten()
        self.dense1 = nn.Linear(2048, 1024)
        self.bn1 = nn.BatchNorm1d(1024)
        self.dense2 = nn.Linear(1024, 512)
        self.bn2 = nn.BatchNorm1d(512)
        self.dense3 = nn.Linear(512, 21)

    def forward(self, image: Tensor) -> Tensor:
        """Return a score for each class."""
        seen = self.stem_pool(self.stem3(self.stem2(self.stem1(image))))
        seen = self.stage4(self.stage3(self.stage2(self.stage1(seen))))
        seen = self.flatten(self.pool(self.relu(self.bn(seen))))
        seen = self.relu(self.bn1(self.dense1(seen)))
        scores: Tensor = self.dense3(self.relu(self.bn2(self.dense2(seen))))
        return scores
