"""What work costs, in seconds of NumPy's, by its sizes alone: what it decides is the same on every machine."""

from clearprop.network.network import Network

# So many of these seconds may pass in machine code until Python is asked whether there was an interrupt: less than one
# of the clock's on a processor of a quarter of the speed.
AT_ONCE = 0.25

# What a step takes NumPy, in seconds: at all, for each layer, for each weight and row, for each parameter, for each
# unit and row, and for each feature and row that is not a column itself; in float32, half as much again or twice in
# float64 (benchmarks/crossover.py).
STEP, LAYER, PRODUCT, PARAMETER, UNIT, FEATURE = 25e-6, 20e-6, 5e-11, 3e-9, 4e-9, 4e-8

# A worker is worth its while if so many multiplications and additions a batch fall to it (benchmarks/crossover.py).
WORK_A_WORKER = 2_000_000


def numpy_seconds(network: Network, rows: int) -> float:
    """About what one step with so many rows takes the NumPy engine."""
    units, features = sum(network.layer_sizes[1:]), 0 if network.front.is_plain else network.layer_sizes[0]
    width = network.dtype.itemsize / 4
    work = rows * (multiplied(network) * PRODUCT + units * UNIT + features * FEATURE)
    return STEP + LAYER * len(network.weights) + width * (work + network.parameters.size * PARAMETER)


def worthwhile_workers(network: Network, rows: int) -> int:
    """How many workers a batch of so many rows is worth, at least 1."""
    return max(1, 3 * multiplied(network) * rows // WORK_A_WORKER)


def multiplied(network: Network) -> int:
    """How many parameters each row is multiplied by: all but those of the inputs, of which a table may have many."""
    return network.parameters.size - network.layout.span("W1").start
