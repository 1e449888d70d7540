"""A perceptron of five layers on rows of 237."""

from torch import nn


class Perceptron(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(237, 64)
        self.fc2 = nn.Linear(64, 64)
        self.fc3 = nn.Linear(64, 32)
        self.fc4 = nn.Linear(32, 32)
        self.fc5 = nn.Linear(32, 3)

    def forward(self, x):
        x = self.fc2(self.fc1(x).relu()).relu()
        return self.fc5(self.fc4(self.fc3(x).relu()).relu())
