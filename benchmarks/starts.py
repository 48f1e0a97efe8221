"""What a new process waits for: imports, and the first fit with everything that it needs, by cold and warm caches."""

import compileall
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import Worker
from peers import ARTICLE, OURS, PEERS, PRODUCTS, READABLE, SCALAR
from worker import save

IMPORTS = {
    "clearprop": "clearprop",
    "clearprop.MLPClassifier": "clearprop.estimators",
    "scikit-learn's MLPClassifier": "sklearn.neural_network",
    "PyTorch": "torch",
    "JAX": "jax",
    "Keras": "keras",
}
COLD, WARM = f"{OURS}, nothing compiled yet", f"{OURS}, compiled before"


def import_seconds(runs, say):
    """Median seconds of `import`, each in new processes."""
    packages = {name: module for name, module in IMPORTS.items() if importlib.util.find_spec(module.split(".")[0])}
    times = {name: [] for name in packages}
    program = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"
    environment = os.environ | {"KERAS_BACKEND": "jax"}
    for _ in range(runs + 1):
        for name, module in packages.items():
            say(f"importing {name}")
            command = [sys.executable, "-c", program.format(module)]
            seconds = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
            times[name].append(float(seconds.split()[-1]))
    return {name: statistics.median(seconds[1:]) for name, seconds in times.items()}


def first_fit_seconds(workload, peers, runs, quick, say):
    """Median seconds from the start of a process to the end of its first training."""
    times = {}
    with tempfile.TemporaryDirectory() as folder:
        data, kept = Path(folder) / "data.npz", Path(folder) / "kept"
        save(data, *workload.make(workload.rows))
        _copy_of_ours(kept)
        _first_fit(workload, PEERS[OURS], data, quick, kept)  # fills the cache
        for run in range(runs):
            for name, peer in _starters(peers):
                say(f"first fit in a new process: {name}, {run + 1} of {runs}")
                source = kept if name == WARM else Path(folder) / f"run{run}"
                if name == COLD:
                    _copy_of_ours(source)
                times.setdefault(name, []).append(_first_fit(workload, peer, data, quick, source))
            shutil.rmtree(Path(folder) / f"run{run}")
    # A peer that fails in its first run has no figure.
    return {name: statistics.median(seconds) for name, seconds in times.items() if None not in seconds}


def _starters(peers):
    """What each row is called, and whose it is: those that train networks, ours twice."""
    for peer in peers:
        if peer.name == OURS:
            yield COLD, peer
            yield WARM, peer
        elif peer.installed and peer.name not in (READABLE, SCALAR, ARTICLE, PRODUCTS):
            yield peer.name, peer


def _first_fit(workload, peer, data, quick, folder):
    """Seconds; our package is imported from the folder, if it is there."""
    setting = peer.settings["training"][0]
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    start = time.perf_counter()
    worker = Worker(peer.name, workload.name, setting, data, quick, {"PYTHONPATH": path})
    worker.run()
    seconds = time.perf_counter() - start
    worker.close()
    return seconds if worker.refusal is None else None


def _copy_of_ours(folder):
    """The installed package in another folder: Python's own caches filled, as pip fills them, the kernels' empty."""
    package = Path(importlib.util.find_spec("clearprop").origin).parent
    shutil.copytree(package, folder / "clearprop", ignore=shutil.ignore_patterns("__pycache__"))
    compileall.compile_dir(folder, quiet=2)
