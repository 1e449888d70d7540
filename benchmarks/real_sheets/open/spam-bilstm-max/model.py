"""A bidirectional LSTM for spam."""

from torch import nn


class Spam(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10000, 64)
        self.lstm = nn.LSTM(64, 32, batch_first=True, bidirectional=True)
        self.fc1 = nn.Linear(64, 32)
        self.drop1 = nn.Dropout(0.5)
        self.fc2 = nn.Linear(32, 1)

    def forward(self, x):
        states, _ = self.lstm(self.embed(x))
        return self.fc2(self.drop1(self.fc1(states.amax(1)).relu()))
