"""The readable engine against scikit-learn's MLP at the same work: one hidden layer of 100, batches of 200, Adam.

Both run in turn, in one process, with one and with two BLAS threads; the table takes each one's better setting. Writes
docs/benchmarks.md.
"""

import statistics
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from threadpoolctl import threadpool_limits

from clearprop import Network, Trainer
from clearprop.foundation.environment import conditions
from clearprop.initializers import GlorotUniformWithBiases

RUNS = 7
EPOCHS = 10
PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def workloads():
    """Name, X, class numbers or quantities."""
    rng = np.random.default_rng(0)
    X, y = load_digits(return_X_y=True)
    yield "digits, 1,797 x 64, 10 classes", X / 16, y
    for rows, inputs, classes in ((20_000, 20, 2), (10_000, 100, 10), (10_000, 784, 10)):
        X = rng.normal(size=(rows, inputs))
        y = (X[:, :classes] if classes > 2 else X[:, :2]).argmax(axis=1)
        yield f"{rows:,} x {inputs}, {classes} classes", X, y
    X = rng.normal(size=(20_000, 20))
    yield "20,000 x 20, regression", X, np.sin(X[:, 0]) + 0.5 * X[:, 1]


def train_ours(X, y, dtype):
    classes = 0 if y.dtype.kind == "f" else len(np.unique(y))
    loss = {0: "squared_error", 2: "binary_cross_entropy"}.get(classes, "cross_entropy")
    outputs = classes if classes > 2 else 1
    rng = np.random.RandomState(0)  # scikit-learn's draws in scikit-learn's order: both train the same network
    draw = GlorotUniformWithBiases()
    network = Network([X.shape[1], 100, outputs], "relu", loss=loss, initializer=draw, dtype=dtype, rng=rng)
    trainer = Trainer(network, l2=1e-4, batch_size=200, epochs=EPOCHS, patience=None, rng=rng)
    return trainer.fit(X, y).loss[-1]


def train_scikit_learn(X, y, dtype):
    peer = MLPRegressor if y.dtype.kind == "f" else MLPClassifier
    targets = y.astype(dtype) if y.dtype.kind == "f" else y
    model = peer(hidden_layer_sizes=(100,), batch_size=200, max_iter=EPOCHS, n_iter_no_change=EPOCHS, random_state=0)
    return model.fit(X, targets).loss_


def measure(X, y, dtype):
    """The median seconds of each at its better number of BLAS threads, that number, and the final losses."""
    X = X.astype(dtype)
    seconds = {(train, threads): [] for train in (train_ours, train_scikit_learn) for threads in (1, 2)}
    losses = {}
    for run in range(RUNS + 1):
        for (train, threads), times in seconds.items():
            with threadpool_limits(threads, user_api="blas"):
                start = time.perf_counter()
                losses[train] = train(X, y, dtype)
                if run > 0:  # the first is a warm-up
                    times.append(time.perf_counter() - start)
    medians = {key: statistics.median(times) for key, times in seconds.items()}
    for train in (train_ours, train_scikit_learn):
        best = min((1, 2), key=lambda threads: medians[train, threads])
        yield medians[train, best], best, losses[train]


def main():
    warnings.simplefilter("ignore", ConvergenceWarning)
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`; losing rows stand here too.",
        "",
        "## The NumPy engine and scikit-learn's MLP",
        "",
        f"One hidden layer of 100 relu units, batches of 200, Adam, L2, {EPOCHS} epochs. Median of {RUNS} runs in",
        "turn, each at its better number of BLAS threads (in brackets). Both draw the same numbers from the same seed.",
        "",
        "| workload | dtype | clearprop | scikit-learn | ratio | last losses |",
        "| --- | --- | ---: | ---: | ---: | --- |",
    ]
    for name, X, y in workloads():
        for dtype in ("float64", "float32"):
            print(f"measuring {name}, {dtype}", file=sys.stderr)
            (ours, our_threads, our_loss), (theirs, their_threads, their_loss) = measure(X, y, dtype)
            lines.append(
                f"| {name} | {dtype} | {1000 * ours:.0f} ms ({our_threads}) | {1000 * theirs:.0f} ms ({their_threads}) "
                f"| {theirs / ours:.2f} | {our_loss:.4f}, {their_loss:.4f} |"
            )
    lines += [
        "",
        conditions(),
        "",
    ]
    PAGE.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
