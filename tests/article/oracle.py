"""The article's arithmetic once more, as plain functions on plain lists: shares nothing with `clearprop.article`.

A network is a list of layers, a layer a list of neurons, a neuron a list [bias, weight, weight, ...].
"""

import cmath
import math
from itertools import pairwise

import numpy as np

WANTED = {"article": [[0.05, 0.95], [0.95, 0.05]], "prose": [[0.95, 0.05], [0.05, 0.95]]}


def draw(rng, sizes):
    """One draw a number: layer by layer, neuron by neuron, bias first."""
    net = []
    for fan_in, fan_out in pairwise(sizes):
        net.append([[float(rng.random(1)[0]) for _ in range(fan_in + 1)] for _ in range(fan_out)])
    return net


def forward(net, row):
    """Return inputs, z and a of every layer."""
    inputs, zs, activations = [], [], []
    signal = list(row)
    for layer in net:
        inputs.append(signal)
        z_layer = []
        for neuron in layer:
            total = neuron[0]
            for place in range(len(neuron) - 1):
                total += signal[place] * neuron[place + 1]
            z_layer.append(total)
        signal = [1 / (1 + math.exp(-z)) for z in z_layer]
        zs.append(z_layer)
        activations.append(signal)
    return inputs, zs, activations


def train(net, rows, labels, eta, epochs, encoding="article"):
    """Train in place by the article's rule; return what the layers remember and the printed losses of each epoch."""
    outputs = len(net[-1])
    printed = []
    memory = {}
    for _ in range(epochs):
        loss_sum = [0.0] * outputs
        slope_sum = [0.0] * outputs
        for row, label in zip(rows, labels, strict=True):
            inputs, zs, activations = forward(net, row)
            wanted = WANTED[encoding][1 if label == 1 else 0]
            for k in range(outputs):
                loss_sum[k] += ((activations[-1][k] - wanted[k]) ** 2) / 2.0
                slope_sum[k] += (2.0 * (activations[-1][k] - wanted[k])) / 2.0
        printed.append(loss_sum)
        slopes = [[a * (1 - a) for a in layer] for layer in activations]
        deltas = [None] * len(net)
        deltas[-1] = [slopes[-1][k] * slope_sum[k] for k in range(outputs)]
        shift(net[-1], inputs[-1], deltas[-1], eta)
        for depth in range(len(net) - 2, -1, -1):
            deltas[depth] = []
            for j in range(len(net[depth])):
                total = 0.0
                for k in range(len(net[depth + 1])):
                    total += slopes[depth][j] * net[depth + 1][k][j + 1] * deltas[depth + 1][k]
                deltas[depth].append(total)
        for depth in range(len(net) - 2, -1, -1):
            shift(net[depth], inputs[depth], deltas[depth], eta)
        memory = {"inputs": inputs, "z": zs, "a": activations, "da_dz": slopes, "delta": deltas}
    return memory, printed


def shift(layer, signal, deltas, eta):
    for neuron, delta in zip(layer, deltas, strict=True):
        for place in range(len(neuron) - 1):
            neuron[place + 1] -= eta * signal[place] * delta
        neuron[0] -= eta * delta


def classify(net, rows):
    classes = []
    for row in rows:
        outputs = forward(net, row)[2][-1]
        classes.append(outputs.index(max(outputs)))
    return classes


def loss(net, rows, labels, encoding="article"):
    """Half the squared errors, summed; numbers may be complex, for the complex-step derivative."""
    total = 0.0
    for row, label in zip(rows, labels, strict=True):
        signal = list(row)
        for layer in net:
            signal = [
                1 / (1 + cmath.exp(-(neuron[0] + sum(w * s for w, s in zip(neuron[1:], signal, strict=True)))))
                for neuron in layer
            ]
        total += sum((a - y) ** 2 / 2 for a, y in zip(signal, WANTED[encoding][label], strict=False))
    return total


def train_perceptron(rng, rows, targets, eta, epochs):
    """Return bias and weights after the article's perceptron has been made and fitted."""
    bias = rng.random(1)
    wanted = np.where(targets > 0.0, 1, 0)
    weights = rng.random(rows.shape[1])
    for _ in range(epochs):
        for row, y in zip(rows, wanted, strict=True):
            off = np.where(np.dot(row, weights) + bias > 0.0, 1, 0) - y
            if off != 0:
                weights -= eta * off * row
                bias -= eta * off
    return bias, weights
