"""How many processors this process may use, as the system or the environment has it."""

import os

# What joblib tells its worker processes, each of which is given its share; users set them too.
TOLD = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS")


def granted() -> int:
    """The processors that the system grants, or fewer if a variable of the environment says so."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = (os.environ.get(name, "").split(",")[0].strip() for name in TOLD)
    return min([allowed, *(int(number) for number in wanted if number.isdigit() and int(number) > 0)])
