"""Two LSTMs that tell the next word."""

from torch import nn


class NextWord(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(4818, 100)
        self.lstm1 = nn.LSTM(100, 150, batch_first=True)
        self.dropout1 = nn.Dropout(0.3)
        self.lstm2 = nn.LSTM(150, 100, batch_first=True)
        self.dropout2 = nn.Dropout(0.3)
        self.dense = nn.Linear(100, 4818)

    def forward(self, tokens):
        x, _ = self.lstm1(self.embedding(tokens))
        x, _ = self.lstm2(self.dropout1(x))
        return self.dense(self.dropout2(x[:, -1])).softmax(-1)
