"""A naive trainer."""

import math

import numpy as np

from clearprop import SCHEDULES, Penalty
from clearprop.schedules import Position


def naive_fit(
    network, X, y, rng, *, optimizer, rate, batch_size, epochs, schedule="constant", shuffle=True, weight=None, l1=0.0,
    l2=0.0, decay=0.0, dropout=(), clip_norm=None,
):  # fmt: skip
    """What the trainer is to do, spelled out with nothing kept between batches; returns losses and norms by epoch."""
    n, steps, order, losses, norms = len(X), 0, np.arange(len(X)), [], []
    slots = np.zeros((len(optimizer.slots), network.parameters.size))
    total = epochs * math.ceil(n / batch_size)
    penalty = Penalty(l1, l2)
    for epoch in range(epochs):
        if shuffle:
            order = order[rng.permutation(n)]
        loss_sum = norm_sum = 0.0
        for start in range(0, n, batch_size):
            batch = order[start : start + batch_size]
            masks = [
                (rng.random((len(batch), b.size)) >= share) / (1 - share) if share else None
                for share, b in zip(dropout, network.biases, strict=False)
            ]
            w = None if weight is None else weight[batch]
            trace = network.forward(X[batch], [*masks, None] if masks else None)
            gradient = network.backward(trace, y[batch], w, penalty).flat.copy()
            loss_sum += network.loss_of(trace, y[batch], w, penalty) * len(batch)
            norm = math.sqrt(sum(g * g for g in gradient.tolist()))
            norm_sum += norm * len(batch)
            if clip_norm is not None and norm > clip_norm:
                gradient *= clip_norm / norm
            at = Position(steps, total, epoch, epoch * n, 0)
            step_rate = SCHEDULES.resolve(schedule).rate(rate, at)
            for W in network.weights:
                W *= 1 - step_rate * decay
            steps += 1
            optimizer.update(network.parameters, gradient, slots, step_rate, steps)
        losses.append(loss_sum / n)
        norms.append(norm_sum / n)
    return losses, norms
