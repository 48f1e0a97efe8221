"""What an estimator keeps and tells of each epoch: curves, best values, verbose lines, scikit-learn's callbacks."""

import math
from typing import TYPE_CHECKING, Any

from clearprop.callbacks import Callback
from clearprop.history import EpochRecord
from clearprop.schedules import Adaptive

if TYPE_CHECKING:
    from clearprop.training import Trainer


def reported_loss(record: EpochRecord, loss: str, n_outputs: int) -> float:
    """The training loss on scikit-learn's scale.

    Training makes the sum over the outputs small (see `losses`). scikit-learn reports the mean for squared_error,
    though it descends the sum's gradient; its tolerance is meant on that scale too.
    """
    if loss != "squared_error" or n_outputs == 1:
        return record.loss
    return (record.loss - record.penalty) / n_outputs + record.penalty


class EpochReport(Callback):
    """Keeps the fitted attributes that grow epoch by epoch, prints scikit-learn's verbose lines, calls callbacks.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
    context : callback context
        Of the whole fit.
    offered : dict
        X, y and metadata, for the callbacks.
    """

    def __init__(self, estimator: Any, context: Any, offered: dict[str, Any]) -> None:
        self.estimator = estimator
        self.context = context
        self.offered = offered
        self.epochs = 0

    def on_epoch_end(self, trainer: "Trainer") -> None:
        """Take note of the epoch."""
        estimator, record = self.estimator, trainer.history[-1]
        self.epochs += 1
        estimator.n_iter_ = self.epochs
        estimator.loss_ = reported_loss(record, estimator.network_.loss_function.name, estimator.n_outputs_)
        if estimator._is_stochastic():
            self._keep(record, trainer)
        if estimator.verbose:
            self._print(record, trainer)
        if getattr(estimator, "_skl_callbacks", None) and self._callbacks_stop():
            trainer.stop("a callback said so")

    def _keep(self, record: EpochRecord, trainer: "Trainer") -> None:
        estimator = self.estimator
        estimator.t_ += trainer.n_rows
        estimator.loss_curve_.append(estimator.loss_)
        if record.validation_loss is not None:
            estimator.validation_loss_curve_.append(record.validation_loss)
        if estimator.early_stopping:
            score = validation_score(estimator, record)
            estimator.validation_scores_.append(score)
            if score > estimator.best_validation_score_:
                estimator.best_validation_score_ = score
        elif estimator.loss_ < estimator.best_loss_:
            estimator.best_loss_ = estimator.loss_

    def _print(self, record: EpochRecord, trainer: "Trainer") -> None:
        estimator, write = self.estimator, print
        write(f"Iteration {self.epochs}, loss = {estimator.loss_:.8f}")
        if estimator.early_stopping and record.metric is not None:
            write(f"Validation score: {validation_score(estimator, record):f}")
        what = "Validation score" if estimator.early_stopping else "Training loss"
        patience = f"{what} did not improve more than tol={estimator.tol:f} for {estimator.n_iter_no_change} epochs."
        if (trainer.stop_requested or "").startswith("no gain"):
            too_small = " Learning rate too small." if isinstance(trainer.schedule, Adaptive) else ""
            write(f"{patience}{too_small} Stopping.")
        elif isinstance(trainer.schedule, Adaptive) and trainer.next_rate < record.rate:
            write(f"{patience} Setting learning rate to {trainer.next_rate:f}")

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
