"""Measures exported checkpoints (bf16 weights, fp32 arithmetic) and writes DEMO/measured.json: every figure of the model card.

    python measure.py DEMO RUN [OTHER/measured.json ...]     RUN: the training folder; others: measured runs of other seeds

Exact match: the first answer token is the argmax. RR: reciprocal rank of that token, rank = strictly larger logits + 1.
Patched runs: resid_post at the last token of the instruction, run alone, written over resid_post of the filler `<s>` before the query,
for every one or two layers. f is the gain in RR over the unpatched run; interaction(ij) = f(ij) - f(i) - f(j).
"""

import itertools
import json
import platform
import sys
from pathlib import Path

import numpy as np
import sklearn
import torch
import transformers
from safetensors.torch import load_file
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import StratifiedKFold, cross_val_score

from data import CANONICAL, NEVER_ASKED, PLAIN, REPHRASINGS, query
from export import STAGES, write_json
from facts import ANSWER, FAMILY_OF, TASKS
from model import LanguageModel, Shape
from tokenizer import BOS, answer_id, ids_of, load_tokenizer

# CRITERIA.md
SUPERADDITIVE_SHARE = 0.6
SUPERADDITIVE_GAIN = 0.1
CLEAR_RR = 0.7
CLEAR_RATIO = 3
REPHRASINGS_MEASURED = 5
LDA_PROMPTS_PER_TASK = 20


def load_exported(folder):
    config = json.loads((folder / "config.json").read_text())
    shape = Shape(
        config["vocab_size"], config["hidden_size"], config["num_hidden_layers"], config["num_attention_heads"], config["intermediate_size"]
    )
    model = LanguageModel(shape)
    weights = load_file(folder / "model.safetensors")
    model.load_state_dict({name.removeprefix("model."): weight.float() for name, weight in weights.items()}, strict=True)
    return model.eval(), load_tokenizer(folder)


def last_logits(model, prompts, patch=None):
    """[prompt, vocabulary] at each prompt's last token. patch: {layer: [width]}, over resid_post of position 0."""
    logits = torch.empty(len(prompts), model.shape.vocabulary)
    for length in {len(prompt) for prompt in prompts}:
        rows = [i for i, prompt in enumerate(prompts) if len(prompt) == length]
        vectors = {layer: v.expand(len(rows), -1) for layer, v in patch.items()} if patch else None
        hidden = model.hidden(torch.tensor([prompts[i] for i in rows]), patch=vectors)
        logits[rows] = model.lm_head(hidden[:, -1])
    return logits


def reciprocal_ranks(logits, answers):
    return (1 / ((logits > logits.gather(1, answers[:, None])).sum(1) + 1)).double().numpy()


def task_vectors(model, prompt):
    """resid_post of every layer at the prompt's last token."""
    kept = []
    model.hidden(torch.tensor([prompt]), keep=kept)
    return [x[0, -1] for x in kept]


def pair_statistics(f, i, j):
    interaction = f[i, j] - f[(i,)] - f[(j,)]
    return {
        "layers": [i, j],
        "share": float((interaction > 1e-6).mean()),
        "gain": float(f[i, j].mean()),
        "interaction": float(interaction.mean()),
    }


def measure_task(model, tokenizer, task):
    words = list(ANSWER[task])
    queries = [ids_of(tokenizer, query(FAMILY_OF[task], word)) for word in words]
    answers = torch.tensor([answer_id(tokenizer, ANSWER[task][word]) for word in words])
    asked = np.array([(task, word) not in NEVER_ASKED for word in words])
    after = lambda text: [[BOS, *ids_of(tokenizer, text), *q] for q in queries]
    score = lambda prompts: reciprocal_ranks(last_logits(model, prompts), answers)

    alone = [[BOS, *q] for q in queries]
    unpatched, reference, plain = score(alone), score(after(CANONICAL[task])), score(after(PLAIN[task]))
    rephrased = np.stack([score(after(text)) for text in REPHRASINGS[task][:REPHRASINGS_MEASURED]])

    vectors = task_vectors(model, [BOS, *ids_of(tokenizer, CANONICAL[task])])
    layers = range(model.shape.layers)
    tuples = [(i,) for i in layers] + list(itertools.combinations(layers, 2))
    patched = {t: reciprocal_ranks(last_logits(model, alone, {i: vectors[i] for i in t}), answers) for t in tuples}
    f = {t: rr - unpatched for t, rr in patched.items()}
    pairs = [pair_statistics(f, *t) for t in tuples if len(t) == 2]
    best = max(tuples, key=lambda t: patched[t].mean())
    best_single = max(((i,) for i in layers), key=lambda t: patched[t].mean())
    hits = {"instruction": reference == 1, "plain": plain == 1, "rephrased": rephrased == 1, "noInstruction": unpatched == 1}
    summary = {
        "n": len(words),
        "unpatchedRR": float(unpatched.mean()),
        "instructionRR": float(reference.mean()),
        "best": {"layers": list(best), "rr": float(patched[best].mean()), "neverAskedRR": float(patched[best][~asked].mean())},
        "bestSingle": {"layers": list(best_single), "rr": float(patched[best_single].mean())},
        "ratio": float(patched[best].mean() / unpatched.mean()),
        "superadditive": [p for p in pairs if p["share"] > SUPERADDITIVE_SHARE and p["gain"] > SUPERADDITIVE_GAIN],
        "strongest": max(pairs, key=lambda p: p["interaction"]),
        "patchedRR": {"+".join(map(str, t)): round(float(rr.mean()), 4) for t, rr in patched.items()},
    }
    return summary, hits, asked


def lda_accuracy(model, tokenizer):
    """Five-fold accuracy of telling the eleven tasks apart at T_inst, by layer, over instructions never trained on."""
    prompts = [(task, text) for task in TASKS for text in REPHRASINGS[task][:LDA_PROMPTS_PER_TASK]]
    labels = [task for task, _ in prompts]
    vectors = [task_vectors(model, [BOS, *ids_of(tokenizer, text)]) for _, text in prompts]
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    classifier = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    by_layer = (np.array([v[layer].numpy() for v in vectors]) for layer in range(model.shape.layers))
    return [round(float(cross_val_score(classifier, x, labels, cv=folds).mean()), 4) for x in by_layer]


def measure_stage(folder):
    model, tokenizer = load_exported(folder)
    tasks, hits, asked = {}, {}, []
    for task in TASKS:
        tasks[task], task_hits, task_asked = measure_task(model, tokenizer, task)
        asked.append(task_asked)
        for name, values in task_hits.items():
            hits.setdefault(name, []).append(values)
    asked = np.concatenate(asked)
    exact = {}
    for name, values in hits.items():
        values = np.concatenate(values, -1)
        exact[name] = {"asked": float(values[..., asked].mean()), "neverAsked": float(values[..., ~asked].mean())}
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "exactMatch": exact,
        "tasksAtLeastThreefold": sum(t["ratio"] >= 3 for t in tasks.values()),
        "tasksWithSuperadditivePair": sum(bool(t["superadditive"]) for t in tasks.values()),
        "superadditivePairs": sum(len(t["superadditive"]) for t in tasks.values()),
        "lda": lda_accuracy(model, tokenizer),
        "tasks": tasks,
    }


def clearest_task(dpo):
    """The default task by the rule of CRITERIA.md, or None."""

    def clear(name):
        pair, task = dpo["tasks"][name]["strongest"], dpo["tasks"][name]
        rr = pair["gain"] + task["unpatchedRR"]
        return rr >= CLEAR_RR and rr >= CLEAR_RATIO * task["unpatchedRR"]

    return max(filter(clear, TASKS), key=lambda name: dpo["tasks"][name]["strongest"]["interaction"], default=None)


def eligibility(stages):
    exact = {stage: stages[stage]["exactMatch"] for stage in STAGES}
    dpo = exact["dpo"]
    no_instruction = [dpo["noInstruction"][k] for k in ("asked", "neverAsked")]
    return {
        "neverAsked": min(exact[s]["instruction"]["neverAsked"] for s in ("sft", "dpo")) >= 0.85,
        "asked": dpo["instruction"]["asked"] >= 0.95 and max(no_instruction) < 0.05,
        "threefold": stages["dpo"]["tasksAtLeastThreefold"] >= 6,
        "superadditive": stages["dpo"]["tasksWithSuperadditivePair"] >= 1,
    }


def training_log(run):
    """The last line of each stage, and how long the stage took."""
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    last, before = {}, 0
    for stage in STAGES:
        last[stage] = {k: v for k, v in [line for line in lines if line["stage"] == stage][-1].items() if k != "stage"}
        last[stage]["cpu_s"], before = last[stage]["cpu_s"] - before, last[stage]["cpu_s"]
    return last


def other_seed(path):
    other = json.loads(Path(path).read_text())
    kept = ("exactMatch", "tasksAtLeastThreefold", "tasksWithSuperadditivePair", "superadditivePairs")
    stages = {stage: {key: other["stages"][stage][key] for key in kept} for stage in STAGES}
    return {"seed": other["seed"], "recipe": other["recipe"], "eligible": other["eligible"], "stages": stages}


@torch.no_grad()
def measure(demo, run, others):
    torch.set_num_threads(1)
    making = torch.load(run / "dpo.pt")["making"]
    stages = {stage: measure_stage(demo / stage) for stage in STAGES}
    result = {
        "schema": "patchbay.demo-measured/1",
        "madeBy": "kernel-lib/demo/train/measure.py",
        "versions": {
            "python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__,
            "numpy": np.__version__, "scikit-learn": sklearn.__version__,
        },
        "seed": making["seed"],
        "recipe": making["recipe"],
        "training": training_log(run),
        "eligible": eligibility(stages),
        "clearestTask": clearest_task(stages["dpo"]),
        "stages": stages,
        "otherSeeds": [other_seed(path) for path in others],
    }
    write_json(demo / "measured.json", result)
    return result


def show(result):
    print("seed", result["seed"], result["eligible"], "clearest:", result["clearestTask"])
    for stage, values in result["stages"].items():
        exact = {name: "/".join(f"{v:.2f}" for v in shares.values()) for name, shares in values["exactMatch"].items()}
        print(f"{stage}: exact match asked/never asked {exact}")
        print(f"  >= 3x {values['tasksAtLeastThreefold']}, tasks with superadditive pairs {values['tasksWithSuperadditivePair']}"
              f" ({values['superadditivePairs']} pairs), LDA {values['lda']}")
        for name, task in values["tasks"].items():
            best, pair = task["best"], task["strongest"]
            print(f"  {name:11s} unpatched {task['unpatchedRR']:.2f} instruction {task['instructionRR']:.2f} best {best['layers']} {best['rr']:.2f}"
                  f" single {task['bestSingle']['layers']} {task['bestSingle']['rr']:.2f} x{task['ratio']:.1f} superadditive"
                  f" {len(task['superadditive'])} strongest {pair['layers']} {pair['interaction']:.2f} in {pair['share']:.2f}, gain {pair['gain']:.2f}")


if __name__ == "__main__":
    show(measure(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))
