"""A bidirectional LSTM for texts."""

from torch import nn


class Texts(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(2000, 7)
        self.lstm = nn.LSTM(7, 24, batch_first=True, bidirectional=True)
        self.pool = nn.AdaptiveAvgPool1d(1)
        self.fc1 = nn.Linear(48, 24)
        self.act1 = nn.ReLU()
        self.fc2 = nn.Linear(24, 1)
        self.act2 = nn.Sigmoid()

    def forward(self, x):
        states, _ = self.lstm(self.embed(x))
        x = self.pool(states.transpose(1, 2)).flatten(1)
        return self.act2(self.fc2(self.act1(self.fc1(x))))
