"""Writes the measured part of the model card, DEMO/README.md, between its two marks, from DEMO/measured.json.

    python card.py DEMO
"""

import json
import sys
from pathlib import Path

BEGIN, END = "<!-- measured: written by train/card.py -->", "<!-- end of measured -->"
STAGES = ("base", "sft", "dpo")
WORDINGS = {
    "contrastFirst": "Instead of the language, state the capital of the country. (canonical)",
    "contrastLast": "State the capital of the given country, not the language.",
    "plain": "State the capital of the given country.",
}
percent = lambda share: f"{100 * share:.1f} %"
layers = lambda tuple_: "+".join(map(str, tuple_))


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def exact_match(measured):
    rows = []
    for stage in STAGES:
        values = measured["stages"][stage]
        for name, text in WORDINGS.items():
            rates = values["wordings"][name]["exactMatch"]
            rows.append([stage, text, percent(rates["asked"]), percent(rates["neverAsked"])])
        for name, text in (("rephrased", "five wordings per task that were never trained on"), ("noInstruction", "no instruction")):
            rates = values["exactMatch"][name]
            rows.append([stage, text, percent(rates["asked"]), percent(rates["neverAsked"])])
    return table(["stage", "instruction", "asked facts", "never-asked facts"], rows)


def overall(measured):
    head = ["stage", "wording", "unpatched RR", "best single layer", "best tuple", "tasks >= 3x", "tasks (pairs) superadditive", "tasks with a pair 0.1 ahead"]
    rows = []
    for stage in STAGES:
        for name in WORDINGS:
            v = measured["stages"][stage]["wordings"][name]
            rows.append([
                stage, name, f"{v['meanUnpatchedRR']:.2f}", f"{v['meanBestSingleRR']:.2f}", f"{v['meanBestRR']:.2f}",
                v["tasksAtLeastThreefold"], f"{v['tasksWithSuperadditivePair']} ({v['superadditivePairs']})", v["tasksWithPairAhead"],
            ])
    return table(head, rows)


def by_task(tasks):
    head = ["task", "n", "unpatched", "instruction", "best single", "best tuple", "times unpatched", "superadditive pairs", "largest mean interaction (share of samples)"]
    rows = []
    for name, t in tasks.items():
        pairs = ", ".join(layers(p["layers"]) for p in t["superadditive"]) or "none"
        strongest = t["strongest"]
        rows.append([
            name, t["n"], f"{t['unpatchedRR']:.2f}", f"{t['instructionRR']:.2f}",
            f"{t['bestSingle']['rr']:.2f} ({layers(t['bestSingle']['layers'])})", f"{t['best']['rr']:.2f} ({layers(t['best']['layers'])})",
            f"{t['ratio']:.1f}", pairs, f"{layers(strongest['layers'])}: {strongest['interaction']:.2f} ({strongest['share']:.2f})",
        ])
    return table(head, rows)


def lda(measured):
    values = {stage: measured["stages"][stage]["lda"] for stage in STAGES}
    head = ["stage", *(f"layer {layer}" for layer in range(len(values["base"])))]
    return table(head, [[stage, *(f"{x:.2f}" for x in values[stage])] for stage in STAGES])


def seeds(measured):
    head = ["seed", "width, base steps", "stage", "never-asked facts", "tasks >= 3x", "tasks (pairs) superadditive", "mean best single / best"]
    rows = []
    for run in [measured, *measured["otherSeeds"]]:
        for stage in STAGES:
            v = run["stages"][stage]["wordings"]["contrastFirst"]
            rows.append([
                run["seed"], f"{run['recipe']['width']}, {run['recipe']['base_steps']:,}", stage, percent(v["exactMatch"]["neverAsked"]),
                v["tasksAtLeastThreefold"], f"{v['tasksWithSuperadditivePair']} ({v['superadditivePairs']})",
                f"{v['meanBestSingleRR']:.2f} / {v['meanBestRR']:.2f}",
            ])
    return table(head, rows)


def training(measured):
    rows = [[stage, v["step"] + 1, v.get("tokens", ""), v["cpu_s"]] for stage, v in measured["training"].items()]
    return table(["stage", "steps", "tokens read", "processor seconds, one thread"], rows)


def measured_part(measured):
    dpo = measured["stages"]["dpo"]
    versions = ", ".join(f"{name} {version}" for name, version in measured["versions"].items())
    return f"""{BEGIN}
Seed {measured["seed"]}, {dpo["parameters"]:,} parameters. Measured on the bf16 weights in fp32 with {versions}.

### Exact match

Share of facts whose first answer token is the largest logit.

{exact_match(measured)}
### Patching, all tasks

Mean reciprocal rank (RR) of the answer over the eleven tasks; the tuple is the best of all one- and two-layer tuples on the same samples.

{overall(measured)}
### Patching, task by task (DPO, canonical wording)

{by_task(dpo["tasks"])}
### Patching, task by task (SFT, canonical wording)

{by_task(measured["stages"]["sft"]["tasks"])}
### Patching, task by task (base, canonical wording)

{by_task(measured["stages"]["base"]["tasks"])}
### Telling tasks apart at T_inst

Accuracy of linear discriminant analysis (shrinkage, five folds) over 11 tasks x 20 instructions never trained on; chance is 0.09.

{lda(measured)}
### Other seeds and trials

Canonical wording. The shipped seed comes first; then the other candidate, which fails the first criterion; then the two trials of
[CRITERIA.md](train/CRITERIA.md), which had an older recipe and fewer wordings, and whose documents never held the canonical wording.

{seeds(measured)}
### Training

{training(measured)}
{END}"""


def write_card(demo):
    card = demo / "README.md"
    text = card.read_text()
    before, rest = text.split(BEGIN)
    card.write_text(before + measured_part(json.loads((demo / "measured.json").read_text())) + rest.split(END)[1])


if __name__ == "__main__":
    write_card(Path(sys.argv[1]))
