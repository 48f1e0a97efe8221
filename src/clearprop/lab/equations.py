"""An operation as it is shown: its equation with its numbers, in words, and the names whose numbers take part."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.explanation.computation import Computation
from clearprop.explanation.notation import parse_name
from clearprop.explanation.optimizer_step import UpdateRule, explain_step
from clearprop.explanation.row import Row
from clearprop.explanation.row_formulas import loss_formula
from clearprop.explanation.selection import Shown
from clearprop.explanation.unfolding import delta_equation, gradient_equation
from clearprop.explanation.value import a_equation, z_equation
from clearprop.explanation.writing.algebra import product, total
from clearprop.explanation.writing.document import Equation, chain
from clearprop.explanation.writing.evaluation import evaluate
from clearprop.explanation.writing.expressions import (
    Add,
    Call,
    Derivative,
    Divide,
    Expression,
    Multiply,
    Number,
    Rest,
    Symbol,
)
from clearprop.explanation.writing.latex import equation_latex
from clearprop.lab.infos import is_perceptron
from clearprop.lab.live import Live
from clearprop.lab.moments import Batch, Sample
from clearprop.lab.operations import Deed
from clearprop.lab.protocol import Operation
from clearprop.optimizers import Optimizer

Array = npt.NDArray[Any]

DIGITS = 5
# How much of a wide layer an equation lists, and how many names light up at most.
SHOWN = Shown(6, 4)
MOST_LIT = 200
# The samples whose gradients are written out in a mean.
MOST_SAMPLES = 4


def show(deed: Deed, live: Live, sample: Sample, batch: Batch) -> Operation:
    """An operation of a batch, as the page shows it; the sample is the one that it is of, or the last."""
    equations = _equations(deed, live, sample, batch)
    lines = [equation_latex(equation, DIGITS, named=True) for equation in equations]
    return Operation(
        phase=deed.phase,
        kind=deed.kind,
        layer=deed.layer,
        name=deed.name,
        lit=list(dict.fromkeys(islice(_lit(deed, live, batch), MOST_LIT))),
        equation=lines[0] if len(lines) == 1 else r"\begin{gathered}" + r" \\ ".join(lines) + r"\end{gathered}",
        says=_says(deed, live, sample, batch),
    )


def _equations(deed: Deed, live: Live, sample: Sample, batch: Batch) -> list[Equation]:
    row = _row(live, sample, fed=False)
    with np.errstate(all="ignore"):
        try:
            match deed.kind:
                case "z":
                    return [z_equation(_row(live, sample, fed=True), deed.layer, deed.unit, SHOWN)]
                case "a":
                    return [a_equation(row, deed.layer, deed.unit)]
                case "loss":
                    return [_loss(row, sample)]
                case "delta":
                    return [_delta(row, sample, deed)]
                case "gradient":
                    return [_gradient(_row(live, sample, fed=True), live, sample, deed.layer)]
                case "mean":
                    return [_mean(live, batch, deed.layer)]
                case "update":
                    return _update(live, batch, deed.layer)
        except (ArithmeticError, ValueError):  # numbers that have left the range in which formulas can be computed
            return [Equation(Symbol(deed.name), (Number(_number(deed, sample)),))]


def _row(live: Live, sample: Sample, fed: bool) -> Row:
    """The sample's numbers as symbols; activations as the next layer is fed them where dropout leaves some out."""
    trace = sample.trace
    fed_to_next = [trace.layer_input(layer)[0] for layer in range(1, len(trace.a))]
    return Row(
        live.network,
        trace.inputs[0],
        sample.y[0],
        [z[0] for z in trace.z],
        [*fed_to_next, trace.a[-1][0]] if fed else [a[0] for a in trace.a],
        "ℓ",
        lambda: sample.loss,
        lambda: [delta[0] for delta in sample.gradients.deltas],
    )


def _loss(row: Row, sample: Sample) -> Equation:
    outputs = row.width(row.layers)
    formulas: list[Expression] = [loss_formula(row, unit) for unit in range(1, outputs + 1)][: SHOWN.summands]
    return chain(
        Symbol("ℓ"), total(formulas if len(formulas) == outputs else [*formulas, Symbol("…")]), value=sample.loss
    )


def _delta(row: Row, sample: Sample, deed: Deed) -> Equation:
    """A unit that dropout left out has delta 0; one that it kept hands more than its share down."""
    equation = delta_equation(row, deed.layer, deed.unit, SHOWN)
    mask = sample.trace.masks[deed.layer - 1]
    if mask is None:
        return equation
    kept = Number(float(mask[0, deed.unit - 1]))
    return chain(equation.left, product(kept, equation.forms[0]), value=_number(deed, sample))


def _gradient(row: Row, live: Live, sample: Sample, layer: int) -> Equation:
    """The largest of a layer's gradients: what the weight is fed times delta."""
    name = live.network.parameter_name(_largest(live, layer, sample.gradients.flat))
    return gradient_equation(row, parse_name(name, live.network.layer_sizes), SHOWN)


def _mean(live: Live, batch: Batch, layer: int) -> Equation:
    """The largest of a layer's gradients of the batch: the samples' mean, and what the penalty adds."""
    network = live.network
    index = _largest(live, layer, batch.gradients.flat)
    count = len(batch.places)
    own = [float(batch.sample(live, number).gradients.flat[index]) for number in range(min(count, MOST_SAMPLES))]
    summands: list[Expression] = [Number(number) for number in own]
    value = float(batch.gradients.flat[index])
    added = _penalty(live, index, count)
    if count > len(own):
        amount = evaluate(total(added)) if added else 0.0
        summands.append(Rest(count - len(own), (value - amount) * count - sum(own)))
    mean = Divide(total(summands), Number(count)) if count > 1 else summands[0]
    formula = Add((mean, *added)) if added else mean
    symbol = _parameter(network.parameter_name(index), float(network.parameters[index]))
    return chain(Derivative(Symbol("L"), symbol, value), formula, value=value)


def _penalty(live: Live, index: int, count: int) -> list[Expression]:
    """What L1 and L2 add to the gradient of a parameter."""
    network, penalty = live.network, live.training.penalty
    factor = network.layout.decay_factors(penalty.decays)[network.layout.number_at(index)]
    if not factor:
        return []
    value = float(network.parameters[index])
    weight = _parameter(network.parameter_name(index), value)
    parts: list[Expression] = []
    for letter, strength, of in (("λ1", penalty.l1, Call("sign", (weight,))), ("λ2", penalty.l2, weight)):
        if strength:
            scaled: Expression = Symbol(letter, value=strength * factor)
            parts.append(Multiply((Divide(scaled, Number(count)) if count > 1 else scaled, of)))
    return parts


def _update(live: Live, batch: Batch, layer: int) -> list[Equation]:
    """The optimiser's step of the parameter of the layer whose gradient is the largest."""
    training, network = live.training, live.network
    name = network.parameter_name(_largest(live, layer, batch.gradients.flat))
    job = training.job
    computation = Computation(network, batch.rows, training.penalty)
    computation.gradients = batch.gradients  # the step's own, dropout included
    optimizer = job.optimizer
    assert isinstance(optimizer, Optimizer)
    rule = UpdateRule(
        optimizer,
        training.next_rate,
        job.slots,
        job.step + 1,
        job.settings.decoupled_decay,
        job.settings.clip_norm,
        job.layout,
    )
    return list(explain_step(computation, parse_name(name, network.layer_sizes), rule).lines)


def _largest(live: Live, layer: int, gradient: Array) -> int:
    """Where the weight of a layer stands that has the largest gradient."""
    span = live.network.layout.span(f"W{layer}")
    return span.start + int(np.nan_to_num(np.abs(gradient[span.start : span.stop])).argmax())


def _parameter(name: str, value: float) -> Symbol:
    of_span, _, rest = name.partition("[")
    return Symbol(of_span[0], tuple(rest.rstrip("]").split(",")), of_span[1:], value)


def _number(deed: Deed, sample: Sample) -> float:
    """The number that an operation of a sample makes."""
    trace, at = sample.trace, deed.unit - 1
    match deed.kind:
        case "z":
            return float(trace.z[deed.layer - 1][0, at])
        case "a":
            return float(trace.a[deed.layer - 1][0, at])
        case "delta":
            return float(sample.gradients.deltas[deed.layer - 1][0, at])
    return sample.loss


# -- what lights up, and words ---------------------------------------------------------------------------------------


def _lit(deed: Deed, live: Live, batch: Batch) -> Iterable[str]:
    """The names whose numbers take part, the result's first."""
    sizes, layer, unit = live.network.layer_sizes, deed.layer, deed.unit
    below, here = range(1, sizes[layer - 1] + 1), range(1, sizes[layer] + 1)
    fed = [f"x[{k}]" if layer == 1 else f"a{layer - 1}[{k}]" for k in below]
    mixes = live.network.activations[layer - 1].name == "softmax"
    match deed.kind:
        case "z":
            yield from (deed.name, f"b{layer}[{unit}]")
            for k, name in zip(below, fed, strict=True):
                yield from (f"W{layer}[{k},{unit}]", name)
        case "a":
            yield deed.name
            yield from (f"z{layer}[{k}]" for k in (here if mixes else [unit]))
        case "loss":
            yield "loss"
            for k in here:
                yield from (f"a{layer}[{k}]", f"y[{k}]")
        case "delta" if layer == len(sizes) - 1:
            yield from (deed.name, f"a{layer}[{unit}]", f"y[{unit}]")
        case "delta":
            yield from (deed.name, f"z{layer}[{unit}]", f"a{layer}[{unit}]")
            for k in range(1, sizes[layer + 1] + 1):
                yield from (f"W{layer + 1}[{unit},{k}]", f"delta{layer + 1}[{k}]")
        case "gradient":
            yield from (f"delta{layer}[{k}]" for k in here)
            yield from fed
            yield from _parameters(layer, below, here)
        case _:
            yield from _parameters(layer, below, here)


def _parameters(layer: int, below: range, here: range) -> Iterable[str]:
    yield from (f"W{layer}[{i},{k}]" for i in below for k in here)
    yield from (f"b{layer}[{k}]" for k in here)


def _says(deed: Deed, live: Live, sample: Sample, batch: Batch) -> str:
    """The operation in words."""
    layer, unit, last = deed.layer, deed.unit, len(live.network.weights)
    neuron = f"neuron {unit} of layer {layer}" if layer < last else f"output {unit}"
    match deed.kind:
        case "z":
            fed = "the inputs" if layer == 1 else f"what layer {layer - 1} answers"
            return f"{neuron.capitalize()} adds up {fed}, each times its weight, and its bias."
        case "a":
            return f"{neuron.capitalize()} answers with {live.network.activations[layer - 1].name} of its sum."
        case "loss":
            return f"The loss says how far the answer for row {sample.row} is from its target."
        case "delta":
            if _left_out(deed, sample):
                return f"{neuron.capitalize()} was left out by dropout: it has no part in the loss."
            if layer == last:
                return f"How the loss changes with the sum of {neuron}."
            return f"The deltas of layer {layer + 1} come back to {neuron} through its weights, times its slope."
        case "gradient":
            return f"A weight into layer {layer} has as gradient what it is fed times its neuron's delta. Largest:"
        case "mean":
            count = len(batch.places)
            penalty = ", and the penalty is added" if live.training.penalty else ""
            mean = f"mean of {count} samples" if count > 1 else "one sample's"
            return f"The gradients of layer {layer} are the {mean}{penalty}. Largest:"
    if is_perceptron(live):
        if sample.gradients.deltas[0].any():
            return "The row is on the wrong side of the line: it is added to the weights, or taken off them."
        return "The row is on the right side of the line: the weights stay as they are."
    return f"{live.training.optimizer.name} takes the step of layer {layer}. The weight with the largest gradient:"


def _left_out(deed: Deed, sample: Sample) -> bool:
    mask = sample.trace.masks[deed.layer - 1]
    return mask is not None and not mask[0, deed.unit - 1]
