"""Goldens of kernel-lib/src/stats/paired.ts and kernel-lib/src/result/compare*.ts: SciPy's tests and bootstrap on made-up
differences, McNemar's exact test from SciPy's binomial one, Newcombe's interval from SciPy's Wilson intervals.

    python make_compare.py     # writes compare.json beside this file

Needs numpy and scipy; their versions are written into the file.
"""

import json
import math
import pathlib
import platform

import numpy as np
import scipy
from scipy import stats

from draws import bootstrap

HERE = pathlib.Path(__file__).parent
SEED = 7


def holm(ps):
    order = np.argsort(ps, kind="stable")
    out = np.empty(len(ps))
    out[order] = np.minimum(1, np.maximum.accumulate(np.asarray(ps)[order] * np.arange(len(ps), 0, -1)))
    return out


def newcombe(e, f, g, h):
    """Method 10 of Newcombe 1998, second share minus first; e both, f first alone, g second alone, h neither."""
    n = e + f + g + h
    p1, p2 = (e + f) / n, (e + g) / n
    w1 = stats.binomtest(e + f, n).proportion_ci(method="wilson")
    w2 = stats.binomtest(e + g, n).proportion_ci(method="wilson")
    margins = (e + f) * (g + h) * (e + g) * (f + h)
    phi = 0.0
    if margins > 0:
        b = e * h - f * g
        phi = (b - n / 2 if b > n / 2 else 0 if b >= 0 else b) / math.sqrt(margins)
    dl2, du2 = p2 - w2.low, w2.high - p2
    dl1, du1 = p1 - w1.low, w1.high - p1
    return (
        p2 - p1 - math.sqrt(dl2**2 - 2 * phi * dl2 * du1 + du1**2),
        p2 - p1 + math.sqrt(du2**2 - 2 * phi * du2 * dl1 + dl1**2),
    )


def main():
    rng = np.random.default_rng(3)
    counts = [(36, 12, 2, 0), (36, 0, 12, 2), (20, 5, 5, 11), (0, 0, 0, 9), (41, 0, 0, 0), (3, 40, 1, 2), (500, 3, 90, 7)]
    paired = []
    for e, f, g, h in counts:
        low, high = newcombe(e, f, g, h)
        p = stats.binomtest(f, f + g, 0.5).pvalue if f + g else 1.0
        paired.append({"counts": [e, f, g, h], "low": low, "high": high, "p": float(p)})
    n, tuples = 23, 4
    ranks = rng.integers(1, 40, size=(3, n, tuples))
    rows = []
    for a in range(3):
        for b in range(a + 1, 3):
            for t in range(tuples):
                d = 1 / ranks[b, :, t] - 1 / ranks[a, :, t]
                low, high = bootstrap(d, SEED, "BCa", 10_000, 0.95)
                signs = [int((d > 0).sum()), int((d < 0).sum())]
                w = stats.wilcoxon(d)
                rows.append(
                    {
                        "a": a,
                        "b": b,
                        "tuple": t,
                        "difference": float(d.mean()),
                        "ci": [float(low), float(high)],
                        "sign_p": float(stats.binomtest(signs[0], sum(signs), 0.5).pvalue),
                        "t": [float(x) for x in stats.ttest_rel(1 / ranks[b, :, t], 1 / ranks[a, :, t])],
                        "wilcoxon": [float(w.statistic), float(w.pvalue)],
                    }
                )
    rows.sort(key=lambda row: (row["b"], row["a"], row["tuple"]))
    for row, p in zip(rows, holm([row["sign_p"] for row in rows]), strict=True):
        row["p_holm"] = float(p)
    out = {
        "made_by": "test/goldens/stats/make_compare.py",
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__},
        "paired": paired,
        "seed": SEED,
        "ranks": ranks.tolist(),
        "rows": rows,
    }
    (HERE / "compare.json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
