"""Peers in processes of their own, which do a workload in turn; the median of each at its best setting."""

import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from worker import save

HERE = Path(__file__).parent
# A setting whose first run took so many times as long as the peer's best is not run again.
HOPELESS = 3.0
NOT_INSTALLED = "not installed"
# So many seconds pass before each run: threads of the peer before it still look for work, on the processors it needs.
PAUSE = 0.3


@dataclass
class Measured:
    """A peer's figures for a workload.

    Attributes
    ----------
    seconds, first : float
        The median, and what the first run took: it compiles, where something is compiled.
    growth, peak : float
        Megabytes: the most in use during the first run, above those with libraries and data loaded; and in all.
    result : float or None
        See `Workload.judge`.
    """

    setting: object
    seconds: float
    first: float
    growth: float
    peak: float
    result: float | None


class Worker:
    """A peer's process for one workload and setting; `refusal` says why there is none."""

    _number = itertools.count()

    def __init__(self, peer, workload, setting, data, quick, environment=()):
        task = {"peer": peer, "workload": workload, "setting": setting, "data": str(data), "quick": quick}
        self.peer, self.setting, self.replies, self.refusal = peer, setting, [], None
        # PyTorch keeps compiled code on disk: each process has a place of its own, so that the first run compiles.
        compiled = {"TORCHINDUCTOR_CACHE_DIR": str(data.parent / f"inductor{next(self._number)}")}
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "worker.py"), json.dumps(task)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | compiled | dict(environment),
        )
        self.refusal = self._read().get("cannot")

    def run(self):
        """Do the workload once; what came of it."""
        if self.refusal is None:
            time.sleep(PAUSE)
            try:
                self._process.stdin.write("run\n")
                self._process.stdin.flush()
            except BrokenPipeError:
                pass
            reply = self._read()
            self.refusal = reply.get("cannot")
            self.replies.append(reply)

    def close(self):
        """End the process."""
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def _read(self):
        line = self._process.stdout.readline()
        return json.loads(line) if line else {"cannot": "failed"}

    @property
    def first(self):
        return self.replies[0]["seconds"]

    def measured(self):
        first, *rest = self.replies
        seconds = statistics.median(reply["seconds"] for reply in rest)
        return Measured(self.setting, seconds, first["seconds"], first["growth"], first["peak"], first["result"])


def measure(workload, peers, runs, quick, say):
    """Every one of the peers that can do the workload: from its name to its figures, or to a reason for having none."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.npz"
        save(data, *workload.make(workload.rows))
        workers = []
        for peer in peers:
            if workload.kind in peer.settings and not peer.installed:
                found[peer.name] = NOT_INSTALLED
                continue
            for setting in peer.settings.get(workload.kind, ()):
                say(f"{workload.name}: {peer.name} gets ready")
                workers.append(Worker(peer.name, workload.name, setting, data, quick))
                workers[-1].run()
        workers = _worth_while(workers, found)
        for run in range(1, runs + 1):
            for worker in workers:
                say(f"{workload.name}: run {run} of {runs}, {worker.peer}")
                worker.run()
        workers = _worth_while(workers, found)
        for worker in workers:
            figures, best = worker.measured(), found.get(worker.peer)
            if not isinstance(best, Measured) or figures.seconds < best.seconds:
                found[worker.peer] = figures
            worker.close()
    return found


def _worth_while(workers, found):
    """Those that run, and are not hopelessly slower than the same peer with another setting; the others end."""
    running = [worker for worker in workers if worker.refusal is None]
    best = {}
    for worker in running:
        best[worker.peer] = min(worker.first, best.get(worker.peer, worker.first))
    stay = [worker for worker in running if worker.first <= HOPELESS * best[worker.peer]]
    for worker in workers:
        if worker not in stay:
            if worker.refusal is not None:
                found[worker.peer] = worker.refusal
            worker.close()
    return stay
