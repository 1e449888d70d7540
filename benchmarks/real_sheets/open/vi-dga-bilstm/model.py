"""Two bidirectional LSTMs for names of domains."""

from torch import nn


class Domains(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 64)
        self.drop1 = nn.Dropout(0.3)
        self.lstm1 = nn.LSTM(64, 128, batch_first=True, bidirectional=True)
        self.lstm2 = nn.LSTM(256, 64, batch_first=True, bidirectional=True)
        self.fc1 = nn.Linear(128, 64)
        self.drop2 = nn.Dropout(0.4)
        self.fc2 = nn.Linear(64, 1)

    def forward(self, x):
        states, _ = self.lstm1(self.drop1(self.embed(x)))
        states, _ = self.lstm2(states)
        x = self.drop2(self.fc1(states[:, -1]).relu())
        return self.fc2(x)
