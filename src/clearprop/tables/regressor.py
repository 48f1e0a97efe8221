"""`TableRegressor`: a quantity for each row of a table."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy.typing as npt
from sklearn.base import RegressorMixin

from clearprop.estimators.documentation import with_shared_entries
from clearprop.estimators.error_messages import scoring
from clearprop.tables.estimator import TableEstimator
from clearprop.tables.frames import at_hand
from clearprop.tables.predictor import TablePredictor
from clearprop.tables.targets import Task

Array = npt.NDArray[Any]


@with_shared_entries(TableEstimator)
class TableRegressor(RegressorMixin, TableEstimator):  # type: ignore[misc]
    """A network, or several, that predicts a quantity for each row of a table.

    Parameters
    ----------
    Those of `TableEstimator`.
    loss : str or Loss
        "squared_error", "absolute_error", "huber", "quantile", "poisson" or another of `clearprop.LOSSES` that is not
        one of classes, or an object.

    Attributes
    ----------
    Those of `TableEstimator`.

    Notes
    -----
    The target is learned less its mean and over its standard deviation (counts, by the poisson loss, as they are).
    Predictions are the members' mean, and do not leave the range of the targets that were learned from.

    Examples
    --------
    >>> from clearprop import TableRegressor
    >>> sizes, towns = [50.0, 65.0, 80.0, 100.0, 120.0] * 12, ["Ulm", "Bonn", None] * 20
    >>> prices = [size * (5 if town == "Bonn" else 4) for size, town in zip(sizes, towns)]
    >>> model = TableRegressor(recipe="plain", learning_rate=0.02, random_state=0)
    >>> model = model.fit({"size": sizes, "town": towns}, prices)
    >>> bool(abs(model.predict({"town": ["Bonn"], "size": [90.0]})[0] - 450) < 25)
    True
    """

    task: ClassVar[Task] = "regression"

    def __init__(
        self,
        *,
        recipe: str = "auto",
        members: Any = "auto",
        loss: Any = "squared_error",
        categorical_features: Any = "auto",
        ignore: Any = None,
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
        self.loss = loss
        self.categorical_features = categorical_features
        self.ignore = ignore
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
        """Learn a quantity from a table's columns.

        Parameters
        ----------
        X : dataframe, array of shape (n, columns), dictionary of columns, or Table
            Numbers, truth values, dates and times, categories and texts; cells may be missing. Or what need not be in
            memory: the path of a file, a folder or a pattern such as "flights/*.parquet", mapped arrays, a dataset of
            Arrow's, batches, or a function that gives an iterator of them; see docs/streaming.md.
        y : array-like, shape (n,), or str
            Or the name of the column of X that holds it.
            Rows whose quantity is missing are left out.
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
        """The quantity of each row, shape (n,), in its own unit.

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
        return self._predicted(X).values

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """R² of the predictions, as in scikit-learn."""
        y = at_hand(y)
        with scoring(y, sample_weight, of_numbers=True):
            return float(super().score(X, y, sample_weight))

    @property
    def oof_predictions_(self) -> Array:
        """The quantities out of fold, shape (n,); NaN for rows that were left out."""
        return self._of_all_rows(self._out_of_fold.answers)

    def _take_up(self, predictor: TablePredictor, labels: Any) -> None:
        self.predictor_ = predictor

    def _own_choices(self) -> dict[str, Any]:
        return {"loss": self.loss}
