"""`TableClassifier`: which of some classes each row of a table is of."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from clearprop.estimators.documentation import with_shared_entries
from clearprop.estimators.error_messages import in_own_words, scoring
from clearprop.tables.column import Column
from clearprop.tables.estimator import TableEstimator
from clearprop.tables.frames import as_column, at_hand
from clearprop.tables.predictor import TablePredictor
from clearprop.tables.spelling import places_among
from clearprop.tables.targets import ClassTarget, Task

Array = npt.NDArray[Any]


@with_shared_entries(TableEstimator)
class TableClassifier(ClassifierMixin, TableEstimator):  # type: ignore[misc]
    """A network, or several, that tells the classes of a table's rows apart.

    Parameters
    ----------
    Those of `TableEstimator`.
    class_weight : dict, "balanced", optional
        What the rows of each class count, as {class: weight}; "balanced" is the inverse of how often it is there.

    Attributes
    ----------
    Those of `TableEstimator`.
    classes_ : array, shape (classes,)
    oof_probabilities_ : array, shape (n, classes)
        As `oof_predictions_`, where there are several members.

    Notes
    -----
    Cross entropy is made small, by labels that may be smoothed. Probabilities are those of softmax(z / T) (of two
    classes, of the logistic function), averaged over the members; T, the temperature, is what makes their log loss
    least in rows that a member was not trained on.

    Examples
    --------
    >>> from clearprop import TableClassifier
    >>> table = {"size": [1.0, 2.0, 3.0, 7.0, 8.0, 9.0] * 10, "colour": ["red", "blue"] * 30}
    >>> kinds = (["small"] * 3 + ["big"] * 3) * 10
    >>> model = TableClassifier(recipe="plain", random_state=0).fit(table, kinds)
    >>> model.predict({"size": [0.5, 8.5], "colour": ["red", None]}).tolist()
    ['small', 'big']
    """

    task: ClassVar[Task] = "classification"

    def __init__(
        self,
        *,
        recipe: str = "auto",
        members: Any = "auto",
        categorical_features: Any = "auto",
        ignore: Any = None,
        class_weight: Any = None,
        split_by: str | None = None,
        scoring: Any = None,
        max_epochs: int | None = None,
        early_stopping: bool = True,
        n_iter_no_change: int | None = None,
        validation_fraction: float = 0.2,
        refit: bool = False,
        hidden_layer_sizes: Any = None,
        activation: Any = None,
        initializer: Any = None,
        learning_rate: float | None = None,
        batch_size: int | None = None,
        dropout: Any = None,
        decoupled_decay: float | None = None,
        dtype: Any = None,
        trainer: Any = None,
        warm_start: bool = False,
        random_state: Any = None,
        n_jobs: int | None = None,
        verbose: Any = False,
        callbacks: Any = None,
        checkpoint: Any = None,
        checkpoint_every: Any = None,
        cluster: Any = None,
        stream: Any = "auto",
    ) -> None:
        self.recipe = recipe
        self.members = members
        self.categorical_features = categorical_features
        self.ignore = ignore
        self.class_weight = class_weight
        self.split_by = split_by
        self.scoring = scoring
        self.max_epochs = max_epochs
        self.early_stopping = early_stopping
        self.n_iter_no_change = n_iter_no_change
        self.validation_fraction = validation_fraction
        self.refit = refit
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.initializer = initializer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.dropout = dropout
        self.decoupled_decay = decoupled_decay
        self.dtype = dtype
        self.trainer = trainer
        self.warm_start = warm_start
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.callbacks = callbacks
        self.checkpoint = checkpoint
        self.checkpoint_every = checkpoint_every
        self.cluster = cluster
        self.stream = stream

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None, *, X_val: Any = None, y_val: Any = None) -> Self:
        """Learn the classes of a table's rows.

        Parameters
        ----------
        X : dataframe, array of shape (n, columns), dictionary of columns, or Table
            Numbers, truth values, dates and times, categories and texts; cells may be missing. Or what need not be in
            memory: the path of a file, a folder or a pattern such as "flights/*.parquet", mapped arrays, a dataset of
            Arrow's, batches, or a function that gives an iterator of them; see docs/streaming.md.
        y : array-like, shape (n,), or str
            Or the name of the column of X that holds it.
            Rows whose class is missing are left out.
        sample_weight : array-like, shape (n,), optional
            What each row counts, >= 0.
        X_val, y_val : as X and y, optional
            Rows by which training is judged, in the place of rows kept out.

        Raises
        ------
        InputError
            The table cannot be learned from; the message names column, evidence and remedy. It is a ValueError.
        ValueError, TypeError
            A parameter or value that cannot be.
        DivergenceError
            Training left the finite numbers.

        Warns
        -----
        TrainingWarning
            Next to nothing was learned, for a reason that can be removed.
        """
        return self._fit(X, y, sample_weight, X_val, y_val)

    def predict(self, X: Any) -> Array:
        """The class of each row, shape (n,).

        X is what `fit` takes, or the path of a file, read with what is known of how the training table was written.

        Raises
        ------
        InputError
            A column is missing, or a cell is none that its column can have.

        Warns
        -----
        UserWarning
            Most cells of a column are unlike all that training met.
        """
        places = self.predict_proba(X).argmax(axis=1)
        return self.classes_[places]

    def predict_proba(self, X: Any) -> Array:
        """The probability of each class, shape (n, classes), in the order of `classes_`."""
        probabilities = self._predicted(X).probabilities
        assert probabilities is not None
        return probabilities[:, self._places]

    def predict_log_proba(self, X: Any) -> Array:
        """The logarithms of `predict_proba`."""
        probabilities = self.predict_proba(X)
        return np.log(np.maximum(probabilities, np.finfo(np.float64).tiny))

    def decision_function(self, X: Any) -> Array:
        """Of two classes the log odds of the second, shape (n,); else the log of the probabilities, (n, classes)."""
        logs = self.predict_log_proba(X)
        return logs[:, 1] - logs[:, 0] if logs.shape[1] == 2 else logs

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The accuracy of the predictions, as in scikit-learn; labels may be spelled otherwise than in training."""
        y = at_hand(y)
        with scoring(y, sample_weight):
            return float(super().score(X, self._in_own_words(y), sample_weight))

    @property
    def oof_probabilities_(self) -> Array:
        """The probabilities out of fold, shape (n, classes); NaN for rows that were left out."""
        return self._of_all_rows(self._out_of_fold.answers[:, self._places])

    @property
    def oof_predictions_(self) -> Array:
        """The classes out of fold, shape (n,); of rows that were left out the first class."""
        return self.classes_[np.nan_to_num(self.oof_probabilities_).argmax(axis=1)]

    def _answers(self, y: Any, n_rows: int, name: str) -> tuple[Column, Any]:
        column, labels = super()._answers(y, n_rows, name)
        if labels is not None:
            known = np.asarray(labels).ravel()[~column.is_missing]
            if len(known):
                plain = np.array(known.tolist()) if known.dtype == object else known
                with in_own_words(y=plain, with_X=False):
                    check_classification_targets(plain)
        return column, labels

    def _in_own_words(self, y: Any) -> Any:
        """The labels as `classes_` has them, if all are among those: `true` is the class `True`, and 1.0 is `1`."""
        check_is_fitted(self)
        target = self.predictor_.target
        assert isinstance(target, ClassTarget)
        places = places_among(as_column(y, "y"), target.spellings)
        return y if (places < 0).any() else self.classes_[np.argsort(self._places)][places]

    def _take_up(self, predictor: TablePredictor, labels: Any) -> None:
        self.predictor_ = predictor
        assert isinstance(predictor.target, ClassTarget)
        classes = predictor.target.labels
        if labels is not None:
            classes = self._labels_as_given(labels, classes)
        places = np.argsort(classes, kind="stable")
        self.classes_: Array = classes[places]
        self._places: Array = places

    def _labels_as_given(self, labels: Any, classes: Array) -> Array:
        """The class labels as y has them, in its own type, in the order of the core's classes."""
        known = np.asarray(labels).ravel()[~as_column(labels, "y").is_missing]
        if known.dtype.kind == "f" and "int" in str(getattr(labels, "dtype", getattr(labels, "type", ""))).lower():
            return classes  # whole numbers, of which some are missing, and of which NumPy made floats for that
        try:
            distinct = np.unique(known)
        except TypeError:  # of labels of different types there is no order
            return classes
        numbers = self.predictor_.target.encode(as_column(distinct, self.predictor_.target.name))
        as_given = np.empty(len(classes), dtype=distinct.dtype)
        as_given[numbers[::-1]] = distinct[::-1]
        return as_given if len(np.unique(numbers)) == len(classes) else classes

    def _own_choices(self) -> dict[str, Any]:
        return {"class_weight": self.class_weight}
