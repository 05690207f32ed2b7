"""Goldens of kernel-lib/src/result: a made-up sweep over four layers and what SciPy says of its interactions.

    python make_interactions.py     # writes interactions.json beside this file

Needs numpy and scipy; their versions are written into the file.
"""

import itertools
import json
import math
import pathlib
import platform

import numpy as np
import scipy
from scipy import stats

from draws import bootstrap

HERE = pathlib.Path(__file__).parent
LAYERS, SAMPLES, SEED = 4, 24, 11


def number(value):
    return None if value is None or math.isnan(value) else float(value)


def holm(ps):
    order = np.argsort(ps, kind="stable")
    out = np.empty(len(ps))
    out[order] = np.minimum(1, np.maximum.accumulate(np.asarray(ps)[order] * np.arange(len(ps), 0, -1)))
    return out


def rows_of(metric, effect, tuples):
    at = {layers: i for i, layers in enumerate(tuples)}
    rows = []
    for layers in tuples:
        if len(layers) < 2:
            continue
        total = effect[:, at[layers]]
        # Added in order, as a loop does: sums of three round differently in another order.
        parts = added(effect[:, at[(layer,)]] for layer in layers)
        inter = total - parts
        positive, negative = int((inter > 0).sum()), int((inter < 0).sum())
        moving = len(set(inter.tolist())) > 1
        t = stats.ttest_1samp(inter, 0) if moving else None
        exact = not (inter == 0).any() and len(np.unique(np.abs(inter))) == len(inter)
        some = (inter != 0).any()
        w = stats.wilcoxon(inter, method="exact" if exact else "asymptotic", correction=False) if some else None
        truths = total >= parts
        paper = stats.ttest_1samp(truths.astype(float), popmean=50.0)
        moebius = None
        if len(layers) == 3:
            pairs = added(effect[:, at[pair]] for pair in itertools.combinations(layers, 2))
            moebius = float(np.mean(total - pairs + parts))
        interval = bootstrap(inter, SEED, "BCa", 10_000, 0.95) if moving else [None, None]
        rows.append(
            {
                "layers": "+".join(map(str, layers)),
                "metric": metric,
                "n": len(inter),
                "mean": float(np.mean(inter)),
                "ci_low": interval[0],
                "ci_high": interval[1],
                "positive": positive,
                "negative": negative,
                "ties": len(inter) - positive - negative,
                "sign_p": stats.binomtest(positive, positive + negative).pvalue if some else None,
                "t": number(t.statistic) if t else None,
                "t_p": number(t.pvalue) if t else None,
                "wilcoxon": number(w.statistic) if w else None,
                "wilcoxon_p": number(w.pvalue) if w else None,
                "cohen_d": float(np.mean(inter) / np.std(inter, ddof=1)) if moving else None,
                "moebius_mean": moebius,
                "paper_k": int(truths.sum()),
                "paper_t": "-inf" if np.isinf(paper.statistic) else float(paper.statistic),
                "paper_p": float(paper.pvalue),
            }
        )
    tested = [row for row in rows if row["sign_p"] is not None]
    ps = [row["sign_p"] for row in tested]
    for row, p_holm, p_bh in zip(tested, holm(ps), stats.false_discovery_control(ps, method="bh"), strict=True):
        row["p_holm"], row["p_bh"] = float(p_holm), float(p_bh)
    return rows


def added(columns):
    total = 0.0
    for column in columns:
        total = total + column
    return total


def main():
    rng = np.random.default_rng(5)
    tuples = [c for size in (1, 2, 3) for c in itertools.combinations(range(LAYERS), size)]
    shape = (SAMPLES, len(tuples))
    lift = np.array([0.4 * len(layers) ** 1.6 for layers in tuples])
    # Multiples of 2^-10, and ranks that are powers of two: sums are exact, so means that are equal compare equal.
    target_logit = np.round(1024 * rng.normal(2, 1, SAMPLES)) / 1024
    logit = np.round(1024 * (target_logit[:, None] + lift + rng.normal(0, 0.5, shape))) / 1024
    target_rank = 2 ** rng.integers(2, 7, SAMPLES)
    halvings = np.round(lift + rng.normal(0, 0.8, shape)).astype(int)
    rank = np.maximum(1, (target_rank[:, None] / 2.0**halvings).astype(int))
    # One pair does nothing at all: only ties.
    for alone in [(0,), (1,), (0, 1)]:
        rank[:, tuples.index(alone)] = target_rank
    golden = {
        "made_by": "test/goldens/stats/make_interactions.py",
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__},
        "layers": LAYERS,
        "samples": SAMPLES,
        "seed": SEED,
        "tuples": tuples,
        "logit": logit.ravel().tolist(),
        "rank": rank.ravel().tolist(),
        "target_logit": target_logit.tolist(),
        "target_rank": target_rank.tolist(),
        "rows": rows_of("logit_diff_target", logit - target_logit[:, None], tuples)
        + rows_of("rr_diff_target", 1 / rank - 1 / target_rank[:, None], tuples),
    }
    (HERE / "interactions.json").write_text(json.dumps(golden, indent=1, allow_nan=False) + "\n")


main()
