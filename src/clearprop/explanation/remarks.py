"""Remarks: what made a number large or small, in plain words."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.explanation.computation import Computation
from clearprop.explanation.notation import Name
from clearprop.explanation.row import Row
from clearprop.explanation.row_formulas import is_outside
from clearprop.explanation.terms import Term, sum_of
from clearprop.explanation.writing.numerals import plain_number
from clearprop.losses import Hinge
from clearprop.network.gradient_check import GradientCheck

Array = npt.NDArray[Any]

# A slope below this share of the greatest that the activation can have is called saturated.
SATURATED = 0.05
# The terms cancel when they come to less than this share of what they would without signs.
CANCELLED = 0.1
TINY_INPUT = 0.01
SMALL_ERROR = 0.01
STEEPEST = {"sigmoid": 0.25, "tanh": 1.0, "softsign": 1.0, "softmax": 0.25}


def cancels(values: Sequence[float]) -> bool:
    """Whether numbers come to little of what they would without signs."""
    return abs(math.fsum(values)) < CANCELLED * math.fsum(map(abs, values))


def gradient_remarks(
    computation: Computation,
    name: Name,
    value: float,
    contributions: Array,
    terms: Sequence[Term],
    penalty: Sequence[Term],
    check: GradientCheck | None,
) -> Iterator[str]:
    """What stands out in a gradient: inputs, slopes, errors, cancelling, rows, penalty, check.

    Parameters
    ----------
    name : Name
        What the gradient is by.
    value : float
        The gradient.
    contributions : array, shape (n,)
        What each row adds to it; the inputs, slopes and errors are those of the row that adds most.
    terms, penalty : sequences of Term
        The paths of a row, or the rows of a batch, largest first; and the penalty's parts.
    """
    shown = int(np.argmax(np.abs(contributions)))
    row = computation.row(shown)
    where = "" if computation.n_rows == 1 else f" in row {computation.number(shown)}, which contributes most"
    of_sum = name.kind in ("W", "b", "delta")
    if name.kind == "W":
        yield from _input_remarks(row, name.layer, name.places[0], where)
    if of_sum:
        if name.layer < row.layers or not row.network.from_logits:
            yield from _slope_remarks(row, name.layer, name.places[-1], where)
        yield from _dead(computation, name.layer, name.places[-1])
    yield from _code_remarks(row, name, where)
    yield from _flat_layers(row, name.layer, of_sum, where)
    yield from _error_remarks(row, where)
    yield from _sum_remarks(terms, penalty, "paths" if computation.n_rows == 1 else "rows")
    yield from _batch_remarks(contributions, computation.number)
    yield from _check_remarks(check)
    if value == 0:
        yield "The gradient is exactly 0: a small change of this number leaves the loss as it is."


def _input_remarks(row: Row, layer: int, place: int, where: str) -> Iterator[str]:
    source = row.a_symbol(layer - 1, place)
    value = float(source.value or 0.0)
    if value == 0:
        yield f"What the weight multiplies, {source}, is 0{where}: whatever the error, nothing reaches the weight."
    elif abs(value) < TINY_INPUT:
        yield (
            f"What the weight multiplies, {source} = {plain_number(value, 3)}, is tiny{where} and makes the gradient "
            "as small."
        )
    elif abs(value) > 100:
        yield (
            f"What the weight multiplies, {source} = {plain_number(value, 3)}, is large{where} and makes the gradient "
            "as large: scaled inputs train better."
        )


def _code_remarks(row: Row, name: Name, where: str) -> Iterator[str]:
    """Of a table's entry, whether the row has its code."""
    if name.number is None or not row.network.inputs[name.number - 1].coded:
        return
    code = int(row.x[row.network.front.columns[name.number - 1]][0])
    its = f"{name.kind}{name.number}[{name.places[0]},:] is the row of code {name.places[0] - 1}"
    if code != name.places[0] - 1:
        yield f"{its}, and x holds {code}{where}: the entry has no part in this row."
    else:
        yield f"{its}, which x holds{where}."


def _slope_remarks(row: Row, layer: int, unit: int, where: str) -> Iterator[str]:
    activation = row.network.activations[layer - 1]
    slope, z, a = row.slope(layer, unit, unit), row.z_symbol(layer, unit), row.a_symbol(layer, unit)
    number = plain_number(float(z.value or 0.0), 3)
    if slope == 0 and activation.name in ("relu", "hard_sigmoid"):
        yield f"The {activation.name} of {z} is off{where}: at {z} = {number} its slope is 0, and nothing passes."
    elif activation.name in STEEPEST and abs(slope) < SATURATED * STEEPEST[activation.name]:
        most = STEEPEST[activation.name]
        yield (
            f"Saturated{where}: {z} = {number} lies so far out that {a} = {plain_number(float(a.value or 0.0), 6)} "
            f"hardly changes. Its slope {plain_number(slope, 2)} lets {plain_number(100 * slope / most, 2)} % through "
            f"of what {plain_number(most, 3)}, the steepest, would."
        )


def _dead(computation: Computation, layer: int, unit: int) -> Iterator[str]:
    activation = computation.network.activations[layer - 1]
    if computation.n_rows > 1 and activation.name == "relu" and computation.network.shares[layer - 1] is None:
        off = computation.trace.z[layer - 1][:, unit - 1] <= 0
        if off.all():
            yield f"A dead relu: a{layer}[{unit}] is off in all {len(off)} rows, so no row can wake it."


def _flat_layers(row: Row, layer: int, passes_own: bool, where: str) -> Iterator[str]:
    """Layers between the number and the loss through which almost nothing passes; those that are alike together."""
    steps, flat, saturated, greatest = [], [], [], 0.0
    for at in range(layer if passes_own else layer + 1, row.layers + (0 if row.network.from_logits else 1)):
        slopes = row.slopes[at - 1]
        own = np.abs(slopes.diagonal() if slopes.ndim == 2 else slopes)
        name = row.network.activations[at - 1].name
        if name == "step":
            steps.append(at)
        elif at > layer and not own.any():
            flat.append(at)
        elif at > layer and name in STEEPEST and own.max() < SATURATED * STEEPEST[name]:
            saturated.append(at)
            greatest = max(greatest, float(own.max()))
    if steps:
        has = "has" if len(steps) == 1 else "have"
        yield f"{_layers(steps)} {has} the step activation, which is flat: its slope is 0, and nothing below learns."
    if flat:
        yield f"Every neuron of {_layers(flat).lower()} has slope 0{where}: nothing passes below."
    if saturated:
        yield (
            f"All of {_layers(saturated).lower()} is saturated{where}: the greatest slope there is "
            f"{plain_number(greatest, 2)}."
        )


def _layers(numbers: list[int]) -> str:
    """Layer 3; Layers 3 to 9; Layers 3, 7, 9 and 5 more."""
    if len(numbers) == 1:
        return f"Layer {numbers[0]}"
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"Layers {numbers[0]} to {numbers[-1]}"
    more = f" and {len(numbers) - 4} more" if len(numbers) > 4 else ""
    return f"Layers {', '.join(map(str, numbers[:4]))}{more}"


def _error_remarks(row: Row, where: str) -> Iterator[str]:
    loss, outputs, targets = row.network.loss_function, row.a[-1], row.y
    if row.network.from_logits or loss.name in ("squared_error", "absolute_error", "huber", "log_cosh", "quantile"):
        error = float(np.abs(outputs - targets).max())
        if error == 0:
            yield f"The prediction is exactly the target{where}: there is no error to correct."
        elif error < SMALL_ERROR and not isinstance(loss, Hinge):
            yield f"The prediction is within {plain_number(error, 2)} of the target{where}: little is left to correct."
    if isinstance(loss, Hinge) and not row.deltas[-1].any():
        yield f"Every margin is wide enough{where}: the {loss.name} loss is 0 and gives no gradient."
    if not row.network.from_logits and any(is_outside(row, unit) for unit in range(1, len(outputs) + 1)):
        yield f"An output lies outside what {loss.name} can take{where}: there the loss gives no gradient."


def _sum_remarks(terms: Sequence[Term], penalty: Sequence[Term], what: str) -> Iterator[str]:
    sizes = sum(abs(term.value) for term in terms)
    total = abs(sum(term.value for term in terms))
    if len(terms) > 1 and sizes > 0:
        if cancels([term.value for term in terms]):
            yield (
                f"The {what} cancel: without their signs they would come to {plain_number(sizes, 3)}, with them they "
                f"come to {plain_number(total, 3)}, {plain_number(100 * total / sizes, 2)} % of it."
            )
        elif what == "paths" and abs(terms[0].value) > 0.8 * sizes and len(terms) > 2:
            share = plain_number(100 * abs(terms[0].value) / sizes, 3)
            way = "path" if terms[0].paths <= 1 else "bundle of paths"
            yield f"One {way}, {terms[0].label}, makes {share} % of what all {len(terms)} come to without their signs."
    pull = abs(sum(term.value for term in penalty))
    if pull > total and pull > 0:
        yield "The penalty outweighs the error: the gradient asks for a smaller weight more than for a better fit."


def _batch_remarks(contributions: Array, number_of: Callable[[int], int]) -> Iterator[str]:
    parts = np.abs(contributions)
    if len(parts) > 2 and parts.sum() > 0 and parts.max() > 0.8 * parts.sum():
        share = plain_number(100 * float(parts.max() / parts.sum()), 3)
        number = number_of(int(parts.argmax()))
        yield f"Row {number} alone makes {share} % of what all {len(parts)} rows contribute."


def _check_remarks(check: GradientCheck | None) -> Iterator[str]:
    if check is not None and check.at_kinks:
        yield "It stands at a kink, where the slope jumps, so no finite difference can be compared with it."
    elif check is not None and check.difference is not None and check.passed is False:
        yield (
            f"The finite difference {plain_number(check.difference, 8)} does not agree to six digits: the gradient is "
            "wrong, or the loss bends too much within the step."
        )


def value_remarks(
    computation: Computation, layer: int, unit: int, terms: Sequence[Term], of_sum: bool, is_prediction: bool
) -> Iterator[str]:
    """What stands out in a prediction, an a or, of a sum, a z, which the terms add up to."""
    row = computation.row(0)
    if not of_sum and row.network.activations[layer - 1].name != "softmax":
        yield from _slope_remarks(row, layer, unit, "")
    sizes = sum(abs(term.value) for term in terms)
    if len(terms) > 2 and sizes > 0:
        total = abs(sum_of(terms))
        if cancels([term.value for term in terms]):
            share = plain_number(100 * total / sizes, 2)
            yield f"The contributions cancel: their sum is {share} % of what they would be without signs."
        elif abs(terms[0].value) > 0.5 * sizes:
            yield f"{terms[0].label} alone makes {plain_number(100 * abs(terms[0].value) / sizes, 3)} % of the sum."
    if is_prediction and len(row.a[-1]) > 1:
        yield from _runner_up(computation, row)


def _runner_up(computation: Computation, row: Row) -> Iterator[str]:
    outputs = np.asarray(row.a[-1], dtype=np.float64)
    first, second = (int(place) for place in np.argsort(-outputs, kind="stable")[:2])

    def called(place: int) -> str:
        name = computation.class_name(place + 1)
        return f"output {place + 1}" + (f" ({name})" if name else "")

    yield (
        f"The greatest output is {called(first)}, {plain_number(float(outputs[first]), 4)}; next comes "
        f"{called(second)}, {plain_number(float(outputs[second]), 4)}."
    )


def loss_remarks(computation: Computation, shown_row: int, value: float, terms: Sequence[Term]) -> Iterator[str]:
    """What stands out in a loss, and in the row with the greatest part in it."""
    sizes = sum(abs(term.value) for term in terms)
    if len(terms) > 2 and sizes > 0 and abs(terms[0].value) > 0.5 * sizes:
        share = plain_number(100 * terms[0].value / sizes, 3)
        yield f"{terms[0].label.capitalize()} alone makes {share} % of the loss."
    row = computation.row(shown_row)
    if not computation.network.from_logits and any(is_outside(row, unit) for unit in range(1, len(row.y) + 1)):
        yield (
            f"An output lies outside what {computation.network.loss_function.name} can take, and counts as the nearest "
            "number inside."
        )
    if value == 0:
        yield "The loss is 0: there is nothing left to correct."
