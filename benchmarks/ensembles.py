"""Networks trained side by side, an ensemble or a search, against the same trainings one after the other.

Both ways take turns in one process, and each number is the median of five runs after one to warm up. The results are
compared bit for bit, and a difference is an error. Writes docs/benchmarks-ensembles.md; on standard error it says what
it is at.
"""

import statistics
import sys
import time
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.preprocessing import StandardScaler

from clearprop import Ensemble, EnsembleTrainer, Network, Trainer
from clearprop.engines.compiled.threads import available
from clearprop.foundation.environment import conditions
from clearprop.training.side_by_side import run_side_by_side

RUNS = 5
PAGE = Path(__file__).parent.parent / "docs" / "benchmarks-ensembles.md"
MEMBERS = 8


def ensembles():
    """Name, engines, layer sizes, X, y, batch size, epochs."""
    X, y = load_digits(return_X_y=True)
    X = X / 16
    rng = np.random.default_rng(0)
    many = rng.normal(size=(10_000, 100))
    both = "compiled", "auto", "numpy"
    yield "8 x digits, 1,797 x 64, 64-100-10, batches of 32, 20 epochs", both, [64, 100, 10], X, y, 32, 20
    yield (
        "8 x 10,000 x 100, 100-100-10, batches of 32, 5 epochs",
        ("compiled",),
        [100, 100, 10],
        many,
        many[:, :10].argmax(axis=1),
        32,
        5,
    )
    yield (
        "8 x 10,000 x 100, 100-400-10, batches of 200, 5 epochs (alone, each shares its batches among all cores)",
        ("compiled",),
        [100, 400, 10],
        many,
        many[:, :10].argmax(axis=1),
        200,
        5,
    )


def ways_of_ensemble(engine, sizes, X, y, batch_size, epochs):
    """The trainings one after the other and side by side; each gives all parameters."""
    settings = {"engine": engine, "batch_size": batch_size, "epochs": epochs, "patience": None}

    def networks():
        return [Network(sizes, "relu", loss="cross_entropy", rng=seed) for seed in range(MEMBERS)]

    def one_by_one():
        trained = networks()
        for seed, network in enumerate(trained):
            Trainer(network, rng=seed, **settings).fit(X, y)
        return np.concatenate([network.parameters for network in trained])

    def side_by_side():
        ensemble = Ensemble(networks())
        EnsembleTrainer(ensemble, rng=list(range(MEMBERS)), **settings).fit(X, y)
        return ensemble.parameters.ravel()

    return one_by_one, side_by_side


def ways_of_search(engine):
    """Thirty-two small models, of other sizes, rates and penalties each."""
    X, y = load_breast_cancer(return_X_y=True)
    X = StandardScaler().fit_transform(X)

    def trainings():
        for number in range(32):
            network = Network([30, 4 + number, 1], "tanh", loss="binary_cross_entropy", rng=number)
            rate, penalty = (0.001, 0.003, 0.01, 0.03)[number % 4], 10.0 ** (number % 5 - 4)
            settings = {"learning_rate": rate, "l2": penalty, "batch_size": 16, "epochs": 40, "patience": None}
            trainer = Trainer(network, engine=engine, rng=number, **settings)
            yield trainer.start(X[:400], y[:400], validation=(X[400:], y[400:]))

    def one_by_one():
        found = list(trainings())
        for training in found:
            training.run()
        return np.concatenate([training.network.parameters for training in found])

    def side_by_side():
        found = list(trainings())
        run_side_by_side(found)
        return np.concatenate([training.network.parameters for training in found])

    return one_by_one, side_by_side


def measure(ways):
    """The median seconds of each way."""
    seconds = [[], []]
    for run in range(RUNS + 1):
        found = []
        for way, times in zip(ways, seconds, strict=True):
            start = time.perf_counter()
            found.append(way())
            if run > 0:
                times.append(time.perf_counter() - start)
        if found[0].tobytes() != found[1].tobytes():
            raise SystemExit("results differ, so that their times cannot be compared")
    return [statistics.median(times) for times in seconds]


def workloads():
    """Name, engine, and the two ways."""
    for name, engines, *rest in ensembles():
        for engine in engines:
            yield name, engine, ways_of_ensemble(engine, *rest)
    for engine in ("compiled", "auto"):
        name = "a search over 32 small models, 400 x 30, batches of 16, 40 epochs, judged in each"
        yield name, engine, ways_of_search(engine)


def main():
    lines = [
        "# Benchmarks of ensembles",
        "",
        "Written by `python benchmarks/ensembles.py`; losing rows stand here too. Milliseconds, medians of "
        f"{RUNS} runs in turn: the same",
        f"trainings one after the other, and side by side by {available()} workers; results are equal to the bit. A "
        "ratio below 1 means that",
        "side by side is faster. `compiled` and `numpy` are engines that were asked for, `auto` is what there is "
        "where none was. Trainings",
        "whose work holds Python's lock, small steps by NumPy above all, have one worker and gain nothing.",
        "",
        "| workload | engine | one after the other | side by side | ratio |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    for name, engine, ways in workloads():
        print(f"measuring {name}, {engine}", file=sys.stderr)
        one_by_one, side_by_side = measure(ways)
        figures = f"{1e3 * one_by_one:.0f} | {1e3 * side_by_side:.0f} | {side_by_side / one_by_one:.2f}"
        lines.append(f"| {name} | {engine} | {figures} |")
    lines += ["", conditions("numba", "llvmlite"), ""]
    PAGE.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
