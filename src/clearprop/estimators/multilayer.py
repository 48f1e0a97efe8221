"""What `MLPClassifier` and `MLPRegressor` share: check what is given, build network and trainer, keep the results."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted

from clearprop.activations import ACTIVATIONS
from clearprop.engines import resolve_engine
from clearprop.errors import DivergenceError, TrainingWarning
from clearprop.estimators.callbacks import CallbackSupport
from clearprop.estimators.checks import checked
from clearprop.estimators.coefficients import Coefficients
from clearprop.estimators.epochs import EpochReport, reported, reported_outputs, validation_score
from clearprop.estimators.held_out import Sample, hold_out
from clearprop.estimators.insight import Insight
from clearprop.estimators.notices import DivergenceWarning, PoorFitWarning, warn_of_ignored
from clearprop.estimators.own_words import of_validation
from clearprop.estimators.parameters import SaysNearParameters
from clearprop.estimators.settings import (
    OUTPUT_NAMES,
    batch_size,
    defaults,
    hidden_activations,
    hidden_sizes,
    layer_initializers,
    optimizer,
    patience,
    schedule,
)
from clearprop.estimators.unchanged import Earlier, unchanged_if_refused
from clearprop.foundation.arguments import check_finite, checked_dtype
from clearprop.foundation.callers import warn_caller
from clearprop.foundation.memory import check_memory
from clearprop.foundation.randomness import restore_generator
from clearprop.network.network import ROWS_AT_ONCE, Network
from clearprop.network.rows import Rows
from clearprop.optimizers import LBfgs
from clearprop.penalties import Penalty
from clearprop.training.diagnosis.causes import poor_outcome
from clearprop.training.diagnosis.diagnosis import diagnose_network
from clearprop.training.diagnosis.findings import ESTIMATOR, TRAINER, Settings
from clearprop.training.diagnosis.outcome import Outcome, loss_now
from clearprop.training.history import EpochRecord
from clearprop.training.room import check_room
from clearprop.training.run import Training
from clearprop.training.settings import DEFAULT_BATCH_SIZE
from clearprop.training.snapshots import Snapshot
from clearprop.training.trainer import Trainer

Array = npt.NDArray[Any]

# The fitted attributes that grow by the epoch.
RECORDS = ("loss_curve_", "best_loss_", "validation_loss_curve_", "validation_scores_", "best_validation_score_")
# This estimator's names for the trainer's parameters, in what is said where training diverges.
NAMES = {TRAINER.rate: ESTIMATOR.rate, TRAINER.l2: ESTIMATOR.l2, TRAINER.optimizer: ESTIMATOR.optimizer}
# What is said where a training came to nothing, and the estimator is as it was.
LEFT = "The model is still the one from before"


class MultilayerPerceptron(SaysNearParameters, Coefficients, Insight, CallbackSupport, BaseEstimator):  # type: ignore[misc]
    """The common part of both estimators; subclasses say what targets are and how outputs are read.

    The fitted network is `network_`. `coefs_` and `intercepts_` are views into its parameters: assigning to an entry
    changes the network.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {}

    # -- what subclasses decide ----------------------------------------------------------------------------------

    @abstractmethod
    def _checked(self, X: Any, y: Any, *, incremental: bool, reset: bool) -> tuple[Any, Array]:
        """X and y checked; y as targets of shape (n, outputs)."""

    @abstractmethod
    def _core_loss(self, dtype: Any) -> Any:
        """The core's loss, by name or as an object."""

    @abstractmethod
    def _stratifies(self) -> bool:
        """Whether validation rows are drawn class by class."""

    @abstractmethod
    def _metric(self, validation: Sample | None) -> Any:
        """What early stopping measures on the validation rows, as the trainer calls it."""

    def _training_targets(self, targets: Array) -> Array:
        """Targets as the loss wants them."""
        return targets

    def _weigh_classes(self, targets: Array) -> None:
        """Learn what classes count from the targets that are trained on."""

    def _weighted(self, sample: Sample) -> Sample:
        """The rows with the weights of their classes."""
        return sample

    def _first_call(self, X: Any, y: Any, classes: Any) -> None:
        """What has to be known of all rows before the first `partial_fit`."""

    # -- training ------------------------------------------------------------------------------------------------

    def _train(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        validation: tuple[Any, Any, Any] = (None, None, None),
        *,
        incremental: bool = False,
        classes: Any = None,
    ) -> None:
        """Check all that is given, and train: until it ends, or for one epoch more (`incremental`)."""
        report = EpochReport(self, {"X": X, "y": y, "metadata": {"sample_weight": sample_weight}})
        with unchanged_if_refused(self) as earlier:
            if incremental:
                self._first_call(X, y, classes)
            training = self._prepared(X, y, sample_weight, validation, report, incremental)
        try:
            with training.undisturbed(), report.told(max_subtasks=1 if incremental else self.max_iter):
                self._run(training, report, earlier, incremental)
        finally:
            if earlier.is_model and not report.epochs and (training.stop_reason or "diverged").startswith("diverged"):
                earlier.put_back()

    def _prepared(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        validation: tuple[Any, Any, Any],
        report: EpochReport,
        incremental: bool,
    ) -> Training:
        """All that is given, checked, and a training that stands before the first batch."""
        hidden = hidden_sizes(self.hidden_layer_sizes)
        first = "network_" not in self.__dict__ or not (self.warm_start or incremental)
        if self.early_stopping and incremental and self._is_stochastic():
            raise ValueError("partial_fit does not support early_stopping=True: use fit, or early_stopping=False")
        if first or not incremental:
            warn_of_ignored(self, defaults(type(self)), hidden, own_validation=validation[0] is not None)
        X, targets = self._checked(X, y, incremental=incremental, reset=first)
        self._weigh_classes(targets)
        sample = self._weighted(Sample(X, targets, _row_weight(sample_weight, X)))
        held_out = self._given_validation(validation)

        random = self._generator(goes_on=incremental and not first)
        if first:
            self._begin(hidden, X, targets, random)
        self._check_same_network(hidden, targets.shape[1])
        if self.early_stopping and held_out is None and self._is_stochastic():
            sample, held_out = hold_out(sample, self.validation_fraction, random, self._stratifies())
        self._open_records(held_out is not None)
        return self._started(sample, held_out, random, report, incremental)

    def _begin(self, hidden: list[int], X: Any, targets: Array, random: np.random.RandomState) -> None:
        """A new network, and nothing learned yet."""
        own = self.__dict__.pop("_own_weights", None)
        activations = hidden_activations(self.activation, len(hidden))
        sizes = [X.shape[1], *hidden, targets.shape[1]]
        check_room(sizes, X.dtype, optimizer(self))
        self.network_ = Network(
            sizes,
            activations,
            self.output_activation,
            self._core_loss(X.dtype),
            layer_initializers(self.initializer, self.activation, activations),
            X.dtype,
            random,
        )
        if own is not None:
            own.write_into(self.network_)
        self.n_iter_ = self.t_ = 0
        self.n_outputs_ = targets.shape[1]
        self.n_layers_ = len(hidden) + 2
        name = self.network_.activations[-1].name
        self.out_activation_ = OUTPUT_NAMES.get(name, name)
        for name in (*RECORDS, "loss_", "_snapshot"):
            self.__dict__.pop(name, None)

    def _open_records(self, validated: bool) -> None:
        """The fitted attributes that grow by the epoch: those that there are go on, and the others begin."""
        if validated or self._is_stochastic():
            self.validation_loss_curve_: list[float] = getattr(self, "validation_loss_curve_", [])
        if not self._is_stochastic():
            return
        self.loss_curve_: list[float] = getattr(self, "loss_curve_", [])
        scores, best_loss = getattr(self, "validation_scores_", None), getattr(self, "best_loss_", None)
        self.validation_scores_: list[float] | None = (scores or []) if self.early_stopping else None
        self.best_validation_score_: float | None = None
        self.best_loss_: float | None = None
        if self.early_stopping:
            self.best_validation_score_ = -np.inf  # that of the epoch that this training keeps
        else:
            self.best_loss_ = np.inf if best_loss is None else best_loss

    def _started(
        self,
        sample: Sample,
        held_out: Sample | None,
        random: np.random.RandomState,
        report: EpochReport,
        incremental: bool,
    ) -> Training:
        """A training that stands before the first batch, or where the last training ended."""
        stochastic, early = self._is_stochastic(), bool(self.early_stopping) and self._is_stochastic()
        monitor: Any = "loss"
        if early:
            monitor = "validation_loss" if self.scoring == "loss" else "metric"
        if monitor != "metric" and reported_outputs(self.network_) > 1:
            monitor = _Reported(monitor, reported_outputs(self.network_))
        by_steps: dict[str, Any] = {}
        if stochastic:
            by_steps = {
                "learning_rate": self.learning_rate_init,
                "schedule": schedule(self),
                "batch_size": batch_size(self.batch_size, sample.X.shape[0]),
                "decoupled_decay": self.decoupled_decay,
                "dropout": list(self.dropout) if isinstance(self.dropout, tuple) else self.dropout,
                "clip_norm": self.clip_norm,
                "patience": patience(self.n_iter_no_change),
            }
        trainer = Trainer(
            self.network_,
            optimizer=optimizer(self),
            epochs=self.max_iter,
            shuffle=self.shuffle,
            l1=self.l1,
            l2=self.alpha,
            tolerance=self.tol,
            monitor=monitor,
            keep_best=early,
            metric=self._metric(held_out) if held_out is not None else None,
            callbacks=[report],
            engine=self.engine,
            rng=random,
            **({"patience": None} | by_steps),
        )
        validation: Any = None
        if held_out is not None:
            validation = (held_out.X, self._training_targets(held_out.targets), held_out.weight)
        targets = self._training_targets(sample.targets)
        training = trainer.start(sample.X, targets, sample.weight, validation, samples=self.t_)
        snapshot: Snapshot | None = getattr(self, "_snapshot", None)
        if incremental and snapshot is not None and len(snapshot.slots) == len(training.job.slots):
            training.resume(snapshot)
            report.resume(self.history_)
        return training

    def _run(self, training: Training, report: EpochReport, earlier: Earlier, incremental: bool) -> None:
        """Train, and turn what the core says into scikit-learn's errors, warnings and attributes."""
        self.n_iter_ = 0
        measured = self._is_stochastic() and not incremental
        self._first_loss = loss_now(self.network_, training.rows) if measured else None
        ended = training.end_of_schedule()
        if ended is not None:
            warn_caller(
                f"{ended}. To go on learning, raise max_iter ({self.max_iter}) to the number of all calls of "
                "partial_fit that will come, or choose a learning_rate that does not end, such as 'constant'",
                TrainingWarning,
            )
        try:
            if incremental:
                training.run_epoch()
            else:
                training.run_undisturbed()
        except DivergenceError as error:
            self._report_divergence(error, training, earlier.is_model and not report.epochs)
        except KeyboardInterrupt:
            left = f" {LEFT}." if earlier.is_model and not report.epochs else ""
            warn_caller(f"Training interrupted by user.{left}")
        finally:  # diagnose can say why training diverged, and partial_fit can go on after an error
            self._trained = training.history
            self._stop_reason = training.stop_reason or ""
            self.history_ = report.history(self._trained)
            self.learning_rate_ = training.next_rate
            self._snapshot = training.snapshot()
        if not self._is_stochastic() and not report.epochs:  # it began at a minimum
            self.loss_ = self._loss_now(training)
        if not incremental:
            self._warn_of_the_end(training)

    def _warn_of_the_end(self, training: Training) -> None:
        """Warn where training ended with a loss that has blown up, before it converged, or with nothing learned."""
        rate, reason, settings = self.learning_rate_init, self._stop_reason, self._turned()
        rows, history = training.rows, self._trained
        outcome = Outcome.of(self.network_, rows, history, self._first_loss, training.state.patience.keeps_best)
        if outcome is not None and outcome.has_blown_up:
            warn_caller(
                f"training has all but diverged: the loss was {outcome.before:.4g} before the first step and is "
                f"{history.loss[-1]:.4g}. Lower learning_rate_init ({rate:g}), scale the inputs"
                + (" and targets" if not self.network_.loss_function.classification else "")
                + (", or give clip_norm=1.0" if self.clip_norm is None else ""),
                DivergenceWarning,
            )
        elif reason.startswith(("all ", "Stop", "Abnormal")):
            what = f"Maximum iterations ({self.max_iter}) reached" if reason.startswith("all ") else reason
            if reason.startswith("Abnormal"):  # of which SciPy says no more
                what = "Abnormal end of a line search, which found no lower loss,"
            solver = "Stochastic Optimizer" if self._is_stochastic() else "lbfgs"
            hints = diagnose_network(self.network_, rows, history, settings, lines=False, outcome=outcome).hints()
            warn_caller(
                f"{solver}: {what} and the optimization hasn't converged yet; loss {self.loss_:.4g}. Raise max_iter, "
                f"or see diagnose(X, y).{hints}",
                ConvergenceWarning,
            )
        elif reason.startswith("diverged") or not reason:
            return  # which was said
        elif poor := poor_outcome(self.network_, rows, history, settings, outcome):
            warn_caller(poor, PoorFitWarning)

    def _turned(self) -> Settings:
        """What a diagnosis may tell to turn, and how training ended."""
        stochastic = self._is_stochastic()
        return Settings(
            rate=self.learning_rate_init if stochastic else None,
            clipped=self.clip_norm is not None,
            penalty=Penalty(self.l1, self.alpha),
            decay=self.decoupled_decay or 0.0,
            batch_size=(DEFAULT_BATCH_SIZE if self.batch_size == "auto" else self.batch_size) if stochastic else None,
            first_loss=self._first_loss,
            stop_reason=self._stop_reason,
        )

    def _loss_now(self, training: Training) -> float:
        rows = training.rows
        return self.network_.loss(rows.X, rows.y, rows.sample_weight, training.penalty)

    def _report_divergence(self, error: DivergenceError, training: Training, left: bool) -> None:
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
            self, reported(training.history[training.best_epoch - 1], reported_outputs(self.network_))
        )
        self.validation_scores_ = [*(self.validation_scores_ or []), float("nan")]
        warn_caller(
            f"{error.worded(NAMES)}. Early stopping keeps epoch {training.best_epoch}, the best: its validation score "
            f"is {best:.4g}",
            DivergenceWarning,
        )

    # -- before training -----------------------------------------------------------------------------------------

    def _is_stochastic(self) -> bool:
        return not (self.solver == "lbfgs" or isinstance(self.solver, LBfgs))

    def _dtypes(self) -> Any:
        """What X may be or is made: float32 stays unless `dtype` says otherwise."""
        return (np.float64, np.float32) if self.dtype is None else checked_dtype(self.dtype)

    def _generator(self, goes_on: bool) -> np.random.RandomState:
        """The generator of the parameter `random_state`; where training goes on, a seed's goes on too."""
        random = check_random_state(self.random_state)
        seeded = self.random_state is not None and not isinstance(self.random_state, np.random.RandomState)
        if goes_on and seeded and hasattr(self, "_snapshot"):
            restore_generator(random, self._snapshot.generator)
        return random

    def _check_same_network(self, hidden: list[int], n_outputs: int) -> None:
        """Refuse parameters that training cannot go on with, since the network was made with others."""
        network = self.network_
        loss = self._core_loss(network.dtype)
        output = loss.output_activation if self.output_activation is None else self.output_activation
        functions = [*hidden_activations(self.activation, len(hidden)), ACTIVATIONS.resolve(output)]
        for what, has, asked in (
            ("layers", list(network.layer_sizes), [network.layer_sizes[0], *hidden, n_outputs]),
            ("activations", network.activations, functions),
            ("loss", network.loss_function, loss),
            ("dtype", network.dtype, network.dtype if self.dtype is None else checked_dtype(self.dtype)),
        ):
            if has != asked:
                raise ValueError(
                    f"training goes on with a network of {what} {has}, but the parameters and the data ask for "
                    f"{asked}: set warm_start=False and call fit to begin anew"
                )

    def _given_validation(self, given: tuple[Any, Any, Any]) -> Sample | None:
        X, y, weight = given
        if X is None and y is None and weight is None:
            return None
        if X is None or y is None:
            raise ValueError("X_val and y_val belong together, and sample_weight_val to both: give X_val and y_val")
        with of_validation():
            X, targets = self._checked(X, y, incremental=True, reset=False)
            weight = _row_weight(weight, X, ensure_non_negative=True)
        return self._weighted(Sample(X, targets, weight))

    # -- what the network gives ----------------------------------------------------------------------------------

    def _rows(self, X: Any) -> Any:
        check_is_fitted(self)
        return checked(self, X, accept_sparse="csr", reset=False)

    def _fed(self, X: Any) -> Any:
        """Checked rows as the network is fed them: in its dtype, which may not hold all numbers of theirs."""
        rows = self.network_.checked_rows(X)
        if rows.dtype != X.dtype:
            check_finite("X", rows, "a network")
        return rows

    def _diagnosed_rows(self, X: Any, y: Any, sample_weight: Any) -> Rows:
        check_is_fitted(self)
        X, targets = self._checked(X, y, incremental=True, reset=False)
        sample = self._weighted(Sample(X, targets, _row_weight(sample_weight, X)))
        return Rows.checked(self.network_, X, self._training_targets(targets), sample.weight)

    def _forward(self, X: Any, of_logits: bool = False) -> Array:
        """The last layer's activations, or weighted sums, of checked rows."""
        X, network = self._fed(X), self.network_
        if not of_logits and X.shape[0] <= ROWS_AT_ONCE:
            return network.outputs(X)
        check_memory(network.output_bytes(X.shape[0]), "the outputs of these rows", "give fewer rows at once")
        if not of_logits:
            return resolve_engine(self.engine).predict(network, X)
        starts = range(0, X.shape[0], ROWS_AT_ONCE)
        return np.concatenate([network.propagate(X[start : start + ROWS_AT_ONCE]).z[-1] for start in starts])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


@dataclass(frozen=True)
class _Reported:
    """A loss on scikit-learn's scale, as what the trainer monitors."""

    name: str
    n_outputs: int

    def __call__(self, record: EpochRecord) -> float:
        value: float = getattr(reported(record, self.n_outputs), self.name)
        return value


def _row_weight(sample_weight: Any, X: Any, ensure_non_negative: bool = False) -> Array | None:
    if sample_weight is None:
        return None
    weight: Array = _check_sample_weight(sample_weight, X, dtype=X.dtype, ensure_non_negative=ensure_non_negative)
    return weight


def check_solver(estimator: Any) -> bool:
    """Whether the solver takes rows bit by bit.

    Raises
    ------
    AttributeError
        It does not.
    """
    if not estimator._is_stochastic():
        raise AttributeError(
            f"partial_fit is only available for stochastic optimizers. {estimator.solver} is not stochastic."
        )
    return True
