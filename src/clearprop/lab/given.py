"""What is given to a lab: a model of any kind and rows, as the rows and the settings of a session."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.explanation.subjects.models import subject_of
from clearprop.explanation.subjects.subject import Subject
from clearprop.lab.data import DataSet
from clearprop.lab.protocol import Given, LayerChoice, Preset, Settings
from clearprop.network.network import Network

Array = npt.NDArray[Any]

# Of a model that has learned all rows are shown as those that it learns from: which it knows is not known.
_HELD_OUT = 0.0


def given(model: Any, X: Any, y: Any) -> tuple[DataSet | None, Settings]:
    """The rows in the network's own terms, and settings that begin with its layers, loss and weights.

    Parameters
    ----------
    model : Network, fitted estimator, pipeline of one, model of a table, or None
        None: a new network, as `Settings` has it.
    X : array-like of shape (n, features) or Table
    y : array-like
        As the model takes it; may be left out where X is a table with the target in it.

    Raises
    ------
    InputError
        The model is not fitted, or rows or targets are missing or do not fit.
    """
    if model is None:
        return _rows_alone(X, y)
    subject = subject_of(model, X, y)
    if X is None or subject.y is None:
        raise InputError(
            f"{type(model).__name__}: the rows are missing that it is to learn in the lab: give them and their "
            "targets, as in Lab(model, X, y)"
        )
    network = subject.network
    if not network.front.is_plain or network.trainable_share:
        raise InputError(
            "the lab does not show inputs with parameters and trainable shares of activations yet: explain(model, x, "
            "y, name) explains each of their numbers, and network.forward(X) has every feature"
        )
    rows = _rows_of(subject)
    if network.layer_sizes[-1] != len(rows.class_names) and len(rows.class_names) > 2:
        raise InputError("the lab shows one class a row, and this model has several labels for each: give one output")
    return rows, _settings_of(network, model, subject)


def _rows_alone(X: Any, y: Any) -> tuple[DataSet | None, Settings]:
    """The rows as they are: a column of numbers is a regression if it is not of whole numbers, as for tables."""
    if X is None and y is None:
        return None, Settings(data=Preset())
    from clearprop.tables.frames import as_column
    from clearprop.tables.targets import ClassTarget, Target

    if X is None or y is None:
        raise InputError("rows have both X and y: give both, or none of them for a data set of the lab's own")
    columns = np.asarray(X, dtype=np.float64)
    columns = columns.reshape(len(columns), -1)
    names = _names(X, columns.shape[1])
    column = as_column(np.ravel(y), "y")
    target = Target.recognise(column)
    if isinstance(target, ClassTarget):
        rows = DataSet(columns, target.encode(column), names, tuple(map(str, target.classes)))
    else:
        rows = DataSet(columns, np.asarray(y, dtype=np.float64).reshape(len(columns), -1), names)
    return rows, Settings(data=Given(), standardized=True)


def _rows_of(subject: Subject) -> DataSet:
    rows = subject.rows()
    network = subject.network
    names = tuple(subject.feature_names or _names(None, rows.X.shape[1]))
    columns, targets = rows.X.astype(np.float64), rows.y.astype(np.float64)
    labels = tuple(subject.class_names or ())
    if not labels and not network.loss_function.classification:
        targets_of = ("y",) if targets.shape[1] == 1 else tuple(f"y{place + 1}" for place in range(targets.shape[1]))
        return DataSet(columns, targets, names, target_names=targets_of)
    if targets.shape[1] == 1:
        classes = (targets[:, 0] > sum(network.loss_function.levels) / 2).astype(np.int64)
    else:
        classes = targets.argmax(axis=1)
    count = max(2, targets.shape[1])
    return DataSet(columns, classes, names, labels or tuple(str(number) for number in range(count)))


def _names(X: Any, count: int) -> tuple[str, ...]:
    columns = getattr(X, "columns", None)
    if columns is not None:
        return tuple(str(name) for name in columns)
    return tuple(f"x{place + 1}" for place in range(count))


def _settings_of(network: Network, model: Any, subject: Subject) -> Settings:
    """The network as it stands; of an estimator its optimiser, rate, batch and penalties too."""
    *hidden, output = network.activations
    settings = Settings(
        data=Given(),
        held_out=_HELD_OUT,
        layers=[
            LayerChoice(units=units, activation=activation.name)
            for units, activation in zip(network.layer_sizes[1:-1], hidden, strict=True)
        ],
        output_activation=output.name,
        loss=network.loss_function.name,
        dtype=network.dtype.name,  # type: ignore[arg-type]
        weights=[float(number) for number in network.parameters],
        l1=float(subject.own_penalty.l1),
        l2=float(subject.own_penalty.l2),
    )
    solver = getattr(model, "solver", None)
    if isinstance(solver, str) and solver != "lbfgs":
        settings.optimizer = solver
    rate = getattr(model, "learning_rate_init", None)
    if isinstance(rate, int | float) and rate > 0:
        settings.learning_rate = float(rate)
    batch = getattr(model, "batch_size", None)
    if isinstance(batch, int) and batch > 0:
        settings.batch_size = min(batch, 5_000)
    return settings
