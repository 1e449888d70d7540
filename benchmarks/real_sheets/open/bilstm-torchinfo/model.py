"""A classifier of texts: an embedding, an LSTM in both directions, the mean of its states."""

from torch import nn


class TextClassificationModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(2000, 7)
        self.lstm = nn.LSTM(7, 24, batch_first=True, bidirectional=True)
        self.pool = nn.AdaptiveAvgPool1d(1)
        self.fc1 = nn.Linear(48, 24)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(24, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, tokens):
        states, _ = self.lstm(self.embedding(tokens))
        x = self.pool(states.permute(0, 2, 1)).squeeze(-1)
        return self.sigmoid(self.fc2(self.relu(self.fc1(x))))
