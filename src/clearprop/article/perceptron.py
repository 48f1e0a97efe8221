"""The article's perceptron: one neuron with a step, corrected by each sample that it gets wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.article import checks
from clearprop.article.activations import step

ArrayActivation = Callable[[npt.NDArray[Any]], npt.NDArray[Any]]


class Perceptron:
    """A linear classifier of two classes that learns from its mistakes, sample by sample.

    Parameters
    ----------
    eta : float
        Learning rate, above 0.
    epochs : int
        How often `fit` goes through all samples.
    activation : "step" or a function from array to array
        Applied to the weighted sums, and to the targets too.
    rng : numpy.random.RandomState, optional
        Draws the bias now and the weights at each `fit`; None takes a fresh one.

    Attributes
    ----------
    bias : array of shape (1,)
        Drawn when made, so known before `fit`.
    weights : array of shape (n_features,) or None
        None before `fit`.

    Raises
    ------
    ValueError
        If a parameter breaks its rule.

    Notes
    -----
    For each sample x with target y, in order: e = activation(w . x + b) - activation(y); if e is not 0,
    w <- w - eta e x and b <- b - eta e. Source: the article's section on the perceptron, outputs 1 to 3.

    Examples
    --------
    >>> perceptron = Perceptron(rng=np.random.RandomState(7))
    >>> perceptron.info()
    Bias: [0.07630829] , Weights: None
    >>> perceptron.fit([[-1.0, -2.0], [1.0, 2.0]], [0, 1])
    >>> perceptron.predict([[-3.0, -3.0], [3.0, 3.0]])
    array([0, 1])
    """

    def __init__(
        self,
        eta: float = 0.01,
        epochs: int = 500,
        activation: str | ArrayActivation = "step",
        rng: np.random.RandomState | None = None,
    ) -> None:
        self.eta = checks.positive_number("eta", eta)
        self.epochs = checks.whole_number("epochs", epochs, minimum=0, maximum=checks.MOST_EPOCHS)
        self.activation: ArrayActivation
        if callable(activation):
            self.activation = activation
        else:
            checks.choice("activation", activation, ("step",))
            self.activation = step
        self.rng = checks.random_state(rng)
        self.weights: npt.NDArray[np.float64] | None = None
        self.bias: npt.NDArray[np.float64] = self.rng.random(1)

    def fit(self, rows: checks.Rows, targets: checks.Labels) -> None:
        """Draw new weights, then correct them and the bias for `epochs` rounds.

        Parameters
        ----------
        rows : array-like of shape (n_samples, n_features)
        targets : array-like of shape (n_samples,)
            Pass through the activation first: with the step, class 1 is everything above 0.

        Raises
        ------
        ValueError
            If the data is empty, not a table of finite numbers, or has not one target a row.

        Examples
        --------
        >>> perceptron = Perceptron(eta=0.5, epochs=10, rng=np.random.RandomState(7))
        >>> perceptron.fit([[0.0], [1.0]], [-1, 1])
        >>> perceptron.info()
        Bias: [-0.42369171] , Weights: [0.77991879]
        """
        samples = _table(rows)
        wanted = self.activation(_targets(targets, len(samples)))
        weights = self.weights = self.rng.random(len(samples[0]))
        for _ in range(self.epochs):
            for i in range(len(samples)):
                # np.dot and the one-element bias are kept, as another product could round otherwise.
                weighted_sum = np.dot(samples[i], weights) + self.bias
                error = self.activation(weighted_sum) - wanted[i]
                if error != 0:
                    correction = self.eta * error
                    weights -= correction * samples[i]
                    self.bias -= correction

    def predict(self, rows: checks.Rows) -> npt.NDArray[Any]:
        """Give the class of each row.

        Parameters
        ----------
        rows : array-like of shape (n_samples, n_features)

        Returns
        -------
        array of shape (n_samples,)

        Raises
        ------
        ValueError
            Before `fit`, or if the rows are not finite numbers with as many columns as those of `fit`.

        Examples
        --------
        >>> perceptron = Perceptron(rng=np.random.RandomState(7))
        >>> perceptron.fit([[-1.0], [1.0]], [0, 1])
        >>> perceptron.predict([[-2.0], [2.0]])
        array([0, 1])
        """
        if self.weights is None:
            raise ValueError("weights=None: this perceptron has not learned yet; call fit(rows, targets) first")
        samples = _table(rows)
        if samples.shape[1] != len(self.weights):
            raise ValueError(
                f"rows have {samples.shape[1]} numbers, but fit saw {len(self.weights)}: pass the same columns"
            )
        return self.activation(np.dot(samples, self.weights) + self.bias)

    def info(self) -> None:
        """Print the bias and the weights as the article does.

        Examples
        --------
        >>> Perceptron(rng=np.random.RandomState(7)).info()
        Bias: [0.07630829] , Weights: None
        """
        print("Bias:", self.bias, ", Weights:", self.weights)  # noqa: T201


def _table(rows: checks.Rows) -> npt.NDArray[Any]:
    """Return `rows` as a table of finite numbers; an array keeps its type and memory order, hence its rounding."""
    try:
        samples = np.asarray(rows)
    except ValueError:
        raise ValueError("rows differ in length: pass a table, the same number of columns in every row") from None
    if samples.ndim != 2 or 0 in samples.shape:
        raise ValueError(
            f"rows of shape {samples.shape} are not a table: pass [[...], ...], at least one row and column"
        )
    return _finite("rows", samples)


def _targets(targets: checks.Labels, count: int) -> npt.NDArray[Any]:
    """Return `targets` as a vector of `count` finite numbers."""
    wanted = np.asarray(targets)
    if wanted.shape != (count,):
        raise ValueError(f"targets of shape {wanted.shape} do not go with {count} rows: pass one number a row")
    return _finite("targets", wanted)


def _finite(name: str, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if values.dtype.kind not in "biuf":
        raise ValueError(f"{name} of type {values.dtype} are not real numbers: convert them to float first")
    if not np.isfinite(values).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
        raise ValueError(f"{name} hold {values[place]} at index {place}, not a finite number: replace or drop it")
    return values
