"""Two LSTMs and two dense layers that tell whether a place is taken."""

from torch import nn


class Occupancy(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm_1 = nn.LSTM(11, 64, batch_first=True)
        self.dropout_1 = nn.Dropout(0.3)
        self.lstm_2 = nn.LSTM(64, 32, batch_first=True)
        self.dropout_2 = nn.Dropout(0.3)
        self.dense_1 = nn.Linear(32, 16)
        self.dropout_3 = nn.Dropout(0.2)
        self.output = nn.Linear(16, 1)

    def forward(self, x):
        x, _ = self.lstm_1(x)
        x, _ = self.lstm_2(self.dropout_1(x))
        x = self.dense_1(self.dropout_2(x[:, -1])).relu()
        return self.output(self.dropout_3(x)).sigmoid()
