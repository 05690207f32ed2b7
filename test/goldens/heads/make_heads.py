"""Goldens for active heads across settings: made-up activity of two k and two tasks, and what SciPy and scikit-learn
make of it. Bootstrap intervals draw the resamples that Patchbay draws (../stats/draws.py).

    python test/goldens/heads/make_heads.py > test/goldens/heads/heads.json
"""

import itertools
import json
import platform
import sys
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.stats import spearmanr
from sklearn.metrics import jaccard_score

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "stats"))
from draws import Xoshiro  # noqa: E402

SAMPLES, LAYERS, HEADS, THRESHOLD, RESAMPLES, SEED = 9, 4, 6, 0.1, 400, 3
GROUPS = [[0, 0], [1, 2], [3, 3]]

rng = np.random.default_rng(17)


def activity(like=None):
    """[samples, layers, heads] in 64ths, which float32 holds exactly; one sample keeps no path."""
    base = rng.beta(0.4, 1.6, (LAYERS, HEADS)) if like is None else like
    values = np.clip(base + 0.15 * rng.standard_normal((SAMPLES, LAYERS, HEADS)), 0, 1)
    values = np.round(values * 64) / 64
    values[4] = np.nan
    return base, values


base, k1 = activity()
_, k2 = activity(0.7 * base + 0.3 * rng.beta(0.4, 1.6, (LAYERS, HEADS)))
_, other = activity(0.5 * base + 0.5 * rng.beta(0.4, 1.6, (LAYERS, HEADS)))
k1[:, 2, :] = 0.25  # a layer without differences has no correlation
k1[4] = np.nan


def indices():
    draws = Xoshiro(SEED)
    return np.array([draws.below(SAMPLES) for _ in range(RESAMPLES * SAMPLES)]).reshape(RESAMPLES, SAMPLES)


def mean(values, drawn=slice(None)):
    return np.nanmean(values[drawn], axis=0)


def rho(x, y):
    return spearmanr(x, y).statistic if np.ptp(x) > 0 and np.ptp(y) > 0 else None


def exact(x, y):
    """Two-sided: the share of all orders of y whose rho is as far from 0."""
    seen = abs(rho(x, y)) - 1e-12
    far = [abs(rho(x, order)) >= seen for order in itertools.permutations(y)]
    return sum(far) / len(far)


def overlap(x, y, first, last):
    a = (x[first : last + 1] > THRESHOLD).ravel()
    b = (y[first : last + 1] > THRESHOLD).ravel()
    return float(jaccard_score(a, b)) if (a | b).any() else None


def interval(statistic):
    found = [statistic(rows) for rows in indices()]
    found = [value for value in found if value is not None]
    if len(found) < 0.9 * RESAMPLES:
        return None
    return [float(q) for q in np.quantile(found, [0.025, 0.975])]


def correlations(a, b):
    out = []
    for layer in range(LAYERS):
        x, y = mean(a)[layer], mean(b)[layer]
        found = spearmanr(x, y) if rho(x, y) is not None else None
        out.append(
            {
                "rho": None if found is None else float(found.statistic),
                "p": None if found is None else float(found.pvalue),
                "p_exact": None if found is None else exact(x, y),
                "ci": interval(lambda rows: rho(mean(a, rows)[layer], mean(b, rows)[layer])),
            }
        )
    return out


def overlaps(a, b):
    return [
        {
            "jaccard": overlap(mean(a), mean(b), *group),
            "ci": interval(lambda rows: overlap(mean(a, rows), mean(b, rows), *group)),
        }
        for group in GROUPS
    ]


def plain(values):
    return [[None if np.isnan(v) else float(v) for v in row.ravel()] for row in values]


json.dump(
    {
        "made_by": "test/goldens/heads/make_heads.py",
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "scikit-learn": sklearn.__version__,
        },
        "layers": LAYERS,
        "heads": HEADS,
        "threshold": THRESHOLD,
        "resamples": RESAMPLES,
        "seed": SEED,
        "groups": GROUPS,
        "k1": plain(k1),
        "k2": plain(k2),
        "other": plain(other),
        "spearman_k": correlations(k1, k2),
        "jaccard_k": overlaps(k1, k2),
        "jaccard_tasks": overlaps(k1, other),
    },
    sys.stdout,
    indent=None,
)
print()
