"""A process that forks another for each training it is asked for, which may be killed, or interrupted, at any line.

To import what trains takes longer than the trainings, and is done once. It is asked by a line of JSON each, and answers
by one: how the training ended, and how many lines of clearprop's sources it came to.
"""

import json
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np

KINDS = {
    "PCG64": lambda: np.random.default_rng(3),
    "Philox": lambda: np.random.Generator(np.random.Philox(3)),
    "SFC64": lambda: np.random.Generator(np.random.SFC64(3)),
    "PCG64DXSM": lambda: np.random.Generator(np.random.PCG64DXSM(3)),
    "MT19937": lambda: np.random.Generator(np.random.MT19937(3)),
    "RandomState": lambda: np.random.RandomState(3),
}
# Trainings that differ in all that a checkpoint has to keep.
TRAININGS = {
    "adam, NumPy": {"engine": "numpy", "optimizer": "adam", "rng": "PCG64"},
    "adam, compiled": {"engine": "compiled", "optimizer": "adam", "rng": "SFC64"},
    "dropout and the best, NumPy": {
        "engine": "numpy", "optimizer": "nesterov", "dropout": 0.3, "rng": "RandomState", "validated": True,
    },
    "dropout and the best, compiled": {
        "engine": "compiled", "optimizer": "rmsprop", "dropout": 0.3, "rng": "Philox", "validated": True,
    },
    "a schedule by patience, auto": {
        "engine": "auto", "optimizer": "sgd", "schedule": "adaptive", "tolerance": 1.0, "patience": 0, "rng": "MT19937",
    },
    "float32, cosine, auto": {
        "engine": "auto", "optimizer": "amsgrad", "schedule": "cosine", "dtype": "float32", "rng": "PCG64DXSM",
    },
}  # fmt: skip
EPOCHS, MORE = 5, 5


def rows():
    rng = np.random.default_rng(7)
    X = rng.normal(size=(44, 3))
    return X, (X[:, 0] * X[:, 1] > 0).astype(float)


def trainer(folder, epochs, every, *, engine, rng, validated=False, dtype="float64", **settings):
    from clearprop import Checkpoints, Network, Trainer

    network = Network([3, 6, 4, 1], ["tanh", "relu"], loss="binary_cross_entropy", dtype=dtype, rng=1)
    checkpoints = [] if folder is None else [Checkpoints(folder, every=every)]
    given = {"patience": None, "batch_size": 7, "learning_rate": 0.02, **settings}
    return Trainer(network, epochs=epochs, engine=engine, rng=KINDS[rng](), callbacks=checkpoints, **given)


def outcome(one):
    """All that must be the same, bit for bit."""
    from clearprop.foundation.randomness import generator_state

    kept = one.snapshot()
    best = kept.state.patience.best_parameters
    return (
        one.network.parameters.tobytes().hex(),
        kept.slots.tobytes().hex(),
        repr(kept.records),
        repr(generator_state(one.rng)),
        repr((kept.step, one.stop_reason, kept.state.stalls, kept.state.patience.best_epoch)),
        None if best is None else best.tobytes().hex(),
    )


def train(folder, name, every, epochs=EPOCHS):
    """Train, or go on, to so many epochs; what it came to."""
    X, y = rows()
    settings = TRAININGS[name]
    one = trainer(folder, epochs, every, **settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        one.fit(X[:30], y[:30], validation=(X[30:], y[30:]) if settings.get("validated") else None)
    return outcome(one)


class AtLine:
    """Counts the lines of clearprop's sources that are run, and does something at the so-many-th."""

    def __init__(self, number, act):
        self.left, self.count, self.act = number, 0, act

    def __call__(self, frame, event, argument):
        name = frame.f_code.co_filename
        inside = f"{os.sep}clearprop{os.sep}" in name and f"{os.sep}foundation{os.sep}near" not in name
        return self.line if inside else None

    def line(self, frame, event, argument):
        if event == "line":
            self.count += 1
            if self.count == self.left:
                self.act()
        return self.line


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


def interrupt():
    raise KeyboardInterrupt


def _child(asked, answer):
    """Do what was asked for in a process that may end at any time."""
    import clearprop.training.run_state

    clearprop.training.run_state.AT_ONCE = 1e-9  # each batch is a long one
    if isinstance(asked["every"], str):
        clearprop.training.run_state.SECONDS_AHEAD = 0.0  # and so is each epoch
    at = AtLine(asked.get("line"), {"kill": kill, "interrupt": interrupt}[asked.get("by", "kill")])
    ended = "interrupted"
    try:
        sys.settrace(at)
        ended = train(asked["folder"], asked["name"], asked["every"], asked.get("epochs", EPOCHS))
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(None)
    os.write(answer, json.dumps([ended, at.count]).encode())


def serve():
    """Answer each line of standard input."""
    for name in TRAININGS:  # all is imported and compiled, by a single thread
        train(None, name, 1, epochs=1)
    import clearprop.files.checkpoints  # noqa: F401

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        ours, theirs = os.pipe()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                _child(json.loads(line), theirs)
                status = 0
            finally:
                os._exit(status)
        os.close(theirs)
        with os.fdopen(ours, "rb") as pipe:
            said = pipe.read()
        _, status = os.waitpid(pid, 0)
        ended = json.dumps([f"signal {status & 127}, status {status >> 8}", 0])
        sys.stdout.write((said.decode() or ended) + "\n")
        sys.stdout.flush()


class Trainings:
    """The process, for the tests that ask it."""

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", "from tests.files.going_on import serve; serve()"],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout.readline() == "ready\n"
        return self

    def __exit__(self, *error):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def ask(self, folder, name, every, **more):
        """How a training ended: with what outcome, or by what; and how many lines it came to."""
        asked = {"folder": None if folder is None else str(folder), "name": name, "every": every, **more}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        ended, lines = json.loads(self.process.stdout.readline())
        return ended, lines
