"""The formulas of activations and losses, and of their slopes, filled with the symbols of a row."""

import math
from dataclasses import replace

import numpy as np

from clearprop.explanation.row import Row
from clearprop.explanation.terms import Factor
from clearprop.explanation.writing.algebra import product, subtract
from clearprop.explanation.writing.expressions import (
    Add,
    Call,
    Derivative,
    Divide,
    Expression,
    Multiply,
    Negate,
    Number,
    Sigma,
    Symbol,
)
from clearprop.explanation.writing.formulas import fill, parse_formula, settings, with_parts
from clearprop.losses import inside
from clearprop.trainable_share import FORMULA, SHARE_FORMULA, SLOPE_FORMULA

# The most units of a softmax whose sum is written out.
WRITTEN_OUT = 3
# Of a softmax with a z beyond this, the greatest z is taken off all.
LARGE = 50.0
# What stands in formulas for the sum of a row's targets, of which most rows have 1.
SUM_OF_TARGETS = parse_formula("Sum(y_k, k)")


def slope_formula(row: Row, layer: int, of: int, by: int) -> Expression:
    """The formula of da[of]/dz[by] of a layer; for softmax, of that entry of its matrix."""
    share = row.share(layer, of)
    if share is None:
        return _slope_of_activation(row, layer, of, by, row.a_symbol(layer, of), row.a_symbol(layer, by))
    values = (_value_of_activation(row, layer, unit) for unit in (of, by))
    slope = _slope_of_activation(row, layer, of, by, *values)
    if of != by:
        return product(share, slope)
    return fill(parse_formula(SLOPE_FORMULA), {"p": share, "f_z": slope})


def _slope_of_activation(row: Row, layer: int, of: int, by: int, a: Expression, other: Expression) -> Expression:
    """df[of]/dz[by], where the activation's values of both are a and the other."""
    activation, z = row.network.activations[layer - 1], row.z_symbol(layer, by)
    if row.mixes(layer):
        if of == by:
            return Multiply((a, subtract(Number(1), a)))
        return Negate(Multiply((a, other)))
    if not activation.slope_formula:
        return Call(f"{activation.name}′", (z,))
    return fill(parse_formula(activation.slope_formula), {**settings(activation), "z": z, "a": a})


def value_formula(row: Row, layer: int, unit: int) -> Expression:
    """The formula of an a of its z, by its share of the activation where there is one."""
    share, f = row.share(layer, unit), _value_of_activation(row, layer, unit)
    if share is None:
        return f
    return fill(parse_formula(FORMULA), {"z": row.z_symbol(layer, unit), "p": share, "f": f})


def share_slope_formula(row: Row, layer: int, unit: int) -> Expression:
    """The formula of da/dp, of an a by its share of the activation."""
    f = _value_of_activation(row, layer, unit)
    return fill(parse_formula(SHARE_FORMULA), {"z": row.z_symbol(layer, unit), "f": f})


def _value_of_activation(row: Row, layer: int, unit: int) -> Expression:
    """The formula of an activation's value of its z; for softmax, of all z of its layer."""
    activation = row.network.activations[layer - 1]
    z = row.z_symbol(layer, unit)
    if row.mixes(layer):
        return _softmax(row, layer, z)
    if not activation.formula:
        return Call(activation.name, (z,))
    return fill(parse_formula(activation.formula), {**settings(activation), "z": z})


def _softmax(row: Row, layer: int, z: Symbol) -> Expression:
    width = row.width(layer)
    values = [float(value) for value in row.z[layer - 1]]
    greatest = max(values)
    # Where exp could leave the range of numbers, the greatest z is taken off all, which changes nothing.
    shifted = max(map(abs, values)) > LARGE
    shift = row.z_symbol(layer, values.index(greatest) + 1)

    def power(of: Symbol) -> Expression:
        return Call("exp", (subtract(of, shift) if shifted else of,))

    if width <= WRITTEN_OUT:
        parts = tuple(power(row.z_symbol(layer, unit)) for unit in range(1, width + 1))
        return Divide(power(z), Add(parts) if width > 1 else parts[0])
    value = math.fsum(math.exp(value - greatest if shifted else value) for value in values)
    return Divide(power(z), Sigma(power(Symbol("z", ("k",), str(layer))), "k", value))


def is_outside(row: Row, unit: int) -> bool:
    """Whether an output lies at or past an end of what the loss can take."""
    low, high = row.loss_function.output_domain
    return not low < float(row.a[-1][unit - 1]) < high


def loss_gradient(row: Row, unit: int) -> Expression:
    """The formula of dl/da of an output; 0 where the output lies outside the loss's domain."""
    loss = row.loss_function
    a, y = row.a_symbol(row.layers, unit), row.y_symbol(unit)
    if not loss.gradient_formula:
        return Call(f"{loss.name}′", (a, y))
    if is_outside(row, unit):
        return Number(0.0)
    return fill(parse_formula(loss.gradient_formula), {**settings(loss), "a": a, "y": y})


def delta_formula(row: Row, unit: int) -> Expression:
    """The formula of dl/dz of an output whose activation is the loss's natural one."""
    loss = row.loss_function
    if not loss.delta_formula:
        return loss_gradient(row, unit)
    total = float(row.y.sum())
    # Smoothed labels add up to 1 but for rounding.
    is_one = math.isclose(total, 1, rel_tol=4 * float(np.finfo(row.network.dtype).eps))
    formula = with_parts(parse_formula(loss.delta_formula), {SUM_OF_TARGETS: Number(1) if is_one else Number(total)})
    return fill(formula, {**settings(loss), "a": row.a_symbol(row.layers, unit), "y": row.y_symbol(unit)})


def loss_formula(row: Row, unit: int) -> Expression:
    """The formula of an output's part in the row's loss; an output outside the loss's domain counts as just inside."""
    loss = row.loss_function
    a, y = row.a_symbol(row.layers, unit), row.y_symbol(unit)
    if not row.network.from_logits and is_outside(row, unit):
        a = replace(a, value=float(inside(loss.output_domain, row.a[-1])[unit - 1]))
    if not loss.formula:
        return Call(loss.name, (a, y))
    return fill(parse_formula(loss.formula), {**settings(loss), "a": a, "y": y})


def slope_factor(row: Row, layer: int, of: int, by: int) -> Factor:
    """The link da[of]/dz[by] of a layer, with its formula and its value."""
    value = row.slope(layer, of, by)
    symbol = Derivative(row.a_symbol(layer, of), row.z_symbol(layer, by), value)
    return Factor(symbol, slope_formula(row, layer, of, by), value)


def loss_factor(row: Row, unit: int) -> Factor:
    """The link dl/da of an output, with its formula and its value."""
    value = float(row.output_gradient[unit - 1])
    return Factor(Derivative(row.loss, row.a_symbol(row.layers, unit), value), loss_gradient(row, unit), value)
