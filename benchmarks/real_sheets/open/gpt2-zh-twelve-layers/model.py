"""GPT-2 small: twelve blocks of 768 features, the head is the token embedding."""

import torch
from torch import nn
from torch.nn import functional


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.c_attn = nn.Linear(width, 3 * width)
        self.c_proj = nn.Linear(width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        shape = batch, tokens, self.heads, width // self.heads
        q, k, v = (part.view(shape).transpose(1, 2) for part in self.c_attn(x).split(width, 2))
        seen = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.c_proj(seen.transpose(1, 2).reshape(batch, tokens, width))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width)
        self.attn = Attention(width, heads)
        self.ln_2 = nn.LayerNorm(width)
        grown = 4 * width
        self.mlp = nn.Sequential(nn.Linear(width, grown), nn.GELU(), nn.Linear(grown, width))

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class GPT2(nn.Module):
    def __init__(self, words=50257, places=1024, width=768, heads=12, depth=12):
        super().__init__()
        self.wte = nn.Embedding(words, width)
        self.wpe = nn.Embedding(places, width)
        self.h = nn.Sequential(*(Block(width, heads) for _ in range(depth)))
        self.ln_f = nn.LayerNorm(width)
        self.lm_head = nn.Linear(width, words, bias=False)
        self.lm_head.weight = self.wte.weight

    def forward(self, tokens):
        places = torch.arange(tokens.shape[1], device=tokens.device)
        x = self.h(self.wte(tokens) + self.wpe(places))
        return self.lm_head(self.ln_f(x))
