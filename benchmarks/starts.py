"""What a new process waits for: imports, and the first fit after installation, with everything that it needs."""

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
from peers import JAX, KERAS, OURS, PEERS, PYTORCH, SCIKIT_LEARN, TRAINER
from worker import save

IMPORTS = {
    "clearprop": "clearprop",
    "clearprop.MLPClassifier": "clearprop.estimators",
    "scikit-learn's MLPClassifier": "sklearn.neural_network",
    "PyTorch": "torch",
    "JAX": "jax",
    "Keras": "keras",
}
STARTERS = (OURS, TRAINER, SCIKIT_LEARN, PYTORCH, JAX, KERAS)


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


def first_fit_seconds(workload, peers, runs, quick, say, environment):
    """Median seconds from the start of a process to the end of its first training, of each that trains networks.

    Ours stands in a folder of its own each time, as an installation leaves it, and where nothing was ever run.
    """
    times = {}
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.npz"
        save(data, *workload.make(workload.rows))
        for run in range(runs):
            for name in STARTERS:
                if PEERS[name] not in peers or not PEERS[name].installed:
                    continue
                say(f"first fit in a new process: {name}, {run + 1} of {runs}")
                installed = Path(folder) / f"{name}{run}"
                _install(installed)
                more = dict(environment) | {"PYTHONPATH": str(installed)}
                times.setdefault(name, []).append(_first_fit(workload, PEERS[name], data, quick, more))
                shutil.rmtree(installed)
    # A peer that fails in its first run has no figure.
    return {name: statistics.median(seconds) for name, seconds in times.items() if None not in seconds}


def _first_fit(workload, peer, data, quick, environment):
    """Seconds, or None if the peer cannot."""
    start = time.perf_counter()
    worker = Worker(peer.name, workload.name, peer.settings["training"][0], data, quick, environment)
    worker.run(pause=0)
    seconds = time.perf_counter() - start
    worker.close()
    return seconds if worker.refusal is None else None


def _install(folder):
    """The package in this folder: with its kernels and Python's caches, which pip fills, and no others."""
    package = Path(importlib.util.find_spec("clearprop").origin).parent
    shutil.copytree(package, folder / "clearprop", ignore=shutil.ignore_patterns("__pycache__"))
    compileall.compile_dir(folder, quiet=2)
