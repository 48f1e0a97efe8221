"""What a checkpoint costs: to write one, to read it again, and to know rows and settings again, by its size.

    python benchmarks/checkpoints.py

The least of several, in milliseconds, beside what the disk takes for the same bytes, written and brought onto it.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from clearprop import Network, Trainer
from clearprop.files.checkpoint import Checkpoint
from clearprop.files.fingerprint import of_training

# Parameters of float64, of which Adam keeps three times as many numbers.
SIZES = {"1 MB": 43_000, "10 MB": 430_000, "100 MB": 4_300_000}
TIMES = 15


def least_ms(action, clock=time.perf_counter):
    taken = []
    for _ in range(TIMES):
        begun = clock()
        action()
        taken.append(1000 * (clock() - begun))
    return min(taken)  # what else the machine does only adds


def bare(path, content):
    """The least that a file which is to last takes."""
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def measured(folder, parameters):
    """Milliseconds to write, by the clock and of the processor, to read, to know again, and of the disk; and bytes."""
    inputs = parameters // 10
    rows = max(2, 1_000_000 // inputs)
    network = Network([inputs, 10, 1], "tanh", rng=0)
    training = Trainer(network, epochs=2).start(np.zeros((rows, inputs)), np.zeros(rows))
    checkpoint = Checkpoint(training.snapshot(), (of_training(training, True),), 0.001, {})
    path = folder / "c"
    written, read = least_ms(lambda: checkpoint.write(path)), least_ms(lambda: Checkpoint.read(path))
    content = path.read_bytes()
    known, alone = least_ms(lambda: of_training(training, True)), least_ms(lambda: bare(folder / "b", content))
    return written, least_ms(lambda: checkpoint.write(path), time.process_time), read, known, alone, len(content)


def main():
    folder = Path(tempfile.mkdtemp(dir=sys.argv[1] if len(sys.argv) > 1 else None))
    print(f"{'size':>8}  {'write':>8}  {'(cpu)':>8}  {'read':>8}  {'rows':>8}  {'bare':>8}")
    for name, parameters in SIZES.items():
        *times, size = measured(folder, parameters)
        print(f"{name:>8}  " + "  ".join(f"{taken:8.1f}" for taken in times) + f"  ({size:,} bytes)")


if __name__ == "__main__":
    main()
