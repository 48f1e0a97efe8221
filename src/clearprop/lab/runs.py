"""A training that is under way already, or about to be, taken into the lab: a copy goes on from where it stands."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from clearprop.engines import NumpyEngine
from clearprop.foundation.sparse import is_sparse
from clearprop.lab.data import DataSet
from clearprop.lab.live import Accuracy, Live
from clearprop.lab.networks import check_steps, check_work, standards
from clearprop.lab.protocol import Given, LayerChoice, Settings
from clearprop.metrics import accuracy
from clearprop.training.run import Training
from clearprop.training.trainer import Trainer

if TYPE_CHECKING:
    from clearprop.estimators.multilayer import MultilayerPerceptron

Array = npt.NDArray[Any]

# So many epochs more are planned for a training that had ended.
MORE_EPOCHS = 100_000


class Run(NamedTuple):
    """A training, and what its columns and classes are called; nothing where they have no names."""

    training: Training
    column_names: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()


def run_of(model: Any, X: Any, y: Any) -> Run | None:
    """The training that a model is in, or that its `fit` would begin; None where a model has none.

    Parameters
    ----------
    model : Training, Trainer, MLPClassifier or MLPRegressor
        A training goes on on its own rows. So does a trainer's last one where no rows are given. An estimator that is
        fitted goes on from there, with what its optimiser remembers; one that is not begins as `fit` does, but for
        rows that `early_stopping` would hold out. One that is fitted by lbfgs has no training to go on with.
    X, y : array-like
        The rows; None for a training's own.

    Raises
    ------
    ValueError, TypeError
        Rows and model do not fit.
    """
    if isinstance(model, Training):
        return Run(model)
    if isinstance(model, Trainer):
        return Run(model.training if X is None else copy.copy(model).start(X, y))
    if X is None or y is None or not hasattr(model, "solver"):
        return None
    from clearprop.estimators.multilayer import MultilayerPerceptron  # when first needed: it loads scikit-learn

    takes_steps = isinstance(model, MultilayerPerceptron) and model._is_stochastic()
    return _run_of_estimator(model, X, y) if takes_steps else None


def _run_of_estimator(model: MultilayerPerceptron, X: Any, y: Any) -> Run:
    from sklearn.base import clone

    from clearprop.estimators.epoch_report import EpochReport

    fitted = "network_" in vars(model)
    own = copy.deepcopy(model) if fitted else clone(model)
    own.early_stopping = False
    training = own._prepared(X, y, None, (None, None, None), EpochReport(own, {"X": X, "y": y}), fitted, None)
    classes = tuple(str(label) for label in getattr(own, "classes_", ()))
    return Run(training, tuple(map(str, getattr(own, "feature_names_in_", ()))), classes)


def live_of_run(run: Run) -> Live:
    """A copy of a run: its network, rows, settings, and all that optimiser and generator remember.

    It takes its steps by NumPy, without callbacks, and its patience does not end; one that had ended goes on.

    Raises
    ------
    Refusal
        Its optimiser finds its steps itself, or it has too many rows for its size.

    Examples
    --------
    >>> from clearprop import Network
    >>> trainer = Trainer(Network([1, 1], rng=0), batch_size=2, engine="numpy")
    >>> training = trainer.start([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
    >>> _ = training.run_epoch()
    >>> live = live_of_run(Run(training))
    >>> _ = live.training.run_epoch(), training.run_epoch()
    >>> bool((live.network.parameters == training.network.parameters).all()), live.training.state.epoch
    (True, 2)
    """
    check_steps(run.training.settings)
    held_out = 0 if run.training.validation is None else len(run.training.validation)
    check_work(run.training.network, run.training.n_rows + held_out)
    own = _copied(run.training)
    parts: list[Any] = [own.rows] if own.validation is None else [own.rows, own.validation]
    inputs = np.concatenate([part.X.toarray() if is_sparse(part.X) else part.X for part in parts])
    targets = np.concatenate([part.y for part in parts])
    levels = _levels(own, targets)
    data = _data(own, inputs, targets, levels, run)
    shift, scale = standards(data.columns, False)
    places = np.arange(len(inputs))
    return Live(
        settings=_settings(own, len(inputs)),
        data=data,
        inputs=inputs,
        targets=targets,
        trained=places[: len(own.rows)],
        held_out=places[len(own.rows) :],
        input_names=list(data.column_names),
        levels=levels,
        shift=shift,
        scale=scale,
        network=own.network,
        trainer=own.settings,  # type: ignore[arg-type]
        training=own,
    )


def _copied(training: Training) -> Training:
    """The run with a network and a generator of its own."""
    trainer: Any = copy.copy(training.settings)
    trainer.network = training.network.copy()
    trainer.callbacks, trainer.patience, trainer.engine = [], None, NumpyEngine()
    trainer.rng = copy.deepcopy(training.job.rng)
    snapshot = training.snapshot()
    own: Training = trainer.start(training.rows, validation=training.validation)
    if training.stop_reason is None and snapshot.state.epoch < training.epochs:
        own.restore(snapshot)
    else:
        own.settings.epochs = max(own.settings.epochs, snapshot.state.epoch) + MORE_EPOCHS
        own.resume(snapshot)
    own.state.patience.patience, own.state.patience.keeps_best = None, False
    own.state.patience.best_parameters = None
    return own


def _levels(training: Training, targets: Array) -> tuple[float, float]:
    loss = training.network.loss_function
    return loss.levels if loss.classification else (float(targets.min()), float(targets.max()))


def _data(training: Training, inputs: Array, targets: Array, levels: tuple[float, float], run: Run) -> DataSet:
    """The rows, whose targets are classes where the loss or the metric takes them for such."""
    columns, outputs = inputs.astype(np.float64), targets.shape[1]
    names = run.column_names or tuple(f"x{place}" for place in range(1, columns.shape[1] + 1))
    one_each = outputs == 1 or bool(((targets == levels[1]).sum(axis=1) == 1).all())
    classifies = training.network.loss_function.classification or training.metric is accuracy
    if classifies and one_each and set(np.unique(targets).tolist()) <= set(levels):
        classes = Accuracy(sum(levels) / 2).classes(targets)
        return DataSet(columns, classes, names, run.class_names or tuple(map(str, range(max(2, outputs)))))
    of = ("y",) if outputs == 1 else tuple(f"y{place}" for place in range(1, outputs + 1))
    return DataSet(columns, targets.astype(np.float64), names, target_names=of)


def _settings(training: Training, n_rows: int) -> Settings:
    """What was chosen for the run, as far as the page has words for it."""
    network, steps = training.network, training.job.settings
    *hidden, output = network.activations
    dropout = list(steps.dropout) or [0.0] * len(hidden)
    return Settings(
        data=Given(),
        held_out=0.0 if training.validation is None else len(training.validation) / n_rows,
        layers=[
            LayerChoice(units=units, activation=activation.name, dropout=share)
            for units, activation, share in zip(network.layer_sizes[1:-1], hidden, dropout, strict=True)
        ],
        output_activation=output.name,
        loss=network.loss_function.name,
        optimizer=training.optimizer.name,
        learning_rate=training.learning_rate,
        schedule=training.schedule.name,
        batch_size=training.batch_size,
        epochs=min(training.epochs, 1_000_000),
        l1=training.penalty.l1,
        l2=training.penalty.l2,
        clip_norm=steps.clip_norm or 0.0,
        shuffle=training.shuffle,
        dtype=network.dtype.name,  # type: ignore[arg-type]
        weights=network.parameters.tolist(),
    )
