"""One LSTM and three dense layers that tell the next price."""

from torch import nn


class Forecast(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(31, 128, batch_first=True)
        self.norm = nn.BatchNorm1d(128)
        self.dropout1 = nn.Dropout(0.2)
        self.dense1 = nn.Linear(128, 64)
        self.dropout2 = nn.Dropout(0.15)
        self.dense2 = nn.Linear(64, 32)
        self.dropout3 = nn.Dropout(0.1)
        self.output = nn.Linear(32, 1)

    def forward(self, x):
        states, _ = self.lstm(x)
        x = self.dropout1(self.norm(states[:, -1]))
        x = self.dropout2(self.dense1(x).relu())
        return self.output(self.dropout3(self.dense2(x).relu()))
