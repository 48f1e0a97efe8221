"""The optimiser's step for one parameter, line by line with its numbers, and equal to what training does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.explanation.computation import Computation
from clearprop.explanation.notation import Name
from clearprop.explanation.writing.algebra import subtract
from clearprop.explanation.writing.document import Equation, chain
from clearprop.explanation.writing.evaluation import evaluate
from clearprop.explanation.writing.expressions import Add, Expression, Multiply, Number, Symbol
from clearprop.explanation.writing.formulas import fill, parse_formula, settings
from clearprop.foundation.sparse import is_sparse
from clearprop.network.layout import Layout, Span
from clearprop.optimizers import LBfgs, Optimizer
from clearprop.training.run import Training
from clearprop.training.trainer import Trainer

Array = npt.NDArray[Any]

SYMBOLS = {
    "velocity": "v", "square_sum": "s", "square_mean": "v", "mean": "m", "greatest_square_mean": "v_max",
    "corrected_rate": "η′", "rate": "η", "beta_1": "β1", "beta_2": "β2", "momentum": "μ", "decay": "ρ",
    "epsilon": "ε", "direction": "c", "ahead": "m′", "change": "Δ",
}  # fmt: skip


@dataclass(frozen=True)
class UpdateRule:
    """How the next step is taken: the optimiser, what it remembers and what the trainer adds.

    Attributes
    ----------
    optimizer : Optimizer
    rate : float
        The learning rate of this step.
    slots : array, shape (number of slots, parameters), or None
        What the optimiser remembers before the step; None for all 0.
    step : int
        The number of this step, from 1.
    decoupled_decay : float
    decay_factor : float
        What the schedule of decay multiplies it by in this step.
    clip_norm : float or None
    layout : Layout, optional
        With the factors on the parameters' rates and decays, where they are not the network's own.
    """

    optimizer: Optimizer
    rate: float
    slots: Array | None = None
    step: int = 1
    decoupled_decay: float = 0.0
    clip_norm: float | None = None
    layout: Layout | None = None
    decay_factor: float = 1.0


@dataclass(frozen=True, repr=False)
class OptimizerStep:
    """One parameter's step.

    Attributes
    ----------
    optimizer : str
    rate, step : float, int
        The rate is this parameter's own.
    gradient : float
        After clipping.
    old, new : float
        The parameter before and after; `new` is bit for bit what training makes of it.
    slots : dict
        What the optimiser remembers, by name: the number before and the number after.
    lines : tuple of Equation
    """

    optimizer: str
    rate: float
    step: int
    gradient: float
    old: float
    new: float
    slots: dict[str, tuple[float, float]]
    lines: tuple[Equation, ...]

    def __repr__(self) -> str:
        taken = f"{self.old:.6g} -> {self.new:.6g}"
        return f"<OptimizerStep {self.step:,} of {self.optimizer} at rate {self.rate:g}: {taken}>"


def run_of(trainer: Trainer | Training) -> Trainer | Training:
    """A trainer's last run, whose settings are those of its start; of L-BFGS, whose steps are not shown, the trainer.

    Raises
    ------
    RuntimeError
        None was started.
    """
    return trainer.training if isinstance(trainer, Trainer) and not trainer.finds_steps_itself else trainer


def training_rule(trainer: Trainer | Training, computation: Computation) -> tuple[UpdateRule | None, Sequence[str]]:
    """How a run, or a trainer's last, takes its next step, and what a reader should know about it."""
    training = run_of(trainer)
    optimizer = training.optimizer
    if isinstance(optimizer, LBfgs) or not isinstance(training, Training):
        return None, ["L-BFGS finds its step from many gradients over all rows, so no single step can be shown."]
    job, notes = training.job, []
    if any(job.settings.dropout):
        notes.append("Training leaves units out at random (dropout); this explanation has them all.")
    if computation.y is not None and not _is_next_batch(training, computation):
        notes.append(
            "These rows are not the trainer's next batch, so training will not take this very step: give the rows of "
            "that batch, or train with batch_size=len(x) and explain all rows."
        )
    rule = UpdateRule(
        optimizer,
        training.next_rate,
        job.slots.copy(),
        job.step + 1,
        job.settings.decoupled_decay,
        job.settings.clip_norm,
        job.layout,
        training.next_decay_factor,
    )
    return rule, notes


def _is_next_batch(training: Training, computation: Computation) -> bool:
    """Whether the rows, in whatever order, are those that the run takes next."""
    rows, places = training.rows, training.next_batch()
    X, y, weight = computation.X, computation.targets, computation.sample_weight
    if len(places) != len(X):
        return False
    next_X: Any = rows.X[places]
    if is_sparse(next_X):
        next_X = next_X.toarray()
    own = np.ones(len(X)) if weight is None else weight
    theirs = np.ones(len(X)) if rows.sample_weight is None else rows.sample_weight[places]
    ours, others = (
        sorted(row.tobytes() for row in np.column_stack(parts).astype(np.float64))
        for parts in ((X, y, own), (next_X, rows.y[places], theirs))
    )
    return ours == others


def explain_step(computation: Computation, name: Name, rule: UpdateRule) -> OptimizerStep:
    """The step that training takes for a parameter from these rows."""
    network, optimizer = computation.network, rule.optimizer
    layout = rule.layout or network.layout
    index = layout.index(str(name))
    span, one = layout.spans[layout.number_at(index)], slice(index, index + 1)
    parameter, gradient = network.parameters[one].copy(), computation.gradients.flat[one].copy()
    slots = np.zeros((len(optimizer.slots), 1), network.dtype) if rule.slots is None else rule.slots[:, one].copy()
    old, before = float(parameter[0]), [float(slot[0]) for slot in slots]
    rate = rule.rate * span.rate_factor

    lines: list[Equation] = []
    if rule.clip_norm is not None:
        lines += _clip(computation, rule.clip_norm, gradient)
    p = Symbol("p", value=old)
    if rate == 0:
        lines.append(_line(p, p, old, f"{span.name} stays: the factor on its rate is 0"))
    else:
        lines += _own_rate(span, rule.rate)
        lines += _decay(span, rate, rule, parameter)
        p = Symbol("p", value=float(parameter[0]))
        optimizer.update(parameter, gradient, slots, rate, rule.step)
        lines += _formula_lines(
            replace(rule, rate=rate),
            float(gradient[0]),
            dict(zip(optimizer.slots, before, strict=True)),
            p,
            float(parameter[0]),
        )
    new, after = float(parameter[0]), [float(slot[0]) for slot in slots]
    remembered = dict(zip(optimizer.slots, zip(before, after, strict=True), strict=True))
    return OptimizerStep(optimizer.name, rate, rule.step, float(gradient[0]), old, new, remembered, tuple(lines))


def _own_rate(span: Span, rate: float) -> list[Equation]:
    """How the span comes by a rate of its own, where it has one."""
    if span.rate_factor == 1:
        return []
    own = Multiply((Number(span.rate_factor), Number(rate)))
    return [_line(Symbol("η"), own, rate * span.rate_factor, f"{span.name} has a factor on its rate", "=")]


def _decay(span: Span, rate: float, rule: UpdateRule, parameter: Array) -> list[Equation]:
    """Shrink the parameter, in place, as the engine does."""
    decoupled_decay = rule.decoupled_decay
    if not (decoupled_decay and span.decay_factor):
        return []
    p = Symbol("p", value=float(parameter[0]))
    parameter *= 1 - rate * (span.decay_factor * decoupled_decay * rule.decay_factor)
    factor = () if span.decay_factor == 1 else (Number(span.decay_factor),)
    of_schedule = () if rule.decay_factor == 1 else (Number(rule.decay_factor),)
    shrink = subtract(Number(1), Multiply((Symbol("η", value=rate), *factor, Number(decoupled_decay), *of_schedule)))
    note = "weight decay" if not factor else f"weight decay, which has a factor for {span.name}"
    note += ", by its schedule" if of_schedule else ""
    return [_line(p, Multiply((p, shrink)), float(parameter[0]), note)]


def _clip(computation: Computation, limit: float, gradient: Array) -> list[Equation]:
    """Shorten the gradient, in place, as the engine does."""
    flat = computation.gradients.flat
    norm = float(np.sqrt(np.vdot(flat, flat)))
    if norm <= limit:
        return []
    g = Symbol("g", value=float(gradient[0]))
    gradient *= limit / norm
    factor = Multiply((g, Number(limit / norm)))
    return [_line(g, factor, float(gradient[0]), f"the whole gradient's norm {norm:.6g} is cut to {limit:g}")]


def _formula_lines(rule: UpdateRule, g: float, slots: dict[str, float], p: Symbol, new: float) -> list[Equation]:
    optimizer = rule.optimizer
    parts: dict[str, Expression] = {"g": Symbol("g", value=g), "t": Symbol("t", value=rule.step)}
    for key, number in settings(optimizer).items():
        assert isinstance(number, Number)
        parts[key] = Symbol(SYMBOLS.get(key, key), value=number.value)
    parts["rate"] = Symbol("η", value=rule.rate)
    parts.update({slot: Symbol(SYMBOLS.get(slot, slot), value=value) for slot, value in slots.items()})
    lines, change = [], 0.0
    for key, text in optimizer.formulas:
        formula = fill(parse_formula(text), parts)
        result = Symbol(SYMBOLS.get(key, key), value=evaluate(formula))
        sign = "←" if key in slots else "="
        lines.append(_line(result, formula, evaluate(formula), key.replace("_", " "), sign))
        parts[key] = result
        change = evaluate(formula) if key == "change" else change
    moved = Add((p, Symbol("Δ", value=change)))
    return [*lines, _line(p, moved, new, "")] if optimizer.formulas else [_line(p, p, new, "as its update has it")]


def _line(left: Symbol, formula: Expression, value: float, note: str, sign: str = "←") -> Equation:
    made = chain(Symbol(left.letter), formula, value=value, note=note)
    return Equation(made.left, made.forms, note, sign=sign)
