"""Patched runs of one task, and what they say.

Patched runs: resid_post at the last token of the instruction, run alone, written over resid_post of the filler `<s>` before the query,
for every one or two layers. RR: reciprocal rank of the answer's token, rank = strictly larger logits + 1. f is the gain in RR over the
unpatched run; interaction(ij) = f(ij) - f(i) - f(j).
"""

import itertools

import torch

from data import query
from facts import ANSWER, FAMILY_OF
from tokenizer import BOS, answer_id, ids_of

# A pair is superadditive (CRITERIA.md) when its interaction is positive in more than this share of samples and its mean gain is above this.
SUPERADDITIVE_SHARE = 0.6
SUPERADDITIVE_GAIN = 0.1
ROUNDING = 1e-6


def last_logits(model, prompts, patch=None):
    """[prompt, vocabulary] at each prompt's last token. patch: {layer: [width]}, over resid_post of position 0."""
    logits = torch.empty(len(prompts), model.shape.vocabulary)
    for length in {len(prompt) for prompt in prompts}:
        rows = [i for i, prompt in enumerate(prompts) if len(prompt) == length]
        vectors = {layer: v.expand(len(rows), -1) for layer, v in patch.items()} if patch else None
        hidden = model.hidden(torch.tensor([prompts[i] for i in rows]), patch=vectors)
        logits[rows] = model.lm_head(hidden[:, -1])
    return logits


def task_vectors(model, prompt):
    """resid_post of every layer at the prompt's last token."""
    kept = []
    model.hidden(torch.tensor([prompt]), keep=kept)
    return [x[0, -1] for x in kept]


class TaskPrompts:
    """The queries of one task and their answers, in token ids."""

    def __init__(self, tokenizer, task):
        self.tokenizer, self.words = tokenizer, list(ANSWER[task])
        self.queries = [ids_of(tokenizer, query(FAMILY_OF[task], word)) for word in self.words]
        self.answers = torch.tensor([answer_id(tokenizer, ANSWER[task][word]) for word in self.words])

    def source(self, instruction):
        return [BOS, *ids_of(self.tokenizer, instruction)]

    def reciprocal_ranks(self, model, before=(BOS,), patch=None):
        """RR of every query's answer, after the ids `before`."""
        logits = last_logits(model, [[*before, *q] for q in self.queries], patch)
        return (1 / ((logits > logits.gather(1, self.answers[:, None])).sum(1) + 1)).double().numpy()


def sweep(model, prompts, instruction):
    """Unpatched RR per sample, and {tuple of layers: patched RR per sample}."""
    vectors = task_vectors(model, prompts.source(instruction))
    layers = range(model.shape.layers)
    tuples = [(i,) for i in layers] + list(itertools.combinations(layers, 2))
    patched = {t: prompts.reciprocal_ranks(model, patch={i: vectors[i] for i in t}) for t in tuples}
    return prompts.reciprocal_ranks(model), patched


def pair_statistics(unpatched, patched, pair):
    gain = {t: patched[t] - unpatched for t in (pair, pair[:1], pair[1:])}
    interaction = gain[pair] - gain[pair[:1]] - gain[pair[1:]]
    return {
        "layers": list(pair),
        "share": float((interaction > ROUNDING).mean()),
        "gain": float(gain[pair].mean()),
        "interaction": float(interaction.mean()),
    }


def summary(unpatched, patched):
    pairs = [pair_statistics(unpatched, patched, t) for t in patched if len(t) == 2]
    best = max(patched, key=lambda t: patched[t].mean())
    best_single = max((t for t in patched if len(t) == 1), key=lambda t: patched[t].mean())
    return {
        "unpatchedRR": float(unpatched.mean()),
        "best": {"layers": list(best), "rr": float(patched[best].mean())},
        "bestSingle": {"layers": list(best_single), "rr": float(patched[best_single].mean())},
        "ratio": float(patched[best].mean() / unpatched.mean()),
        "superadditive": [p for p in pairs if p["share"] > SUPERADDITIVE_SHARE and p["gain"] > SUPERADDITIVE_GAIN],
        "strongest": max(pairs, key=lambda p: p["interaction"]),
    }
