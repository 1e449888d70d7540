"""BERT's twelve layers."""

from torch import nn


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(768, 12, batch_first=True)
        self.norm1 = nn.LayerNorm(768)
        self.up = nn.Linear(768, 3072)
        self.down = nn.Linear(3072, 768)
        self.norm2 = nn.LayerNorm(768)

    def forward(self, x):
        seen, _ = self.attention(x, x, x, need_weights=False)
        x = self.norm1(x + seen)
        return self.norm2(x + self.down(nn.functional.gelu(self.up(x))))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(30522, 768)
        self.layers = nn.ModuleList(Layer() for _ in range(12))

    def forward(self, x):
        x = self.embed(x)
        for layer in self.layers:
            x = layer(x)
        return x
