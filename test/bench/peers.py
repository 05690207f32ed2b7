"""The same sweep by other programs, on the same checkpoint, prompts and tuples: milliseconds per (sample, tuple).

    python peers.py FOLDER PROMPTS.json [--peers released,nnsight,...] [--cells 40] [--threads 2]

released        nnsight as in the code released with the paper: five traces per cell, batch 1
nnsight         one trace per cell, the source run once per sample
transformerlens one hooked forward per cell
hf-batched      transformers with forward hooks, all samples of a tuple in one forward
hf-wide         the same, tuples x samples in one forward, in chunks
torch-planned   by hand: layer-prefix sharing, what an expert would write for this one experiment

Peers that take one forward per cell are timed on `--cells` cells; the others run all. Prints one JSON object.
"""

import argparse
import itertools
import json
import platform
import sys
import time
from importlib.metadata import PackageNotFoundError, version

import torch
from transformers import AutoModelForCausalLM

CHUNK = 64


class Work:
    """One task's prompts and all tuples of one and two layers."""

    def __init__(self, folder, prompts):
        self.folder = folder
        self.model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        samples = json.load(open(prompts))
        self.source = torch.tensor([s["source"] for s in samples])
        self.target = torch.tensor([s["target"] for s in samples])
        self.reference = torch.tensor([s["reference"] for s in samples])
        self.answer = torch.tensor([s["answer"] for s in samples])
        self.layers = self.model.model.layers
        n = len(self.layers)
        self.tuples = [(i,) for i in range(n)] + list(itertools.combinations(range(n), 2))
        self.cells = list(itertools.product(range(len(self.tuples)), range(len(samples))))

    def score(self, logits, answer):
        """logits [n, vocab] -> answer logit and rank from 1, [n, 2]."""
        own = logits.gather(-1, answer[:, None])
        return torch.stack([own[:, 0].float(), ((logits > own).sum(-1) + 1).float()], 1)


def output(value):
    return value[0] if isinstance(value, tuple) else value


def hooks_on(layers, patches):
    """patches: {layer: (rows or None, vectors)}, written over position 0."""

    def write(rows, vectors):
        def hook(_module, _inputs, out):
            x = output(out).clone()
            x[slice(None) if rows is None else rows, 0] = vectors
            return (x, *out[1:]) if isinstance(out, tuple) else x

        return hook

    return [layers[layer].register_forward_hook(write(*patch)) for layer, patch in patches.items()]


def source_vectors(work):
    """resid_post at the source's last token, [layers, samples, d]."""
    found = []
    handles = [layer.register_forward_hook(lambda _m, _i, o: found.append(output(o)[:, -1].clone())) for layer in work.layers]
    work.model(work.source, use_cache=False)
    for handle in handles:
        handle.remove()
    return torch.stack(found)


def run_hooked(work, ids, patches):
    handles = hooks_on(work.layers, patches)
    logits = work.model(ids, use_cache=False, logits_to_keep=1).logits[:, -1]
    for handle in handles:
        handle.remove()
    return logits


def hf_batched(work, _cells):
    vectors = source_vectors(work)
    rows = []
    for layers in work.tuples:
        logits = run_hooked(work, work.target, {layer: (None, vectors[layer]) for layer in layers})
        rows.append(work.score(logits, work.answer))
    return torch.cat(rows)


def hf_wide(work, _cells):
    vectors = source_vectors(work)
    rows = []
    for start in range(0, len(work.cells), CHUNK):
        chunk = work.cells[start : start + CHUNK]
        wanted = {}
        for row, (t, s) in enumerate(chunk):
            for layer in work.tuples[t]:
                wanted.setdefault(layer, ([], []))
                wanted[layer][0].append(row)
                wanted[layer][1].append(vectors[layer, s])
        patches = {layer: (torch.tensor(at), torch.stack(vs)) for layer, (at, vs) in wanted.items()}
        samples = [s for _, s in chunk]
        rows.append(work.score(run_hooked(work, work.target[samples], patches), work.answer[samples]))
    return torch.cat(rows)


def torch_planned(work, _cells):
    """Branches that agree below a layer share everything below it."""
    vectors = source_vectors(work)
    model = work.model.model
    n, length = work.target.shape
    embedded = model.embed_tokens(work.target)
    rotary = model.rotary_emb(embedded, torch.arange(length)[None])
    prefixes = {t[:k] for t in work.tuples for k in range(len(t) + 1)}
    finished = set(work.tuples)
    alive = {(): embedded}
    for layer, block in enumerate(work.layers):
        stacked = torch.cat(list(alive.values()))
        through = torch.cat([output(block(x, position_embeddings=rotary, attention_mask=None)) for x in stacked.split(CHUNK)])
        after = dict(zip(alive, through.split(n)))
        for prefix in list(after):
            if prefix + (layer,) in prefixes:
                patched = after[prefix].clone()
                patched[:, 0] = vectors[layer]
                after[prefix + (layer,)] = patched
        goes_on = {t[:k] for t in work.tuples for k in range(len(t)) if t[k] > layer}
        alive = {prefix: x for prefix, x in after.items() if prefix in finished or prefix in goes_on}
    rows = [work.score(work.model.lm_head(model.norm(alive[t][:, -1])), work.answer) for t in work.tuples]
    return torch.cat(rows)


def nnsight_cells(work, cells, released):
    import nnsight
    from nnsight import NNsight

    traced = NNsight(work.model)

    def layer_output(layer):
        out = traced.model.layers[layer].output
        return out[0] if work.outputs_are_tuples else out

    def cache(s):
        with torch.no_grad(), traced.trace(work.source[s : s + 1]):
            vectors = nnsight.save(list())
            for layer in range(len(work.layers)):
                vectors.append(layer_output(layer)[:, -1])
        return vectors

    def plain(ids):
        with torch.no_grad(), traced.trace(ids):
            logits = traced.lm_head.output[:, -1].save()
        return logits

    def patched(s, layers, vectors, position):
        with torch.no_grad(), traced.trace(work.target[s : s + 1]):
            for layer in layers:
                layer_output(layer)[:, position] = vectors[layer]
            logits = traced.lm_head.output[:, -1].save()
        return logits

    known, rows = {}, []
    for t, s in cells:
        layers = work.tuples[t]
        if released:
            vectors = cache(s)
            plain(work.target[s : s + 1])
            plain(work.reference[s : s + 1])
            patched(s, layers, vectors, -1)
        else:
            if s not in known:
                known[s] = cache(s)
            vectors = known[s]
        rows.append(work.score(patched(s, layers, vectors, 0), work.answer[s : s + 1]))
    return torch.cat(rows)


def blank_tokenizer(folder, vocab):
    """TransformerLens wants a tokenizer even where all prompts are token ids."""
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    words = {str(i): i for i in range(vocab)}
    plain = Tokenizer(models.WordLevel(words, unk_token="0"))
    return PreTrainedTokenizerFast(tokenizer_object=plain, name_or_path=folder, unk_token="0", pad_token="0", bos_token="1", eos_token="2")


def transformerlens(work, cells):
    from transformer_lens.model_bridge import TransformerBridge

    start = time.perf_counter()
    tokenizer = blank_tokenizer(work.folder, work.model.config.vocab_size)
    bridge = TransformerBridge.boot_transformers(work.folder, device="cpu", tokenizer=tokenizer)
    work.untimed += time.perf_counter() - start
    known, rows = {}, []
    for t, s in cells:
        if s not in known:
            _, cache = bridge.run_with_cache(work.source[s : s + 1])
            known[s] = [cache[f"blocks.{layer}.hook_out"][:, -1] for layer in range(len(work.layers))]
        vectors = known[s]

        def write(layer):
            def hook(x, hook):
                x[:, 0] = vectors[layer]
                return x

            return hook

        hooks = [(f"blocks.{layer}.hook_out", write(layer)) for layer in work.tuples[t]]
        logits = bridge.run_with_hooks(work.target[s : s + 1], fwd_hooks=hooks)[:, -1]
        rows.append(work.score(logits, work.answer[s : s + 1]))
    return torch.cat(rows)


PEERS = {
    "released": lambda work, cells: nnsight_cells(work, cells, True),
    "nnsight": lambda work, cells: nnsight_cells(work, cells, False),
    "transformerlens": transformerlens,
    "hf-batched": hf_batched,
    "hf-wide": hf_wide,
    "torch-planned": torch_planned,
}
ONE_BY_ONE = {"released", "nnsight", "transformerlens"}


def matmul_rate():
    """GFLOP/s of torch's fp32 product on this machine, now."""
    a, b = torch.randn(512, 2048), torch.randn(2048, 8192)
    a @ b
    start = time.perf_counter()
    for _ in range(5):
        a @ b
    return 5 * 2 * 512 * 2048 * 8192 / (time.perf_counter() - start) / 1e9


def installed(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("prompts")
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--cells", type=int, default=40)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    work = Work(args.folder, args.prompts)
    probe = torch.zeros(1, 1, work.model.config.hidden_size)
    at = work.model.model.rotary_emb(probe, torch.zeros(1, 1, dtype=torch.long))
    work.outputs_are_tuples = isinstance(work.layers[0](probe, position_embeddings=at, attention_mask=None), tuple)

    result = {
        "versions": {name: installed(name) for name in ("torch", "transformers", "nnsight", "transformer-lens")},
        "python": platform.python_version(),
        "threads": args.threads,
        "peers": {},
    }
    run_hooked(work, work.target, {})  # Nobody pays for the first touch of the weights.
    for name in args.peers.split(","):
        cells = work.cells[: args.cells] if name in ONE_BY_ONE else work.cells
        try:
            work.untimed = 0
            start = time.perf_counter()
            scores = PEERS[name](work, cells)
            seconds = time.perf_counter() - start - work.untimed
            result["peers"][name] = {
                "productGflops": matmul_rate(),
                "msPerCell": 1e3 * seconds / len(cells),
                "cells": len(cells),
                "logit": scores[:, 0].tolist(),
                "rank": scores[:, 1].tolist(),
            }
        except Exception as error:  # A peer that cannot run is reported, and the others go on.
            result["peers"][name] = {"error": f"{type(error).__name__}: {error}"[:300]}
        shown = {k: v for k, v in result["peers"][name].items() if k not in ("logit", "rank")}
        print(name, shown, file=sys.stderr, flush=True)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
