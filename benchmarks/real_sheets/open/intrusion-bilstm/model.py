"""Convolutions, two LSTMs in both directions, and attention over time."""

from torch import nn


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(128, 128)
        self.score = nn.Linear(128, 1, bias=False)

    def forward(self, x):
        weights = self.score(self.hidden(x).tanh()).softmax(1)
        return (weights * x).sum(1)


class Intrusion(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv1d(24, 64, 3, padding=1)
        self.pool1 = nn.MaxPool1d(2)
        self.conv2 = nn.Conv1d(64, 128, 3, padding=1)
        self.pool2 = nn.MaxPool1d(2)
        self.bilstm1 = nn.LSTM(128, 128, batch_first=True, bidirectional=True)
        self.drop1 = nn.Dropout(0.3)
        self.bilstm2 = nn.LSTM(256, 64, batch_first=True, bidirectional=True)
        self.drop2 = nn.Dropout(0.3)
        self.attention = Attention()

    def forward(self, x):
        x = self.pool1(self.conv1(x).relu())
        x = self.pool2(self.conv2(x).relu()).transpose(1, 2)
        x = self.drop1(self.bilstm1(x)[0])
        x = self.drop2(self.bilstm2(x)[0])
        return self.attention(x)
