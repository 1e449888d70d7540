from torch import nn


class Forecast(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 64, 3)
        self.pool = nn.MaxPool1d(2)
        self.lstm = nn.LSTM(64, 64, batch_first=True)
        self.drop = nn.Dropout(0.2)
        self.dense = nn.Linear(64, 1)

    def forward(self, x):
        x = self.pool(self.conv(x.transpose(1, 2)).relu()).transpose(1, 2)
        return self.dense(self.drop(self.lstm(x)[0][:, -1]))
