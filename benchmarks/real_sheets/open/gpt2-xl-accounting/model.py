"""A GPT-2 of the largest size, with RMSNorm and SwiGLU, without biases."""

from torch import nn


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(1600, 1600, bias=False)
        self.k = nn.Linear(1600, 1600, bias=False)
        self.v = nn.Linear(1600, 1600, bias=False)
        self.out = nn.Linear(1600, 1600, bias=False)

    def forward(self, x):
        q, k, v = (
            one(x).unflatten(-1, (25, 64)).transpose(1, 2) for one in (self.q, self.k, self.v)
        )
        seen = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out(seen.transpose(1, 2).flatten(2))


class Feed(nn.Module):
    def __init__(self):
        super().__init__()
        self.w1 = nn.Linear(1600, 6400, bias=False)
        self.w2 = nn.Linear(6400, 1600, bias=False)
        self.w3 = nn.Linear(1600, 6400, bias=False)

    def forward(self, x):
        return self.w2(nn.functional.silu(self.w1(x)) * self.w3(x))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.RMSNorm(1600)
        self.attention = Attention()
        self.norm2 = nn.RMSNorm(1600)
        self.feed = Feed()

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.feed(self.norm2(x))


class Language(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(50257, 1600)
        self.blocks = nn.ModuleList(Block() for _ in range(48))
        self.norm = nn.RMSNorm(1600)
        self.head = nn.Linear(1600, 50257, bias=False)

    def forward(self, x):
        x = self.embed(x)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))
