"""What an estimator keeps and tells of each epoch: curves, best values, verbose lines, scikit-learn's callbacks."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from clearprop.estimators.callbacks import tear_down
from clearprop.network.network import Network
from clearprop.schedules import Adaptive
from clearprop.training.callbacks import Callback, ObservedTraining
from clearprop.training.history import EpochRecord, History
from clearprop.training.run import Training

# The fitted attributes that grow by the epoch.
RECORDS = ("loss_curve_", "best_loss_", "validation_loss_curve_", "validation_scores_", "best_validation_score_")


def reported_outputs(network: Network) -> int:
    """By how many outputs scikit-learn divides its loss: it reports the mean over them for squared_error alone."""
    return network.layer_sizes[-1] if network.loss_function.name == "squared_error" else 1


def reported(record: EpochRecord, n_outputs: int) -> EpochRecord:
    """The epoch with its losses on scikit-learn's scale.

    Training makes the sum over the outputs small (see `losses`). scikit-learn reports the mean for squared_error,
    though it descends the sum's gradient; its tolerance is meant on that scale too.

    Examples
    --------
    >>> reported(EpochRecord(1, loss=5.0, validation_loss=6.0, metric=None, gradient_norm=1, rate=1, penalty=1.0), 2)
    EpochRecord(epoch=1, loss=3.0, validation_loss=3.0, metric=None, gradient_norm=1, rate=1, penalty=1.0)
    """
    if n_outputs == 1:
        return record
    validation_loss = None if record.validation_loss is None else record.validation_loss / n_outputs
    return record._replace(
        loss=(record.loss - record.penalty) / n_outputs + record.penalty,
        validation_loss=validation_loss,
    )


def open_records(estimator: Any, validated: bool) -> None:
    """The fitted attributes that grow by the epoch: those that there are go on, and the others begin."""
    if validated or estimator._is_stochastic():
        estimator.validation_loss_curve_ = getattr(estimator, "validation_loss_curve_", [])
    if not estimator._is_stochastic():
        return
    estimator.loss_curve_ = getattr(estimator, "loss_curve_", [])
    scores, best_loss = getattr(estimator, "validation_scores_", None), getattr(estimator, "best_loss_", None)
    estimator.validation_scores_ = (scores or []) if estimator.early_stopping else None
    estimator.best_validation_score_ = None
    estimator.best_loss_ = None
    if estimator.early_stopping:
        estimator.best_validation_score_ = -math.inf  # that of the epoch that this training keeps
    else:
        estimator.best_loss_ = math.inf if best_loss is None else best_loss


class EpochReport(Callback):
    """Keeps the fitted attributes that grow epoch by epoch, prints scikit-learn's verbose lines, calls callbacks.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
    offered : dict
        X, y and metadata, for the callbacks.
    """

    def __init__(self, estimator: Any, offered: dict[str, Any]) -> None:
        self.estimator = estimator
        self.offered = offered
        self.context: Any = None
        self.epochs = 0
        self._reported: list[EpochRecord] = []
        # What others are shown after an epoch is to be of that epoch.
        self.reads_history_only = not (estimator.verbose or getattr(estimator, "_skl_callbacks", None))

    @contextmanager
    def reporting(self, max_subtasks: int) -> Iterator[None]:
        """Tell scikit-learn's callbacks of a fit's begin and end; it has `max_subtasks` epochs at most."""
        estimator = self.estimator
        self.context = estimator._init_callback_context(max_subtasks=max_subtasks)
        try:
            self.context.call_on_fit_task_begin(estimator=estimator, **self.offered)
            yield
            self.context.call_on_fit_task_end(estimator=estimator, **self.offered, reconstruction_attributes=dict)
        finally:
            tear_down(estimator, self.context)

    def on_start(self, training: ObservedTraining) -> None:
        """Take note of the epochs that another process has trained, where training goes on from a checkpoint."""
        for record in training.history:
            self._take_note(record, training)

    def on_epoch_end(self, training: ObservedTraining) -> None:
        """Take note of the epoch."""
        estimator = self.estimator
        record = self._take_note(training.history[-1], training)
        if estimator.verbose:
            self._print(record, training)
        if getattr(estimator, "_skl_callbacks", None) and self._callbacks_stop():
            training.stop("a callback said so")

    def _take_note(self, of_training: EpochRecord, training: ObservedTraining) -> EpochRecord:
        """Keep the epoch on scikit-learn's scale, which is returned."""
        estimator = self.estimator
        record = reported(of_training, reported_outputs(estimator.network_))
        self._reported.append(record)
        self.epochs += 1
        estimator.n_iter_, estimator.loss_ = self.epochs, record.loss
        if record.validation_loss is not None:
            estimator.validation_loss_curve_.append(record.validation_loss)
        if estimator._is_stochastic():
            self._keep(record, training)
        return record

    def begin(self, estimator: Any) -> None:
        """Keep the epochs of one call more of `partial_fit`."""
        self.estimator, self.epochs = estimator, 0
        open_records(estimator, validated=False)

    def keep(self, training: Training) -> None:
        """Give the estimator what it tells of the training's state."""
        estimator = self.estimator
        estimator._trained = training.history
        estimator._stop_reason = training.stop_reason or ""
        estimator.history_ = self.history(training.history)
        estimator.learning_rate_ = training.next_rate

    def end(self) -> None:
        """Let go of the estimator and of what was shown to callbacks."""
        self.estimator, self.offered, self.context = None, {}, None

    def resume(self, earlier: History) -> None:
        """Go on after epochs of which earlier reports have told."""
        self._reported = earlier.records

    def history(self, trained: History) -> History:
        """All epochs on scikit-learn's scale; only those that it was not told of, by an interruption, are yet to be."""
        n_outputs = reported_outputs(self.estimator.network_)
        told = len(self._reported)
        if len(trained) == told:
            return History(self._reported, told)
        return History([*self._reported, *(reported(record, n_outputs) for record in trained[told:])])

    def _keep(self, record: EpochRecord, training: ObservedTraining) -> None:
        estimator = self.estimator
        estimator.t_ += training.n_rows
        estimator.loss_curve_.append(estimator.loss_)
        if estimator.early_stopping:
            score = validation_score(estimator, record)
            estimator.validation_scores_.append(score)
            if score > estimator.best_validation_score_:
                estimator.best_validation_score_ = score
        elif estimator.loss_ < estimator.best_loss_:
            estimator.best_loss_ = estimator.loss_

    def _print(self, record: EpochRecord, training: ObservedTraining) -> None:
        estimator, write = self.estimator, print
        write(f"Iteration {self.epochs}, loss = {estimator.loss_:.8f}")
        if estimator.early_stopping and record.metric is not None:
            write(f"Validation score: {validation_score(estimator, record):f}")
        what = "Validation score" if estimator.early_stopping else "Training loss"
        patience = f"{what} did not improve more than tol={estimator.tol:f} for "
        patience += f"{estimator.n_iter_no_change} consecutive epochs."
        if (training.stop_requested or "").startswith("no gain"):
            too_small = " Learning rate too small." if isinstance(training.schedule, Adaptive) else ""
            write(f"{patience}{too_small} Stopping.")
        elif isinstance(training.schedule, Adaptive) and training.next_rate < record.rate:
            write(f"{patience} Setting learning rate to {training.next_rate:f}")

    def _callbacks_stop(self) -> bool:
        estimator = self.estimator
        task = self.context.subcontext(task_name="epoch")
        task.call_on_fit_task_begin(estimator=estimator, **self.offered)
        stop: bool = task.call_on_fit_task_end(
            estimator=estimator,
            **self.offered,
            reconstruction_attributes=lambda: {"network_": estimator.network_.copy()},
        )
        return stop


def validation_score(estimator: Any, record: EpochRecord) -> float:
    """By what early stopping judges an epoch; the greater, the better."""
    if estimator.scoring == "loss":
        return math.nan if record.validation_loss is None else -record.validation_loss
    return math.nan if record.metric is None else float(record.metric)
