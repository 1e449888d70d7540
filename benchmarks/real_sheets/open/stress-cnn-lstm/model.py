"""A network for stress: a convolution over time, and an LSTM."""

from torch import nn


class Stress(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(6, 64, 5, padding=2)
        self.pool = nn.MaxPool1d(2)
        self.lstm = nn.LSTM(64, 128, batch_first=True)
        self.dense = nn.Linear(128, 64)
        self.output = nn.Linear(64, 3)

    def forward(self, x):
        x = self.pool(self.conv(x).relu()).transpose(1, 2)
        states, _ = self.lstm(x)
        return self.output(self.dense(states[:, -1]).relu())
