"""What training on a cluster costs: a round's overhead, the gain of two processes, and what a lost worker costs.

    python -m benchmarks.cluster [--write]

Writes docs/benchmarks-cluster.md with --write. The embedded cluster of two processes of this machine is measured.
"""

from __future__ import annotations

import datetime
import os
import platform
import signal
import statistics
import sys
import threading
import time
from pathlib import Path

import numpy as np

from clearprop import Network, Trainer
from clearprop.cluster import Cluster, Inline, connect
from clearprop.training import Callback
from clearprop.training.shards import ArrayShards

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks-cluster.md"
ROUNDS, KILLS = 400, 20


class Stamps(Callback):
    """When each round ended, and whatever is done after some of them."""

    def __init__(self, done=None):
        self.times, self._done = [], done or {}

    def on_batch_end(self, training):
        self.times.append(time.perf_counter())
        self._done.get(len(self.times), lambda: None)()


def rounds(where, network, shards, count, done=None):
    """What each of so many exact rounds takes, in seconds, without the first, which sends the rows."""
    stamps = Stamps(done)
    trainer = Trainer(network.copy(), epochs=count + 1, patience=None, rng=0, callbacks=[stamps])
    trainer.fit(shards, cluster=Cluster(where, "exact"))
    return np.diff(stamps.times)


def least_and_median(times, digits):
    return f"{min(times):.{digits}f} | {statistics.median(times):.{digits}f}"


def overheads(executor):
    """Rows of the table of overheads."""
    rng = np.random.default_rng(0)
    for inputs, hidden in ((15, 30), (500, 255)):
        network = Network([inputs, hidden, 1], "tanh", rng=0)
        shards = ArrayShards(rng.normal(size=(8, inputs)), rng.normal(size=8), count=8)
        here, there = (1e3 * rounds(where, network, shards, 30) for where in (Inline(), executor))
        size = f"{network.parameters.nbytes / 1e6:.3g} MB"
        yield f"| {size} | {least_and_median(here, 1)} | {least_and_median(there, 1)} |"


def speed_up(executor):
    """The row of the table of two processes: this process, one of a cluster, and two."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300_000, 64))
    shards, network = ArrayShards(X, np.sin(X[:, 0]), count=8), Network([64, 256, 1], "tanh", rng=0)
    here, two = (rounds(where, network, shards, 5) for where in (Inline(), executor))
    with connect("local:1") as single:
        one = rounds(single, network, shards, 5)
    taken = " | ".join(least_and_median(times, 2) for times in (here, one, two))
    return f"| {taken} | {statistics.median(one) / statistics.median(two):.2f} |"


def recovery(executor):
    """The row of the table of lost workers: rounds undisturbed, and with workers killed at random times."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100_000, 64))
    shards, network = ArrayShards(X, X[:, 0], count=8), Network([64, 256, 1], "tanh", rng=0)
    over, killed = threading.Event(), []

    def kill():
        while len(killed) < KILLS and not over.wait(rng.uniform(0, 2 * clean / (KILLS + 1))):
            pids = list(executor.client.run(os.getpid, on_error="ignore").values())
            if pids:
                os.kill(rng.choice(pids), signal.SIGKILL)
                killed.append(len(pids))

    clean = rounds(executor, network, shards, ROUNDS).sum()
    killer = threading.Thread(target=kill)
    killer.start()
    disturbed = rounds(executor, network, shards, ROUNDS).sum()
    over.set()
    killer.join()
    return f"| {clean:.1f} | {disturbed:.1f} | {len(killed)} | {disturbed / clean:.2f} |"


def page():
    """The page's text."""
    with connect("local:2") as executor:
        rows, two, lost = list(overheads(executor)), speed_up(executor), recovery(executor)
    where = f"{os.cpu_count()} processors of {platform.machine()}, Python {platform.python_version()}"
    lines = [
        "# Training on a cluster: what it costs",
        "",
        f"Written by `python -m benchmarks.cluster --write` on {datetime.date.today()}: {where},",
        f"NumPy {np.__version__}, one BLAS thread, the cluster `local:2`. The machine's load was "
        f"{os.getloadavg()[0]:.1f} when it ended.",
        "Where that is more than it has processors, others were at work: the least of a figure is then nearer to what",
        "it is on a machine of its own, and the gain of two processes cannot be seen.",
        "",
        "## A round's overhead",
        "",
        "Exact rounds of eight rows in eight shards, so that next to nothing is computed but what parameters take;",
        "milliseconds a round, of 30.",
        "",
        "| parameters | here, least | median | two processes, least | median |",
        "| ---: | ---: | ---: | ---: | ---: |",
        *rows,
        "",
        "## Two processes",
        "",
        "Exact rounds over 300,000 rows of 64 columns, a network 64-256-1 in float64; seconds a round, of 5. This",
        "process is slower than one of a cluster: those keep the memory of freed arrays for the next ones.",
        "",
        "| here, least | median | one process, least | median | two, least | median | times as fast as one, medians |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        two,
        "",
        "## Lost workers",
        "",
        f"{ROUNDS} exact rounds over 100,000 rows of 64 columns, in seconds; up to {KILLS} times, at random, one of",
        "the two processes is killed, and begun anew by its nanny. Parameters come to the same bits.",
        "",
        "| undisturbed | disturbed | killed | times as long |",
        "| ---: | ---: | ---: | ---: |",
        lost,
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    text = page()
    print(text)
    if "--write" in sys.argv:
        PAGE.write_text(text, encoding="utf-8")
