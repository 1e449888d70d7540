"""Tweets: a frozen embedding, a convolution over words, and an LSTM."""

from torch import nn


class Tweets(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(400_001, 300)
        self.conv = nn.Conv1d(300, 32, 3, padding=1)
        self.pool = nn.MaxPool1d(2)
        self.drop1 = nn.Dropout(0.2)
        self.lstm = nn.LSTM(32, 300, batch_first=True)
        self.drop2 = nn.Dropout(0.2)
        self.dense = nn.Linear(300, 1)

    def forward(self, tokens):
        x = self.embedding(tokens).transpose(1, 2)
        x = self.drop1(self.pool(self.conv(x).relu())).transpose(1, 2)
        states, _ = self.lstm(x)
        return self.dense(self.drop2(states[:, -1])).sigmoid()
