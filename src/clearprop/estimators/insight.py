"""What an estimator's network shows: its trace, its input gradients, and why it is not learning."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy.typing as npt

from clearprop.network.network import Network
from clearprop.network.rows import Rows
from clearprop.network.trace import Trace
from clearprop.training.diagnosis.diagnosis import diagnose_network
from clearprop.training.diagnosis.findings import Diagnosis, Settings
from clearprop.training.history import History

Array = npt.NDArray[Any]


class Insight:
    """What has a `network_`, and the history of its training on the network's scale, once it is fitted."""

    network_: Network
    n_outputs_: int
    _trained: History

    @abstractmethod
    def _rows(self, X: Any) -> Any:
        """X as an array or CSR matrix, checked as scikit-learn does."""

    @abstractmethod
    def _as_network_input(self, X: Any) -> Any:
        """Checked rows in the network's dtype."""

    @abstractmethod
    def _diagnosed_rows(self, X: Any, y: Any, sample_weight: Any) -> Rows:
        """Rows checked, with targets and weights as the network is trained on them."""

    @abstractmethod
    def _diagnosis_settings(self) -> Settings:
        """What a diagnosis may advise to change, and how training ended."""

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
        >>> model = MLPRegressor(hidden_layer_sizes=(3,), solver="lbfgs", random_state=0)
        >>> model = model.fit([[0.0], [1.0]], [0.0, 1.0])
        >>> [a.shape for a in model.trace([[0.5]]).a]
        [(1, 3), (1, 1)]
        """
        rows = self._as_network_input(self._rows(X))
        return self.network_.propagate(rows)

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
        trace = self.trace(X)
        jacobian = self.network_.jacobian(trace, of)
        return jacobian[:, 0] if self.n_outputs_ == 1 else jacobian

    def diagnose(self, X: Any, y: Any, sample_weight: Any = None) -> Diagnosis:
        """Why it is not learning: what is wrong with data, parameters or training, with evidence and remedy.

        Parameters
        ----------
        X : array-like or sparse matrix, shape (n, features)
        y : array-like, shape (n,) or (n, outputs)
            The rows that it was trained on.
        sample_weight : array-like, shape (n,), optional
            What each row counted; the weights of the classes are added.

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
        rows = self._diagnosed_rows(X, y, sample_weight)
        return diagnose_network(self.network_, rows, self._trained, self._diagnosis_settings())
