"""Models that are served in the tests, each trained for an instant."""

import numpy as np

from clearprop import Ensemble, Network, TableClassifier, TableRegressor

EVIL = "<img src=x onerror=\"window.evil='{0}'\">"
CLOSING = "</script></style><script>window.evil='{0}'</script>"


def flowers(n=90):
    """Columns of all kinds, and three kinds that they tell apart; in some rows cells are missing."""
    rng = np.random.default_rng(0)
    kind = np.repeat(["iris", "lily", "rose"], n // 3)
    length = np.repeat([0.0, 4.0, 0.0], n // 3) + rng.normal(scale=0.7, size=n)
    colour = np.where(kind == "rose", "red", rng.choice(["blue", "white"], size=n))
    picked = rng.random(n) < 0.5
    day = np.datetime64("2024-03-01") + rng.integers(0, 300, size=n)
    X = {
        "length": [None if place % 29 == 0 else value for place, value in enumerate(length.tolist())],
        "colour": colour.tolist(),
        "picked": picked.tolist(),
        "day": day.astype(object).tolist(),
    }
    return X, kind


def classifier(X=None, y=None, **settings):
    if X is None:
        X, y = flowers()
    return TableClassifier(recipe="plain", max_epochs=3, random_state=0, **settings).fit(X, y)


def regressor():
    rng = np.random.default_rng(1)
    size, age = rng.uniform(40, 200, 80), rng.uniform(0, 80, 80)
    return TableRegressor(recipe="plain", max_epochs=3, random_state=0).fit({"size": size, "age": age}, 3 * size - age)


def hostile():
    """Columns, categories and classes that are named like markup."""
    rng = np.random.default_rng(2)
    category = rng.choice([EVIL.format("category"), CLOSING.format("category")], size=60)
    X = {EVIL.format("column"): rng.normal(size=60), CLOSING.format("column"): category}
    y = np.where(rng.random(60) < 0.5, EVIL.format("class"), CLOSING.format("class"))
    return classifier(X, y)


def network():
    return Network([3, 4, 2], rng=0)


def ensemble():
    return Ensemble([Network([3, 4, 1], rng=seed) for seed in range(3)])
