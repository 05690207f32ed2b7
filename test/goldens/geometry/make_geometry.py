"""Goldens of the geometry in kernel-lib/src/stats: scikit-learn's LDA, PCA, folds and logistic regression.

    python make_geometry.py         # writes geometry.json beside this file

Needs numpy and scikit-learn; their versions are written into the file. Matrices are rounded to four decimals, so that
both programs read the same numbers.
"""

import json
import pathlib
import platform
import warnings

import numpy as np
import sklearn
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

HERE = pathlib.Path(__file__).parent
FOLDS = 5


def clouds(name, seed, sizes, width, apart, change=None):
    """Gaussian clouds of unequal features around class means `apart` deviations from one another."""
    rng = np.random.default_rng(seed)
    scale = np.exp(rng.normal(0, 1, width))
    means = rng.normal(0, apart, (len(sizes), width))
    y = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    x = (rng.normal(0, 1, (len(y), width)) + means[y]) * scale + rng.normal(0, 3, width)
    if change is not None:
        x = change(x, y)
    return name, np.round(x, 4), y


def constant_and_copy(x, y):
    x[:, 2] = 1.1
    x[:, 4] = x[:, 3]
    return x


def of_case(name, x, y):
    lda = LinearDiscriminantAnalysis(solver="svd").fit(x, y)
    pca = PCA(svd_solver="full").fit(x)
    axes = min(4, pca.n_components_)
    folds = np.empty(len(y), dtype=int)
    predicted = np.empty(len(y), dtype=int)
    accuracy = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for fold, (train, test) in enumerate(StratifiedKFold(FOLDS).split(x, y)):
            probe = LogisticRegression(C=1.0, tol=1e-9, max_iter=100_000).fit(x[train], y[train])
            folds[test] = fold
            predicted[test] = probe.predict(x[test])
            accuracy.append(float(np.mean(predicted[test] == y[test])))
    whole = LogisticRegression(C=1.0, tol=1e-10, max_iter=100_000).fit(x, y)
    return {
        "name": name,
        "rows": len(y),
        "columns": x.shape[1],
        "x": x.ravel().tolist(),
        "labels": y.tolist(),
        "lda": {
            "coordinates": lda.transform(x).ravel().tolist(),
            "ratios": lda.explained_variance_ratio_.tolist(),
        },
        "pca": {
            "axes": axes,
            "coordinates": pca.transform(x)[:, :axes].ravel().tolist(),
            "ratios": pca.explained_variance_ratio_[:axes].tolist(),
        },
        "probe": {
            "folds": folds.tolist(),
            "predicted": predicted.tolist(),
            "accuracy": accuracy,
            "coefficients": whole.coef_.ravel().tolist(),
        },
    }


def main():
    cases = [
        clouds("tall", 1, [20, 20, 20, 20], 7, 1.2),
        clouds("classes of unlike sizes", 2, [31, 12, 7], 5, 1.0),
        clouds("wider than samples", 3, [12, 11, 13], 60, 0.6),
        clouds("a constant feature and a copied one", 4, [15, 15, 15], 8, 1.0, constant_and_copy),
        clouds("two classes", 5, [18, 22], 6, 0.7),
        clouds("labels without meaning", 6, [16, 16, 16, 16], 9, 0.0),
    ]
    out = {
        "made_by": "test/goldens/geometry/make_geometry.py",
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scikit-learn": sklearn.__version__,
        },
        "folds": FOLDS,
        "cases": [of_case(*case) for case in cases],
    }
    (HERE / "geometry.json").write_text(json.dumps(out) + "\n")


if __name__ == "__main__":
    main()
