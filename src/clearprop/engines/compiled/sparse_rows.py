"""Sparse rows of X: what layer 1 makes of the numbers that are stored, and their part in its gradient."""

from clearprop.engines.compiled.elementary import like
from clearprop.engines.compiled.jit import part
from clearprop.engines.compiled.pointers import pointer
from clearprop.engines.compiled.tables import PARAMETERS, STRIDE, UNITS, layer_of
from clearprop.engines.compiled.vectors import add_times, copy


@part
def sparse_product(plan, data, memory, order, z, rows):
    """z of layer 1: the biases, plus the weights of each number that is stored, times the number."""
    layer, fan_in = layer_of(plan, 1), layer_of(plan, 0)[UNITS]
    units, w = layer[UNITS], pointer(memory.parameters, layer[PARAMETERS])
    for row in range(rows):
        of_z, source = pointer(z, row * layer[STRIDE]), order[row]
        copy(of_z, pointer(w, fan_in * units), units)
        for i in range(data.starts[source], data.starts[source + 1]):
            add_times(of_z, data.values[i], pointer(w, data.columns[i] * units), units)


@part
def sparse_gradient(plan, data, order, first, last, g, d, rows):
    """The rows first to last of dL/d[W; b] of layer 1."""
    layer, fan_in = layer_of(plan, 1), layer_of(plan, 0)[UNITS]
    units = layer[UNITS]
    for i in range((last - first) * units):
        g[i] = like(0, g[0])
    for row in range(rows):
        of_d, source = pointer(d, row * layer[STRIDE]), order[row]
        for i in range(data.starts[source], data.starts[source + 1]):
            if first <= data.columns[i] < last:
                add_times(pointer(g, (data.columns[i] - first) * units), data.values[i], of_d, units)
        if last > fan_in:
            add_times(pointer(g, (fan_in - first) * units), like(1, g[0]), of_d, units)
