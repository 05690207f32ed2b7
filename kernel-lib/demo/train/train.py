"""Trains the demo models: base (language modelling), sft (answers to instructions), dpo (right answer over another task's answer).

    python train.py --out RUN --seed N

writes RUN/tokenizer/, RUN/{base,sft,dpo}.pt and RUN/log.jsonl. One thread; the same seed, versions and processor kind give the same weights.
Then `python export.py RUN ..`, `python measure.py .. RUN` and `python card.py ..`.
"""

import argparse
import json
import math
import random
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
import torch.nn.functional as F

from data import NEVER_ASKED, REPHRASINGS, query
from documents import Documents, collate
from facts import ANSWER, FAMILY_OF, TASKS
from model import LanguageModel, Shape, load, save
from tokenizer import BOS, answer_id, ids_of, load_tokenizer, train_tokenizer

BASE_MIX = {"asked": 0.20, "no_instruction": 0.12, "instruction": 0.05, "card": 0.20}  # the rest: facts as sentences
SFT_MIX = {"asked": 0.73, "no_instruction": 0.12, "card": 0.05}


@dataclass(frozen=True)
class Recipe:
    width: int = 96
    layers: int = 8
    heads: int = 4
    mlp: int = 256
    batch: int = 40
    contrast: float = 0.75  # share of instructions that also name the task not meant
    gist: float = 0.3  # share of instruction documents that are gist-masked (base and sft)
    base_steps: int = 1600
    base_rate: float = 4e-3
    sft_steps: int = 500
    sft_rate: float = 1.5e-3
    dpo_steps: int = 120
    dpo_rate: float = 2e-4
    dpo_beta: float = 0.2
    dpo_sft_share: float = 0.2  # weight of the sft loss added to the preference loss




class Log:
    def __init__(self, path):
        self.path, self.wall, self.cpu = path, time.time(), time.process_time()

    def line(self, **values):
        clock = {"wall_s": round(time.time() - self.wall), "cpu_s": round(time.process_time() - self.cpu)}
        text = json.dumps({**values, **clock})
        print(text, flush=True)
        with open(self.path, "a") as file:
            file.write(text + "\n")


def optimiser(model, rate, decay):
    matrices = [p for p in model.parameters() if p.dim() > 1]
    scales = [p for p in model.parameters() if p.dim() < 2]
    groups = [{"params": matrices, "weight_decay": decay}, {"params": scales, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98))


def step(model, optimiser, loss, rate, at, steps, warm_up):
    """One update; the rate warms up linearly, then follows a cosine down to 5 %."""
    now = rate * min(1, (at + 1) / warm_up) * (0.05 + 0.475 * (1 + math.cos(math.pi * at / steps)))
    for group in optimiser.param_groups:
        group["lr"] = now
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()


def language_loss(model, ids, learned, mask):
    hidden = model.hidden(ids[:, :-1], None if mask is None else mask[:, :, :-1, :-1])
    chosen = learned[:, 1:] > 0
    return F.cross_entropy(model.lm_head(hidden[chosen]), ids[:, 1:][chosen])


def answer_logprobs(model, ids, learned):
    logprobs = model(ids[:, :-1]).log_softmax(-1).gather(-1, ids[:, 1:, None])[..., 0]
    return (logprobs * learned[:, 1:]).sum(1)


@torch.no_grad()
def answered_share(model, tokenizer, never_asked, n=200, seed=5):
    """Share of n facts answered right after an instruction that was never trained on."""
    rng = random.Random(seed)
    pairs = [(t, x) for t in TASKS for x in ANSWER[t] if ((t, x) in NEVER_ASKED) == never_asked]
    right = 0
    for task, word in rng.sample(pairs, min(n, len(pairs))):
        ids = [BOS, *ids_of(tokenizer, rng.choice(REPHRASINGS[task]) + query(FAMILY_OF[task], word))]
        right += int(model(torch.tensor([ids]))[0, -1].argmax()) == answer_id(tokenizer, ANSWER[task][word])
    return round(right / min(n, len(pairs)), 3)


def train_on_documents(model, tokenizer, documents, gist, steps, rate, decay, warm_up, batch, stage, log):
    adam, tokens = optimiser(model, rate, decay), 0
    for at, drawn in zip(range(steps), documents.batches(batch)):
        ids, learned, mask = collate(drawn, gist, documents.rng)
        tokens += int((ids > 0).sum())
        loss = language_loss(model, ids, learned, mask)
        step(model, adam, loss, rate, at, steps, warm_up)
        if at % 300 == 0 or at == steps - 1:
            shares = {name: answered_share(model, tokenizer, flag) for name, flag in (("never_asked", True), ("asked", False))}
            log.line(stage=stage, step=at, loss=round(loss.item(), 3), tokens=tokens, **shares)


def train_base(recipe, seed, tokenizer, log):
    torch.manual_seed(seed)
    model = LanguageModel(Shape(len(tokenizer), recipe.width, recipe.layers, recipe.heads, recipe.mlp))
    documents = Documents(tokenizer, 10 * seed + 1, recipe.contrast, BASE_MIX, learn_prompts=True)
    train_on_documents(model, tokenizer, documents, recipe.gist, recipe.base_steps, recipe.base_rate, 0.05, 100, recipe.batch, "base", log)
    return model


def train_sft(model, recipe, seed, tokenizer, log):
    documents = Documents(tokenizer, 10 * seed + 2, recipe.contrast, SFT_MIX, learn_prompts=False)
    train_on_documents(model, tokenizer, documents, recipe.gist, recipe.sft_steps, recipe.sft_rate, 0.05, 50, recipe.batch, "sft", log)
    return model


def train_dpo(model, reference, recipe, seed, tokenizer, log):
    """Direct preference optimisation (arXiv:2305.18290) plus a share of the sft loss, so that facts are not lost. No gist masks."""
    documents = Documents(tokenizer, 10 * seed + 3, recipe.contrast, SFT_MIX, learn_prompts=False)
    adam = optimiser(model, recipe.dpo_rate, 0.0)
    pairs = recipe.batch // 2
    for at, kept in zip(range(recipe.dpo_steps), documents.batches(pairs)):
        chosen, rejected = zip(*(documents.preference() for _ in range(pairs)))
        ids, learned, _ = collate([*chosen, *rejected])
        with torch.no_grad():
            before = answer_logprobs(reference, ids, learned)
        gain = answer_logprobs(model, ids, learned) - before
        margin = gain[:pairs] - gain[pairs:]
        preference = -F.logsigmoid(recipe.dpo_beta * margin).mean()
        loss = preference + recipe.dpo_sft_share * language_loss(model, *collate(kept))
        step(model, adam, loss, recipe.dpo_rate, at, recipe.dpo_steps, 10)
        if at % 50 == 0 or at == recipe.dpo_steps - 1:
            shares = {name: answered_share(model, tokenizer, flag) for name, flag in (("never_asked", True), ("asked", False))}
            log.line(stage="dpo", step=at, loss=round(preference.item(), 3), margin=round(margin.mean().item(), 2), **shares)
    return model


def chain(out, recipe, seed):
    out.mkdir(parents=True, exist_ok=True)
    log = Log(out / "log.jsonl")
    train_tokenizer(out / "tokenizer")
    tokenizer = load_tokenizer(out / "tokenizer")
    making = {"seed": seed, "recipe": asdict(recipe), "torch": str(torch.__version__)}
    stages = {
        "base": lambda: train_base(recipe, seed, tokenizer, log),
        "sft": lambda: train_sft(load(out / "base.pt")[0], recipe, seed, tokenizer, log),
        "dpo": lambda: train_dpo(load(out / "sft.pt")[0], load(out / "sft.pt")[0], recipe, seed, tokenizer, log),
    }
    for stage, train in stages.items():
        if not (out / f"{stage}.pt").exists():
            save(train(), out / f"{stage}.pt", {**making, "stage": stage})


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--set", nargs="*", default=[], metavar="FIELD=VALUE", help="change fields of the recipe")
    arguments = parser.parse_args()
    recipe = Recipe()
    for field, value in (pair.split("=") for pair in arguments.set):
        recipe = replace(recipe, **{field: type(getattr(recipe, field))(value)})
    torch.set_num_threads(1)
    chain(arguments.out, recipe, arguments.seed)


if __name__ == "__main__":
    main()
