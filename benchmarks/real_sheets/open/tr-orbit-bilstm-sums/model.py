"""Recurrent layers both ways, with attention between them."""

from torch import Tensor, nn


class Orbit(nn.Module):
    """Three days of readings to the next ones."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm1 = nn.LSTM(10, 256, batch_first=True, bidirectional=True)
        self.lstm2 = nn.LSTM(512, 128, batch_first=True, bidirectional=True)
        self.attention = nn.MultiheadAttention(256, 8, batch_first=True)
        self.lstm3 = nn.LSTM(256, 64, batch_first=True, bidirectional=True)
        self.fc1 = nn.Linear(128, 256)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(256, 144)

    def forward(self, rows: Tensor) -> Tensor:
        """Return what is foretold."""
        rows, _ = self.lstm1(rows)
        rows, _ = self.lstm2(rows)
        rows, _ = self.attention(rows, rows, rows)
        rows, _ = self.lstm3(rows)
        told: Tensor = self.fc2(self.relu(self.fc1(rows[:, -1])))
        return told
