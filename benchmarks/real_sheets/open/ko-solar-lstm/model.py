"""Two LSTMs for solar power."""

from torch import nn


class Solar(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm1 = nn.LSTM(8, 128, batch_first=True)
        self.drop1 = nn.Dropout(0.2)
        self.lstm2 = nn.LSTM(128, 64, batch_first=True)
        self.drop2 = nn.Dropout(0.2)
        self.fc1 = nn.Linear(64, 32)
        self.fc2 = nn.Linear(32, 16)
        self.fc3 = nn.Linear(16, 10)

    def forward(self, x):
        states, _ = self.lstm1(x)
        states, _ = self.lstm2(self.drop1(states))
        x = self.drop2(states[:, -1])
        return self.fc3(self.fc2(self.fc1(x).relu()).relu())
