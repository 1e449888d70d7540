"""A bidirectional LSTM for reviews of films."""

from torch import nn


class Reviews(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(1000, 64)
        self.lstm = nn.LSTM(64, 64, batch_first=True, bidirectional=True)
        self.fc1 = nn.Linear(128, 64)
        self.fc2 = nn.Linear(64, 1)

    def forward(self, x):
        states, _ = self.lstm(self.embed(x))
        return self.fc2(self.fc1(states[:, -1]).relu())
