"""Goldens of kernel-lib/src/stats: SciPy for the tests, mpmath for tails that no double holds.

    python make_stats.py            # writes stats.json beside this file

Needs numpy, scipy, mpmath; their versions are written into the file.
"""

import json
import pathlib
import platform

import mpmath
import numpy as np
import scipy
from scipy import stats

from draws import Xoshiro, bootstrap

mpmath.mp.dps = 60
HERE = pathlib.Path(__file__).parent


def log10_t_two_sided(t, df):
    x = mpmath.mpf(df) / (mpmath.mpf(df) + mpmath.mpf(t) ** 2)
    return mpmath.log10(mpmath.betainc(mpmath.mpf(df) / 2, mpmath.mpf(1) / 2, 0, x, regularized=True))


def log10_z_two_sided(z):
    return mpmath.log10(mpmath.erfc(mpmath.mpf(z) / mpmath.sqrt(2)))


def log10_sign_two_sided(k, n):
    k = min(k, n - k)
    term = below = 1
    for i in range(k):
        term = term * (n - i) // (i + 1)
        below += term
    p = mpmath.mpf(2 * below) / mpmath.mpf(2) ** n
    return mpmath.log10(min(p, mpmath.mpf(1)))


def normal_quantile(p):
    with mpmath.workdps(400):  # 1 - 2p must keep a p of 1e-300
        return float(-mpmath.sqrt(2) * mpmath.erfinv(1 - 2 * mpmath.mpf(p)))


def tail(log10p):
    """p where a double holds it, and log10 p always."""
    return {"p": float(mpmath.mpf(10) ** log10p), "log10P": float(log10p)}


def samples(rng):
    """Named samples: heavy and light tails, ties, zeros, small and large n, tiny and huge effects."""
    yield "normal-100", rng.normal(0.3, 1, 100)
    yield "normal-30", rng.normal(0, 1, 30)
    yield "exact-50", rng.normal(0.4, 1, 50)
    yield "normal-51", rng.normal(0.2, 1, 51)
    yield "lognormal-200", rng.lognormal(0, 1.2, 200) - 1
    yield "all-positive-40", np.abs(rng.normal(3, 0.5, 40))
    yield "large-effect-100", 50 + rng.normal(0, 0.01, 100)
    yield "reciprocal-ranks-41", 1 / rng.integers(1, 9, 41) - 1 / rng.integers(1, 9, 41)
    yield "halves-24", rng.integers(-4, 9, 24) / 2
    yield "five", np.array([0.5, 1.25, -0.75, 2.0, 3.5])
    yield "two", np.array([1.0, 2.0])
    yield "three-equal-but-one", np.array([1.0, 1.0, 2.0])


def one_sample(name, x):
    n = len(x)
    positive, negative = int((x > 0).sum()), int((x < 0).sum())
    t = stats.ttest_1samp(x, 0)
    exact = n <= 50 and len(np.unique(np.abs(x))) == n and not (x == 0).any()
    w = stats.wilcoxon(x, method="exact" if exact else "asymptotic", correction=False)
    return {
        "name": name,
        "values": x.tolist(),
        "mean": float(np.mean(x)),
        "variance": float(np.var(x, ddof=1)),
        "cohenD": float(np.mean(x) / np.std(x, ddof=1)),
        "t": float(t.statistic),
        "tP": float(t.pvalue),
        "positive": positive,
        "negative": negative,
        "signP": float(stats.binomtest(positive, positive + negative, 0.5).pvalue),
        "wilcoxon": float(w.statistic),
        "wilcoxonMethod": "exact" if exact else "normal",
        "wilcoxonP": float(w.pvalue),
        "bca": bootstrap(x, 7, "BCa", 2000, 0.95),
        "percentile": bootstrap(x, 7, "percentile", 2000, 0.9),
    }


def main():
    rng = np.random.default_rng(20260207)
    gen = Xoshiro(42)
    stream = [gen.next() for _ in range(8)]
    gen = Xoshiro(2**32 - 1)
    below = [gen.below(6) for _ in range(12)]
    # 2^32 mod 1398102 is so large that one draw in 3,077 is refused: the sum shows whether they are.
    gen, wide = Xoshiro(1), 1398102
    wide_sum = sum(gen.below(wide) for _ in range(20_000))

    pairs = []
    for n, noise in [(12, 1.0), (60, 3.0), (25, 0.05)]:
        x = rng.normal(0, 1, n)
        y = x + rng.normal(0, noise, n)
        rho, welch = stats.spearmanr(x, y), stats.ttest_ind(x, y + 0.5, equal_var=False)
        paired = stats.ttest_rel(x, y)
        pairs.append(
            {
                "x": x.tolist(),
                "y": y.tolist(),
                "rho": float(rho.statistic),
                "rhoP": float(rho.pvalue),
                "welchT": float(welch.statistic),
                "welchDf": float(welch.df),
                "welchP": float(welch.pvalue),
                "pairedT": float(paired.statistic),
                "pairedP": float(paired.pvalue),
            }
        )
    tied_x, tied_y = rng.integers(0, 5, 40), rng.integers(0, 5, 40)
    tied = stats.spearmanr(tied_x, tied_y)

    ps = [0.01, 0.04, 0.03, 0.005, 0.2, 0.04, 1.0, 1e-12]
    bonferroni_down = np.minimum(1, np.maximum.accumulate(np.sort(ps) * np.arange(len(ps), 0, -1)))
    holm = np.empty(len(ps))
    holm[np.argsort(ps, kind="stable")] = bonferroni_down

    golden = {
        "made_by": "test/goldens/stats/make_stats.py",
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "mpmath": mpmath.__version__,
        },
        "random": {"seed42": stream, "below6": below, "wide": {"n": wide, "draws": 20_000, "sum": wide_sum}},
        "studentTwoSided": [
            {"t": t, "df": df, **tail(log10_t_two_sided(t, df))}
            for df in [1, 2, 3.7, 9, 30, 99, 1000, 250000]
            for t in [1e-8, 0.3, 1, 1.7, 1.8, 2.5, 6, 40, 985, 4999, 1e6]
        ],
        "normalTwoSided": [
            {"z": z, **tail(log10_z_two_sided(z))} for z in [0, 1e-9, 0.5, 1.96, 2.999, 3, 3.001, 6, 12, 37, 40, 1000]
        ],
        "normalQuantile": [
            {"p": p, "z": normal_quantile(p)}
            for p in [1e-300, 1e-20, 1e-6, 0.001, 0.025, 0.3, 0.49999, 0.6, 0.975, 0.999]
        ],
        "signTwoSided": [
            {"k": k, "n": n, **tail(log10_sign_two_sided(k, n))}
            for k, n in [(0, 1), (3, 4), (5, 10), (59, 100), (97, 100), (100, 100), (490, 1000), (12, 1000), (0, 1200),
                         (3, 5000), (2600, 5000), (49500, 100000)]
        ],
        "oneSample": [one_sample(name, x) for name, x in samples(rng)],
        "pairs": pairs,
        "spearmanTied": {
            "x": tied_x.tolist(),
            "y": tied_y.tolist(),
            "rho": float(tied.statistic),
            "rhoP": float(tied.pvalue),
        },
        "adjust": {"p": ps, "holm": holm.tolist(), "bh": stats.false_discovery_control(ps, method="bh").tolist()},
        "wilson": [
            {"k": k, "n": n, "interval": [float(v) for v in stats.binomtest(k, n).proportion_ci(0.95, "wilson")]}
            for k, n in [(0, 10), (8, 10), (10, 10), (41, 53), (1, 1000)]
        ],
    }
    (HERE / "stats.json").write_text(json.dumps(golden, indent=1, allow_nan=False) + "\n")


main()
