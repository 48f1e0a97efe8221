"""What `MLPClassifier` and `MLPRegressor` share: check what is given, build network and trainer, keep the results."""

import warnings
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
from clearprop.arguments import checked_dtype
from clearprop.diagnosis import Settings, diagnose_network
from clearprop.engines import resolve_engine
from clearprop.errors import DivergenceError
from clearprop.estimators.blow_up import FirstLoss
from clearprop.estimators.callbacks import CallbackSupport
from clearprop.estimators.checks import checked
from clearprop.estimators.coefficients import Coefficients
from clearprop.estimators.epochs import EpochReport, reported, reported_outputs
from clearprop.estimators.held_out import Sample, hold_out
from clearprop.estimators.insight import Insight
from clearprop.estimators.notices import DivergenceWarning, warn_of_ignored
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
from clearprop.estimators.unchanged import unchanged_if_refused
from clearprop.history import EpochRecord, History
from clearprop.memory import check_memory
from clearprop.network import ROWS_AT_ONCE, Network
from clearprop.optimizers import LBfgs
from clearprop.randomness import restore_generator
from clearprop.rows import Rows
from clearprop.snapshots import Snapshot
from clearprop.training import Trainer

Array = npt.NDArray[Any]

# The fitted attributes that grow by the epoch.
RECORDS = ("loss_curve_", "best_loss_", "validation_loss_curve_", "validation_scores_", "best_validation_score_")


class MultilayerPerceptron(Coefficients, Insight, CallbackSupport, BaseEstimator):  # type: ignore[misc]
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

    def _weighted(self, sample: Sample, trained_on: Array) -> Sample:
        """The rows with the weights of their classes, as those are in the targets that are trained on."""
        return sample

    def _first_call(self, y: Any, classes: Any) -> None:
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
        with unchanged_if_refused(self):
            if incremental:
                self._first_call(y, classes)
            trainer = self._prepared(X, y, sample_weight, validation, report, incremental)
        with trainer.undisturbed(), report.told(max_subtasks=1 if incremental else self.max_iter):
            self._run(trainer, report, incremental)

    def _prepared(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        validation: tuple[Any, Any, Any],
        report: EpochReport,
        incremental: bool,
    ) -> Trainer:
        """All that is given, checked, and a trainer that stands before the first batch."""
        hidden = hidden_sizes(self.hidden_layer_sizes)
        first = "network_" not in self.__dict__ or not (self.warm_start or incremental)
        if self.early_stopping and incremental and self._is_stochastic():
            raise ValueError("partial_fit does not support early_stopping=True: use fit, or early_stopping=False")
        if first or not incremental:
            warn_of_ignored(self, defaults(type(self)), hidden, own_validation=validation[0] is not None)
        X, targets = self._checked(X, y, incremental=incremental, reset=first)
        sample = self._weighted(Sample(X, targets, _row_weight(sample_weight, X)), targets)
        held_out = self._given_validation(validation, targets)

        random = self._generator(goes_on=incremental and not first)
        if first:
            self._begin(hidden, X, targets, random)
        self._check_same_network(hidden, targets.shape[1])
        if self.early_stopping and held_out is None and self._is_stochastic():
            sample, held_out = hold_out(sample, self.validation_fraction, random, self._stratifies())
        self._open_records(held_out is not None)
        return self._trainer(sample, held_out, random, report, incremental)

    def _begin(self, hidden: list[int], X: Any, targets: Array, random: np.random.RandomState) -> None:
        """A new network, and nothing learned yet."""
        own = self.__dict__.pop("_own_weights", None)
        activations = hidden_activations(self.activation, len(hidden))
        self.network_ = Network(
            [X.shape[1], *hidden, targets.shape[1]],
            activations,
            self.output_activation,
            self._core_loss(X.dtype),
            layer_initializers(self.initializer, self.activation, activations),
            X.dtype,
            random,
        )
        if own is not None:
            for layer, W in enumerate(own.coefs or ()):
                self.network_.weights[layer] = W
            for layer, b in enumerate(own.intercepts or ()):
                self.network_.biases[layer] = b
        self.n_iter_ = self.t_ = 0
        self.n_outputs_ = targets.shape[1]
        self.n_layers_ = len(hidden) + 2
        name = self.network_.activations[-1].name
        self.out_activation_ = OUTPUT_NAMES.get(name, name)
        self.__dict__.pop("_snapshot", None)
        for name in RECORDS:
            self.__dict__.pop(name, None)

    def _open_records(self, validated: bool) -> None:
        """The fitted attributes that grow by the epoch: those that there are go on, and the others begin."""
        if validated or self._is_stochastic():
            self.validation_loss_curve_: list[float] = getattr(self, "validation_loss_curve_", [])
        if not self._is_stochastic():
            return
        self.loss_curve_: list[float] = getattr(self, "loss_curve_", [])
        scores, best_score = getattr(self, "validation_scores_", None), getattr(self, "best_validation_score_", None)
        best_loss = getattr(self, "best_loss_", None)
        self.validation_scores_: list[float] | None = (scores or []) if self.early_stopping else None
        self.best_validation_score_: float | None = None
        self.best_loss_: float | None = None
        if self.early_stopping:
            self.best_validation_score_ = -np.inf if best_score is None else best_score
        else:
            self.best_loss_ = np.inf if best_loss is None else best_loss

    def _trainer(
        self,
        sample: Sample,
        held_out: Sample | None,
        random: np.random.RandomState,
        report: EpochReport,
        incremental: bool,
    ) -> Trainer:
        """A trainer that stands before the first batch, or where the last training ended."""
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
        trainer.start(sample.X, self._training_targets(sample.targets), sample.weight, validation, samples=self.t_)
        snapshot: Snapshot | None = getattr(self, "_snapshot", None)
        if incremental and snapshot is not None and len(snapshot.slots) == len(trainer.optimizer.slots):
            trainer.resume(snapshot)
        return trainer

    def _run(self, trainer: Trainer, report: EpochReport, incremental: bool) -> None:
        """Train, and turn what the core says into scikit-learn's errors, warnings and attributes."""
        self.n_iter_ = 0
        before = FirstLoss(trainer) if self._is_stochastic() and not incremental else None
        try:
            if incremental:
                trainer.run_epoch()
            else:
                trainer.run()
        except DivergenceError as error:
            self._report_divergence(error)
        except KeyboardInterrupt:
            warnings.warn("Training interrupted by user.", stacklevel=5)
        finally:  # diagnose can say why training diverged
            self._trained = trainer.history
            self._stop_reason = trainer.stop_reason or ""
            self.history_ = History([reported(record, reported_outputs(self.network_)) for record in self._trained])
            self.learning_rate_ = trainer.next_rate
        self._snapshot = trainer.snapshot()
        if not self._is_stochastic() and not report.epochs:  # it began at a minimum
            self.loss_ = self._loss_now(trainer)
        if not incremental:
            self._warn_of_the_end(trainer, before)

    def _warn_of_the_end(self, trainer: Trainer, before: FirstLoss | None) -> None:
        """Warn where training ended with a loss that has blown up, or before it converged."""
        rate, reason = self.learning_rate_init, self._stop_reason
        if before is not None and before.has_blown_up(trainer):
            warnings.warn(
                f"training has all but diverged: the loss was {before.loss:.4g} at the first rows and is "
                f"{trainer.history.loss[-1]:.4g}. Lower learning_rate_init ({rate:g}), scale the inputs"
                + (" and targets" if not self.network_.loss_function.classification else "")
                + (", or give clip_norm=1.0" if self.clip_norm is None else ""),
                DivergenceWarning,
                stacklevel=6,
            )
        elif reason.startswith(("all ", "Stop", "Abnormal")):
            what = f"Maximum iterations ({self.max_iter}) reached" if reason.startswith("all ") else reason
            solver = "Stochastic Optimizer" if self._is_stochastic() else "lbfgs"
            hints = diagnose_network(self.network_, trainer.rows, trainer.history, self._turned(), lines=False).hints()
            warnings.warn(
                f"{solver}: {what} and the optimization hasn't converged yet; loss {self.loss_:.4g}. Raise max_iter, "
                f"or see diagnose(X, y).{hints}",
                ConvergenceWarning,
                stacklevel=6,
            )

    def _turned(self) -> Settings:
        """What a diagnosis may tell to turn, and how training ended."""
        return Settings(
            rate=self.learning_rate_init if self._is_stochastic() else None,
            clipped=self.clip_norm is not None,
            stop_reason=self._stop_reason,
        )

    def _loss_now(self, trainer: Trainer) -> float:
        rows = trainer.rows
        return self.network_.loss(rows.X, rows.y, rows.sample_weight, trainer.penalty)

    def _report_divergence(self, error: DivergenceError) -> None:
        # Early stopping has an epoch to go back to only if one had a finite score.
        best = self.best_validation_score_ if self.early_stopping and self._is_stochastic() else None
        if best is None or not np.isfinite(best) or not hasattr(self, "loss_"):
            raise ValueError(
                "Solver produced non-finite parameter weights. The input data may contain large values and need to be "
                f"preprocessed. In detail: {error}"
            ) from error
        self.validation_scores_ = [*(self.validation_scores_ or []), float("nan")]
        warnings.warn(
            f"{error}. Early stopping keeps the best epoch: its validation score is {self.best_validation_score_:.4g}",
            DivergenceWarning,
            stacklevel=6,
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
        if n_outputs == 1 and functions[-1].name == "softmax":
            raise ValueError(
                "output_activation='softmax' over one output is always 1: leave output_activation out, which is "
                f"{loss.output_activation} then"
            )
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

    def _given_validation(self, given: tuple[Any, Any, Any], trained_on: Array) -> Sample | None:
        X, y, weight = given
        if X is None and y is None and weight is None:
            return None
        if X is None or y is None:
            raise ValueError("X_val and y_val belong together, and sample_weight_val to both: give X_val and y_val")
        X, targets = self._checked(X, y, incremental=True, reset=False)
        return self._weighted(Sample(X, targets, _row_weight(weight, X)), trained_on)

    # -- what the network gives ----------------------------------------------------------------------------------

    def _rows(self, X: Any) -> Any:
        check_is_fitted(self)
        return checked(self, X, accept_sparse="csr", reset=False)

    def _diagnosed_rows(self, X: Any, y: Any, sample_weight: Any) -> Rows:
        check_is_fitted(self)
        X, targets = self._checked(X, y, incremental=True, reset=False)
        sample = self._weighted(Sample(X, targets, _row_weight(sample_weight, X)), targets)
        return Rows.checked(self.network_, X, self._training_targets(targets), sample.weight)

    def _forward(self, X: Any, of_logits: bool = False) -> Array:
        """The last layer's activations, or weighted sums, of checked rows."""
        check_memory(self.network_.output_bytes(X.shape[0]), "the outputs of these rows", "give fewer rows at once")
        if not of_logits:
            few = X.shape[0] <= ROWS_AT_ONCE
            return self.network_.predict(X) if few else resolve_engine(self.engine).predict(self.network_, X)
        starts = range(0, X.shape[0], ROWS_AT_ONCE)
        return np.concatenate([self.network_.forward(X[start : start + ROWS_AT_ONCE]).z[-1] for start in starts])

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


def _row_weight(sample_weight: Any, X: Any) -> Array | None:
    if sample_weight is None:
        return None
    weight: Array = _check_sample_weight(sample_weight, X, dtype=X.dtype)
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
