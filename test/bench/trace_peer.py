"""The same paths walked one by one in plain torch: milliseconds per path.

    python trace_peer.py FOLDER EXPORT.json [--threads 2]

Freezes the model on the prompt (norms, gates, attention weights) with transformers, and carries each path's vector
through every layer's maps by itself, as a direct reading of arXiv:2602.07930 does. Prints one JSON object with the time
per path and the largest differences of logit and rank from what the file says.
"""

import argparse
import json
import time

import torch
from transformers import AutoModelForCausalLM


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("export")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model = AutoModelForCausalLM.from_pretrained(args.folder, dtype=torch.float32, attn_implementation="eager").eval()
    work = json.load(open(args.export))
    ids = torch.tensor([work["tokens"]])
    layers = model.model.layers
    config = model.config
    heads, width = config.num_attention_heads, config.hidden_size // config.num_attention_heads

    seen = {}

    def keep(name):
        def hook(_module, inputs, output):
            seen[name] = (inputs[0][0] if inputs else None, output)

        return hook

    handles = []
    for l, layer in enumerate(layers):
        handles.append(layer.post_attention_layernorm.register_forward_hook(keep((l, "attn_norm"))))
        handles.append(layer.post_feedforward_layernorm.register_forward_hook(keep((l, "mlp_norm"))))
        handles.append(layer.mlp.gate_proj.register_forward_hook(keep((l, "gate"))))
        handles.append(layer.self_attn.register_forward_hook(keep((l, "attn")), with_kwargs=False))
    handles.append(model.model.norm.register_forward_hook(keep("final")))
    handles.append(model.model.embed_tokens.register_forward_hook(keep("embed")))
    model(ids, use_cache=False)
    for handle in handles:
        handle.remove()

    def scale(norm, x):
        return norm.weight / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + norm.variance_epsilon)

    frozen = []
    for l, layer in enumerate(layers):
        pattern = seen[(l, "attn")][1][1][0]  # [heads, query, key]
        top = pattern.topk(min(work["topK"], pattern.shape[-1]), -1).indices
        chosen = torch.zeros_like(pattern).scatter_(-1, top, 1.0) * (pattern > 0)
        frozen.append(
            (
                layer,
                pattern * chosen,
                scale(layer.post_attention_layernorm, seen[(l, "attn_norm")][0]),
                torch.nn.functional.silu(seen[(l, "gate")][1][0]),
                scale(layer.post_feedforward_layernorm, seen[(l, "mlp_norm")][0]),
            )
        )
    final = scale(model.model.norm, seen["final"][0])[-1]
    embedded = seen["embed"][1][0]

    def walk(positions):
        v = embedded[positions[0]]
        for (layer, weight, attn_scale, gate, mlp_scale), j, i in zip(frozen, positions, positions[1:]):
            z = (layer.self_attn.v_proj.weight @ v).view(heads, width) * weight[:, i, j, None]
            out = attn_scale[i] * (layer.self_attn.o_proj.weight @ z.flatten())
            v = v + out if i == j else out
            v = v + mlp_scale[i] * (layer.mlp.down_proj.weight @ (gate[i] * (layer.mlp.up_proj.weight @ v)))
        logits = model.lm_head.weight @ (final * v)
        own = logits[work["answer"]]
        return float(own), int((logits > own).sum()) + 1

    walk(work["paths"][0]["positions"])
    start = time.perf_counter()
    found = [walk(path["positions"]) for path in work["paths"]]
    seconds = time.perf_counter() - start
    pairs = list(zip(found, work["paths"]))
    print(
        json.dumps(
            {
                "msPerPath": 1e3 * seconds / len(found),
                "paths": len(found),
                "logitDifference": max(abs(f[0] - p["logit"]) for f, p in pairs),
                "rankDifference": max(abs(f[1] - p["rank"]) for f, p in pairs),
            }
        )
    )


if __name__ == "__main__":
    main()
