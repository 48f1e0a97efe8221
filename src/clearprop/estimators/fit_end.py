"""How a training ended, in scikit-learn's errors and warnings, and in more words where it ended badly."""

from __future__ import annotations

from typing import Any

from sklearn.exceptions import ConvergenceWarning

from clearprop.errors import DivergenceError, TrainingWarning
from clearprop.estimators.epoch_report import reported, reported_outputs, validation_score
from clearprop.estimators.fit_warnings import DivergenceWarning, PoorFitWarning
from clearprop.foundation.callers import warn_caller
from clearprop.penalties import Penalty
from clearprop.training.diagnosis.causes import poor_outcome
from clearprop.training.diagnosis.diagnosis import diagnose_network
from clearprop.training.diagnosis.findings import ESTIMATOR, TRAINER, Settings
from clearprop.training.diagnosis.outcome import Outcome
from clearprop.training.run import Training
from clearprop.training.settings import DEFAULT_BATCH_SIZE

# The estimators' names for the trainer's parameters, in what is said where training diverges.
NAMES = {TRAINER.rate: ESTIMATOR.rate, TRAINER.l2: ESTIMATOR.l2, TRAINER.optimizer: ESTIMATOR.optimizer}
# What is said where a training came to nothing, and the estimator is as it was.
LEFT = "The model is still the one from before"


def warn_of_the_end(estimator: Any, training: Training) -> None:
    """Warn where training ended with a loss that has blown up, before it converged, or with nothing learned."""
    rate, reason, settings = estimator.learning_rate_init, estimator._stop_reason, diagnosis_settings(estimator)
    rows, history = training.rows, estimator._trained
    outcome = Outcome.of(estimator.network_, rows, history, estimator._first_loss, training.state.patience.keeps_best)
    if outcome is not None and outcome.has_exploded:
        warn_caller(
            f"training has all but diverged: the loss was {outcome.before:.4g} before the first step and is "
            f"{history.loss[-1]:.4g}. Lower learning_rate_init ({rate:g}), scale the inputs"
            + (" and targets" if not estimator.network_.loss_function.classification else "")
            + (", or give clip_norm=1.0" if estimator.clip_norm is None else ""),
            DivergenceWarning,
        )
    elif reason.startswith(("all ", "Stop", "Abnormal")):
        what = f"Maximum iterations ({estimator.max_iter}) reached" if reason.startswith("all ") else reason
        if reason.startswith("Abnormal"):  # of which SciPy says no more
            what = "Abnormal end of a line search, which found no lower loss,"
        solver = "Stochastic Optimizer" if estimator._is_stochastic() else "lbfgs"
        hints = diagnose_network(estimator.network_, rows, history, settings, at_end=True, outcome=outcome).hints()
        warn_caller(
            f"{solver}: {what} and the optimization hasn't converged yet; loss {estimator.loss_:.4g}. Raise max_iter, "
            f"or see diagnose(X, y).{hints}",
            ConvergenceWarning,
        )
    elif reason.startswith("diverged") or not reason:
        return  # which was said
    elif poor := poor_outcome(estimator.network_, rows, history, settings, outcome):
        warn_caller(poor, PoorFitWarning)


def warn_of_end_of_schedule(estimator: Any, training: Training) -> None:
    """Warn where training goes on though its schedule has ended."""
    ended = training.end_of_schedule()
    if ended is not None:
        warn_caller(
            f"{ended}. To go on learning, raise max_iter ({estimator.max_iter}) to the number of all calls of "
            "partial_fit that will come, or choose a learning_rate that does not end, such as 'constant'",
            TrainingWarning,
        )


def diagnosis_settings(estimator: Any) -> Settings:
    """What a diagnosis may advise to change, and how training ended."""
    stochastic = estimator._is_stochastic()
    batch_size = DEFAULT_BATCH_SIZE if estimator.batch_size == "auto" else estimator.batch_size
    return Settings(
        rate=estimator.learning_rate_init if stochastic else None,
        clipped=estimator.clip_norm is not None,
        penalty=Penalty(estimator.l1, estimator.alpha),
        decay=estimator.decoupled_decay or 0.0,
        batch_size=batch_size if stochastic else None,
        first_loss=estimator._first_loss,
        stop_reason=estimator._stop_reason,
    )


def report_divergence(estimator: Any, error: DivergenceError, training: Training, left: bool) -> None:
    """Raise the error in this estimator's words, or warn where early stopping has an epoch to go back to.

    Parameters
    ----------
    left : bool
        Whether the estimator is left as it was before.
    """
    if training.best_epoch is None or not training.keep_best:
        opening = "Solver produced non-finite parameter weights. The input data may contain large values and need "
        opening += "to be preprocessed. In detail: "
        raise error.worded(NAMES, opening=opening, kept=LEFT if left else None) from None
    best = validation_score(
        estimator, reported(training.history[training.best_epoch - 1], reported_outputs(estimator.network_))
    )
    estimator.validation_scores_ = [*(estimator.validation_scores_ or []), float("nan")]
    warn_caller(
        f"{error.worded(NAMES)}. Early stopping keeps epoch {training.best_epoch}, the best: its validation score "
        f"is {best:.4g}",
        DivergenceWarning,
    )
