"""`MLPClassifier`: one class of two or several, or several yes-or-no labels at once."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn import get_config
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call, type_of_target
from sklearn.utils.validation import column_or_1d

from clearprop.activations import ACTIVATIONS, softplus
from clearprop.estimators.checks import checked, is_plain_answer
from clearprop.estimators.class_weights import weights_of_classes, weights_of_rows
from clearprop.estimators.classes import (
    as_truth_values,
    check_known,
    classes_in,
    classes_of,
    fitted_binarizer,
    known_truth_values,
)
from clearprop.estimators.constraints import CLASSIFICATION_LOSSES, CLASSIFIER_CONSTRAINTS
from clearprop.estimators.documentation import with_shared_entries
from clearprop.estimators.error_messages import check_given_classes, in_own_words, scoring
from clearprop.estimators.multilayer import MultilayerPerceptron, check_solver
from clearprop.estimators.parameters import validate_given
from clearprop.estimators.scoring import Scored, scorer_of
from clearprop.estimators.settings import defaults, hidden_sizes, optimizer
from clearprop.foundation.arguments import checked_dtype
from clearprop.losses import LOSSES, BinaryCrossEntropy, CrossEntropy
from clearprop.metrics import accuracy
from clearprop.network.rows import Rows
from clearprop.training.memory_check import check_room

Array = npt.NDArray[Any]


def gives_probabilities(estimator: Any) -> bool:
    """Whether the outputs are from 0 to 1.

    Raises
    ------
    AttributeError
        They are not.
    """
    if "network_" in vars(estimator):
        output = estimator.network_.activations[-1]
    else:
        loss, given = estimator.loss, estimator.output_activation
        natural = "sigmoid" if loss == "log_loss" else LOSSES.resolve(loss).output_activation
        output = ACTIVATIONS.resolve(natural if given is None else given)
    low, high = output.output_range
    if low < 0 or high > 1:
        raise AttributeError(
            f"probabilities need outputs from 0 to 1, but {output.name} goes from {low:g} to {high:g}: use "
            "decision_function, or loss='log_loss'"
        )
    return True


@with_shared_entries(MultilayerPerceptron)
class MLPClassifier(ClassifierMixin, MultilayerPerceptron):  # type: ignore[misc]
    """A network that tells classes apart; scikit-learn's `MLPClassifier`, one import away.

    Parameters
    ----------
    Those of `MultilayerPerceptron`.
    loss : str or Loss
        "log_loss" (cross-entropy), "hinge", "squared_error" or another of `clearprop.LOSSES`, or an object.
    class_weight : dict, list of dicts, "balanced", optional
        What the rows of each class count, rows for validation included, as {class: weight}; "balanced" is the inverse
        of how often the class is among the rows of `fit`. Of several labels at once a list, with {0: weight, 1: weight}
        for each column of y; a row counts the product.
    scoring : "loss", name of a scorer, or callable (estimator, X, y) -> float; optional
        By what early stopping judges; accuracy where not given.

    Attributes
    ----------
    Those of `MultilayerPerceptron`.
    classes_ : array, shape (classes,)
    class_weight_ : array, shape (classes,), or None
        What the rows of each class counted, by `class_weight`; for an indicator matrix of shape (labels, 2): where a
        label is not there and where it is, of which a row's are multiplied.

    Notes
    -----
    One class of two: one logistic output; of several: softmax; several labels at once: a logistic output each. The loss
    is L = sum_i w_i l_i / sum_i w_i + alpha/2 ||W||² / sum_i w_i.

    References
    ----------
    Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, 1986. Kingma and Ba,
    Adam, 2014.

    Examples
    --------
    >>> from clearprop import MLPClassifier
    >>> X, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], ["no", "yes", "yes", "no"]
    >>> model = MLPClassifier((8,), activation="tanh", solver="lbfgs", random_state=1).fit(X, y)
    >>> model.predict(X).tolist()
    ['no', 'yes', 'yes', 'no']
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = dict(CLASSIFIER_CONSTRAINTS)

    def __init__(
        self,
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
        loss: Any = "log_loss",
        output_activation: Any = None,
        dropout: Any = 0.0,
        l1: float = 0.0,
        decoupled_decay: Any = None,
        clip_norm: Any = None,
        initializer: Any = None,
        class_weight: Any = None,
        dtype: Any = None,
        engine: Any = "auto",
        scoring: Any = None,
        checkpoint: Any = None,
        checkpoint_every: Any = None,
        cluster: Any = None,
    ) -> None:
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
        self.loss = loss
        self.output_activation = output_activation
        self.dropout = dropout
        self.l1 = l1
        self.decoupled_decay = decoupled_decay
        self.clip_norm = clip_norm
        self.initializer = initializer
        self.class_weight = class_weight
        self.dtype = dtype
        self.engine = engine
        self.scoring = scoring
        self.checkpoint = checkpoint
        self.checkpoint_every = checkpoint_every
        self.cluster = cluster

    def _validate_params(self) -> None:
        validate_given(self, defaults(MLPClassifier))

    # -- training ------------------------------------------------------------------------------------------------

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
    ) -> MLPClassifier:
        """Train until the epochs are over or nothing is gained any more.

        Parameters
        ----------
        X : array-like or sparse matrix, shape (n, features); or batches
            Batches are pairs (X, y) or triples (X, y, sample_weight): an iterable of them, or a function that gives an
            iterator, which is gone through in each epoch; then y is left out. They, and mapped arrays for which there
            is not memory enough, are read bit by bit: see docs/streaming.md.
        y : array-like, shape (n,), or an indicator matrix of shape (n, labels)
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
    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any = None, classes: Any = None) -> MLPClassifier:
        """Train for one epoch more on these rows: optimiser, rate, order and random numbers go on where they were.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.
        classes : array-like, shape (classes,)
            All classes that will ever come; needed at the first call only.

        Raises
        ------
        ValueError
            See `fit`; or a class that is not among `classes`.
        """
        self._train_more(X, y, sample_weight, classes)
        return self

    # -- predictions ---------------------------------------------------------------------------------------------

    def predict(self, X: Any) -> Array:
        """The class of each row, shape (n,); for several labels the indicator matrix, shape (n, labels)."""
        return self._classes_of(self._forward(self._rows(X)))

    @available_if(gives_probabilities)  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> Array:
        """The probability of each class, shape (n, classes).

        Where each of several classes has an output of its own, as with the loss binary_cross_entropy, the outputs of a
        row are divided by their sum, as scikit-learn's `OneVsRestClassifier` does it; if all are 0, no class is more
        probable than another. The labels of an indicator matrix are independent, and so are their probabilities.

        It is not there where the outputs are no probabilities, as with the hinge loss.
        """
        return self._probabilities(self._forward(self._rows(X)))

    def _probabilities(self, a: Array) -> Array:
        if self.n_outputs_ == 1:
            return np.column_stack([1 - a[:, 0], a[:, 0]])
        if not self._is_one_of_several():
            return a
        total = a.sum(axis=1, keepdims=True)
        return np.where(total > 0, a, 1 / a.shape[1]) / np.where(total > 0, total, 1)

    def _is_one_of_several(self) -> bool:
        """Whether there is an output for each class, and they do not sum to 1 by themselves."""
        return self._label_binarizer.y_type_ == "multiclass" and self.network_.activations[-1].name != "softmax"

    @available_if(gives_probabilities)  # type: ignore[untyped-decorator]
    def predict_log_proba(self, X: Any) -> Array:
        """The logarithms of `predict_proba`; where one is too small for its dtype, from the logits, so it is finite."""
        probability = self.predict_proba(X)
        tiny = probability < np.finfo(probability.dtype).tiny
        result = np.log(np.where(tiny, 1, probability))
        if tiny.any() and self.network_.activations[-1].name in ("sigmoid", "softmax"):
            result[tiny] = self._log_from_logits(self._forward(self._rows(X), of_logits=True))[tiny]
        return result

    def _log_from_logits(self, z: Array) -> Array:
        if self.network_.activations[-1].name == "softmax":
            return _log_softmax(z)
        if self.n_outputs_ == 1:
            return np.column_stack([-softplus(z), -softplus(-z)])
        return _log_softmax(-softplus(-z)) if self._is_one_of_several() else -softplus(-z)

    def decision_function(self, X: Any) -> Array:
        """The weighted sums before the output activation (logits): shape (n,) for two classes, else (n, outputs)."""
        z = self._forward(self._rows(X), of_logits=True)
        return z[:, 0] if self.n_outputs_ == 1 else z

    def _classes_of(self, outputs: Array) -> Array:
        return classes_of(outputs, self._label_binarizer, sum(self.network_.loss_function.levels) / 2)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The accuracy of the predictions, as in scikit-learn."""
        with scoring(y, sample_weight):
            return float(super().score(X, y, sample_weight))

    # -- what the common part asks for ---------------------------------------------------------------------------

    def _checked(self, X: Any, y: Any, *, incremental: bool, reset: bool) -> tuple[Any, Array]:
        X, y = checked(self, X, y, accept_sparse="csr", multi_output=True, dtype=self._dtypes(), reset=reset)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        known = hasattr(self, "classes_")
        if known and incremental:
            return X, known_truth_values(y, self._label_binarizer)
        if known and self.warm_start:
            check_known(classes_in(y), self.classes_, warm_start=True)
        else:
            self._label_binarizer: LabelBinarizer = fitted_binarizer(y)
            self.classes_: Array = self._label_binarizer.classes_
        return X, as_truth_values(y, self._label_binarizer)

    def _first_call(self, X: Any, y: Any, classes: Any) -> None:
        if self.class_weight == "balanced":
            raise ValueError(
                "class_weight 'balanced' needs all rows at once, which partial_fit does not have: give a dict instead, "
                "as from sklearn.utils.compute_class_weight"
            )
        known = vars(self).get("classes_")
        if known is not None and (classes is None or (is_plain_answer(classes) and np.array_equal(classes, known))):
            return
        if not hasattr(self, "classes_") and is_plain_answer(classes):
            # Sorting ten million takes a second; scikit-learn, and NumPy's unique, take ten or more.
            in_order = np.sort(classes)
            distinct = 1 + int(np.count_nonzero(in_order[1:] != in_order[:-1]))
            least = [1, *hidden_sizes(self.hidden_layer_sizes), distinct]
            dtype = np.float32 if getattr(X, "dtype", None) == np.float32 else np.float64
            check_room(least, checked_dtype(self.dtype or dtype), optimizer(self))
        if classes is not None and not is_plain_answer(classes):
            check_given_classes(classes)
        if _check_partial_fit_first_call(self, classes):
            self._label_binarizer = LabelBinarizer()
            with in_own_words(y=y, with_X=False):
                several = type_of_target(y).startswith("multilabel")
            self._label_binarizer.fit(y if several else classes)

    def _core_loss(self, dtype: Any) -> Any:
        y_type = self._label_binarizer.y_type_
        if self.loss == "log_loss":
            floor = float(np.finfo(dtype).eps)
            return CrossEntropy(floor) if y_type == "multiclass" else BinaryCrossEntropy(floor)
        loss = LOSSES.resolve(self.loss)
        if loss.name in LOSSES and loss.name not in CLASSIFICATION_LOSSES:
            raise ValueError(
                f"loss {self.loss!r} is one of quantities, and y holds classes: take one of "
                f"{', '.join(sorted(CLASSIFICATION_LOSSES))}"
            )
        if loss.name == "cross_entropy" and y_type != "multiclass":
            raise ValueError(
                f"loss {self.loss!r} is for one class of several, and y is {y_type}: take 'log_loss', which fits both, "
                "or 'binary_cross_entropy'"
            )
        return loss

    def _stratifies(self) -> bool:
        return self.n_outputs_ == 1

    def _as_rows(self, X: Any, targets: Array, weight: Array | None, which: str = "") -> Rows:
        dtype = self.network_.dtype
        if self.loss == "log_loss" and weight is None and X.dtype == dtype and not get_config()["assume_finite"]:
            return Rows(X, targets.astype(dtype), None)  # truth values are what cross-entropy takes
        return super()._as_rows(X, targets, weight, which)

    def _training_targets(self, targets: Array) -> Array:
        return self.network_.loss_function.targets(targets)

    def _weigh_classes(self, targets: Array) -> None:
        self.class_weight_: Any = None
        if self.class_weight is not None:
            several = self._label_binarizer.y_type_.startswith("multilabel")
            self.class_weight_ = weights_of_classes(self.class_weight, self.classes_, targets, several)

    def class_weight_by_row(self, targets: Array) -> Array:
        """What `class_weight_` makes rows of these targets count; of shapes (n,) and (n, outputs), from 0 to 1."""
        return weights_of_rows(self.class_weight_, targets)

    def _weighted(self, targets: Array, weight: Array | None) -> Array | None:
        if self.class_weight_ is None:
            return weight
        of_classes = self.class_weight_by_row(targets)
        weight = of_classes if weight is None else of_classes * weight
        if not weight.any():
            raise ValueError("class_weight leaves every row with a weight of 0: give a class of y a weight above 0")
        return weight

    def _metric(self, X: Any, targets: Array) -> Any:
        if self.scoring in (None, "loss"):
            return accuracy
        return Scored(self, scorer_of(self), X, self._classes_of(self._training_targets(targets).astype(np.float64)))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


def _log_softmax(z: Array) -> Array:
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
