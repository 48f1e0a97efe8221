"""What `MLPClassifier` and `MLPRegressor` share: check what is given, build network and trainer, keep the results."""

from __future__ import annotations

import os
from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn import get_config
from sklearn.base import BaseEstimator, _fit_context
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from clearprop.engines import resolve_engine
from clearprop.engines.blas import for_small_products
from clearprop.errors import DivergenceError
from clearprop.estimators.callbacks import CallbackSupport
from clearprop.estimators.checks import checked, checked_weight
from clearprop.estimators.coefficients import Coefficients
from clearprop.estimators.construction import check_same_network, new_network, start_training
from clearprop.estimators.epoch_report import RECORDS, EpochReport, open_records
from clearprop.estimators.error_messages import of_validation
from clearprop.estimators.fit_end import (
    LEFT,
    diagnosis_settings,
    report_divergence,
    warn_of_end_of_schedule,
    warn_of_the_end,
)
from clearprop.estimators.fit_warnings import warn_of_ignored
from clearprop.estimators.held_out import hold_out
from clearprop.estimators.insight import Insight
from clearprop.estimators.model_files import save_network_estimator
from clearprop.estimators.parameters import SaysNearParameters
from clearprop.estimators.rollback import SavedState, rolled_back_if_refused
from clearprop.estimators.scoring import scorer_of
from clearprop.estimators.settings import OUTPUT_NAMES, defaults, hidden_sizes
from clearprop.estimators.stream import Stream
from clearprop.foundation.arguments import check_finite, checked_dtype
from clearprop.foundation.callers import warn_caller
from clearprop.foundation.memory import check_memory
from clearprop.foundation.randomness import restore_generator
from clearprop.network.passes import ROWS_AT_ONCE
from clearprop.network.rows import Rows
from clearprop.optimizers import LBfgs
from clearprop.training.callbacks import Callback
from clearprop.training.diagnosis.findings import Settings
from clearprop.training.diagnosis.outcome import loss_now
from clearprop.training.run import Training
from clearprop.training.snapshots import Snapshot

Array = npt.NDArray[Any]


class MultilayerPerceptron(SaysNearParameters, Coefficients, Insight, CallbackSupport, BaseEstimator):  # type: ignore[misc]
    """The common part of both estimators; subclasses say what targets are and how outputs are read.

    The fitted network is `network_`. `coefs_` and `intercepts_` are views into its parameters: assigning to an entry
    changes the network.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int
        Units of each hidden layer; `()` for none.
    activation : str, Activation, or a list with one for each hidden layer
        "identity", "logistic", "tanh", "relu", or any other of `clearprop.ACTIVATIONS`.
    solver : {"adam", "sgd", "lbfgs"}, another name of `clearprop.OPTIMIZERS`, or an object
    alpha : float
        Strength of the L2 penalty, alpha/2 * sum w² over the sum of the batch's weights.
    batch_size : int or "auto"
        Rows a step; "auto" is 200, or all if there are fewer.
    learning_rate : {"constant", "invscaling", "adaptive"}, another name of `clearprop.SCHEDULES`, or an object
        adam does not use "invscaling" and "adaptive" given as names, as in scikit-learn, and lbfgs uses none.
    learning_rate_init, power_t : float
        The first rate, and the power of "invscaling".
    max_iter : int
        The most epochs; lbfgs: iterations.
    shuffle : bool
        Whether rows come in a new order in each epoch.
    random_state : int, RandomState or None
        For weights, order, validation rows and dropout. With a seed, `partial_fit` goes on where it was.
    tol, n_iter_no_change : float, int or inf
        Training ends where a gain of `tol` has not come for more than `n_iter_no_change` epochs on end.
    verbose : bool or int
        Whether each epoch prints its loss.
    warm_start : bool
        Whether `fit` begins with the weights of the last `fit`.
    momentum, nesterovs_momentum : float, bool
        Of sgd.
    early_stopping, validation_fraction : bool, float
        Whether training is judged by rows held out, or by `X_val`; the best weights are then kept.
    beta_1, beta_2, epsilon : float
        Of adam.
    max_fun : int
        The most evaluations of lbfgs.
    output_activation : str or Activation, optional
        Where not given, the loss's natural one.
    dropout : float or a list with one for each hidden layer
        The share of units left out at random in each batch.
    l1 : float
        Strength of the L1 penalty.
    decoupled_decay : float, optional
        The share of a weight, times the rate, that each step takes off, whatever the batch size.
    clip_norm : float, optional
        The greatest length of a gradient.
    initializer : str, Initializer, or a list with one for each layer; optional
    dtype : {"float32", "float64"}, optional
        Where not given, float32 for float32 rows, else float64.
    engine : str or Engine
        What takes the steps.
    checkpoint : str, path or Checkpoints, optional
        A folder in which `fit` keeps what it takes to go on. If it holds an unfinished `fit` of the same rows and
        parameters, this one goes on with it, to the same model bit for bit; one of others is refused. Ctrl-C then
        raises, and the folder has all that was done. `random_state` must be a whole number.
    checkpoint_every : int or str, optional
        After so many epochs, or as much time, such as "30s" or "10min"; where not given, a minute.

    Attributes
    ----------
    network_ : Network
    coefs_, intercepts_ : list of arrays, shapes (fan_in, fan_out) and (fan_out,)
        Views into the network.
    loss_, best_loss_, loss_curve_ : float, float or None, list of float
        Training loss, penalty included: last, least, by epoch.
    validation_scores_, best_validation_score_ : list or None, float or None
        With `early_stopping`: by what it judges, by epoch, and the best of it.
    validation_loss_curve_ : list
        The loss of the validation rows, without penalty, by epoch; empty where there are none.
    history_ : History
        Losses, gradient length and rate by epoch of the last `fit` and what `partial_fit` added.
    learning_rate_ : float
        The rate that the next step would take.
    n_iter_, t_, n_layers_, n_outputs_, out_activation_, n_features_in_, feature_names_in_
        As in scikit-learn.
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
    def _metric(self, X: Any, targets: Array) -> Any:
        """What early stopping measures on the validation rows, as the trainer calls it."""

    def _training_targets(self, targets: Array) -> Array:
        """Targets as the loss wants them."""
        return targets

    def _weigh_classes(self, targets: Array) -> None:
        """Learn what classes count from the targets that are trained on."""

    def _weighted(self, targets: Array, weight: Array | None) -> Array | None:
        """What rows count, the weights of their classes included."""
        return weight

    def _first_call(self, X: Any, y: Any, classes: Any) -> None:
        """What has to be known of all rows before the first `partial_fit`."""

    # -- training ------------------------------------------------------------------------------------------------

    def _train_more(self, X: Any, y: Any, sample_weight: Any, classes: Any = None) -> None:
        """Train for one epoch more; where nothing but rows has come since the last, by what is still at hand."""
        stream: Stream | None = self.__dict__.get("_stream")
        if stream is None or not stream.goes_on(self):
            self._train_incrementally(X, y, sample_weight, classes)
        elif not stream.train(self, lambda: self._rows_to_follow(X, y, sample_weight, classes)):
            self._end_stream()

    def _train_incrementally(self, X: Any, y: Any, sample_weight: Any, classes: Any) -> None:
        self._train(X, y, sample_weight, incremental=True, classes=classes)

    _train_incrementally.__name__ = "partial_fit"  # after the first of which scikit-learn checks no parameters
    _train_incrementally = _fit_context(prefer_skip_nested_validation=True)(_train_incrementally)

    def _rows_to_follow(self, X: Any, y: Any, sample_weight: Any, classes: Any) -> Rows:
        """Checked rows for the network that there is."""
        self._first_call(X, y, classes)
        X, targets, weight = self._checked_with_weight(X, y, sample_weight, incremental=True, reset=False)
        if targets.shape[1] != self.n_outputs_:
            sizes = [*self.network_.layer_sizes[:-1], targets.shape[1]]
            check_same_network(self, sizes, self._core_loss(self.network_.dtype))
        return self._as_rows(X, targets, weight)

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
        self._end_stream()
        report = EpochReport(self, {"X": X, "y": y, "metadata": {"sample_weight": sample_weight}})
        with rolled_back_if_refused(self) as earlier:
            if incremental:
                self._first_call(X, y, classes)
            training = self._prepared(X, y, sample_weight, validation, report, incremental)
        ended = False
        try:
            with training.undisturbed(), report.reporting(max_subtasks=1 if incremental else self.max_iter):
                ended = self._run(training, report, earlier, incremental)
        finally:
            if not ended and self._goes_back(earlier, report, incremental):
                earlier.restore()
        if ended and not incremental:
            warn_of_the_end(self, training)
        if incremental and report.epochs and Stream.can_follow(self, training):
            self._stream = Stream(self, training, report)
            del self.__dict__["_snapshot"]

    def _prepared(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        validation: tuple[Any, Any, Any],
        report: EpochReport,
        incremental: bool,
    ) -> Training:
        """All that is given, checked, and a run that stands before the first batch, or where the last one ended."""
        hidden = hidden_sizes(self.hidden_layer_sizes)
        first = "network_" not in self.__dict__ or not (self.warm_start or incremental)
        if self.scoring not in (None, "loss"):
            scorer_of(self)
        if self.early_stopping and incremental and self._is_stochastic():
            raise ValueError("partial_fit does not support early_stopping=True: use fit, or early_stopping=False")
        if first or not incremental:
            warn_of_ignored(self, defaults(type(self)), hidden, own_validation=validation[0] is not None)
        X, targets, weight = self._checked_with_weight(X, y, sample_weight, incremental=incremental, reset=first)
        given = self._given_validation(validation)

        random = self._generator(goes_on=incremental and not first)
        sizes = [X.shape[1] if first else self.network_.layer_sizes[0], *hidden, targets.shape[1]]
        if first:
            self._begin(sizes, X.dtype, random)
        check_same_network(self, sizes, self._core_loss(self.network_.dtype))
        rows, judged_by, metric = self._as_rows(X, targets, weight), None, None
        if given is not None:
            judged_by = self._as_rows(*given, which="validation ")
            metric = self._metric(judged_by.X, given[1])
        elif self.early_stopping and self._is_stochastic():
            trained_on, held_out = hold_out(targets, self.validation_fraction, random, self._stratifies())
            rows, judged_by = rows.part(trained_on), rows.part(held_out, which="validation ")
            metric = self._metric(judged_by.X, targets[held_out])
        open_records(self, judged_by is not None)
        checkpoints = [] if incremental else self._checkpoints()
        training = start_training(self, rows, judged_by, metric, random, [report, *checkpoints])
        snapshot: Snapshot | None = getattr(self, "_snapshot", None)
        if incremental and snapshot is not None and snapshot.remembers_as(training.job):
            training.resume(snapshot)
            report.resume(self.history_)
        return training

    def _checked_with_weight(
        self, X: Any, y: Any, sample_weight: Any, *, incremental: bool, reset: bool
    ) -> tuple[Any, Array, Array | None]:
        """X, targets and what the rows count, checked."""
        X, targets = self._checked(X, y, incremental=incremental, reset=reset)
        self._weigh_classes(targets)
        return X, targets, self._weighted(targets, _row_weight(sample_weight, X))

    def _begin(self, sizes: list[int], dtype: np.dtype[Any], random: np.random.RandomState) -> None:
        """A new network, and nothing learned yet."""
        own = self.__dict__.pop("_own_weights", None)
        self.network_ = new_network(self, sizes, self._core_loss(dtype), dtype, random)
        if own is not None:
            own.write_into(self.network_)
        self.n_iter_ = self.t_ = 0
        self.n_outputs_ = sizes[-1]
        self.n_layers_ = len(sizes)
        name = self.network_.activations[-1].name
        self.out_activation_ = OUTPUT_NAMES.get(name, name)
        for name in (*RECORDS, "loss_", "_snapshot"):
            self.__dict__.pop(name, None)

    def _run(self, training: Training, report: EpochReport, earlier: SavedState, incremental: bool) -> bool:
        """Train, and turn what the core says into scikit-learn's errors, warnings and attributes.

        Whether it came to its end.
        """
        self.n_iter_ = report.epochs
        measured = self._is_stochastic() and not incremental
        self._first_loss = self._loss_before(training) if measured else None
        warn_of_end_of_schedule(self, training)
        try:
            if incremental:
                training.run_epoch()
            else:
                training.run_undisturbed()
        except DivergenceError as error:
            report_divergence(self, error, training, self._goes_back(earlier, report, incremental))
        except KeyboardInterrupt as interrupt:
            if self.checkpoint is not None and not incremental:
                interrupt.add_note("What was done is in the checkpoint folder: the same fit goes on with it")
                raise
            left = f" {LEFT}." if self._goes_back(earlier, report, incremental) else ""
            warn_caller(f"Training interrupted by user.{left}")
            return False
        finally:  # diagnose can say why training diverged, and partial_fit can go on after an error
            report.keep(training)
            self._snapshot = training.snapshot()
        if not self._is_stochastic() and not report.epochs:  # it began at a minimum
            rows = training.rows
            self.loss_ = self.network_.loss(rows.X, rows.y, rows.sample_weight, training.penalty)
        return True

    @staticmethod
    def _goes_back(earlier: SavedState, report: EpochReport, incremental: bool) -> bool:
        """Whether a training that did not come to its end leaves the model from before; an epoch more is one."""
        return earlier.is_model and not (incremental and report.epochs)

    def _loss_before(self, training: Training) -> float:
        """The loss before the first step; of a training that goes on, that of its first epoch."""
        for record in training.history[:1]:
            return record.loss - record.penalty
        return loss_now(self.network_, training.rows)

    def _checkpoints(self) -> list[Callback]:
        from clearprop.estimators.checkpointing import checkpoints_of  # when first used

        checkpoints = checkpoints_of(self)
        if checkpoints is None:
            return []
        from clearprop.files.fingerprint import Fingerprint, plain

        # A scorer is measured by itself, and what it is called does not say which it is.
        return [checkpoints.compared_by(Fingerprint({"scoring": plain(self.scoring)}, {}))]

    def _diagnosis_settings(self) -> Settings:
        return diagnosis_settings(self)

    # -- between calls of partial_fit ----------------------------------------------------------------------------

    @property
    def _snapshot(self) -> Snapshot:
        """Where training stands: what there is where no stream is."""
        self._end_stream()
        if "_snapshot" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__} has no _snapshot yet: call fit first")
        snapshot: Snapshot = self.__dict__["_snapshot"]
        return snapshot

    @_snapshot.setter
    def _snapshot(self, snapshot: Snapshot) -> None:
        self.__dict__["_snapshot"] = snapshot

    def _end_stream(self) -> None:
        """Keep the snapshot of a stream in its place."""
        stream: Stream | None = self.__dict__.pop("_stream", None)
        if stream is not None:
            self._snapshot = stream.snapshot()

    def __getstate__(self) -> dict[str, Any]:
        """With the snapshot of a stream in its place, which goes on where it is."""
        state = dict(super().__getstate__())
        stream: Stream | None = state.pop("_stream", None)
        return state if stream is None else {**state, "_snapshot": stream.snapshot()}

    # -- before training -----------------------------------------------------------------------------------------

    def _is_stochastic(self) -> bool:
        return not (self.solver == "lbfgs" or isinstance(self.solver, LBfgs))

    def _dtypes(self) -> tuple[Any, ...]:
        """What X may be, or is made the first of: float32 stays unless `dtype` says otherwise."""
        return (np.float64, np.float32) if self.dtype is None else (checked_dtype(self.dtype),)

    def _generator(self, goes_on: bool) -> np.random.RandomState:
        """The generator of the parameter `random_state`; where training goes on, a seed's goes on too."""
        random = check_random_state(self.random_state)
        seeded = self.random_state is not None and not isinstance(self.random_state, np.random.RandomState)
        if goes_on and seeded and hasattr(self, "_snapshot"):
            restore_generator(random, self._snapshot.generator)
        return random

    def _given_validation(self, given: tuple[Any, Any, Any]) -> tuple[Any, Array, Array | None] | None:
        """X_val, the targets of y_val, and what the rows count."""
        X, y, weight = given
        if X is None and y is None and weight is None:
            return None
        if X is None or y is None:
            raise ValueError("X_val and y_val belong together, and sample_weight_val to both: give X_val and y_val")
        with of_validation():
            X, targets = self._checked(X, y, incremental=True, reset=False)
            weight = _row_weight(weight, X, ensure_non_negative=True)
        return X, targets, self._weighted(targets, weight)

    def _as_rows(self, X: Any, targets: Array, weight: Array | None, which: str = "") -> Rows:
        """Checked X with targets and weights as the network is trained on them."""
        # In another dtype there may be numbers that it cannot hold; and scikit-learn may have been told not to look.
        is_checked = X.dtype == self.network_.dtype and not get_config()["assume_finite"]
        check = Rows.with_answers if is_checked else Rows.checked
        return check(self.network_, X, self._training_targets(targets), weight, which=which)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted estimator to one file, whole or not at all; `clearprop.load` reads it.

        It holds numbers and text only, nothing that is run: the network, the parameters, and how training went. The
        solver's memory is not in it: `partial_fit` goes on with the weights, and the solver begins anew.

        Raises
        ------
        InputError
            The file cannot be written.
        ValueError, TypeError
            It is not fitted, or has an activation, a loss or labels that no file holds.

        Warns
        -----
        UserWarning
            A parameter is a function or an object that no file holds, and is left out.

        Examples
        --------
        >>> import tempfile
        >>> from clearprop import MLPRegressor, load
        >>> model = MLPRegressor(hidden_layer_sizes=(3,), solver="lbfgs", random_state=0)
        >>> model = model.fit([[0.0], [1.0]], [0.0, 1.0])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model.save(f"{folder}/m")
        ...     same = load(f"{folder}/m")
        >>> bool(same.predict([[0.5]]) == model.predict([[0.5]])), same.get_params() == model.get_params()
        (True, True)
        """
        save_network_estimator(self, path)

    # -- what the network gives ----------------------------------------------------------------------------------

    def _rows(self, X: Any) -> Any:
        check_is_fitted(self)
        return checked(self, X, accept_sparse="csr", reset=False)

    def _as_network_input(self, X: Any) -> Any:
        """Checked rows as the network is fed them: in its dtype, which may not hold all numbers of theirs."""
        if X.dtype == self.network_.dtype:
            return X
        rows = self.network_.checked_rows(X)
        check_finite("X", rows, "a network")
        return rows

    def _diagnosed_rows(self, X: Any, y: Any, sample_weight: Any) -> Rows:
        check_is_fitted(self)
        X, targets = self._checked(X, y, incremental=True, reset=False)
        return self._as_rows(X, targets, self._weighted(targets, _row_weight(sample_weight, X)))

    def _forward(self, X: Any, of_logits: bool = False) -> Array:
        """The last layer's activations, or weighted sums, of checked rows."""
        X, network = self._as_network_input(X), self.network_
        if not of_logits and X.shape[0] <= ROWS_AT_ONCE:
            with for_small_products(network, X.shape[0]):
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


def _row_weight(sample_weight: Any, X: Any, ensure_non_negative: bool = False) -> Array | None:
    if sample_weight is None:
        return None
    return checked_weight(sample_weight, X, X.dtype, not_negative=ensure_non_negative)


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
