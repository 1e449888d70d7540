"""An autoencoder of scans, with two classes from the narrow layer."""

from torch import nn


class Scans(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.fc1 = nn.Linear(64 * 28 * 28, 256)
        self.fc2 = nn.Linear(256, 32)
        self.fc3 = nn.Linear(32, 256)
        self.fc4 = nn.Linear(256, 64 * 28 * 28)
        self.up1 = nn.ConvTranspose2d(64, 64, 3)
        self.up2 = nn.ConvTranspose2d(64, 3, 3)
        self.fc5 = nn.Linear(32, 2)

    def forward(self, x):
        x = self.conv2(self.conv1(x).relu()).relu()
        code = self.fc2(self.fc1(x.flatten(1)).relu())
        x = self.fc4(self.fc3(code).relu()).relu().unflatten(1, (64, 28, 28))
        return self.up2(self.up1(x).relu()).sigmoid(), self.fc5(code)
