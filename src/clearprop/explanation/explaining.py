"""`explain`: any gradient and any value of any network, in symbols and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.explanation.computation import Computation
from clearprop.explanation.ensemble import check_is_of_all_members, explain_ensemble, is_of_all_members
from clearprop.explanation.explanation import Explanation
from clearprop.explanation.feature import FeatureExplanation
from clearprop.explanation.gradient import GradientExplanation
from clearprop.explanation.loss import LossExplanation
from clearprop.explanation.notation import Name, name_in
from clearprop.explanation.optimizer_step import UpdateRule, run_of, training_rule
from clearprop.explanation.subjects.models import subject_of
from clearprop.explanation.subjects.subject import Subject
from clearprop.explanation.value import ValueExplanation
from clearprop.foundation.arguments import whole
from clearprop.foundation.near_names import says_near_keywords
from clearprop.foundation.table_cells import quoted
from clearprop.network.ensemble import Ensemble
from clearprop.optimizers import OPTIMIZERS, Optimizer
from clearprop.penalties import Penalty
from clearprop.training.run import Training
from clearprop.training.trainer import Trainer


@says_near_keywords
def explain(
    model: Any,
    x: Any,
    y: Any = None,
    name: str = "prediction",
    *,
    row: int | None = None,
    sample_weight: npt.ArrayLike | None = None,
    penalty: Penalty | None = None,
    optimizer: str | Optimizer | None = None,
    learning_rate: float | None = None,
    trainer: Trainer | Training | None = None,
    feature_names: Sequence[str] | None = None,
    class_names: Sequence[str] | None = None,
    first_row: int = 0,
    counted_from: int | None = None,
) -> Explanation:
    """Explain a number of a network: why a gradient, a prediction or the loss is what it is.

    Parameters
    ----------
    model : Network, Ensemble, fitted estimator, Pipeline or search that ends in one, TransformedTargetRegressor, or
        NeuralNetwork of the article
    x : array-like, shape (columns,) or (n, columns)
        A row or a batch; for a TableClassifier or TableRegressor, any table. Of data frames the columns' names are
        checked as `predict` does it.
    y : array-like, optional
        What `fit` takes: the targets, or the classes of a classifier; needed for gradients and the loss.
    name : str
        A weight `W2[3,1]`, bias `b2[1]`, input `x[2]` or `delta1[3]`, whose gradient is explained; `dL/da1[2]` for that
        of an activation; `z2[1]`, `a1[2]`, `prediction` or `loss`, whose value is explained. Where a network has inputs
        of its own, their parameters, such as `s1[2]` or `E2[3,1]`, and features, `a0[4]`, have names too, and so have
        the trainable shares of activations, `p1[3]`. Of an ensemble `prediction` or an output, such as `a2[1]`: the
        mean of the members' own.
    row : int, optional
        Which row of x and y, from 0, to explain alone.
    sample_weight : array-like, shape (n,), optional
        What each row counts; of one row alone, the penalty's share in it. An estimator's `class_weight` is added.
    penalty : Penalty, optional
        L1 and L2; where not given, the trainer's, or else the estimator's own `alpha` and `l1`.
    optimizer, learning_rate : str or Optimizer, and float, optional
        Whose first step on the parameter is explained too.
    trainer : Trainer or Training, optional
        One that was started, or its run: the next step is explained, with what the optimiser remembers. If x and y are
        not the next batch, a remark says so.
    feature_names, class_names : sequences of str, optional
        What inputs and outputs are called.
    first_row : int
        The number by which the explanation calls the first row.
    counted_from : int, optional
        What the rows are counted from, in words; where not given, 0 unless `first_row` is another.

    Raises
    ------
    InputError
        An unknown name (the message lists those there are), shapes that do not fit, numbers that are not finite,
        a model that is not fitted.

    Examples
    --------
    >>> import numpy as np
    >>> from clearprop import Network
    >>> network = Network([2, 2, 2], loss="squared_error", output_activation="sigmoid")
    >>> network.parameters[:] = [0.15, 0.25, 0.2, 0.3, 0.35, 0.35, 0.4, 0.5, 0.45, 0.55, 0.6, 0.6]
    >>> print(explain(network, [0.05, 0.10], [0.01, 0.99], "W2[1,1]", optimizer="sgd", learning_rate=0.5).step.new)
    0.358916479717...

    Notes
    -----
    dL/dW_l[i,j] = a_(l-1)[i] delta_l[j], and delta_l[j] = f'(z_l[j]) sum_k W_(l+1)[j,k] delta_(l+1)[k]: the article's
    equations 18, 33 and 44, with the sums that they leave out.
    """
    whole("first_row", first_row, 0)
    if not isinstance(counted_from, int | str | None):
        raise InputError(f"counted_from must be a number or words, got {quoted(counted_from)}: leave it out for 0")
    if not isinstance(trainer, Trainer | Training | None):
        raise InputError(f"trainer must be a Trainer that was started, or its run, got {quoted(trainer)}")
    alone = isinstance(model, Ensemble)
    subject = Subject(model.members[0], x, y, ensemble=model) if alone else subject_of(model, x, y)
    parsed, ensemble = name_in(subject.network, name), subject.ensemble
    if alone:
        check_is_of_all_members(model, parsed)
    rows, first = subject.rows(sample_weight, parsed), 0
    if row is not None:
        first = subject.place_of(row, rows, sample_weight)
        rows = rows.take(slice(first, first + 1))
    if trainer is not None and trainer.network is not subject.network:
        raise InputError("the trainer trains another network than the model's: give the trainer of this one")
    if penalty is not None and not isinstance(penalty, Penalty):
        raise InputError(f"penalty must be a Penalty, such as Penalty(l2=0.1), got {quoted(penalty)}")
    if penalty is None:
        penalty = subject.penalty(len(rows.X)) if trainer is None else run_of(trainer).penalty
    original, columns = subject.original, subject.columns
    # Of a row that was given alone, no number is known.
    numbered = row is not None or len(rows.X) > 1 or counted_from is not None
    base = 0 if counted_from is None and not first_row else counted_from
    counting = f"counted from {base}" if numbered and base is not None else ""
    computation = Computation(
        subject.network,
        rows,
        penalty or Penalty(),
        subject.checked_feature_names(feature_names),
        subject.checked_class_names(class_names),
        first_row + first,
        counting,
        original and (lambda index, place: original(first + index, place)),
        columns=columns and (lambda index: columns(first + index)),
    )
    if ensemble is not None and is_of_all_members(ensemble, parsed):
        return explain_ensemble(ensemble, computation, parsed, subject.notes_on(parsed, first))
    rule, notes = _update_rule(optimizer, learning_rate, trainer, computation)
    # What is to be known of a step concerns parameters only.
    notes = [*subject.notes_on(parsed, first), *(notes if parsed.is_parameter else ())]
    return make_explanation(computation, parsed, rule, notes)


def make_explanation(
    computation: Computation, name: Name, rule: UpdateRule | None = None, notes: Sequence[str] = ()
) -> Explanation:
    """The explanation that suits a name: a gradient's, a value's or the loss's.

    Raises
    ------
    InputError
        The number belongs to one row and there are several, or it needs targets and there are none.
    """

    def explain_name(other: Name) -> Explanation:
        return make_explanation(computation, other, rule, notes)

    if name.kind == "loss":
        _ = computation.targets
        return LossExplanation(computation, name, rule, notes, explain_name)
    if not name.is_parameter:
        computation.check_one_row(name)
    if name.gradient:
        _ = computation.targets
        return GradientExplanation(computation, name, rule, notes, explain_name)
    if name.kind == "a" and name.layer == 0:
        return FeatureExplanation(computation, name, rule, notes, explain_name)
    return ValueExplanation(computation, name, rule, notes, explain_name)


def _update_rule(
    optimizer: str | Optimizer | None,
    learning_rate: float | None,
    trainer: Trainer | Training | None,
    computation: Computation,
) -> tuple[UpdateRule | None, Sequence[str]]:
    if trainer is not None:
        if optimizer is not None or learning_rate is not None:
            raise InputError("give either the trainer, or an optimizer with its learning_rate")
        return training_rule(trainer, computation)
    return first_step(optimizer, learning_rate), ()


def first_step(optimizer: str | Optimizer | None, learning_rate: float | None) -> UpdateRule | None:
    """How an optimiser takes its first step; None without one.

    Raises
    ------
    InputError, ValueError, TypeError
        The optimiser is unknown, or the rate none, or there is a rate alone.
    """
    if optimizer is None:
        if learning_rate is not None:
            raise InputError("a learning_rate needs an optimizer: write optimizer='sgd', for example")
        return None
    chosen = OPTIMIZERS.resolve(optimizer)
    rate = chosen.learning_rate if learning_rate is None else float(learning_rate)
    if not 0 < rate < np.inf:
        raise InputError(f"learning_rate must be a finite number > 0, got {quoted(learning_rate)}")
    return UpdateRule(chosen, rate, decoupled_decay=chosen.decoupled_decay)
