"""An autoencoder of two LSTMs for sensors."""

from torch import nn


class Anomalies(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.LSTM(11, 128, num_layers=2, batch_first=True)
        self.latent = nn.Linear(128, 16)
        self.expand = nn.Linear(16, 128)
        self.decoder = nn.LSTM(128, 128, num_layers=2, batch_first=True)
        self.output = nn.Linear(128, 11)

    def forward(self, x):
        _, (hidden, _) = self.encoder(x)
        x = self.expand(self.latent(hidden[-1]))
        states, _ = self.decoder(x.unsqueeze(1).repeat(1, 168, 1))
        return self.output(states)
