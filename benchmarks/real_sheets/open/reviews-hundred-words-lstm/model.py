from torch import nn


class Reviews(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(100, 32)
        self.spatial = nn.Dropout(0.25)
        self.lstm = nn.LSTM(32, 50, batch_first=True)
        self.drop = nn.Dropout(0.2)
        self.dense = nn.Linear(50, 1)

    def forward(self, x):
        x = self.lstm(self.spatial(self.embedding(x)))[0][:, -1]
        return self.dense(self.drop(x)).sigmoid()
