from torch import nn


class Prices(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm1 = nn.LSTM(1, 50, batch_first=True)
        self.lstm2 = nn.LSTM(50, 50, batch_first=True)
        self.dense = nn.Linear(50, 1)

    def forward(self, x):
        return self.dense(self.lstm2(self.lstm1(x)[0])[0][:, -1])
