"""Golden of the geometry experiment: scikit-learn on real activations of demo/dpo.

    python make_activations.py      # writes activations.json beside this file; needs a built kernel-lib

Rephrasings of four tasks are tokenised by transformers, read by `patchbay capture`, and judged by scikit-learn's LDA,
PCA and logistic regression. The rows stay in the file, so that the statistics can be compared on the same numbers
whatever machine runs the model. Needs numpy, scikit-learn, safetensors and transformers; versions are written into it.
"""

import base64
import json
import pathlib
import platform
import subprocess
import tempfile
import warnings

import numpy as np
import safetensors
import safetensors.numpy
import sklearn
import transformers
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[2]
DEMO = ROOT / "kernel-lib/demo"
TASKS = ["antonym", "comparative", "color", "can_fly"]
# The first so many of each, unequal, so that priors matter.
SIZES = [40, 36, 33, 29]
PLACES = [("resid_post", 0), ("resid_post", 1), ("attn_out", 0), ("mlp_out", 7)]
FOLDS = 5


def prompts():
    tasks = {task["name"]: task for task in json.loads((DEMO / "tasks.json").read_text())["tasks"]}
    tokenizer = transformers.AutoTokenizer.from_pretrained(DEMO / "dpo")
    bos = json.loads((DEMO / "dpo/config.json").read_text())["bos_token_id"]
    return [
        [[bos, *tokenizer.encode(text, add_special_tokens=False)] for text in tasks[name]["rephrasings"][:size]]
        for name, size in zip(TASKS, SIZES)
    ]


def captured(groups):
    """[place][prompts, d], float32, of each prompt's last token."""
    with tempfile.TemporaryDirectory() as folder:
        tokens, out = pathlib.Path(folder) / "tokens.json", pathlib.Path(folder) / "rows.safetensors"
        tokens.write_text(json.dumps([prompt for group in groups for prompt in group]))
        hooks = ",".join(f"blocks.{layer}.hook_{site}" for site, layer in PLACES)
        bin_ = ROOT / "kernel-lib/bin/patchbay.cjs"
        command = ["node", bin_, "capture", "demo/dpo", "--tokens", tokens, "--hooks", hooks, "--out", out]
        subprocess.run(command, check=True)
        found = safetensors.numpy.load_file(out)
        count = sum(len(group) for group in groups)
        return [
            np.stack([found[f"{i}.blocks.{layer}.hook_{site}"][-1] for i in range(count)]) for site, layer in PLACES
        ]


def apart(x, y, folds):
    """Cohen's d and AUC of each pair, held-out samples along the line between the other folds' means."""
    d, auc = [], []
    for a in range(len(TASKS)):
        for b in range(a + 1, len(TASKS)):
            place = np.full(len(y), np.nan)
            for fold in range(FOLDS):
                train, test = folds != fold, folds == fold
                left, right = x[train & (y == a)].mean(0), x[train & (y == b)].mean(0)
                line = (right - left) / np.linalg.norm(right - left)
                place[test] = (x[test] - (left + right) / 2) @ line
            left, right = place[y == a], place[y == b]
            pooled = ((len(left) - 1) * left.var(ddof=1) + (len(right) - 1) * right.var(ddof=1)) / (
                len(left) + len(right) - 2
            )
            d.append((right.mean() - left.mean()) / np.sqrt(pooled))
            auc.append(roc_auc_score(np.repeat([0, 1], [len(left), len(right)]), np.concatenate([left, right])))
    return {"cohen_d": d, "auc": auc}


def of_place(site, layer, rows, y):
    x = rows.astype(np.float64)
    lda = LinearDiscriminantAnalysis(solver="svd").fit(x, y)
    pca = PCA(svd_solver="full").fit(x)
    folds = np.empty(len(y), dtype=int)
    predicted = np.empty(len(y), dtype=int)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for fold, (train, test) in enumerate(StratifiedKFold(FOLDS).split(x, y)):
            probe = LogisticRegression(C=1.0, tol=1e-9, max_iter=100_000).fit(x[train], y[train])
            folds[test] = fold
            predicted[test] = probe.predict(x[test])
    return {
        "site": site,
        "layer": layer,
        "rows": base64.b64encode(rows.astype("<f4").tobytes()).decode(),
        "lda": {"coordinates": lda.transform(x).ravel().tolist(), "ratios": lda.explained_variance_ratio_.tolist()},
        "pca": {
            "coordinates": pca.transform(x)[:, :4].ravel().tolist(),
            "ratios": pca.explained_variance_ratio_[:10].tolist(),
        },
        "predicted": predicted.tolist(),
        "accuracy": [float(np.mean(predicted[folds == f] == y[folds == f])) for f in range(FOLDS)],
        "separation": apart(x, y, folds),
    }


def main():
    groups = prompts()
    y = np.repeat(np.arange(len(TASKS)), SIZES)
    out = {
        "made_by": "test/goldens/geometry/make_activations.py",
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scikit-learn": sklearn.__version__,
            "safetensors": safetensors.__version__,
            "transformers": transformers.__version__,
        },
        "groups": [{"label": name, "prompts": group} for name, group in zip(TASKS, groups)],
        "d": int(captured([group[:1] for group in groups])[0].shape[1]),
        "places": [of_place(*place, rows, y) for place, rows in zip(PLACES, captured(groups))],
    }
    (HERE / "activations.json").write_text(json.dumps(out) + "\n")


if __name__ == "__main__":
    main()
