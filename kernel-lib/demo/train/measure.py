"""Measures exported checkpoints (bf16 weights, fp32 arithmetic) and writes DEMO/measured.json: every figure of the model card.

    python measure.py DEMO RUN [OTHER/measured.json ...]     RUN: the training folder; others: measured runs of other seeds

Exact match: the first answer token is the argmax. Patched runs and superadditivity: see sweep.py.
"""

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

from data import CONTRAST_FIRST, CONTRAST_LAST, NEVER_ASKED, PLAIN, REPHRASINGS
from export import STAGES, write_json
from facts import TASKS
from model import LanguageModel, Shape
from sweep import TaskPrompts, summary, sweep, task_vectors
from tokenizer import BOS, ids_of, load_tokenizer

WORDINGS = {"contrastFirst": CONTRAST_FIRST, "contrastLast": CONTRAST_LAST, "plain": PLAIN}  # the first is the canonical one
REPHRASINGS_MEASURED = 5
LDA_PROMPTS_PER_TASK = 20
# The default task, by CRITERIA.md: a clear pair reaches this mean RR, and this many times the unpatched one.
CLEAR_RR = 0.7
CLEAR_RATIO = 3
PAIR_AHEAD = 0.1  # mean RR by which the best tuple beats the best single layer


def load_exported(folder):
    config = json.loads((folder / "config.json").read_text())
    shape = Shape(
        config["vocab_size"], config["hidden_size"], config["num_hidden_layers"], config["num_attention_heads"], config["intermediate_size"]
    )
    model = LanguageModel(shape)
    weights = load_file(folder / "model.safetensors")
    model.load_state_dict({name.removeprefix("model."): weight.float() for name, weight in weights.items()}, strict=True)
    return model.eval(), load_tokenizer(folder)


class Shares:
    """Exact match over asked and never-asked facts, gathered task by task."""

    def __init__(self):
        self.hits = {True: [], False: []}

    def add(self, task, words, reciprocal_ranks):
        for word, rr in zip(words, reciprocal_ranks):
            self.hits[(task, word) in NEVER_ASKED].append(rr == 1)

    def rates(self):
        return {"asked": float(np.mean(self.hits[False])), "neverAsked": float(np.mean(self.hits[True]))}


def measure_wording(model, tokenizer, instructions):
    tasks, exact = {}, Shares()
    for task in TASKS:
        prompts = TaskPrompts(tokenizer, task)
        unpatched, patched = sweep(model, prompts, instructions[task])
        with_instruction = prompts.reciprocal_ranks(model, before=prompts.source(instructions[task]))
        exact.add(task, prompts.words, with_instruction)
        grid = {"+".join(map(str, t)): round(float(rr.mean()), 4) for t, rr in patched.items()}
        told = {"n": len(prompts.words), "instructionRR": float(with_instruction.mean())}
        tasks[task] = {**told, **summary(unpatched, patched), "patchedRR": grid}
    return tasks, {
        "exactMatch": exact.rates(),
        "tasksAtLeastThreefold": sum(t["ratio"] >= 3 for t in tasks.values()),
        "tasksWithSuperadditivePair": sum(bool(t["superadditive"]) for t in tasks.values()),
        "superadditivePairs": sum(len(t["superadditive"]) for t in tasks.values()),
        "tasksWithPairAhead": sum(t["best"]["rr"] - t["bestSingle"]["rr"] > PAIR_AHEAD for t in tasks.values()),
        "meanBestRR": float(np.mean([t["best"]["rr"] for t in tasks.values()])),
        "meanBestSingleRR": float(np.mean([t["bestSingle"]["rr"] for t in tasks.values()])),
        "meanUnpatchedRR": float(np.mean([t["unpatchedRR"] for t in tasks.values()])),
    }


def other_exact_match(model, tokenizer):
    """Without an instruction, and with instructions that were never trained on."""
    shares = {"noInstruction": Shares(), "rephrased": Shares()}
    for task in TASKS:
        prompts = TaskPrompts(tokenizer, task)
        shares["noInstruction"].add(task, prompts.words, prompts.reciprocal_ranks(model))
        for text in REPHRASINGS[task][:REPHRASINGS_MEASURED]:
            shares["rephrased"].add(task, prompts.words, prompts.reciprocal_ranks(model, before=prompts.source(text)))
    return {name: share.rates() for name, share in shares.items()}


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
    measured = {name: measure_wording(model, tokenizer, texts) for name, texts in WORDINGS.items()}
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "exactMatch": other_exact_match(model, tokenizer),
        "wordings": {name: overall for name, (_, overall) in measured.items()},
        "lda": lda_accuracy(model, tokenizer),
        "tasks": next(iter(measured.values()))[0],
    }


def clearest_task(dpo):
    """The default task by the rule of CRITERIA.md, or None."""

    def clear(name):
        task = dpo["tasks"][name]
        rr = task["strongest"]["gain"] + task["unpatchedRR"]
        return rr >= CLEAR_RR and rr >= CLEAR_RATIO * task["unpatchedRR"]

    return max(filter(clear, TASKS), key=lambda name: dpo["tasks"][name]["strongest"]["interaction"], default=None)


def eligibility(stages):
    sft, dpo = ({**stages[stage]["wordings"]["contrastFirst"]} for stage in ("sft", "dpo"))
    without = stages["dpo"]["exactMatch"]["noInstruction"]
    return {
        "neverAsked": min(sft["exactMatch"]["neverAsked"], dpo["exactMatch"]["neverAsked"]) >= 0.85,
        "asked": dpo["exactMatch"]["asked"] >= 0.95 and max(without.values()) < 0.05,
        "threefold": dpo["tasksAtLeastThreefold"] >= 6,
        "superadditive": dpo["tasksWithSuperadditivePair"] >= 1,
    }


def training_log(run):
    """The last line of each stage, with the stage's own processor seconds."""
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    last, before = {}, 0
    for stage in STAGES:
        last[stage] = {k: v for k, v in [line for line in lines if line["stage"] == stage][-1].items() if k not in ("stage", "wall_s")}
        last[stage]["cpu_s"], before = last[stage]["cpu_s"] - before, last[stage]["cpu_s"]
    return last


def other_seed(path):
    other = json.loads(Path(path).read_text())
    stages = {stage: {key: other["stages"][stage][key] for key in ("exactMatch", "wordings")} for stage in STAGES}
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
        print(stage, values["exactMatch"], "LDA", values["lda"])
        for name, overall in values["wordings"].items():
            print(" ", name, {key: value if isinstance(value, dict | int) else round(value, 2) for key, value in overall.items()})
        for name, task in values["tasks"].items():
            best, pair = task["best"], task["strongest"]
            print(f"  {name:11s} unpatched {task['unpatchedRR']:.2f} instruction {task['instructionRR']:.2f} best {best['layers']} {best['rr']:.2f}"
                  f" single {task['bestSingle']['layers']} {task['bestSingle']['rr']:.2f} x{task['ratio']:.1f} superadditive"
                  f" {len(task['superadditive'])} strongest {pair['layers']} {pair['interaction']:.2f} in {pair['share']:.2f}, gain {pair['gain']:.2f}")


if __name__ == "__main__":
    show(measure(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))
