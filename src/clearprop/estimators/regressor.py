"""`MLPRegressor`: one number or several."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.base import RegressorMixin, _fit_context
from sklearn.metrics import r2_score
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import column_or_1d

from clearprop.estimators.checks import checked
from clearprop.estimators.constraints import REGRESSION_LOSSES, REGRESSOR_CONSTRAINTS
from clearprop.estimators.documentation import with_shared_entries
from clearprop.estimators.error_messages import scoring
from clearprop.estimators.multilayer import MultilayerPerceptron, check_solver
from clearprop.estimators.parameters import validate_given
from clearprop.estimators.scoring import Scored, scorer_of
from clearprop.estimators.settings import defaults
from clearprop.losses import LOSSES

Array = npt.NDArray[Any]


@with_shared_entries(MultilayerPerceptron)
class MLPRegressor(RegressorMixin, MultilayerPerceptron):  # type: ignore[misc]
    """A network that predicts numbers; scikit-learn's `MLPRegressor`, one import away.

    Parameters
    ----------
    loss : str or Loss
        "squared_error", "poisson", or another of `clearprop.LOSSES` that is not one of classes, or an object.
    Those of `MultilayerPerceptron`.
    scoring : "loss", name of a scorer, or callable (estimator, X, y) -> float; optional
        By what early stopping judges; R² where not given.

    Attributes
    ----------
    Those of `MultilayerPerceptron`.

    Notes
    -----
    squared_error is l = sum over the outputs of (a - y)² / 2, and its gradient is that of this sum. What is told of it
    (`loss_`, `loss_curve_`, `validation_loss_curve_`, `history_`) and `tol` are on scikit-learn's scale, the mean over
    the outputs.

    References
    ----------
    Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, 1986.

    Examples
    --------
    >>> import numpy as np
    >>> from clearprop import MLPRegressor
    >>> X = np.linspace(-1, 1, 21)[:, np.newaxis]
    >>> model = MLPRegressor(hidden_layer_sizes=(10,), activation="tanh", solver="lbfgs", random_state=0)
    >>> round(model.fit(X, X[:, 0] ** 2).score(X, X[:, 0] ** 2), 2)
    1.0
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = dict(REGRESSOR_CONSTRAINTS)

    def __init__(
        self,
        loss: Any = "squared_error",
        hidden_layer_sizes: Any = (100,),
        activation: Any = "relu",
        *,
        solver: Any = "adam",
        alpha: float = 0.0001,
        batch_size: Any = "auto",
        learning_rate: Any = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: Any = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        output_activation: Any = None,
        dropout: Any = 0.0,
        l1: float = 0.0,
        decoupled_decay: Any = None,
        clip_norm: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        engine: Any = "auto",
        scoring: Any = None,
        checkpoint: Any = None,
        checkpoint_every: Any = None,
        cluster: Any = None,
    ) -> None:
        self.loss = loss
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.output_activation = output_activation
        self.dropout = dropout
        self.l1 = l1
        self.decoupled_decay = decoupled_decay
        self.clip_norm = clip_norm
        self.initializer = initializer
        self.dtype = dtype
        self.engine = engine
        self.scoring = scoring
        self.checkpoint = checkpoint
        self.checkpoint_every = checkpoint_every
        self.cluster = cluster

    def _validate_params(self) -> None:
        validate_given(self, defaults(MLPRegressor))

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(
        self,
        X: Any,
        y: Any = None,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> MLPRegressor:
        """Train until the epochs are over or nothing is gained any more.

        Parameters
        ----------
        X : array-like or sparse matrix, shape (n, features); or batches
            Batches are pairs (X, y) or triples (X, y, sample_weight): an iterable of them, or a function that gives an
            iterator, which is gone through in each epoch; then y is left out. They, and mapped arrays for which there
            is not memory enough, are read bit by bit: see docs/streaming.md.
        y : array-like, shape (n,) or (n, outputs)
        sample_weight : array-like, shape (n,), optional
            What each row counts, >= 0.
        X_val, y_val, sample_weight_val : as X, y and sample_weight, optional
            Validation rows: their loss is kept by epoch; with `early_stopping` they are what training is judged by.

        Raises
        ------
        ValueError
            A parameter or value that cannot be.
        DivergenceError
            Training left the finite numbers, and early stopping had no epoch to go back to. It is a ValueError too. A
            model that was there before is still there.
        InputError
            The folder of checkpoints holds some of another fit, or none can be written there. It is a ValueError too.
        """
        self._train(X, y, sample_weight, (X_val, y_val, sample_weight_val))
        return self

    @available_if(check_solver)  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> MLPRegressor:
        """Train for one epoch more on these rows: optimiser, rate, order and random numbers go on where they were.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.

        Raises
        ------
        ValueError
            See `fit`.
        """
        self._train_more(X, y, sample_weight)
        return self

    def predict(self, X: Any) -> Array:
        """The predicted numbers, shape (n,), or (n, outputs) where there are several."""
        outputs = self._forward(self._rows(X))
        return outputs[:, 0] if outputs.shape[1] == 1 else outputs

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """R² of the predictions, as in scikit-learn."""
        with scoring(y, sample_weight, of_numbers=True):
            return float(super().score(X, y, sample_weight))

    # -- what the common part asks for ---------------------------------------------------------------------------

    def _checked(self, X: Any, y: Any, *, incremental: bool, reset: bool) -> tuple[Any, Array]:
        X, y = checked(
            self, X, y, accept_sparse="csr", multi_output=True, y_numeric=True, dtype=self._dtypes(), reset=reset
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        return X, y.reshape(len(y), -1)

    def _core_loss(self, dtype: Any) -> Any:
        loss = LOSSES.resolve(self.loss)
        if loss.classification:
            raise ValueError(
                f"loss {self.loss!r} is one of classes, and y holds numbers: take MLPClassifier, or one of "
                f"{', '.join(sorted(REGRESSION_LOSSES))}"
            )
        return loss

    def _stratifies(self) -> bool:
        return False

    def _metric(self, X: Any, targets: Array) -> Any:
        if self.scoring in (None, "loss"):
            return _r2
        return Scored(self, scorer_of(self), X, targets[:, 0] if self.n_outputs_ == 1 else targets)


def _r2(loss: Any, y: Array, outputs: Array, sample_weight: Array | None) -> float:
    if not np.isfinite(outputs).all():
        return float("nan")
    with np.errstate(over="ignore"):  # on the way out of the finite numbers, which the trainer notices
        return float(r2_score(y, outputs, sample_weight=sample_weight))
