"""The Transformer of the base size, with one embedding for both languages."""

from torch import nn


class Translator(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(37000, 512)
        self.encoder = nn.ModuleList(
            nn.TransformerEncoderLayer(512, 8, 2048, batch_first=True) for _ in range(6)
        )
        self.decoder = nn.ModuleList(
            nn.TransformerDecoderLayer(512, 8, 2048, batch_first=True) for _ in range(6)
        )

    def forward(self, source, target):
        memory, x = self.embed(source), self.embed(target)
        for layer in self.encoder:
            memory = layer(memory)
        for layer in self.decoder:
            x = layer(x, memory)
        return x @ self.embed.weight.T
