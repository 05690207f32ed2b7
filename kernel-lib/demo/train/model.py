"""OLMo-2 in plain torch, with the parameter names of Hugging Face, an attention mask of any shape, and a patch at position 0.

Post-norm: x + norm(attention(x)), then x + norm(mlp(x)); RMS norm of all of q and of all of k before rotary embedding.
`export.py` checks it against transformers' own Olmo2ForCausalLM.
"""

from dataclasses import asdict, dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

RMS_EPS = 1e-6
ROPE_THETA = 10_000.0


@dataclass(frozen=True)
class Shape:
    vocabulary: int
    width: int
    layers: int
    heads: int
    mlp: int


class RMSNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.weight, RMS_EPS)


def rotary(positions, head_width):
    """cos and sin, each [positions, head_width]."""
    frequencies = ROPE_THETA ** (-torch.arange(0, head_width, 2).float() / head_width)
    angles = torch.arange(positions).float()[:, None] * frequencies[None]
    angles = torch.cat([angles, angles], -1)
    return angles.cos(), angles.sin()


def rotate(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(width, width, bias=False)
        self.k_proj = nn.Linear(width, width, bias=False)
        self.v_proj = nn.Linear(width, width, bias=False)
        self.o_proj = nn.Linear(width, width, bias=False)
        self.q_norm = RMSNorm(width)
        self.k_norm = RMSNorm(width)

    def forward(self, x, cos, sin, mask):
        batch, positions, width = x.shape
        by_head = lambda y: y.view(batch, positions, self.heads, -1).transpose(1, 2)  # [batch, head, pos, head width]
        q = rotate(by_head(self.q_norm(self.q_proj(x))), cos, sin)
        k = rotate(by_head(self.k_norm(self.k_proj(x))), cos, sin)
        v = by_head(self.v_proj(x))
        z = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=mask is None)
        return self.o_proj(z.transpose(1, 2).reshape(batch, positions, width))


class MLP(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.gate_proj = nn.Linear(width, inner, bias=False)
        self.up_proj = nn.Linear(width, inner, bias=False)
        self.down_proj = nn.Linear(inner, width, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Block(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.self_attn = Attention(shape.width, shape.heads)
        self.mlp = MLP(shape.width, shape.mlp)
        self.post_attention_layernorm = RMSNorm(shape.width)
        self.post_feedforward_layernorm = RMSNorm(shape.width)

    def forward(self, x, cos, sin, mask):
        x = x + self.post_attention_layernorm(self.self_attn(x, cos, sin, mask))
        return x + self.post_feedforward_layernorm(self.mlp(x))


class LanguageModel(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.embed_tokens = nn.Embedding(shape.vocabulary, shape.width)
        self.layers = nn.ModuleList([Block(shape) for _ in range(shape.layers)])
        self.norm = RMSNorm(shape.width)
        self.lm_head = nn.Linear(shape.width, shape.vocabulary, bias=False)
        for weight in (p for p in self.parameters() if p.dim() > 1):
            nn.init.normal_(weight, 0, 0.02 if weight.shape[0] == shape.vocabulary else 0.8 * shape.width**-0.5)

    def hidden(self, ids, mask=None, patch=None, keep=None):
        """Final hidden states [batch, pos, width] of ids [batch, pos].

        mask: [batch, 1, pos, pos], True where a query position may look; causal when absent.
        patch: {layer: [batch, width]}, written over resid_post of that layer at position 0.
        keep: a list that receives resid_post of every layer.
        """
        x = self.embed_tokens(ids)
        cos, sin = rotary(ids.shape[1], self.shape.width // self.shape.heads)
        for layer, block in enumerate(self.layers):
            x = block(x, cos, sin, mask)
            if patch is not None and layer in patch:
                x = torch.cat([patch[layer][:, None], x[:, 1:]], 1)
            if keep is not None:
                keep.append(x)
        return self.norm(x)

    def forward(self, ids, mask=None):
        return self.lm_head(self.hidden(ids, mask))


def save(model, path, making):
    """fp32 weights, with what made them; `export.py` writes the bf16 checkpoint from it."""
    torch.save({"shape": asdict(model.shape), "weights": model.state_dict(), "making": making}, path)


def load(path, bf16=False):
    """The fp32 weights, or with bf16 their rounding to bf16, held in fp32: what a reader of the exported checkpoint gets."""
    saved = torch.load(path)
    model = LanguageModel(Shape(**saved["shape"]))
    rounded = lambda w: w.to(torch.bfloat16).float() if bf16 else w
    model.load_state_dict({name: rounded(w) for name, w in saved["weights"].items()})
    return model, saved["making"]
