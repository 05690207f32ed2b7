"""Goldens of position and head patching, steering and cross-task patching: the bundled model demo/dpo, run by Hugging
Face transformers in fp32 with eager attention on one CPU thread, patched by PyTorch hooks, one forward for every cell.

    pip install torch==2.13.0 transformers==5.23 tokenizers
    python test/goldens/beyond/make.py

Writes beyond.json: prompts in token ids, and for each cell the answer's logit and rank and KL(unpatched || patched)."""

import json
import platform
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

HERE = Path(__file__).parent
DEMO = HERE.parents[2] / "kernel-lib" / "demo"
QUERIES = ["Peru", "Japan"]

torch.set_num_threads(1)
model = AutoModelForCausalLM.from_pretrained(DEMO / "dpo", dtype=torch.float32, attn_implementation="eager").eval()
tokenizer = AutoTokenizer.from_pretrained(DEMO / "dpo")
TASKS = {task["name"]: task for task in json.loads((DEMO / "tasks.json").read_text())["tasks"]}
LAYERS, HEADS = model.config.num_hidden_layers, model.config.num_attention_heads
BOS = tokenizer.convert_tokens_to_ids("<s>")


def encode(text):
    return tokenizer.encode(text, add_special_tokens=False)


def instruction(name):
    return [BOS, *encode(TASKS[name]["instruction"])]


def query(name, word):
    return encode(TASKS[name]["query"].replace("{x}", word))


def answer(name, word):
    return encode(next(item["answer"] for item in TASKS[name]["items"] if item["query"] == word))[0]


def place(site, layer):
    """Module, and whether its input or its output is the site."""
    block = model.model.layers[layer]
    return {
        "resid_pre": (block, "input"),
        "resid_post": (block, "output"),
        # The branch is normed before it is added to the stream.
        "attn_out": (block.post_attention_layernorm, "output"),
        "mlp_out": (block.post_feedforward_layernorm, "output"),
        "z": (block.self_attn.o_proj, "input"),
    }[site]


def run(ids, edits=(), see=None):
    """Logits of the last token. edits: (site, layer, change), where change(rows [tokens, width]) is made in place.
    see: (site, layer) to return the rows of."""
    handles, seen = [], {}

    def tap(site, layer, act):
        module, which = place(site, layer)
        if which == "input":
            def before(_, args, kwargs):
                x = args[0] if args else kwargs["hidden_states"]
                x = x.clone()
                act(x[0])
                return ((x, *args[1:]), kwargs) if args else (args, {**kwargs, "hidden_states": x})
            handles.append(module.register_forward_pre_hook(before, with_kwargs=True))
        else:
            def after(_, __, out):
                x = (out[0] if isinstance(out, tuple) else out).clone()
                act(x[0])
                return (x, *out[1:]) if isinstance(out, tuple) else x
            handles.append(module.register_forward_hook(after))

    for site, layer, change in edits:
        tap(site, layer, change)
    if see:
        for layer in range(LAYERS):
            tap(see, layer, lambda rows, layer=layer: seen.__setitem__(layer, rows.clone()))
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0, -1]
    for handle in handles:
        handle.remove()
    return (logits, seen) if see else logits


def measure(logits, token, unchanged):
    p, q = torch.log_softmax(unchanged, -1), torch.log_softmax(logits, -1)
    return [
        logits[token].item(),
        int((logits > logits[token]).sum()) + 1,
        (p.exp() * (p - q)).sum().item(),
    ]


def setter(position, row, at=slice(None)):
    def change(rows):
        rows[position, at] = row
    return change


def patch_grids():
    samples, grids = [], {}
    for word in QUERIES:
        samples.append({
            "source": instruction("capital") + query("capital", word),
            "target": instruction("language") + query("capital", word),
            "answer": answer("capital", word),
            "foil": answer("language", word),
            "label": word,
        })
    for site in ["resid_pre", "resid_post", "attn_out", "mlp_out"]:
        grids[site] = []
        for sample in samples:
            _, rows = run(sample["source"], see=site)
            unchanged = run(sample["target"])
            cells = [
                measure(run(sample["target"], [(site, layer, setter(p, rows[layer][p]))]), sample["answer"], unchanged)
                for layer in range(LAYERS)
                for p in range(len(sample["target"]))
            ]
            grids[site].append(cells)
    width = model.config.hidden_size // HEADS
    for name, places in [("head last", [-1]), ("head all", None)]:
        grids[name] = []
        for sample in samples:
            _, rows = run(sample["source"], see="z")
            unchanged = run(sample["target"])
            used = places or list(range(len(sample["target"])))

            def patched(layer, head):
                at = slice(head * width, (head + 1) * width)
                edits = [("z", layer, setter(p, rows[layer][p, at], at)) for p in used]
                return measure(run(sample["target"], edits), sample["answer"], unchanged)
            grids[name].append([patched(layer, head) for layer in range(LAYERS) for head in range(HEADS)])
    return {"samples": samples, "grids": grids}


def steering():
    """The instruction's vector less the filler's, times a coefficient, at the filler; three greedy tokens."""
    coefficients = [-1, 0.5, 2]
    vectors = {}
    for site in ["resid_post", "attn_out"]:
        plus, minus = run(instruction("capital"), see=site)[1], run([BOS], see=site)[1]
        vectors[site] = {layer: plus[layer][-1] - minus[layer][-1] for layer in range(LAYERS)}
    out = {"coefficients": coefficients, "norm": vectors["resid_post"][2].norm().item(), "samples": [], "cells": {}}
    for word in QUERIES:
        out["samples"].append({"prompt": [BOS, *query("capital", word)], "answer": answer("capital", word)})
    for site, positions in [("resid_post", [0]), ("attn_out", [0]), ("resid_post", "all")]:
        cells = []
        for sample in out["samples"]:
            unchanged = run(sample["prompt"])
            for layer in range(LAYERS):
                for coefficient in coefficients:
                    def change(rows):
                        rows[slice(None) if positions == "all" else positions] += coefficient * vectors[site][layer]
                    ids, made = list(sample["prompt"]), []
                    first = run(ids, [(site, layer, change)])
                    logits = first
                    while len(made) < 3:
                        token = int(logits.argmax())
                        if token == model.config.eos_token_id:
                            break
                        made.append(token)
                        logits = run(ids + made, [(site, layer, change)])
                    cells.append([*measure(first, sample["answer"], unchanged), made])
        out["cells"][f"{site} {'all' if positions == 'all' else 'filler'}"] = cells
    return out


def cross_tasks():
    names = ["capital", "language", "antonym"]
    out = {"tasks": names, "n": 6, "outputs": {}}
    rows = {name: run(instruction(name), see="resid_post")[1] for name in names}
    for into in ["query", "instruction"]:
        for layers in [list(range(LAYERS)), [0, 3]]:
            outputs = []
            for i in range(out["n"]):
                for source in names:
                    for target in names:
                        word = TASKS[target]["items"][i]["query"]
                        head = [BOS] if into == "query" else instruction(target)
                        at = len(head) - 1
                        edits = [("resid_post", l, setter(at, rows[source][l][-1])) for l in layers]
                        outputs.append(int(run(head + query(target, word), edits).argmax()))
            out["outputs"][f"{into} {'+'.join(map(str, layers))}"] = outputs
    return out


golden = {
    "made": {
        "by": "test/goldens/beyond/make.py",
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
    },
    "patch": patch_grids(),
    "steer": steering(),
    "cross": cross_tasks(),
}
text = json.dumps(golden, separators=(",", ":"))
(HERE / "beyond.json").write_text(text + "\n")
print(len(text), "characters")
