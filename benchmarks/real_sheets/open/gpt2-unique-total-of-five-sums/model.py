from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1 = nn.LayerNorm(768)
        self.q = nn.Linear(768, 768, bias=True)
        self.k = nn.Linear(768, 768, bias=True)
        self.v = nn.Linear(768, 768, bias=True)
        self.o = nn.Linear(768, 768)
        self.ln_2 = nn.LayerNorm(768)
        self.up = nn.Linear(768, 3072)
        self.gelu = nn.GELU()
        self.down = nn.Linear(3072, 768)

    def forward(self, x):
        y = self.ln_1(x)
        q, k, v = (f(y).unflatten(-1, (12, 64)).transpose(-2, -3) for f in (self.q, self.k, self.v))
        y = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.o(y.transpose(-2, -3).flatten(-2))
        return x + self.down(self.gelu(self.up(self.ln_2(x))))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.tok_emb = nn.Embedding(50257, 768)
        self.pos_emb = nn.Embedding(1024, 768)
        self.blocks = nn.Sequential(*(Block() for _ in range(12)))
        self.final_norm = nn.LayerNorm(768)
        self.out_head = nn.Linear(768, 50257, bias=False)
        self.out_head.weight = self.tok_emb.weight

    def forward(self, x):
        x = self.tok_emb(x) + self.pos_emb.weight[: x.shape[-1]]
        return self.out_head(self.final_norm(self.blocks(x)))
