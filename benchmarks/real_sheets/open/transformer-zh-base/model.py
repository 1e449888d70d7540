"""The transformer of 2017: six layers to encode, six to decode, 512 features."""

from torch import nn
from torch.nn import functional


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.o = (nn.Linear(width, width, bias=False) for _ in range(4))

    def forward(self, x, seen):
        batch, tokens, width = x.shape
        q, k, v = (
            part.view(batch, -1, self.heads, width // self.heads).transpose(1, 2)
            for part in (self.q(x), self.k(seen), self.v(seen))
        )
        out = functional.scaled_dot_product_attention(q, k, v)
        return self.o(out.transpose(1, 2).reshape(batch, tokens, width))


class FeedForward(nn.Sequential):
    def __init__(self, width, hidden):
        first, last = nn.Linear(width, hidden, bias=False), nn.Linear(hidden, width, bias=False)
        super().__init__(first, nn.ReLU(), last)


class EncoderLayer(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.attention = Attention(width, heads)
        self.ffn = FeedForward(width, hidden)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x):
        x = self.norm1(x + self.attention(x, x))
        return self.norm2(x + self.ffn(x))


class DecoderLayer(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.attention = Attention(width, heads)
        self.cross = Attention(width, heads)
        self.ffn = FeedForward(width, hidden)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(width) for _ in range(3))

    def forward(self, x, memory):
        x = self.norm1(x + self.attention(x, x))
        x = self.norm2(x + self.cross(x, memory))
        return self.norm3(x + self.ffn(x))


class Transformer(nn.Module):
    def __init__(self, words=32000, width=512, heads=8, hidden=2048, depth=6):
        super().__init__()
        self.source = nn.Embedding(words, width)
        self.target = nn.Embedding(words, width)
        self.encoder = nn.ModuleList(EncoderLayer(width, heads, hidden) for _ in range(depth))
        self.decoder = nn.ModuleList(DecoderLayer(width, heads, hidden) for _ in range(depth))

    def forward(self, source, target):
        memory = self.source(source)
        for layer in self.encoder:
            memory = layer(memory)
        x = self.target(target)
        for layer in self.decoder:
            x = layer(x, memory)
        return x @ self.target.weight.T
