import torch
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln1 = nn.LayerNorm(512)
        self.w_q = nn.Linear(512, 512, bias=False)
        self.w_k = nn.Linear(512, 512, bias=False)
        self.w_v = nn.Linear(512, 512, bias=False)
        self.w_o = nn.Linear(512, 512, bias=False)
        self.ln2 = nn.LayerNorm(512)
        self.fc1 = nn.Linear(512, 2048)
        self.fc2 = nn.Linear(2048, 512)

    def heads(self, x):
        return x.unflatten(-1, (8, 64)).transpose(1, 2)

    def forward(self, x):
        y = self.ln1(x)
        q, k, v = self.heads(self.w_q(y)), self.heads(self.w_k(y)), self.heads(self.w_v(y))
        y = (q @ k.transpose(-1, -2) / 8).softmax(-1) @ v
        x = x + self.w_o(y.transpose(1, 2).flatten(2))
        return x + self.fc2(torch.relu(self.fc1(self.ln2(x))))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(16000, 512)
        self.blocks = nn.ModuleList(Block() for _ in range(12))
        self.ln_f = nn.LayerNorm(512)
        self.lm_head = nn.Linear(512, 16000, bias=False)
        self.lm_head.weight = self.embedding.weight

    def forward(self, tokens):
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x)
        return self.lm_head(self.ln_f(x))
