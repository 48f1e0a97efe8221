"""What work costs, in seconds of NumPy's, by its sizes alone: what it decides is the same on every machine."""

from clearprop.network.network import Network

# So many of these seconds may pass in machine code until Python is asked whether there was an interrupt: less than one
# of the clock's on a processor of a quarter of the speed.
AT_ONCE = 0.25

# What a step takes NumPy, in seconds: at all, for each layer, for each weight and row, for each parameter, and for each
# unit and row; in float32, half as much again or twice in float64 (benchmarks/crossover.py).
STEP, LAYER, PRODUCT, PARAMETER, UNIT = 25e-6, 20e-6, 5e-11, 3e-9, 4e-9

# A worker is worth its while if so many multiplications and additions a batch fall to it (benchmarks/crossover.py).
WORK_A_WORKER = 2_000_000


def numpy_seconds(network: Network, rows: int) -> float:
    """About what one step with so many rows takes the NumPy engine."""
    parameters, units = network.parameters.size, sum(network.layer_sizes[1:])
    width = network.dtype.itemsize / 4
    work = rows * (parameters * PRODUCT + units * UNIT) + parameters * PARAMETER
    return STEP + LAYER * len(network.weights) + width * work


def worthwhile_workers(network: Network, rows: int) -> int:
    """How many workers a batch of so many rows is worth, at least 1."""
    return max(1, 3 * network.parameters.size * rows // WORK_A_WORKER)
