"""The optimisers of `clearprop.optimizers` for a stretch of parameters, each number read and written once.

Each is a pair: constants(rate, step, s, c), called once a step, fills c from the schedule's rate, the number of the
step and s, the optimiser's settings, all float64; update(p, g, slots, n, c) moves n parameters against their
gradient, slots[k] being the k-th slot. Each worker has a stretch of its own, so the functions are exact: no number may
depend on where it is cut.
"""

import math
from dataclasses import fields
from typing import Any

from clearprop.engines.compiled.elementary import like, root
from clearprop.engines.compiled.jit import Function, exact
from clearprop.optimizers import Adagrad, Adam, AdamW, AmsGrad, Lion, Momentum, NAdam, Nesterov, Optimizer, RmsProp, Sgd


def _places(optimizer: type[Optimizer], *settings: str) -> list[int]:
    """Where settings stand in s, which has an optimiser's fields in order."""
    names = [field.name for field in fields(optimizer)]  # type: ignore[arg-type]
    return [names.index(setting) for setting in settings]


(ONLY,) = _places(Momentum, "momentum")
DECAY, RMSPROP_EPSILON = _places(RmsProp, "decay", "epsilon")
BETA_1, BETA_2, EPSILON = _places(Adam, "beta_1", "beta_2", "epsilon")  # of all of its family
LION_BETA_1, LION_BETA_2 = _places(Lion, "beta_1", "beta_2")


@exact
def _rate(rate: float, step: int, s: Any, c: Any) -> None:
    c[0] = rate


@exact
def _sgd(p: Any, g: Any, slots: Any, n: int, c: Any) -> None:
    r = like(c[0], p[0])
    for i in range(n):
        p[i] -= r * g[i]


@exact
def _rate_and_setting(rate: float, step: int, s: Any, c: Any) -> None:
    c[0], c[1] = rate, s[ONLY]


@exact
def _momentum(p: Any, g: Any, slots: Any, n: int, c: Any) -> None:
    r, momentum, velocity = like(c[0], p[0]), like(c[1], p[0]), slots[0]
    for i in range(n):
        velocity[i] = momentum * velocity[i] - r * g[i]
        p[i] += velocity[i]


@exact
def _nesterov(p: Any, g: Any, slots: Any, n: int, c: Any) -> None:
    r, momentum, velocity = like(c[0], p[0]), like(c[1], p[0]), slots[0]
    for i in range(n):
        velocity[i] = momentum * velocity[i] - r * g[i]
        p[i] += momentum * velocity[i] - r * g[i]


@exact
def _adagrad(p: Any, g: Any, slots: Any, n: int, c: Any) -> None:
    r, epsilon, square_sum = like(c[0], p[0]), like(c[1], p[0]), slots[0]
    for i in range(n):
        square_sum[i] += g[i] * g[i]
        p[i] -= r * g[i] / (root(square_sum[i]) + epsilon)


@exact
def _rmsprop_constants(rate: float, step: int, s: Any, c: Any) -> None:
    c[0], c[1], c[2], c[3] = rate, s[DECAY], 1 - s[DECAY], s[RMSPROP_EPSILON]


@exact
def _rmsprop(p: Any, g: Any, slots: Any, n: int, c: Any) -> None:
    r, decay, rest, epsilon = like(c[0], p[0]), like(c[1], p[0]), like(c[2], p[0]), like(c[3], p[0])
    square_mean = slots[0]
    for i in range(n):
        square_mean[i] = decay * square_mean[i] + rest * (g[i] * g[i])
        p[i] -= r * g[i] / (root(square_mean[i]) + epsilon)


@exact
def _moments(s: Any, c: Any) -> None:
    """What the Adam family shares: both shares of the means' new values, and epsilon."""
    c[1], c[2], c[3], c[4], c[5] = s[BETA_1], 1 - s[BETA_1], s[BETA_2], 1 - s[BETA_2], s[EPSILON]


@exact
def _adam_constants(rate: float, step: int, s: Any, c: Any) -> None:
    _moments(s, c)
    c[0] = rate * math.sqrt(1 - math.pow(s[BETA_2], step)) / (1 - math.pow(s[BETA_1], step))


@exact
def _adam(p: Any, g: Any, slots: Any, n: int, c: Any) -> None:
    r, beta_1, rest_1 = like(c[0], p[0]), like(c[1], p[0]), like(c[2], p[0])
    beta_2, rest_2, epsilon = like(c[3], p[0]), like(c[4], p[0]), like(c[5], p[0])
    mean, square_mean = slots[0], slots[1]
    for i in range(n):
        mean[i] = beta_1 * mean[i] + rest_1 * g[i]
        square_mean[i] = beta_2 * square_mean[i] + rest_2 * (g[i] * g[i])
        p[i] -= r * (mean[i] / (root(square_mean[i]) + epsilon))


@exact
def _amsgrad(p: Any, g: Any, slots: Any, n: int, c: Any) -> None:
    r, beta_1, rest_1 = like(c[0], p[0]), like(c[1], p[0]), like(c[2], p[0])
    beta_2, rest_2, epsilon = like(c[3], p[0]), like(c[4], p[0]), like(c[5], p[0])
    mean, square_mean, greatest = slots[0], slots[1], slots[2]
    for i in range(n):
        mean[i] = beta_1 * mean[i] + rest_1 * g[i]
        square_mean[i] = beta_2 * square_mean[i] + rest_2 * (g[i] * g[i])
        greatest[i] = greatest[i] if square_mean[i] < greatest[i] else square_mean[i]
        p[i] -= r * (mean[i] / (root(greatest[i]) + epsilon))


@exact
def _nadam_constants(rate: float, step: int, s: Any, c: Any) -> None:
    _moments(s, c)
    c[0] = rate * math.sqrt(1 - math.pow(s[BETA_2], step))
    c[6] = s[BETA_1] / (1 - math.pow(s[BETA_1], step + 1))
    c[7] = (1 - s[BETA_1]) / (1 - math.pow(s[BETA_1], step))


@exact
def _nadam(p: Any, g: Any, slots: Any, n: int, c: Any) -> None:
    r, beta_1, rest_1 = like(c[0], p[0]), like(c[1], p[0]), like(c[2], p[0])
    beta_2, rest_2, epsilon = like(c[3], p[0]), like(c[4], p[0]), like(c[5], p[0])
    of_mean, of_gradient = like(c[6], p[0]), like(c[7], p[0])
    mean, square_mean = slots[0], slots[1]
    for i in range(n):
        mean[i] = beta_1 * mean[i] + rest_1 * g[i]
        square_mean[i] = beta_2 * square_mean[i] + rest_2 * (g[i] * g[i])
        p[i] -= r * ((of_mean * mean[i] + of_gradient * g[i]) / (root(square_mean[i]) + epsilon))


@exact
def _lion_constants(rate: float, step: int, s: Any, c: Any) -> None:
    c[0], c[1], c[2], c[3], c[4] = rate, s[LION_BETA_1], 1 - s[LION_BETA_1], s[LION_BETA_2], 1 - s[LION_BETA_2]


@exact
def _lion(p: Any, g: Any, slots: Any, n: int, c: Any) -> None:
    r, beta_1, rest_1 = like(c[0], p[0]), like(c[1], p[0]), like(c[2], p[0])
    beta_2, rest_2, mean, zero = like(c[3], p[0]), like(c[4], p[0]), slots[0], like(0, p[0])
    for i in range(n):
        direction = beta_1 * mean[i] + rest_1 * g[i]
        p[i] += -r if direction > zero else (r if direction < zero else direction)
        mean[i] = beta_2 * mean[i] + rest_2 * g[i]


OPTIMIZERS: dict[type[Optimizer], tuple[Function, Function]] = {
    Sgd: (_rate, _sgd),
    Momentum: (_rate_and_setting, _momentum),
    Nesterov: (_rate_and_setting, _nesterov),
    Adagrad: (_rate_and_setting, _adagrad),
    RmsProp: (_rmsprop_constants, _rmsprop),
    Adam: (_adam_constants, _adam),
    AdamW: (_adam_constants, _adam),
    AmsGrad: (_adam_constants, _amsgrad),
    NAdam: (_nadam_constants, _nadam),
    Lion: (_lion_constants, _lion),
}
