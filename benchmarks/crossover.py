"""When compiled code is worth loading: a step of each engine at many sizes, what `auto` reckons, and the loading.

The constants of `clearprop.engines.auto` and `threads.available` come from here. Prints a table.
"""

import statistics
import subprocess
import sys
import time

import numpy as np

from clearprop import Network, Trainer
from clearprop.engines import CompiledEngine, NumpyEngine, numpy_seconds
from clearprop.foundation.environment import conditions

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
RUNS = 5


def seconds_a_step(engine, sizes, batch, dtype):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(batch * STEPS, sizes[0])).astype(dtype), rng.normal(size=(batch * STEPS, sizes[-1]))
    times = []
    for _ in range(RUNS + 1):
        trainer = Trainer(Network(sizes, "relu", dtype=dtype, rng=0), batch_size=batch, engine=engine, patience=None)
        trainer.start(X, y.astype(dtype))
        trainer.run_epoch()
        start = time.perf_counter()
        trainer.run_epoch()
        times.append((time.perf_counter() - start) / STEPS)
    return statistics.median(times[1:])


def loading_seconds():
    """From nothing to the end of the first compiled step, in a process of its own, code being cached."""
    program = (
        "import time, numpy as np; from clearprop import Network, Trainer; X = np.ones((10, 2)); start = time.time();"
        "Trainer(Network([2, 2, 1], 'relu'), epochs=1, engine='compiled').fit(X, X[:, 0]); print(time.time() - start)"
    )
    runs = [subprocess.run([sys.executable, "-c", program], capture_output=True, check=True) for _ in range(RUNS + 1)]
    return statistics.median(float(run.stdout) for run in runs[1:])


def main():
    print(f"{'sizes':34} {'batch':>5} {'dtype':>8} {'numpy':>9} {'reckoned':>9} {'1 thread':>9} {'2 threads':>9}  µs")
    for dtype in ("float32", "float64"):
        for sizes, batch in SIZES:
            network = Network(sizes, "relu", dtype=dtype, rng=0)
            figures = [
                seconds_a_step(NumpyEngine(), sizes, batch, dtype),
                numpy_seconds(network, batch),
                seconds_a_step(CompiledEngine(1), sizes, batch, dtype),
                seconds_a_step(CompiledEngine(2), sizes, batch, dtype),
            ]
            name = "-".join(map(str, sizes))
            print(f"{name:34} {batch:5} {dtype:>8} " + " ".join(f"{figure * 1e6:9.1f}" for figure in figures))
    print(f"loading and the first step, from a filled cache: {loading_seconds():.2f} s")
    print(conditions())


if __name__ == "__main__":
    main()
