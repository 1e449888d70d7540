"""A plain recurrent network for reviews of films."""

from torch import nn


class Reviews(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10000, 128)
        self.rnn = nn.RNN(128, 128, batch_first=True)
        self.fc = nn.Linear(128, 1)

    def forward(self, x):
        states, _ = self.rnn(self.embed(x))
        return self.fc(states[:, -1])
