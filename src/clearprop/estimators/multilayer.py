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
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from clearprop.diagnosis import Diagnosis, diagnose_network
from clearprop.errors import DivergenceError
from clearprop.estimators.callbacks import CallbackSupport, tear_down
from clearprop.estimators.epochs import EpochReport, reported_loss
from clearprop.estimators.held_out import Sample, hold_out
from clearprop.estimators.notices import DivergenceWarning, warn_of_ignored
from clearprop.estimators.settings import (
    OUTPUT_NAMES,
    batch_size,
    hidden_activations,
    hidden_sizes,
    layer_initializers,
    optimizer,
    patience,
    schedule,
)
from clearprop.history import History
from clearprop.network import Network
from clearprop.optimizers import LBfgs
from clearprop.randomness import restore_generator
from clearprop.snapshots import Snapshot
from clearprop.trace import Trace
from clearprop.training import Trainer

Array = npt.NDArray[Any]

# So many rows are predicted at a time: their activations then stay in the processor's cache.
PREDICTED_AT_ONCE = 2048
# The fitted attributes that grow by the epoch.
RECORDS = ("loss_curve_", "best_loss_", "validation_loss_curve_", "validation_scores_", "best_validation_score_")


@dataclass
class OwnWeights:
    """Weights and biases that the user set before the first training."""

    coefs: Any = None
    intercepts: Any = None


class MultilayerPerceptron(CallbackSupport, BaseEstimator):  # type: ignore[misc]
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

    def _training_weight(self, y: Any, sample_weight: Array | None, n_rows: int) -> Array | None:
        """The rows' weights, classes' weights included."""
        return sample_weight

    # -- training ------------------------------------------------------------------------------------------------

    def _train(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        validation: tuple[Any, Any, Any] | None = None,
        *,
        incremental: bool = False,
    ) -> None:
        """Check all that is given, and train: until it ends, or for one epoch more (`incremental`)."""
        hidden = hidden_sizes(self.hidden_layer_sizes)
        first = "network_" not in self.__dict__ or not (self.warm_start or incremental)
        if self.early_stopping and incremental and self._is_stochastic():
            raise ValueError("partial_fit does not support early_stopping=True: use fit, or early_stopping=False")
        if not incremental:
            warn_of_ignored(self, _defaults(type(self)))
        offered = {"X": X, "y": y, "metadata": {"sample_weight": sample_weight}}
        given_y = y
        X, targets = self._checked(X, y, incremental=incremental, reset=first)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=X.dtype)
        sample = Sample(X, targets, self._training_weight(given_y, sample_weight, X.shape[0]))

        random = self._generator(goes_on=incremental and not first)
        if first:
            self._begin(hidden, X, targets, random)
        self._check_sizes(hidden, targets.shape[1])
        if self._is_stochastic():
            self._open_records()
        held_out = self._given_validation(validation)
        if self.early_stopping and held_out is None and self._is_stochastic():
            stratify = self._stratifies()
            sample, held_out = hold_out(sample, self.validation_fraction, random, stratify)

        context = self._init_callback_context(max_subtasks=1 if incremental else self.max_iter)
        try:
            context.call_on_fit_task_begin(estimator=self, **offered)
            report = EpochReport(self, context, offered)
            trainer = self._trainer(sample, held_out, random, report, incremental)
            self._run(trainer, report, incremental)
            context.call_on_fit_task_end(estimator=self, **offered, reconstruction_attributes=dict)
        finally:
            tear_down(self, context)

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

    def _open_records(self) -> None:
        """The fitted attributes that grow by the epoch: those that there are go on, and the others begin."""
        self.loss_curve_: list[float] = getattr(self, "loss_curve_", [])
        self.validation_loss_curve_: list[float] = getattr(self, "validation_loss_curve_", [])
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
        loss, n_outputs = self.network_.loss_function.name, self.n_outputs_
        monitor: Any = "loss"
        if early:
            monitor = "validation_loss" if self.scoring == "loss" else "metric"
        elif loss == "squared_error" and n_outputs > 1:
            monitor = _ReportedLoss(loss, n_outputs)
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
        try:
            if incremental:
                trainer.run_epoch()
            else:
                trainer.run()
        except DivergenceError as error:
            self._report_divergence(error)
        except KeyboardInterrupt:
            warnings.warn("Training interrupted by user.", stacklevel=5)
        self.history_ = History(trainer.history.records)
        self._snapshot = trainer.snapshot()
        self.learning_rate_ = trainer.next_rate
        if not self._is_stochastic() and not report.epochs:  # it began at a minimum
            self.loss_ = self._loss_now(trainer)
        reason = trainer.stop_reason or ""
        if not incremental and reason.startswith(("all ", "Stop", "Abnormal")):
            what = f"Maximum iterations ({self.max_iter}) reached" if reason.startswith("all ") else reason
            solver = "Stochastic Optimizer" if self._is_stochastic() else "lbfgs"
            hints = diagnose_network(self.network_, trainer.rows, self.history_, lines=False).hints()
            warnings.warn(
                f"{solver}: {what} and the optimization hasn't converged yet; loss {self.loss_:.4g}. Raise max_iter, "
                f"or see diagnose(X, y).{hints}",
                ConvergenceWarning,
                stacklevel=5,
            )

    def _loss_now(self, trainer: Trainer) -> float:
        job = trainer.rows
        return self.network_.loss(job.X, job.y, job.sample_weight, trainer.penalty)

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
        return (np.float64, np.float32) if self.dtype is None else np.dtype(self.dtype)

    def _generator(self, goes_on: bool) -> np.random.RandomState:
        """The generator of the parameter `random_state`; where training goes on, a seed's goes on too."""
        random = check_random_state(self.random_state)
        seeded = self.random_state is not None and not isinstance(self.random_state, np.random.RandomState)
        if goes_on and seeded and hasattr(self, "_snapshot"):
            restore_generator(random, self._snapshot.generator)
        return random

    def _check_sizes(self, hidden: list[int], n_outputs: int) -> None:
        sizes = [self.network_.layer_sizes[0], *hidden, n_outputs]
        if list(self.network_.layer_sizes) != sizes:
            raise ValueError(
                f"training goes on with a network of layers {list(self.network_.layer_sizes)}, but the parameters and "
                f"the data ask for {sizes}: set warm_start=False and call fit to begin anew"
            )

    def _given_validation(self, given: tuple[Any, Any, Any] | None) -> Sample | None:
        if given is None or (given[0] is None and given[1] is None):
            return None
        X, y, weight = given
        if X is None or y is None:
            raise ValueError("X_val and y_val belong together: give both, or neither")
        X, targets = self._checked(X, y, incremental=True, reset=False)
        if weight is not None:
            weight = _check_sample_weight(weight, X, dtype=X.dtype)
        return Sample(X, targets, weight)

    # -- what the network gives ----------------------------------------------------------------------------------

    def _rows(self, X: Any) -> Any:
        check_is_fitted(self)
        return validate_data(self, X, accept_sparse="csr", reset=False)

    def _forward(self, X: Any, of_logits: bool = False) -> Array:
        """The last layer's activations, or weighted sums, of checked rows."""
        parts = []
        for start in range(0, X.shape[0], PREDICTED_AT_ONCE):
            part = X[start : start + PREDICTED_AT_ONCE]
            parts.append(self.network_.forward(part).z[-1] if of_logits else self.network_.predict(part))
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def trace(self, X: Any) -> Trace:
        """Every weighted sum z and activation a of every layer for these rows.

        Parameters
        ----------
        X : array-like or sparse matrix, shape (n, features)

        Returns
        -------
        Trace
            `trace.z[l]` and `trace.a[l]` of shape (n, units of layer l + 1); `trace.outputs`.

        Examples
        --------
        >>> from clearprop import MLPRegressor
        >>> model = MLPRegressor(hidden_layer_sizes=(3,), solver="lbfgs").fit([[0.0], [1.0]], [0.0, 1.0])
        >>> [a.shape for a in model.trace([[0.5]]).a]
        [(1, 3), (1, 1)]
        """
        return self.network_.forward(self._rows(X))

    def input_gradients(self, X: Any, of: str = "outputs") -> Array:
        """How each output changes with each feature, da/dx, at each row.

        Parameters
        ----------
        X : array-like or sparse matrix, shape (n, features)
        of : {"outputs", "logits"}
            Whether of the outputs (probabilities, predictions) or of the weighted sums before them.

        Returns
        -------
        array, shape (n, features), or (n, outputs, features) where there are several outputs

        Examples
        --------
        >>> from clearprop import MLPRegressor
        >>> model = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", alpha=0.0, random_state=0)
        >>> model.fit([[0.0], [1.0], [2.0]], [0.0, 3.0, 6.0]).input_gradients([[0.5]]).round(3)
        array([[3.]])
        """
        jacobian = self.network_.jacobian(self.trace(X), of)
        return jacobian[:, 0] if self.n_outputs_ == 1 else jacobian

    def diagnose(self, X: Any, y: Any) -> Diagnosis:
        """Why it is not learning: what is wrong with data, parameters or training, with evidence and remedy.

        Parameters
        ----------
        X : array-like or sparse matrix, shape (n, features)
        y : array-like, shape (n,) or (n, outputs)
            The rows that it was trained on.

        Returns
        -------
        Diagnosis
            A list of findings, which prints one a paragraph; empty where nothing was found.

        Examples
        --------
        >>> import numpy as np, warnings
        >>> from clearprop import MLPRegressor
        >>> X = np.array([[1000.0], [3000.0], [5000.0]])
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("ignore")
        ...     model = MLPRegressor(hidden_layer_sizes=(5,), max_iter=5, random_state=0).fit(X, [1.0, 2.0, 3.0])
        >>> [finding.name for finding in model.diagnose(X, [1.0, 2.0, 3.0])][0]
        'unscaled features'
        """
        check_is_fitted(self)
        X, targets = self._checked(X, y, incremental=True, reset=False)
        rows = Sample(X, self._training_targets(targets), None)
        return diagnose_network(self.network_, rows, self.history_, self.learning_rate_)

    # -- scikit-learn's names for the parameters -----------------------------------------------------------------

    @property
    def coefs_(self) -> Any:
        """The weights by layer, of shape (fan_in, fan_out): views into the network.

        They may be set before the first training, which then begins there.
        """
        if "network_" in self.__dict__:
            return self.network_.weights
        return self._own("coefs")

    @coefs_.setter
    def coefs_(self, values: Any) -> None:
        if "network_" not in self.__dict__:
            self.__dict__.setdefault("_own_weights", OwnWeights()).coefs = values
            return
        for layer, W in enumerate(values):
            self.network_.weights[layer] = W

    @property
    def intercepts_(self) -> Any:
        """The biases by layer, of shape (fan_out,): views into the network."""
        if "network_" in self.__dict__:
            return self.network_.biases
        return self._own("intercepts")

    @intercepts_.setter
    def intercepts_(self, values: Any) -> None:
        if "network_" not in self.__dict__:
            self.__dict__.setdefault("_own_weights", OwnWeights()).intercepts = values
            return
        for layer, b in enumerate(values):
            self.network_.biases[layer] = b

    def _own(self, name: str) -> Any:
        given = getattr(self.__dict__.get("_own_weights"), name, None)
        if given is None:
            raise AttributeError(f"{type(self).__name__} has no {name}_ yet: call fit first")
        return given

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


@dataclass(frozen=True)
class _ReportedLoss:
    """The training loss on scikit-learn's scale, as what the trainer monitors."""

    loss: str
    n_outputs: int

    def __call__(self, record: Any) -> float:
        return reported_loss(record, self.loss, self.n_outputs)


def _defaults(cls: type) -> dict[str, Any]:
    import inspect

    return {name: parameter.default for name, parameter in inspect.signature(cls).parameters.items()}


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
