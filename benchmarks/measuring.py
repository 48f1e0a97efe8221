"""Peers in processes of their own, which do a workload in turn; the median of each at its best setting."""

import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from worker import save

HERE = Path(__file__).parent
# Runs of a peer that is in no target.
FEW = 2
# A setting whose first run took so many times as long as the peer's best is not run again.
HOPELESS = 1.5
NOT_INSTALLED = "not installed"
# So many seconds pass before each run: threads of the peer before it still look for work, on the processors it needs.
PAUSE = 0.2


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

    def run(self, pause=PAUSE):
        """Do the workload once; what came of it."""
        if self.refusal is None:
            time.sleep(pause)
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

    def figures(self):
        """What the page needs: see `results`."""
        first, *rest = self.replies
        runs = [reply["seconds"] for reply in rest]
        same = {name: first[name] for name in ("growth", "peak", "result")}
        return {"setting": self.setting, "seconds": statistics.median(runs), "first": self.first, **same, "runs": runs}


def measure(workload, peers, runs, quick, say, environment):
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
            for setting in _settings(peer, workload, workers):
                say(f"{workload.name}: {peer.name} gets ready")
                workers.append(Worker(peer.name, workload.name, setting, data, quick, environment))
                workers[-1].run()
        workers = _worth_while(workers, workload, found)
        few = {peer.name for peer in peers if not peer.main}
        for run in range(1, runs + 1):
            for worker in workers:
                if run <= FEW or worker.peer not in few:
                    say(f"{workload.name}: run {run} of {runs}, {worker.peer}")
                    worker.run()
        for worker in _running(workers, found):
            figures, best = worker.figures(), found.get(worker.peer)
            seconds = {str(worker.setting): figures["seconds"]} | (best or {}).get("by_setting", {})
            if best is None or figures["seconds"] < best["seconds"]:
                best = found[worker.peer] = figures
            best["by_setting"] = seconds
            worker.close()
    return found


def _settings(peer, workload, workers):
    """What is tried of a peer."""
    others = [one for one in workers if one.peer == peer.setting_of and one.refusal is None]
    if others:
        return (min(others, key=lambda one: one.first).setting,)
    return peer.settings.get(workload.kind, ())


def _running(workers, found):
    """Those that run; the others end, and their reasons are noted."""
    running = [worker for worker in workers if worker.refusal is None]
    for worker in workers:
        if worker.refusal is not None:
            found[worker.peer] = worker.refusal
            worker.close()
    return running


def _worth_while(workers, workload, found):
    """Those that run, and are not hopelessly slower than the same peer with another setting; the others end.

    Of a search all ways are shown.
    """
    running = _running(workers, found)
    if workload.kind == "search":
        return running
    best = {}
    for worker in running:
        best[worker.peer] = min(worker.first, best.get(worker.peer, worker.first))
    stay = [worker for worker in running if worker.first <= HOPELESS * best[worker.peer]]
    for worker in running:
        if worker not in stay:
            worker.close()
    return stay
