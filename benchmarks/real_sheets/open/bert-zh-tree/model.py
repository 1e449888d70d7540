"""BERT base: 12 layers of 768 features, with its pooler."""

import torch
from torch import nn


class Embeddings(nn.Module):
    def __init__(self):
        super().__init__()
        self.word_embeddings = nn.Embedding(30_522, 768)
        self.position_embeddings = nn.Embedding(512, 768)
        self.token_type_embeddings = nn.Embedding(2, 768)
        self.norm = nn.LayerNorm(768)

    def forward(self, tokens):
        places = torch.arange(tokens.shape[1], device=tokens.device)
        x = self.word_embeddings(tokens) + self.position_embeddings(places)
        x = x + self.token_type_embeddings(torch.zeros_like(tokens))
        return self.norm(x)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query = nn.Linear(768, 768)
        self.key = nn.Linear(768, 768)
        self.value = nn.Linear(768, 768)
        self.output = nn.Linear(768, 768)

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = (
            part(x).view(batch, length, 12, 64).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        y = nn.functional.scaled_dot_product_attention(q, k, v)
        return self.output(y.transpose(1, 2).reshape(batch, length, width))


class FeedForward(nn.Module):
    def __init__(self):
        super().__init__()
        self.intermediate = nn.Linear(768, 3072)
        self.output = nn.Linear(3072, 768)

    def forward(self, x):
        return self.output(nn.functional.gelu(self.intermediate(x)))


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = Attention()
        self.norm1 = nn.LayerNorm(768)
        self.ffn = FeedForward()
        self.norm2 = nn.LayerNorm(768)

    def forward(self, x):
        x = self.norm1(x + self.attention(x))
        return self.norm2(x + self.ffn(x))


class Bert(nn.Module):
    def __init__(self):
        super().__init__()
        self.embeddings = Embeddings()
        self.encoder = nn.Sequential(*(Layer() for _ in range(12)))
        self.pooler = nn.Linear(768, 768)

    def forward(self, tokens):
        x = self.encoder(self.embeddings(tokens))
        return torch.tanh(self.pooler(x[:, 0]))
