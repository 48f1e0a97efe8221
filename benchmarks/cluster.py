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
import time
from pathlib import Path

import numpy as np

from clearprop import Network, Trainer
from clearprop.cluster import Cluster, Inline, connect
from clearprop.training import Callback
from clearprop.training.shards import ArrayShards

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks-cluster.md"


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
    """The row of the table of two processes."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60_000, 64))
    shards, network = ArrayShards(X, np.sin(X[:, 0]), count=8), Network([64, 256, 1], "tanh", rng=0)
    here, there = (rounds(where, network, shards, 4) for where in (Inline(), executor))
    return f"| {least_and_median(here, 2)} | {least_and_median(there, 2)} | {min(here) / min(there):.2f} |"


def recovery(executor):
    """The row of the table of a lost worker."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20_000, 32))
    shards, network = ArrayShards(X, X[:, 0], count=8), Network([32, 64, 1], "tanh", rng=0)

    def kill():
        os.kill(next(iter(executor.client.run(os.getpid).values())), signal.SIGKILL)

    clean = rounds(executor, network, shards, 40).sum()
    disturbed = rounds(executor, network, shards, 40, {20: kill}).sum()
    return f"| {clean:.1f} | {disturbed:.1f} |"


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
        "Exact rounds over 60,000 rows of 64 columns, a network 64-256-1 in float64; seconds a round, of 4.",
        "",
        "| here, least | median | two processes, least | median | times as fast, of the least |",
        "| ---: | ---: | ---: | ---: | ---: |",
        two,
        "",
        "## A lost worker",
        "",
        "40 exact rounds over 20,000 rows of 32 columns, in seconds; one of the two processes is killed half-way, and",
        "begun anew by its nanny. Parameters come to the same bits.",
        "",
        "| undisturbed | one killed |",
        "| ---: | ---: |",
        lost,
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    text = page()
    print(text)
    if "--write" in sys.argv:
        PAGE.write_text(text, encoding="utf-8")
