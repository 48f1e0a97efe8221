"""A process that does one workload as one peer would: it gets ready, and then runs once for each line that it reads.

Each peer has a process to itself, so that neither thread pools nor memory mix. Replies are lines of JSON.
"""

import contextlib
import json
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np

# A run of less than so many seconds is done twice, and the second counts: the first finds a processor that slept.
SHORT = 0.1


def load(path):
    """The rows and answers that `save` has written."""
    with np.load(path) as file:
        y = file["y"]
        if "X" in file:
            return file["X"], y
        from scipy.sparse import csr_array

        return csr_array((file["data"], file["indices"], file["indptr"]), shape=tuple(file["shape"])), y


def save(path, X, y):
    """Write rows, dense or CSR, and answers."""
    if isinstance(X, np.ndarray):
        np.savez(path, X=X, y=y)
    else:
        np.savez(path, data=X.data, indices=X.indices, indptr=X.indptr, shape=X.shape, y=y)


def forget_peak():
    """Let the peak of memory begin at what is in use now, where the system can."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def memory(field):
    """Megabytes in use now ("VmRSS") or at most ("VmHWM"); elsewhere than on Linux the most ever for both."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        unit = 2**20 if sys.platform == "darwin" else 2**10
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return int(next(line for line in lines if line.startswith(field)).split()[1]) / 2**10


def measured(workload, run):
    """Seconds, scaled up where the peer did a part only, and the result."""
    start = time.perf_counter()
    for _ in range(workload.repeat):
        result = run()
    seconds = (time.perf_counter() - start) / workload.repeat
    return seconds * getattr(run, "scale", 1.0), result


def main():
    task = json.loads(sys.argv[1])
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what peers print is no reply

    def reply(**content):
        print(json.dumps(content), file=replies, flush=True)

    from peers import PEERS, CannotDo
    from workloads import WORKLOADS

    workload = WORKLOADS[task["workload"]]
    if task["quick"]:
        workload = workload.quick()
    X, y = load(task["data"])
    try:
        run = PEERS[task["peer"]].prepare(workload, X, y, task["setting"])
    except CannotDo as reason:
        reply(cannot=str(reason))
        return
    reply()
    before = memory("VmRSS")
    forget_peak()
    seconds = SHORT
    for _ in sys.stdin:
        if seconds < SHORT:
            run()
        seconds, result = measured(workload, run)
        peak = memory("VmHWM")
        reply(seconds=seconds, growth=peak - before, peak=peak, result=workload.judge(result, X, y))


if __name__ == "__main__":
    main()
