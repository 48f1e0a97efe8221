"""A program of single numbers in the manner of micrograd: each remembers its parents, and passes its gradient on.

It does a hundred row passes only; its time is scaled up to the workload's.
"""

import math

from peers import CannotDo

PASSES = 100
MOST_PARAMETERS = 10_000
RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-8


class Value:
    """A number, its gradient, and how much each parent moves it."""

    __slots__ = ("gradient", "number", "parents", "slopes")

    def __init__(self, number, parents=(), slopes=()):
        self.number, self.parents, self.slopes, self.gradient = number, parents, slopes, 0.0

    def __add__(self, other):
        return Value(self.number + other.number, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        return Value(self.number * other.number, (self, other), (other.number, self.number))

    def relu(self):
        return Value(max(self.number, 0.0), (self,), (float(self.number > 0),))

    def exp(self):
        return Value(math.exp(self.number), (self,), (math.exp(self.number),))

    def log(self):
        return Value(math.log(self.number), (self,), (1 / self.number,))

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            value, done = stack.pop()
            if done:
                order.append(value)
            elif value not in seen:
                seen.add(value)
                stack += [(value, True), *((parent, False) for parent in value.parents)]
        self.gradient = 1.0
        for value in reversed(order):
            for parent, slope in zip(value.parents, value.slopes, strict=True):
                parent.gradient += slope * value.gradient


def _row_loss(layers, row, label):
    a = [Value(float(number)) for number in row]
    for level, neurons in enumerate(layers):
        z = []
        for bias, *weights in neurons:
            total = bias
            for weight, value in zip(weights, a, strict=True):
                total = total + weight * value
            z.append(total)
        a = [value.relu() for value in z] if level < len(layers) - 1 else z
    powers = [value.exp() for value in a]
    total = powers[0]
    for power in powers[1:]:
        total = total + power
    return total.log() + Value(-1.0) * a[label]


def training(workload, X, y, setting):
    numbers = sum((fan_in + 1) * fan_out for fan_in, fan_out in zip(workload.sizes, workload.sizes[1:], strict=False))
    if workload.activation != "relu" or numbers > MOST_PARAMETERS:
        raise CannotDo("it would take hours")
    rows = min(PASSES, len(y))

    def run():
        layers = [
            [
                [Value(float(number)) for number in (bias, *column)]
                for bias, column in zip(biases, weights.T, strict=True)
            ]
            for weights, biases in workload.initial_layers()
        ]
        parameters = [value for neurons in layers for neuron in neurons for value in neuron]
        slots = [[0.0, 0.0] for _ in parameters]
        for step, start in enumerate(range(0, rows, workload.batch), start=1):
            batch = range(start, min(start + workload.batch, rows))
            for row in batch:
                _row_loss(layers, X[row], y[row]).backward()
            rate = RATE * math.sqrt(1 - BETA2**step) / (1 - BETA1**step)
            for value, slot in zip(parameters, slots, strict=True):
                gradient = value.gradient / len(batch)
                slot[0] = BETA1 * slot[0] + (1 - BETA1) * gradient
                slot[1] = BETA2 * slot[1] + (1 - BETA2) * gradient * gradient
                value.number -= rate * slot[0] / (math.sqrt(slot[1]) + EPSILON)
                value.gradient = 0.0

    run.scale = workload.passes / rows
    return run
