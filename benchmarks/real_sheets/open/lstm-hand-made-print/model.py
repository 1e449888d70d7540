"""A text classifier: an embedding, an LSTM, and two linear layers on its last state."""

from torch import nn


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20_000, 128)
        self.lstm = nn.LSTM(128, 256, batch_first=True)
        self.dropout = nn.Dropout(0.5)
        self.fc1 = nn.Linear(256, 64)
        self.fc2 = nn.Linear(64, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, tokens):
        states, _ = self.lstm(self.embedding(tokens))
        x = self.dropout(states[:, -1])
        return self.sigmoid(self.fc2(self.fc1(x).relu()))
