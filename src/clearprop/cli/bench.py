"""`clearprop bench`: how fast networks are trained on this machine, as it comes, by each engine and by scikit-learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

OURS, COMPILED, READABLE, THEIRS = "as it comes", "compiled", "numpy", "scikit-learn"
# A new process, with nothing but what is installed.
FIRST_FIT = """
from sklearn.datasets import load_digits
from clearprop import MLPClassifier
X, y = load_digits(return_X_y=True)
MLPClassifier((100,), batch_size=32, max_iter=20, tol=0.0, n_iter_no_change=20, random_state=0).fit(X / 16, y)
"""


def bench(
    rows: Annotated[int | None, typer.Option(min=100, help="At most so many rows of each workload.")] = None,
    runs: Annotated[int, typer.Option(min=1, max=1000, help="Runs of each, whose median counts.")] = 5,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Train the same small networks with clearprop as it comes, its two engines and scikit-learn; compare their times.

    All train the same network from the same seed in float32, in turn, each with one BLAS thread or as many as there
    are, whichever is faster. It takes about half a minute.

    Example: clearprop bench --runs 9
    """
    from clearprop.cli.console import console, notes
    from clearprop.foundation.environment import conditions

    found = []
    with notes.status("a first fit in a new process") as status:
        first_fit = _first_fit_seconds(runs)
        status.update("drawing the rows")
        for name, X, y, settings in _workloads(rows):
            settings["batch_size"] = min(settings["batch_size"], len(y))
            what = f"{len(y):,} x {X.shape[1]}, {settings['hidden_layer_sizes']} units, "
            what += f"batches of {settings['batch_size']}, epochs: {settings['max_iter']}"
            found.append({"name": name, "what": what, **_measure(name, X, y, settings, runs, status.update)})
    if json:
        import json as json_format

        typer.echo(
            json_format.dumps(
                {
                    "conditions": conditions("numba"),
                    "instruction_set": _instruction_set(),
                    "first_fit_seconds": first_fit,
                    "workloads": found,
                },
                indent=2,
            )
        )
        return
    console.print(_table(found))
    console.print()
    for row in found:
        console.print(f"{row['name']}: {row['what']}", soft_wrap=True)
    losing = [row["name"] for row in found if row[THEIRS]["seconds"] < row[OURS]["seconds"]]
    console.print(
        f"\nMedians of {runs} in milliseconds; × is scikit-learn's time over each. Ours is as it comes; "
        f"slower than scikit-learn: {', '.join(losing) or 'none'}. "
        f"Digits in a new process, imports included: {first_fit:.2f} s.",
        soft_wrap=True,
    )
    console.print(f"Instruction set: {_instruction_set()} (CLEARPROP_INSTRUCTION_SET names a lesser one).")
    console.print(conditions("numba"), soft_wrap=True)


def _instruction_set() -> str:
    from clearprop.engines.compiled.instructions import USED

    return USED.name


def _first_fit_seconds(runs: int) -> float:
    """The median from the start of a process to the end of its first fit."""
    import statistics
    import subprocess
    import sys
    import time

    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-W", "ignore", "-c", FIRST_FIT], check=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _workloads(most_rows: int | None) -> Iterator[tuple[str, Any, Any, dict[str, Any]]]:
    """Name, rows, classes, and the estimator's settings."""
    import numpy as np
    from sklearn.datasets import load_digits

    rng = np.random.default_rng(0)

    def drawn(n_rows: int, columns: int, classes: int) -> tuple[Any, Any]:
        X = rng.standard_normal((min(n_rows, most_rows or n_rows), columns), dtype=np.float32)
        return X, (X @ rng.standard_normal((columns, classes), dtype=np.float32)).argmax(axis=1)

    digits, digit = load_digits(return_X_y=True)
    digits = (digits[:most_rows] / 16).astype(np.float32)
    yield "tiny", *drawn(1_000, 2, 2), _settings((8,), 10, 10)
    yield "digits", digits, digit[:most_rows], _settings((100,), 32, 10)
    yield "table", *drawn(20_000, 54, 7), _settings((128, 128), 256, 2)
    yield "pictures", *drawn(10_000, 784, 10), _settings((128,), 128, 2)


def _settings(hidden: tuple[int, ...], batch_size: int, epochs: int) -> dict[str, Any]:
    return {
        "hidden_layer_sizes": hidden,
        "batch_size": batch_size,
        "max_iter": epochs,
        "tol": 0.0,
        "n_iter_no_change": epochs,
        "random_state": 0,
    }


def _measure(name: str, X: Any, y: Any, settings: dict[str, Any], runs: int, say: Any) -> dict[str, Any]:
    """Each one's median seconds, last loss and BLAS threads."""
    import functools
    import os
    import statistics
    import time
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier as TheirClassifier
    from threadpoolctl import threadpool_limits

    from clearprop import MLPClassifier

    models = {
        OURS: MLPClassifier(**settings),
        COMPILED: MLPClassifier(**settings, engine="compiled"),
        READABLE: MLPClassifier(**settings, engine="numpy"),
        THEIRS: TheirClassifier(**settings),
    }

    def seconds(who: str, threads: int) -> float:
        with warnings.catch_warnings(), threadpool_limits(threads, user_api="blas"):
            warnings.simplefilter("ignore", ConvergenceWarning)
            start = time.perf_counter()
            models[who].fit(X, y)
            return time.perf_counter() - start

    say(f"{name}: warming up")
    for who in models:
        seconds(who, 1)
    choices = sorted({1, os.cpu_count() or 1})
    threads = {who: min(choices, key=functools.partial(seconds, who)) for who in models}
    times: dict[str, list[float]] = {who: [] for who in models}
    for run in range(1, runs + 1):
        for who in models:
            say(f"{name}: {who}, run {run} of {runs}")
            times[who].append(seconds(who, threads[who]))
    return {
        who: {"seconds": statistics.median(times[who]), "loss": model.loss_, "blas_threads": threads[who]}
        for who, model in models.items()
    }


def _table(found: list[dict[str, Any]]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
    table.add_column("workload")
    for heading in ("ours", "×", COMPILED, "×", READABLE, "×", THEIRS, "loss", "theirs"):
        table.add_column(heading, justify="right")
    for row in found:
        theirs = row[THEIRS]
        cells = []
        for who in (OURS, COMPILED, READABLE):
            cells += [f"{1000 * row[who]['seconds']:.1f}", f"{theirs['seconds'] / row[who]['seconds']:.2f}"]
        cells += [f"{1000 * theirs['seconds']:.1f}", f"{row[OURS]['loss']:.4f}", f"{theirs['loss']:.4f}"]
        table.add_row(row["name"], *cells)
    return table
