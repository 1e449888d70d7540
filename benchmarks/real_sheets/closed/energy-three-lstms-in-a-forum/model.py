from torch import nn


class Energy(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm1 = nn.LSTM(6, 128, batch_first=True)
        self.lstm2 = nn.LSTM(128, 128, batch_first=True)
        self.lstm3 = nn.LSTM(128, 40, batch_first=True)
        self.dense1 = nn.Linear(40, 10)
        self.dense2 = nn.Linear(10, 1)

    def forward(self, x):
        x = self.lstm1(x)[0]
        x = self.lstm2(x)[0]
        x = self.lstm3(x)[0][:, -1]
        return self.dense2(self.dense1(x).relu())
