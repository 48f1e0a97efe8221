"""Ours against scikit-learn's estimators at equal seed and equal result: fit and predict.

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
PAGE = Path(__file__).parent.parent / "docs" / "benchmarks-estimators.md"
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


def timed(times, action):
    start = time.perf_counter()
    result = action()
    times.append(time.perf_counter() - start)
    return result


def measure(theirs, ours, X, y, parameters):
    """Median seconds to fit and to predict of each entrant; and the outputs' greatest difference over their size."""
    entrants = (theirs, {}), (ours, {}), (ours, {"engine": "compiled"})
    fits, predictions, found = ([], [], []), ([], [], []), [None] * 3
    for _ in range(RUNS + 1):
        for who, (cls, more) in enumerate(entrants):
            model = timed(fits[who], lambda cls=cls, more=more: cls(**parameters, **more).fit(X, y))
            timed(predictions[who], lambda model=model: model.predict(X))
            found[who] = outputs(model, X)
    difference = max(np.max(np.abs(found[0] - one)) for one in found[1:]) / np.max(np.abs(found[0]))
    medians = [[1e3 * statistics.median(times[1:]) for times in all_times] for all_times in (fits, predictions)]
    return *medians, float(difference)


def cells(times):
    """Ours, compiled and scikit-learn's milliseconds, and by how much the better of ours is faster."""
    theirs, ours, compiled = times
    return f"{ours:.2f} | {compiled:.2f} | {theirs:.2f} | {theirs / min(ours, compiled):.2f}"


def main():
    warnings.simplefilter("ignore", ConvergenceWarning)
    lines = [
        "# Benchmarks of the estimators",
        "",
        "Written by `python benchmarks/estimators.py`. Milliseconds, medians of five runs in turn, one BLAS thread,",
        "the same parameters and seed: ours as they come, ours with `engine` set to compiled, and theirs.",
        "Ratios above 1 mean that the better of ours is faster. The last column is the greatest difference of",
        "probabilities, predictions or scores, as a share of the greatest of them. One hidden layer of 100 relu units",
        "and 20 epochs where nothing else is said. Losing rows stand here too. In a process that trains nothing else,",
        "compiled code is loaded before, which takes a twentieth of a second.",
        "",
        "| workload | fit: ours | compiled | scikit-learn | ratio | predict: ours | compiled | scikit-learn | ratio "
        "| difference |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    with threadpool_limits(1, user_api="blas"):
        for name, theirs, ours, X, y, parameters in workloads():
            print(f"measuring {name}", file=sys.stderr)
            fits, predictions, difference = measure(theirs, ours, X, y, parameters)
            if difference > (1e-2 if X.dtype == np.float32 else 1e-8):
                raise SystemExit(f"{name}: results differ by {difference:.2g}, so that their times cannot be compared")
            lines.append(f"| {name} | {cells(fits)} | {cells(predictions)} | {difference:.0e} |")
    lines += ["", conditions(), ""]
    PAGE.write_text("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
