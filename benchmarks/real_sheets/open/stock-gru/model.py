"""Two GRUs for prices."""

from torch import nn


class Prices(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru1 = nn.GRU(1, 64, batch_first=True)
        self.drop1 = nn.Dropout(0.2)
        self.gru2 = nn.GRU(64, 64, batch_first=True)
        self.drop2 = nn.Dropout(0.2)
        self.dense = nn.Linear(64, 1)

    def forward(self, x):
        states, _ = self.gru1(x)
        states, _ = self.gru2(self.drop1(states))
        return self.dense(self.drop2(states[:, -1]))
