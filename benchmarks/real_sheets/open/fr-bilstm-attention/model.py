"""A bidirectional LSTM with attention for breakdowns."""

from torch import nn


class Breakdowns(nn.Module):
    def __init__(self):
        super().__init__()
        self.project = nn.Linear(11, 32)
        self.lstm = nn.LSTM(32, 32, batch_first=True, bidirectional=True)
        self.norm = nn.LayerNorm(64)
        self.attention = nn.MultiheadAttention(64, 4, batch_first=True)
        self.head = nn.Sequential(
            nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1)
        )

    def forward(self, x):
        states, _ = self.lstm(self.project(x))
        states = self.norm(states)
        seen, _ = self.attention(states, states, states, need_weights=False)
        return self.head((states + seen).mean(1))
