"""Writes paper-tables.json from the text of arXiv:2602.07930 (CC BY 4.0), Tables 5 to 8.

    python paper_tables.py PAPER.txt

PAPER.txt is the text of the paper's HTML page on arxiv.org. The published figures are copied as printed.
"""

import json
import pathlib
import re
import sys

ENTRY = re.compile(r"\((\d+), (\d+)\) (\S+) (\S+)")
TASKS = {
    "Contrastive Tasks: T-Test": ["antonym", "comparative", "color", "can_fly"],
    "BigBench Tasks: T-Test": ["metaphor_boolean", "implicatures", "object_counting", "snarks"],
}


def main(path):
    entries, tasks, model, waiting = [], None, None, []
    for line in pathlib.Path(path).read_text().splitlines():
        if line in TASKS:
            tasks, waiting = TASKS[line], []
        elif tasks and re.fullmatch(r"OLMo-2 \d+B( SFT| DPO)?", line):
            model = line
        elif tasks and (found := ENTRY.findall(line)) and len(found) == 4:
            for task, (i, j, t, p) in zip(tasks, found, strict=True):
                waiting.append([model, task, int(i), int(j), None if t == "-" else t, None if p == "-" else p])
        elif tasks and (table := re.match(r"Table ([5-8]): ", line)):
            entries += [[int(table[1]), *entry] for entry in waiting]
            tasks = None
    out = {
        "source": "Tables 5 to 8 of Patches of Nonlinearity: Instruction Vectors in Large Language Models, "
        "arXiv:2602.07930, licensed CC BY 4.0. Figures as printed; null where the paper prints a dash.",
        "made_by": "test/goldens/stats/paper_tables.py",
        "columns": ["table", "model", "task", "layer_i", "layer_j", "t", "p"],
        "rows": entries,
    }
    rows = ",\n".join("  " + json.dumps(row) for row in entries)
    body = json.dumps({**out, "rows": []}, indent=1).replace('"rows": []', f'"rows": [\n{rows}\n ]')
    (pathlib.Path(__file__).parent / "paper-tables.json").write_text(body + "\n")


main(sys.argv[1])
