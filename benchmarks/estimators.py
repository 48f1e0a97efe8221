"""Ours against scikit-learn's estimators at equal seed and equal result: fit, predict, predict of one row, and score.

Both run in turn in one process, with one BLAS thread; each number is the median of five runs after one to warm up.
Every row's results are compared, and a row whose results differ is an error. Writes docs/benchmarks-estimators.md; on
standard error it says what it is at.
"""

import statistics
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import scipy.sparse
from sklearn.base import is_classifier
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Perceptron as TheirPerceptron
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.neural_network import MLPRegressor as TheirRegressor
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from clearprop import MLPClassifier, MLPRegressor, Perceptron
from clearprop.foundation.environment import conditions

RUNS = 5
# What takes so short is done so many times in one measurement.
TIMES_OF_ONE_ROW = 100
PAGE = Path(__file__).parent.parent / "docs" / "benchmarks-estimators.md"
# What is done, and whether the engine has a part in it.
DONE = {"fit": True, "predict": True, "one row": False, "score": False}
HEADINGS = [f"{done}: ours{' | compiled' * compiled} | scikit-learn | ratio" for done, compiled in DONE.items()]
CLASSIFIERS, REGRESSORS = (TheirClassifier, MLPClassifier), (TheirRegressor, MLPRegressor)


def workloads():
    """Name, their class and ours, X, y, parameters."""
    random = np.random.RandomState(0)
    digits, digit = load_digits(return_X_y=True)
    digits = digits / 16
    tumours, kind = load_breast_cancer(return_X_y=True)
    tumours = StandardScaler().fit_transform(tumours)
    X = random.randn(10_000, 20)
    curve = np.sin(X[:, 0]) + 0.5 * X[:, 1]
    wide = random.randn(4_000, 400)
    few = scipy.sparse.csr_array(np.where(wide > 1.5, wide, 0.0))
    twenty = {"max_iter": 20, "random_state": 0}
    yield "569 x 30, 2 classes, adam", *CLASSIFIERS, tumours, kind, twenty
    yield (
        "569 x 30, 2 classes, batches of 16, sgd",
        *CLASSIFIERS,
        tumours,
        kind,
        twenty | {"solver": "sgd", "batch_size": 16},
    )
    yield "569 x 30, 2 classes, lbfgs", *CLASSIFIERS, tumours, kind, twenty | {"solver": "lbfgs", "activation": "tanh"}
    yield "569 x 30, 2 classes, relu, lbfgs", *CLASSIFIERS, tumours, kind, twenty | {"solver": "lbfgs"}
    yield "digits, 1,797 x 64, 10 classes, adam", *CLASSIFIERS, digits, digit, twenty
    yield (
        "digits, tanh (50, 50), early stopping",
        *CLASSIFIERS,
        digits,
        digit,
        twenty
        | {
            "activation": "tanh",
            "hidden_layer_sizes": (50, 50),
            "early_stopping": True,
        },
    )
    yield "10,000 x 20, regression, adam", *REGRESSORS, X, curve, twenty
    yield (
        "10,000 x 20, regression, (8,), batches of 32",
        *REGRESSORS,
        X,
        curve,
        twenty
        | {
            "hidden_layer_sizes": (8,),
            "batch_size": 32,
            "max_iter": 5,
        },
    )
    yield "1,000 x 20, regression, lbfgs", *REGRESSORS, X[:1000], curve[:1000], twenty | {"solver": "lbfgs"}
    yield "10,000 x 20, regression, float32", *REGRESSORS, X.astype(np.float32), curve.astype(np.float32), twenty
    yield (
        "sparse 4,000 x 400, 2 classes, adam",
        *CLASSIFIERS,
        few,
        (wide[:, 0] > 0).astype(int),
        twenty | {"max_iter": 5},
    )
    both = TheirPerceptron, Perceptron
    yield "perceptron, 569 x 30, 2 classes", *both, tumours, kind, {"max_iter": 50, "tol": None}
    yield "perceptron, digits, 10 classes", *both, digits, digit, {"max_iter": 10, "tol": None}
    yield "perceptron, l2, 569 x 30", *both, tumours, kind, {"max_iter": 5, "tol": None, "penalty": "l2"}


def outputs(model, X):
    """What stands for the model when results are compared."""
    if isinstance(model, TheirPerceptron | Perceptron):
        return model.decision_function(X)
    return model.predict_proba(X) if is_classifier(model) else model.predict(X)


def timed(times, action, repeat=1):
    """The action's result; its milliseconds are added to the times."""
    start = time.perf_counter()
    for _ in range(repeat):
        result = action()
    times.append(1e3 * (time.perf_counter() - start) / repeat)
    return result


def measure(theirs, ours, X, y, parameters):
    """Median milliseconds of each thing done, by entrant; and the outputs' greatest difference over their size."""
    entrants = (theirs, {}), (ours, {}), (ours, {"engine": "compiled"})
    times, found, one_row = {name: ([], [], []) for name in DONE}, [None] * 3, X[:1]
    for _ in range(RUNS + 1):
        for who, (cls, more) in enumerate(entrants):
            fits, predictions, of_one_row, scores = (times[name][who] for name in DONE)
            model = timed(fits, lambda cls=cls, more=more: cls(**parameters, **more).fit(X, y))
            timed(predictions, lambda model=model: model.predict(X))
            timed(of_one_row, lambda model=model: model.predict(one_row), TIMES_OF_ONE_ROW)
            timed(scores, lambda model=model: model.score(X, y))
            found[who] = outputs(model, X)
    difference = max(np.max(np.abs(found[0] - one)) for one in found[1:]) / np.max(np.abs(found[0]))
    medians = {name: [statistics.median(one[1:]) for one in all_times] for name, all_times in times.items()}
    return medians, float(difference)


def cells(times, with_compiled):
    """Ours, compiled and scikit-learn's milliseconds, and by how much ours are faster as they come."""
    theirs, ours, compiled = times
    shown = [ours, compiled, theirs] if with_compiled else [ours, theirs]
    return " | ".join(f"{one:.{2 if one >= 1 else 3}f}" for one in shown) + f" | {theirs / ours:.2f}"


def main():
    warnings.simplefilter("ignore", ConvergenceWarning)
    lines = [
        "# Benchmarks of the estimators",
        "",
        "Written by `python benchmarks/estimators.py`. Milliseconds, medians of five runs in turn, one BLAS thread,",
        "the same parameters and seed: ours as they come, ours with `engine` set to compiled, and theirs.",
        "Ratios above 1 mean that ours are faster as they come. Predictions are of all rows, and of one. The last",
        "column is the greatest difference of probabilities, predictions or scores, as a share of the greatest of all.",
        "One hidden layer of 100 relu units and 20 epochs where nothing else is said. Losing rows stand here too. In a",
        "process that trains nothing else, compiled code is loaded before, which takes a twentieth of a second.",
        "",
        f"| workload | {' | '.join(HEADINGS)} | difference |",
        f"| --- |{' ---: |' * (1 + sum(heading.count('|') + 1 for heading in HEADINGS))}",
    ]
    with threadpool_limits(1, user_api="blas"):
        for name, theirs, ours, X, y, parameters in workloads():
            print(f"measuring {name}", file=sys.stderr)
            medians, difference = measure(theirs, ours, X, y, parameters)
            if difference > (1e-2 if X.dtype == np.float32 else 1e-8):
                raise SystemExit(f"{name}: results differ by {difference:.2g}, so that their times cannot be compared")
            columns = [cells(medians[done], with_compiled) for done, with_compiled in DONE.items()]
            lines.append(f"| {name} | {' | '.join(columns)} | {difference:.0e} |")
    lines += ["", conditions(), ""]
    PAGE.write_text("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
