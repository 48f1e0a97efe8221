"""`Perceptron`: one layer, one row at a time; an output for each class, or one for two."""

from __future__ import annotations

import os
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, issparse
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.multiclass import _check_partial_fit_first_call
from sklearn.utils.validation import check_is_fitted, validate_data

from clearprop.estimators.checks import checked, checked_weight, is_plain_answer
from clearprop.estimators.class_weights import balanced_weights, named_weights, weights_of_rows
from clearprop.estimators.constraints import PERCEPTRON_CONSTRAINTS
from clearprop.estimators.error_messages import check_given_classes, in_own_words, scoring
from clearprop.estimators.parameters import SaysNearParameters, validate_given
from clearprop.estimators.perceptron_file import save_perceptron
from clearprop.estimators.perceptron_outputs import first_weights, train_outputs, warn_of_inseparable
from clearprop.estimators.rollback import rolled_back_if_refused
from clearprop.estimators.settings import defaults
from clearprop.foundation.callers import warn_caller
from clearprop.foundation.memory import check_memory
from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.perceptron.mistake_bound import TESTED_IN_FIT, judged
from clearprop.perceptron.one_vs_rest import OneAgainstRest
from clearprop.perceptron.row_counts import as_counts
from clearprop.perceptron.rule import TrainedOutput
from clearprop.perceptron.update_log import Updates
from clearprop.training.diagnosis.diagnosis import diagnose_network
from clearprop.training.diagnosis.findings import Diagnosis, Settings
from clearprop.training.history import History

Array = npt.NDArray[Any]


class Perceptron(SaysNearParameters, ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Rosenblatt's perceptron; scikit-learn's `Perceptron`, one import away, that tells of every update.

    Parameters
    ----------
    penalty : {"l2", "l1", "elasticnet"}, optional
    alpha, l1_ratio : float
        The penalty's strength, and L1's share in "elasticnet".
    fit_intercept : bool
    max_iter : int
        The most epochs.
    tol, n_iter_no_change : float or None, int
        Training ends after `n_iter_no_change` epochs without a gain of `tol` in loss (or validation score); with `tol`
        None it does not.
    shuffle : bool
        Whether rows come in another order in each epoch.
    verbose : int
    eta0 : float
        What the updates are multiplied by.
    n_jobs : int, optional
        Has no effect; taken for scikit-learn's sake.
    random_state : int, RandomState or None
    early_stopping, validation_fraction : bool, float
        Whether training is judged by a share of the rows that is held out.
    class_weight : dict, "balanced", optional
    warm_start : bool
        Whether `fit` begins with the weights of the last one.
    engine : {"auto", "numpy", "compiled"}
        What runs the rule, to the same bits; "auto" loads the compiled one where there is enough to do.

    Attributes
    ----------
    classes_ : array, shape (classes,)
    class_weight_ : array, shape (classes,), or None
        What the rows of each class counted, by `class_weight`; of several classes in their own output alone.
    coef_, intercept_ : array, shape (outputs, features) and (outputs,)
        One output for two classes, one for each of several.
    n_iter_, t_ : int, float
        Epochs, and rows seen (plus 1).
    updates_ : sequence of Update
        Every correction of the last `fit` and of each `partial_fit` since: epoch, row (of that call), output, score and
        step.
    mistake_bound_ : array, shape (outputs,)
        No more updates than this were possible, in any order of the rows (Novikoff, 1962): (R/γ)² with R the longest
        row and γ the margin of the weights found; infinite where these do not separate the rows, and where the
        theorem does not hold: with a penalty, or where training began with other weights than 0 (`coef_init`,
        `intercept_init`, `warm_start`, `partial_fit`).
    separable_ : list of (bool or None)
        By output, whether a hyperplane can separate the rows, those aside that weigh nothing; None where that was not
        found out, as in `partial_fit` unless the weights show it: a part of the rows would say little about all.
    network_ : Network
        The same as a network without hidden layer, with the perceptron's loss.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Notes
    -----
    For a row x of sign s = 1 or -1 with s (x · w + b) <= 0: w <- w + eta0 s x, b <- b + eta0 s.

    References
    ----------
    Rosenblatt, The perceptron, 1958. Novikoff, On convergence proofs on perceptrons, 1962.

    Examples
    --------
    >>> from clearprop import Perceptron
    >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]
    >>> model = Perceptron(shuffle=False).fit(X, y)
    >>> model.predict(X).tolist(), model.separable_
    ([0, 0, 0, 1], [True])
    >>> bool(len(model.updates_) <= model.mistake_bound_[0])
    True
    >>> print(model.updates_[0])
    Update(epoch=1, row=0, output=0, score=0.0, step=-1.0)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = dict(PERCEPTRON_CONSTRAINTS)
    coef_: Any
    intercept_: Any

    def __init__(
        self,
        *,
        penalty: str | None = None,
        alpha: float = 0.0001,
        l1_ratio: float = 0.15,
        fit_intercept: bool = True,
        max_iter: int = 1000,
        tol: float | None = 1e-3,
        shuffle: bool = True,
        verbose: Any = 0,
        eta0: float = 1.0,
        n_jobs: int | None = None,
        random_state: Any = 0,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 5,
        class_weight: Any = None,
        warm_start: bool = False,
        engine: str = "auto",
    ) -> None:
        self.penalty = penalty
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter
        self.tol = tol
        self.shuffle = shuffle
        self.verbose = verbose
        self.eta0 = eta0
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.engine = engine

    def _validate_params(self) -> None:
        validate_given(self, defaults(Perceptron))

    # -- training ------------------------------------------------------------------------------------------------

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def fit(
        self, X: Any, y: Any, coef_init: Any = None, intercept_init: Any = None, sample_weight: Any = None
    ) -> Perceptron:
        """Train until the epochs are over or nothing is gained any more.

        Parameters
        ----------
        X : array-like or sparse matrix, shape (n, features)
        y : array-like, shape (n,)
        coef_init, intercept_init : array-like, shapes as `coef_` and `intercept_`, optional
            Where to begin.
        sample_weight : array-like, shape (n,), optional
            What each row counts, >= 0.

        Raises
        ------
        ValueError
            A parameter or value that cannot be, or one class only.
        DivergenceError
            Numbers left the finite range; the perceptron is as it was before. It is a ValueError too.
        """
        with rolled_back_if_refused(self):
            if hasattr(self, "classes_"):
                del self.classes_
            with in_own_words(y=y, with_X=False):
                classes = np.unique(y if is_plain_answer(y) else validate_data(self, y=y))
            if self.warm_start and hasattr(self, "coef_"):
                coef_init = self.coef_ if coef_init is None else coef_init
                intercept_init = self.intercept_ if intercept_init is None else intercept_init
            else:
                self.__dict__.pop("coef_", None)
            self.t_, self._epochs = 1.0, 0
            self.updates_ = Updates()
            self._train(X, y, self.max_iter, classes, sample_weight, coef_init, intercept_init)
        if self.tol is not None and self.n_iter_ == self.max_iter:
            warn_caller(
                f"Maximum number of iteration reached before convergence ({self.max_iter}). Consider increasing "
                "max_iter to improve the fit.",
                ConvergenceWarning,
            )
        return self

    @_fit_context(prefer_skip_nested_validation=True)  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Perceptron:
        """Train for one epoch more on these rows.

        As in scikit-learn, a seed shuffles every call alike, so that with `shuffle` ten calls are not ten epochs of
        `fit`; without it they are.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.
        classes : array-like, shape (classes,)
            All classes that will ever come; needed at the first call only.

        Raises
        ------
        ValueError
            See `fit`.
        """
        if self.early_stopping:
            raise ValueError("early_stopping should be False with partial_fit")
        if self.class_weight == "balanced":
            raise ValueError(
                "class_weight 'balanced' is not supported for partial_fit, which has not all rows at once: give a dict "
                "instead, as from sklearn.utils.compute_class_weight"
            )
        with rolled_back_if_refused(self):
            self._train(X, y, 1, classes, sample_weight, None, None, incremental=True)
        return self

    def _train(
        self,
        X: Any,
        y: Any,
        epochs: int,
        classes: Any,
        sample_weight: Any,
        coef_init: Any,
        intercept_init: Any,
        incremental: bool = False,
    ) -> None:
        X, y = checked(
            self,
            X,
            y,
            accept_sparse="csr",
            dtype=[np.float64, np.float32],
            order="C",
            reset=not hasattr(self, "classes_"),
        )
        if hasattr(self, "classes_") or not is_plain_answer(classes):
            if incremental and classes is not None:
                check_given_classes(classes)
            with in_own_words(y=y, with_X=False):
                _check_partial_fit_first_call(self, classes)
        else:  # the same for whole numbers
            self.classes_ = np.unique(classes)
        if len(self.classes_) < 2:
            raise ValueError(
                f"The number of classes has to be greater than one; got {len(self.classes_)} class: "
                "give rows of another class too"
            )
        labels = self._labels(y)
        class_weight = self._weigh_classes(labels)
        if sample_weight is not None:
            sample_weight = checked_weight(sample_weight, X, X.dtype)
        if not hasattr(self, "coef_") or coef_init is not None or intercept_init is not None:
            outputs = 1 if len(self.classes_) == 2 else len(self.classes_)
            self.coef_, self.intercept_ = first_weights(X, outputs, coef_init, intercept_init)
        from_zero = not (abs(self.coef_).max() or np.any(self.intercept_))
        n_rows, places = X.shape[0], None
        counted = as_counts(X, labels, sample_weight) if self.shuffle else None
        weight = np.ones(n_rows, X.dtype) if sample_weight is None else sample_weight
        if counted is not None:
            places = counted.places
            X, labels, weight = X[places], labels[places], counted.weight.astype(X.dtype)
        rows = OneAgainstRest(labels, weight, class_weight)
        learned = train_outputs(self, X, rows, epochs)
        self._keep(learned, X.dtype, n_rows, places)
        tested = 0 if incremental else TESTED_IN_FIT
        self.mistake_bound_, self.separable_ = judged(X, rows, self.fit_intercept, learned, tested)
        if not self.early_stopping:
            warn_of_inseparable(self.classes_, self.separable_)
        if self.penalty is not None or not from_zero:
            self.mistake_bound_[:] = np.inf

    def _keep(self, learned: list[TrainedOutput], dtype: np.dtype[Any], n_rows: int, places: Array | None) -> None:
        """The fitted attributes that training gives; `places` are those of the rows it was shown, among those given."""
        self.coef_ = np.vstack([one.weights for one in learned])
        # For two classes scikit-learn's bias is float64 whatever X is, and so is this.
        self.intercept_ = np.array([one.bias for one in learned], dtype=dtype if len(learned) > 1 else np.float64)
        self.n_iter_: int = max(one.epochs for one in learned)
        self.t_ = getattr(self, "t_", 1.0) + self.n_iter_ * n_rows
        before: int = getattr(self, "_epochs", 0)
        earlier: Updates = getattr(self, "updates_", Updates())
        self.updates_ = earlier + Updates(*(one.updates.moved(before, places).array for one in learned))
        self._epochs = before + self.n_iter_

    def _weigh_classes(self, labels: Array) -> Array:
        """What the rows of each class count, shape (classes,)."""
        self.class_weight_: Any = None
        if self.class_weight is None:
            return np.ones(len(self.classes_))
        if self.class_weight == "balanced":
            self.class_weight_ = balanced_weights(len(self.classes_), labels)
        else:
            self.class_weight_ = named_weights(self.class_weight, self.classes_)
        of_classes: Array = self.class_weight_
        return of_classes

    def _labels(self, y: Array) -> Array:
        """The place of each row's class among all classes."""
        try:
            places = np.searchsorted(self.classes_, y)
            unknown = y[self.classes_[np.minimum(places, len(self.classes_) - 1)] != y]
        except TypeError:  # text and numbers have no order
            places, unknown = np.zeros(len(y), np.intp), y
        if len(unknown):
            others, known = (np.array2string(np.unique(those), threshold=8) for those in (unknown, self.classes_))
            raise ValueError(f"y has classes {others} that are not among {known}: name them at the first call")
        return places

    # -- predictions ---------------------------------------------------------------------------------------------

    def decision_function(self, X: Any) -> Array:
        """The scores x · w + b: shape (n,) for two classes, else (n, classes)."""
        check_is_fitted(self)
        X = checked(self, X, accept_sparse="csr", reset=False)
        check_memory(8 * X.shape[0] * len(self.intercept_), "the scores of these rows", "give fewer rows at once")
        scores = X @ self.coef_.T
        scores = np.asarray(scores.toarray() if issparse(scores) else scores) + self.intercept_
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def predict(self, X: Any) -> Array:
        """The class of each row, shape (n,)."""
        scores = self.decision_function(X)
        indices = (scores > 0).astype(np.intp) if scores.ndim == 1 else scores.argmax(axis=1)
        classes: Array = self.classes_[indices]
        return classes

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The accuracy of the predictions, as in scikit-learn."""
        with scoring(y, sample_weight):
            return float(super().score(X, y, sample_weight))

    def densify(self) -> Perceptron:
        """Make `coef_` an array again, after `sparsify`."""
        check_is_fitted(self)
        if issparse(self.coef_):
            self.coef_ = self.coef_.toarray()
        return self

    def sparsify(self) -> Perceptron:
        """Make `coef_` a sparse array, which is smaller where most weights are 0."""
        check_is_fitted(self)
        self.coef_ = csr_array(self.coef_)
        return self

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted perceptron to one file, whole or not at all; `clearprop.load` reads it.

        It holds numbers and text only, nothing that is run: weights, parameters and each of the updates.

        Raises
        ------
        InputError
            The file cannot be written.
        ValueError, TypeError
            It is not fitted, or has labels that no file holds.
        """
        save_perceptron(self, path)

    @property
    def network_(self) -> Network:
        """The perceptron as a network without hidden layer, whose numbers are copies of `coef_` and `intercept_`."""
        if not hasattr(self, "coef_"):
            raise AttributeError("Perceptron has no network_ yet: call fit first")
        coef = self.coef_.toarray() if issparse(self.coef_) else self.coef_
        network = Network(coef.T.shape, (), "identity", "perceptron", "zeros", coef.dtype)
        network.weights[0], network.biases[0] = coef.T, self.intercept_
        return network

    def class_weight_by_row(self, targets: Array) -> Array:
        """What `class_weight_` makes rows of these targets, from 0 to 1, count: shape (n,), or of each output."""
        if targets.shape[1] == 1:
            return weights_of_rows(self.class_weight_, targets)
        by_output: Array = np.where(targets == 1, self.class_weight_, 1.0)
        return by_output

    def diagnose(self, X: Any, y: Any) -> Diagnosis:
        """Why it is not learning: see `MLPClassifier.diagnose`.

        Examples
        --------
        >>> import warnings
        >>> from clearprop import Perceptron
        >>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("ignore")
        ...     print(Perceptron().fit(X, y).diagnose(X, y)[0].name)
        no line can separate
        """
        check_is_fitted(self)
        X, y = checked(self, X, y, accept_sparse="csr", reset=False)
        labels = self._labels(y)
        positives = self.classes_[1:] if len(self.classes_) == 2 else self.classes_
        network = self.network_
        targets = network.loss_function.targets(y[:, np.newaxis] == positives)
        weight = None if self.class_weight_ is None else self.class_weight_[labels]
        rows = Rows.checked(network, X, targets, weight)
        return diagnose_network(network, rows, History(), Settings(layers=False))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
