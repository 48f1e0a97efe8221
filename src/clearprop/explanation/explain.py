"""`explain`: any gradient and any value of any network, in symbols and numbers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.explanation.computation import Computation
from clearprop.explanation.explanation import Explanation
from clearprop.explanation.make import make_explanation
from clearprop.explanation.models import Subject, subject_of
from clearprop.explanation.steps import UpdateRule
from clearprop.network import Network
from clearprop.optimizers import OPTIMIZERS, Optimizer
from clearprop.penalties import Penalty

if TYPE_CHECKING:
    from clearprop.training import Trainer

Array = npt.NDArray[Any]


def explain(
    model: Any,
    x: Any,
    y: Any = None,
    name: str = "prediction",
    *,
    row: int | None = None,
    sample_weight: npt.ArrayLike | None = None,
    penalty: Penalty | None = None,
    optimizer: "str | Optimizer | None" = None,
    learning_rate: float | None = None,
    trainer: "Trainer | None" = None,
    feature_names: Sequence[str] | None = None,
    class_names: Sequence[str] | None = None,
    first_row: int = 0,
) -> Explanation:
    """Explain a number of a network: why a gradient, a prediction or the loss is what it is.

    Parameters
    ----------
    model : Network, fitted estimator, TableModel, or NeuralNetwork of the article
    x : array-like, shape (inputs,) or (n, inputs)
        A row or a batch; for a TableModel, a Table.
    y : array-like, optional
        The targets, or the classes of a classifier; needed for gradients and the loss.
    name : str
        A weight `W2[3,1]`, bias `b2[1]`, input `x[2]` or `delta1[3]`, whose gradient is explained; `dL/da1[2]` for that
        of an activation; `z2[1]`, `a1[2]`, `prediction` or `loss`, whose value is explained.
    row : int, optional
        Which row of x and y, from 0, to explain alone.
    sample_weight : array-like, shape (n,), optional
        What each row counts.
    penalty : Penalty, optional
        L1 and L2; where not given, the trainer's, or else the estimator's own `alpha` and `l1`.
    optimizer, learning_rate : str or Optimizer, and float, optional
        Whose first step on the parameter is explained too.
    trainer : Trainer, optional
        One that was started; its next step is explained, with what its optimiser remembers, if x and y are its next
        batch.
    feature_names, class_names : sequences of str, optional
        What inputs and outputs are called.
    first_row : int
        The number by which the explanation calls the first row.

    Raises
    ------
    InputError
        A name that is none (the message lists those there are), shapes that do not fit, numbers that are not finite,
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
    subject = subject_of(model, x, y)
    X, targets, weight = rows_of(subject, row, sample_weight)
    if trainer is not None and trainer.network is not subject.network:
        raise InputError("the trainer trains another network than the model's: give the trainer of this one")
    if penalty is not None and not isinstance(penalty, Penalty):
        raise InputError(f"penalty must be a Penalty, such as Penalty(l2=0.1), got {penalty!r}")
    if penalty is None:
        penalty = subject.penalty if trainer is None else trainer.penalty
    computation = Computation(
        subject.network,
        X,
        targets,
        weight,
        penalty or Penalty(),
        checked_feature_names(feature_names, subject),
        checked_class_names(class_names, subject),
        # Of one row alone, its own number.
        first_row if row is None or np.ndim(subject.x) == 1 else first_row + int(row) % len(np.asarray(subject.x)),
    )
    rule, notes = _update_rule(optimizer, learning_rate, trainer)
    return make_explanation(computation, computation.name(name), rule, (*subject.notes, *notes))


def rows_of(
    subject: Subject, row: int | None, sample_weight: npt.ArrayLike | None
) -> tuple[Array, Array | None, Array | None]:
    """Rows, targets and weights as arrays of the network's dtype, and of the one row that was asked for."""
    network = subject.network
    X = _numbers("x", subject.x, network)
    single = X.ndim == 1
    X = X[np.newaxis] if single else X
    y = subject.y
    if y is not None:
        given = np.asarray(y)
        outputs = network.layer_sizes[-1]
        if single and given.shape in ((), (outputs,)):
            given = given[np.newaxis]
        try:
            y = network.targets(given, len(X))
        except ValueError as error:
            raise InputError(str(error)) from error
    try:
        weight = None if sample_weight is None else np.asarray(sample_weight, dtype=network.dtype)
    except (TypeError, ValueError) as error:
        raise InputError(f"sample_weight must hold numbers: {error}") from error
    if row is None:
        return X, y, weight
    if isinstance(row, bool) or not isinstance(row, int | np.integer):
        raise InputError(f"row must be a whole number, got {row!r}")
    if not -len(X) <= row < len(X):
        raise InputError(f"row {row} is not there: x has the rows 0 to {len(X) - 1}")
    return X[row][np.newaxis], None if y is None else y[row][np.newaxis], None


def _numbers(what: str, values: npt.ArrayLike, network: Network) -> Array:
    try:
        numbers = np.asarray(values, dtype=network.dtype)
    except (TypeError, ValueError) as error:
        raise InputError(f"{what} must hold numbers: {error}") from error
    inputs = network.layer_sizes[0]
    if numbers.ndim not in (1, 2) or numbers.shape[-1] != inputs:
        raise InputError(f"x must have shape ({inputs},) for a row or (n, {inputs}) for n, got {numbers.shape}")
    return numbers


def checked_feature_names(names: Sequence[str] | None, subject: Subject) -> Sequence[str] | None:
    """The inputs' names, those given or the model's own."""
    names = subject.feature_names if names is None else names
    count = subject.network.layer_sizes[0]
    if names is not None and (isinstance(names, str) or len(names) != count):
        given = repr(names) if isinstance(names, str) else len(names)
        raise InputError(f"feature_names must be {count} texts, one for each input, got {given}")
    return names


def checked_class_names(names: Sequence[str] | None, subject: Subject) -> Sequence[str] | None:
    """The outputs' names, those given or the model's own; one output may stand for two classes."""
    if names is None:
        return subject.class_names
    count = subject.network.layer_sizes[-1]
    if isinstance(names, str) or (len(names) != count and (count, len(names)) != (1, 2)):
        given = repr(names) if isinstance(names, str) else len(names)
        two = ", or 2 classes" if count == 1 else ""
        raise InputError(f"class_names must be {count} texts, one for each output{two}, got {given}")
    return names


def _update_rule(
    optimizer: "str | Optimizer | None", learning_rate: float | None, trainer: "Trainer | None"
) -> tuple[UpdateRule | None, list[str]]:
    if trainer is not None:
        if optimizer is not None or learning_rate is not None:
            raise InputError("give either the trainer, or an optimizer with its learning_rate")
        return _trainer_rule(trainer)
    if optimizer is None:
        if learning_rate is not None:
            raise InputError("a learning_rate needs an optimizer: write optimizer='sgd', for example")
        return None, []
    chosen = OPTIMIZERS.resolve(optimizer)
    rate = chosen.learning_rate if learning_rate is None else float(learning_rate)
    if not 0 < rate < np.inf:
        raise InputError(f"learning_rate must be a finite number > 0, got {learning_rate!r}")
    return UpdateRule(chosen, rate, decoupled_decay=chosen.decoupled_decay), []


def _trainer_rule(trainer: "Trainer") -> tuple[UpdateRule | None, list[str]]:
    if trainer.lbfgs is not None:
        return None, ["L-BFGS finds its step from many gradients over all rows, so no single step can be shown."]
    notes = []
    if any(trainer.dropout):
        notes.append("Training leaves units out at random (dropout); this explanation has them all.")
    state = trainer.snapshot()
    rule = UpdateRule(
        trainer.optimizer,
        trainer.next_rate,
        np.array(state.slots),
        state.step + 1,
        trainer.decoupled_decay,
        trainer.clip_norm,
    )
    return rule, notes
