from torch import nn


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        sizes = [1, 32, 64, 128, 256]
        for i in range(1, 5):
            setattr(self, f"conv{i}", nn.Conv2d(sizes[i - 1], sizes[i], 3, padding=1))
            setattr(self, f"bn{i}", nn.BatchNorm2d(sizes[i]))
            setattr(self, f"pool{i}", nn.MaxPool2d(2))
        self.flatten = nn.Flatten()
        self.encoded = nn.Linear(16384, 256)
        self.decoded = nn.Linear(256, 16384)
        self.reshape = nn.Unflatten(1, (256, 8, 8))
        sizes = [256, 256, 128, 64, 32]
        for i in range(1, 5):
            last = sizes[i - 1], sizes[i]
            setattr(self, f"convt{i}", nn.ConvTranspose2d(*last, 3, 2, 1, output_padding=1))
            setattr(self, f"bn{i + 4}", nn.BatchNorm2d(sizes[i]))

    def forward(self, x):
        for i in range(1, 5):
            x = getattr(self, f"conv{i}")(x)
            x = getattr(self, f"pool{i}")(getattr(self, f"bn{i}")(x).relu())
        x = self.reshape(self.decoded(self.encoded(self.flatten(x)).relu()))
        for i in range(1, 5):
            x = getattr(self, f"bn{i + 4}")(getattr(self, f"convt{i}")(x)).relu()
        return x
