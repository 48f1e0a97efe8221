"""When compiled code is worth loading: NumPy against compiled against `auto`, from one batch to a thousand epochs.

    python benchmarks/crossover.py                  # all of it, about twenty minutes
    python benchmarks/crossover.py fit predict      # these alone
    python benchmarks/crossover.py steps            # a step of each engine at many sizes, and what NumPy's is reckoned

Each job is done by each engine twice: as the first of a process, whose time is that of the process without its imports,
and again in one that has done it already. What `auto` takes is compared with the better of the two. The constants of
`clearprop.engines.auto` and `clearprop.engines.time_estimate` come from here.
"""

import itertools
import json
import statistics
import subprocess
import sys
import time

import numpy as np

RUNS = 3
ENGINES = ["numpy", "compiled", "auto"]
# Rows and layers; the batch is 200, or all rows if there are fewer.
TABLES = [(10, [2, 2, 1]), (200, [4, 16, 3]), (1000, [20, 100, 1]), (1797, [64, 100, 10]), (4000, [54, 128, 128, 7])]
EPOCHS = [1, 10, 100, 1000]
SOLVERS = ["adam", "sgd"]
# A job that takes NumPy longer than this is not done: nobody doubts which engine is the better.
MOST_SECONDS = 20.0
CALLS = 200  # of partial_fit
PREDICTED = [1, 10, 100, 1_000, 10_000, 100_000]


def fit(engine, rows, sizes, epochs, solver):
    """By `Trainer`."""
    from clearprop import Network, Trainer

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(rows, sizes[0])), rng.normal(size=(rows, sizes[-1]))

    def job():
        network = Network(sizes, "relu", rng=0)
        Trainer(network, optimizer=solver, learning_rate=1e-4, epochs=epochs, patience=None, engine=engine, rng=0).fit(
            X, y
        )

    return job


def estimator(engine, rows, sizes, epochs, solver):
    """By `MLPRegressor`."""
    import sklearn.neural_network  # noqa: F401

    from clearprop import MLPRegressor

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(rows, sizes[0])), rng.normal(size=(rows, sizes[-1]))
    given = {"hidden_layer_sizes": sizes[1:-1], "max_iter": epochs, "n_iter_no_change": np.inf, "solver": solver}
    return lambda: MLPRegressor(engine=engine, random_state=0, learning_rate_init=1e-4, **given).fit(X, y)


def partial_fit(engine, rows, sizes, epochs, solver):
    """`epochs` calls of `MLPRegressor.partial_fit`."""
    from clearprop import MLPRegressor

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(rows, sizes[0])), rng.normal(size=(rows, sizes[-1]))

    def job():
        model = MLPRegressor(hidden_layer_sizes=sizes[1:-1], engine=engine, random_state=0, solver=solver)
        for _ in range(epochs):
            model.partial_fit(X, y)

    return job


def predict(engine, rows, sizes, epochs, solver):
    """`epochs` predictions by `MLPRegressor`."""
    from clearprop import MLPRegressor

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(rows, sizes[0])), rng.normal(size=(20, sizes[-1]))
    model = MLPRegressor(hidden_layer_sizes=sizes[1:-1], engine="numpy", random_state=0, max_iter=1, solver=solver)
    model.fit(rng.normal(size=(20, sizes[0])), y)
    model.set_params(engine=engine)

    def job():
        for _ in range(epochs):
            model.predict(X)

    return job


WAYS = {way.__name__: way for way in (fit, estimator, partial_fit, predict)}


def measure(way, *job):
    """What a job takes as the first of this process, and again; in seconds, printed."""
    import warnings

    warnings.simplefilter("ignore")
    job = WAYS[way](*job)
    start = time.perf_counter()
    job()
    first = time.perf_counter() - start
    again = []
    while len(again) < 5 or (sum(again) < 0.2 and len(again) < 100):
        start = time.perf_counter()
        job()
        again.append(time.perf_counter() - start)
        if again[0] > 1.0:
            break
    print(json.dumps([first, statistics.median(again)]))


def in_processes(way, job):
    """By engine the median of `measure`, in fresh processes that take turns."""
    times = {engine: [] for engine in ENGINES}
    for _, engine in itertools.product(range(RUNS), ENGINES):
        command = [sys.executable, __file__, "measure", json.dumps([way, engine, *job])]
        done = subprocess.run(command, capture_output=True, check=True, text=True)
        times[engine].append(json.loads(done.stdout))
    return {engine: [statistics.median(column) for column in zip(*runs, strict=True)] for engine, runs in times.items()}


def jobs():
    """Each way with all its jobs that do not take too long: rows, layers, epochs, solver."""
    from clearprop import Network
    from clearprop.engines import numpy_seconds

    for way, (rows, sizes), epochs, solver in itertools.product(("fit", "estimator"), TABLES, EPOCHS, SOLVERS):
        seconds = epochs * -(-rows // 200) * numpy_seconds(Network(sizes, rng=0), min(rows, 200))
        if seconds < MOST_SECONDS / 4 and (solver == "adam" or rows == 200):
            yield way, (rows, sizes, epochs, solver)
    for rows, (_, sizes), calls in itertools.product((1, 100), TABLES[1:4], (1, CALLS)):
        yield "partial_fit", (rows, sizes, calls, "adam")
    for rows, (_, sizes) in itertools.product(PREDICTED, TABLES[1:4]):
        yield "predict", (rows, sizes, 1, "adam")


SIZES = [
    ([2, 8, 2], 10),
    ([4, 16, 3], 32),
    ([20, 100, 1], 200),
    ([64, 100, 10], 32),
    ([64, 100, 10], 200),
    ([54, 128, 128, 7], 64),
    ([54, 128, 128, 7], 256),
    ([32, 64, 64, 64, 64, 64, 64, 1], 64),
    ([784, 128, 10], 32),
    ([784, 128, 10], 128),
    ([1024, 1024, 10], 128),
]
STEPS = 30


def seconds_a_step(engine, sizes, batch, dtype):
    """The median of some epochs of as many steps."""
    from clearprop import Network, Trainer

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(batch * STEPS, sizes[0])).astype(dtype), rng.normal(size=(batch * STEPS, sizes[-1]))
    trainer = Trainer(Network(sizes, "relu", dtype=dtype, rng=0), batch_size=batch, engine=engine, patience=None)
    trainer.start(X, y.astype(dtype))
    times = []
    for _ in range(6):
        start = time.perf_counter()
        trainer.run_epoch()
        times.append((time.perf_counter() - start) / STEPS)
    return statistics.median(times[1:])


def steps():
    """A step of each engine, and what NumPy's is reckoned to take."""
    from clearprop import Network
    from clearprop.engines import CompiledEngine, NumpyEngine, numpy_seconds

    print(f"{'layers':34} {'batch':>5} {'dtype':>8} {'numpy':>9} {'reckoned':>9} {'1 thread':>9} {'2 threads':>9}  µs")
    for dtype, (sizes, batch) in itertools.product(("float32", "float64"), SIZES):
        figures = [
            seconds_a_step(NumpyEngine(), sizes, batch, dtype),
            numpy_seconds(Network(sizes, "relu", dtype=dtype, rng=0), batch),
            seconds_a_step(CompiledEngine(1), sizes, batch, dtype),
            seconds_a_step(CompiledEngine(2), sizes, batch, dtype),
        ]
        name = "-".join(map(str, sizes))
        print(f"{name:34} {batch:5} {dtype:>8} " + " ".join(f"{figure * 1e6:9.1f}" for figure in figures))


def main(ways):
    from clearprop.foundation.environment import conditions

    print(f"{'':12} {'rows':>7} {'layers':14} {'epochs':>6} {'':5}   as the first, ms: {'again, ms:':>28}")
    print(" " * 49 + f"{'numpy':>9} {'compiled':>9} {'auto':>9} {'ratio':>6}" * 2)
    worst = {}
    for way, job in jobs():
        if way not in ways:
            continue
        rows, sizes, epochs, solver = job
        times = in_processes(way, job)
        line = f"{way:12} {rows:7} {'-'.join(map(str, sizes)):14} {epochs:6} {solver:5}  "
        for when in (0, 1):
            figures = [times[engine][when] for engine in ENGINES]
            ratio = figures[-1] / min(figures[:-1])
            line += " ".join(f"{figure * 1e3:9.2f}" for figure in figures) + f" {ratio:6.2f}"
            lost = figures[-1] - min(figures[:-1])
            worst.setdefault((way, when), []).append((ratio, lost, f"{rows} rows, {sizes}, {epochs} epochs, {solver}"))
        print(line, flush=True)
    for (way, when), all_of_it in worst.items():
        ratio, lost, name = max(all_of_it)
        print(f"worst of {way}, {'again' if when else 'as the first'}: {ratio:.2f} ({lost * 1e3:.1f} ms), {name}")
    print(conditions())


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        measure(*json.loads(sys.argv[2]))
    elif sys.argv[1:] == ["steps"]:
        steps()
    else:
        main(sys.argv[1:] or list(WAYS))
