"""The optimiser's step for one parameter, line by line with its numbers, and equal to what training does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.explanation.computation import Computation
from clearprop.explanation.names import Name
from clearprop.explanation.writing.algebra import subtract
from clearprop.explanation.writing.document import Equation, chain
from clearprop.explanation.writing.evaluation import evaluate
from clearprop.explanation.writing.expressions import Add, Expression, Multiply, Number, Symbol
from clearprop.explanation.writing.formulas import fill, parse_formula, settings
from clearprop.foundation.sparse import is_sparse
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
    clip_norm : float or None
    """

    optimizer: Optimizer
    rate: float
    slots: Array | None = None
    step: int = 1
    decoupled_decay: float = 0.0
    clip_norm: float | None = None


@dataclass(frozen=True)
class OptimizerStep:
    """One parameter's step.

    Attributes
    ----------
    optimizer : str
    rate, step : float, int
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


def training_rule(trainer: Trainer | Training, computation: Computation) -> tuple[UpdateRule | None, Sequence[str]]:
    """How a run, or a trainer's last, takes its next step, and what a reader should know about it."""
    optimizer = trainer.optimizer
    if isinstance(optimizer, LBfgs):
        return None, ["L-BFGS finds its step from many gradients over all rows, so no single step can be shown."]
    training = trainer if isinstance(trainer, Training) else trainer.training
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


def parameter_index(computation: Computation, name: Name) -> int:
    """The place of a weight or bias in the flat vector."""
    sizes = computation.network.layer_sizes
    start = sum((sizes[at] + 1) * sizes[at + 1] for at in range(name.layer - 1))
    if name.kind == "W":
        return start + (name.places[0] - 1) * sizes[name.layer] + name.places[1] - 1
    return start + sizes[name.layer - 1] * sizes[name.layer] + name.places[0] - 1


def explain_step(computation: Computation, name: Name, rule: UpdateRule) -> OptimizerStep:
    """The step that training takes for a weight or bias from these rows."""
    index = parameter_index(computation, name)
    network, optimizer = computation.network, rule.optimizer
    one = slice(index, index + 1)
    parameter, gradient = network.parameters[one].copy(), computation.gradients.flat[one].copy()
    slots = np.zeros((len(optimizer.slots), 1), network.dtype) if rule.slots is None else rule.slots[:, one].copy()
    old, before = float(parameter[0]), [float(slot[0]) for slot in slots]

    lines: list[Equation] = []
    if rule.clip_norm is not None:
        lines += _clip(computation, rule.clip_norm, gradient)
    p = Symbol("p", value=old)
    if rule.decoupled_decay and name.kind == "W":
        parameter *= 1 - rule.rate * rule.decoupled_decay
        shrink = subtract(Number(1), Multiply((Symbol("η", value=rule.rate), Number(rule.decoupled_decay))))
        lines.append(_line(p, Multiply((p, shrink)), float(parameter[0]), "weight decay"))
        p = Symbol("p", value=float(parameter[0]))
    optimizer.update(parameter, gradient, slots, rule.rate, rule.step)
    new, after = float(parameter[0]), [float(slot[0]) for slot in slots]
    lines += _formula_lines(rule, float(gradient[0]), dict(zip(optimizer.slots, before, strict=True)), p, new)
    remembered = dict(zip(optimizer.slots, zip(before, after, strict=True), strict=True))
    return OptimizerStep(optimizer.name, rule.rate, rule.step, float(gradient[0]), old, new, remembered, tuple(lines))


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
