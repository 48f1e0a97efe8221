"""Functions of numbers made functions of blocks, which the kernel calls by their addresses.

So the kernel is compiled once for all networks, and of activations, losses and optimisers only those that are used.
A block is so many rows of a matrix, `stride` numbers apart. Functions of single numbers run over the padding as well:
one loop over all is what machine vectors are made for, and no one reads what it leaves there. Rows are read through
their pointers: an array's index could be negative, counted from its end, and that choice would stop the vectors.
"""

import functools
import math
from numbers import Real
from typing import Any

import numpy as np

from clearprop.activations import Activation, Softmax
from clearprop.engines.compiled.activation_kernels import KERNELS
from clearprop.engines.compiled.argument_kinds import D_POINTER, N_POINTER, X_POINTER, D, Kind, N
from clearprop.engines.compiled.elementary import exp, like
from clearprop.engines.compiled.input_kernels import KERNELS as INPUTS
from clearprop.engines.compiled.input_kernels import InputKernels
from clearprop.engines.compiled.input_stage import OF_STAGE, add_up_inputs, feed, input_gradient
from clearprop.engines.compiled.jit import Function, scalar
from clearprop.engines.compiled.loss_kernels import LEAST, LOSSES, VALUES_OF_LOGITS
from clearprop.engines.compiled.machine_code import address
from clearprop.engines.compiled.optimizer_kernels import OPTIMIZERS
from clearprop.engines.compiled.pointers import array_at, pointer
from clearprop.engines.compiled.products import product
from clearprop.engines.compiled.shares import OF_SHARES, add_up_shares, mix, through_shares
from clearprop.foundation.registry import Named
from clearprop.inputs import Input
from clearprop.losses import CrossEntropy, Loss
from clearprop.optimizers import Optimizer

# The arguments of a loss's block.
OF_LOSS: tuple[Kind, ...] = (*[X_POINTER] * 4, D_POINTER, X_POINTER, N, N, N, X_POINTER)
# Those of an input's features, and of its gradient.
OF_FEATURES: tuple[Kind, ...] = (X_POINTER, N, N_POINTER, X_POINTER, N, N, X_POINTER, N_POINTER, X_POINTER)
OF_GRADIENT: tuple[Kind, ...] = (*OF_FEATURES[:-1], N, N, X_POINTER, X_POINTER)
N_SETTINGS = 8  # numbers that each activation, loss and optimiser has room for


# -- blocks ----------------------------------------------------------------------------------------------------------


def _activate(value: Function) -> Function:
    def block(z: Any, a: Any, rows: int, columns: int, stride: int, s: Any) -> None:
        settings = array_at(s, N_SETTINGS)
        for i in range(rows * stride):
            a[i] = value(z[i], settings)

    return block


def _times_slope(slope: Function) -> Function:
    def block(z: Any, a: Any, d: Any, rows: int, columns: int, stride: int, s: Any) -> None:
        settings = array_at(s, N_SETTINGS)
        for i in range(rows * stride):
            d[i] *= slope(z[i], a[i], settings)

    return block


def _softmax(z: Any, a: Any, rows: int, columns: int, stride: int, s: Any) -> None:
    for row in range(rows):
        at = row * stride
        greatest = z[at]
        for j in range(at + 1, at + columns):
            greatest = max(greatest, z[j])
        for j in range(at, at + stride):
            a[j] = z[j] - greatest
    for i in range(rows * stride):
        a[i] = exp(a[i])
    for row in range(rows):
        at = row * stride
        total = like(0, a[at])
        for j in range(at, at + columns):
            total += a[j]
        inverse = like(1, total) / total
        for j in range(at, at + stride):
            a[j] *= inverse


def _softmax_times_slope(z: Any, a: Any, d: Any, rows: int, columns: int, stride: int, s: Any) -> None:
    for row in range(rows):
        at = row * stride
        mean = like(0, a[at])
        for j in range(at, at + columns):
            mean += d[j] * a[j]
        for j in range(at, at + columns):
            d[j] = (d[j] - mean) * a[j]


def _weigh(value: Function, gradient: Function) -> Function:
    """Each row's loss, and its gradient dl/da times what the row counts."""

    def block(
        z: Any, a: Any, y: Any, d: Any, losses: Any, shares: Any, rows: int, columns: int, stride: int, s: Any
    ) -> None:
        settings = array_at(s, N_SETTINGS)
        for row in range(rows):
            loss = 0.0
            for j in range(row * stride, row * stride + columns):
                loss += value(a[j], y[j], settings)
                d[j] = gradient(a[j], y[j], settings) * shares[row]
            losses[row] = loss

    return block


def _weigh_logits(value: Function) -> Function:
    """Each row's loss of weighted sums z, and its delta a - y times what the row counts."""

    def block(
        z: Any, a: Any, y: Any, d: Any, losses: Any, shares: Any, rows: int, columns: int, stride: int, s: Any
    ) -> None:
        for row in range(rows):
            loss = 0.0
            for j in range(row * stride, row * stride + columns):
                loss += value(z[j], y[j], s)
                d[j] = (a[j] - y[j]) * shares[row]
            losses[row] = loss

    return block


def _weigh_cross_entropy(
    z: Any, a: Any, y: Any, d: Any, losses: Any, shares: Any, rows: int, columns: int, stride: int, s: Any
) -> None:
    """The sum of y (log sum exp z - z); the logarithm is had from the greatest output, where it is most exact."""
    floor = s[0]
    most = -math.log(floor) if floor > like(0, floor) else np.inf
    for row in range(rows):
        at = row * stride
        greatest, sure, targets = z[at], a[at], y[at]
        for j in range(at + 1, at + columns):
            targets += y[j]
            if not z[j] <= greatest:
                greatest, sure = z[j], a[j]
        log_sum = greatest - math.log(sure)
        loss = 0.0
        for j in range(at, at + columns):
            if y[j] != like(0, floor):
                cost = log_sum - z[j]
                loss += y[j] * (most if cost > most else cost)
            d[j] = (a[j] * targets - y[j]) * shares[row]
        losses[row] = loss


def _update(update: Function) -> Function:
    """Slots lie one behind the other; pointers to those that an optimiser has not got are not looked at."""

    def block(p: Any, g: Any, slots: Any, n: int, stride: int, c: Any) -> None:
        update(p, g, (slots, pointer(slots, stride), pointer(slots, 2 * stride)), n, c)

    return block


# -- the blocks of a network, compiled when first asked for ------------------------------------------------------------


def activation_kernels(activation: Activation) -> tuple[Function, Function] | None:
    """Value and slope of numbers: ours, or those that a user's class brings; None if none can take its parameters."""
    return (activation.kernels or KERNELS.get(type(activation))) if _fits(activation, N_SETTINGS) else None


def loss_kernels(loss: Loss) -> tuple[Function, Function] | None:
    """Value and gradient of numbers, likewise."""
    return (loss.kernels or LOSSES.get(type(loss))) if _fits(loss, LEAST) else None


def _fits(item: Named, room: int) -> bool:
    """Whether all parameters are numbers, or None, and there are not too many."""
    parameters = vars(item).values()
    return len(parameters) <= room and all(value is None or isinstance(value, Real) for value in parameters)


def input_kernels(one: Input) -> InputKernels:
    """An input's kernels; KeyError where it has none, as a user's own has not."""
    return INPUTS[type(one)]


def has_input_kernels(one: Input) -> bool:
    """Whether there are any."""
    return type(one) in INPUTS


def input_blocks(one: Input, dtype: Any) -> tuple[Any, Any]:
    """The addresses of an input's features and of its gradient, None where it has no parameters."""
    kernels = input_kernels(one)
    of_value = address(kernels.value, OF_FEATURES, dtype)
    return of_value, None if kernels.gradient is None else address(kernels.gradient, OF_GRADIENT, dtype)


def input_stage_blocks(dtype: Any) -> list[Any]:
    """The addresses of what the kernel calls where X is not fed as it is."""
    return [address(function, OF_STAGE, dtype) for function in (feed, add_up_inputs, input_gradient)]


def share_blocks(dtype: Any) -> list[Any]:
    """The addresses of what it calls where activations have a trainable share."""
    return [address(function, OF_SHARES, dtype) for function in (mix, through_shares, add_up_shares)]


def activation_blocks(activation: Activation, dtype: Any) -> tuple[Any, Any]:
    """The addresses of a = f(z) and of delta times the slope."""
    of_value, of_slope = _of_activation(2), _of_activation(3)
    if isinstance(activation, Softmax):
        return address(_softmax, of_value, dtype), address(_softmax_times_slope, of_slope, dtype)
    kernels = activation_kernels(activation)
    assert kernels is not None, "the engine asks for what can be compiled only"
    ours = activation.kernels is None
    return (
        _address_of_block(_activate, kernels[:1], of_value, dtype, ours),
        _address_of_block(_times_slope, kernels[1:], of_slope, dtype, ours),
    )


def loss_block(loss: Loss, from_logits: bool, dtype: Any) -> tuple[Any, bool]:
    """The address of the loss's block, and whether what it leaves is dl/dz already."""
    if from_logits and type(loss) is CrossEntropy:
        return address(_weigh_cross_entropy, OF_LOSS, dtype), True
    if from_logits and type(loss) in VALUES_OF_LOGITS:
        return _address_of_block(_weigh_logits, (VALUES_OF_LOGITS[type(loss)],), OF_LOSS, dtype), True
    kernels = loss_kernels(loss)
    assert kernels is not None, "the engine asks for what can be compiled only"
    return _address_of_block(_weigh, kernels, OF_LOSS, dtype, loss.kernels is None), False


def product_block(dtype: Any) -> Any:
    """The address of the matrix product."""
    return address(product, (X_POINTER, N, X_POINTER, N, N, X_POINTER, *[N] * 5), dtype)


def optimizer_blocks(optimizer: type[Optimizer], dtype: Any) -> tuple[Any, Any]:
    """The addresses of what an optimiser computes once a step, and of its step over a stretch of parameters."""
    constants, update = OPTIMIZERS[optimizer]
    return (
        address(constants, (D, N, D_POINTER, D_POINTER), dtype),
        _address_of_block(_update, (update,), (X_POINTER, X_POINTER, X_POINTER, N, N, D_POINTER), dtype),
    )


def _of_activation(pointers: int) -> tuple[Kind, ...]:
    """The arguments of an activation's block that is given so many matrices."""
    return (*[X_POINTER] * pointers, N, N, N, X_POINTER)


@functools.cache
def _address_of_block(
    maker: Function, parts: tuple[Function, ...], kinds: tuple[Kind, ...], dtype: Any, ours: bool = True
) -> Any:
    """The address of the block that is made of functions of numbers, and named after them."""
    name = "-".join(getattr(function, "__qualname__", "") for function in (maker, *parts))
    return address(_block_of(maker, *parts), kinds, dtype, ours, name)


@functools.cache
def _block_of(maker: Function, *parts: Function) -> Function:
    """The block made of functions of numbers; the same for the same functions, so that it is compiled once."""
    block: Function = maker(*map(scalar, parts))
    return block
