"""What can be explained: a Network, an estimator, a table's model, a network of the article; brought to one form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.explanation.given import Givens, before_transformation, table_cells
from clearprop.network import Network
from clearprop.penalties import Penalty
from clearprop.sparse import is_sparse

Array = npt.NDArray[Any]


class GivenRows(NamedTuple):
    """Rows in the network's dtype, their targets and weights, and the number of the first of them in what was given."""

    X: Array
    y: Array | None
    sample_weight: Array | None
    first: int = 0


@dataclass(frozen=True)
class Subject:
    """A model in the form that is explained.

    Attributes
    ----------
    network : Network
    x, y : arrays or array-likes
        In the network's own terms; y None where there is none.
    feature_names, class_names : sequences of str, or None
    notes : sequence of str
        What a reader should know about how it was brought to this form.
    own_penalty : Penalty
        What it is trained with, as far as it says.
    penalty_by_row : bool
        Whether that is added to each row's loss, as a perceptron's is, rather than to their sum.
    given : callable, or None
        What stood in the place of each input before it was scaled.
    """

    network: Network
    x: Any
    y: npt.ArrayLike | None
    feature_names: Sequence[str] | None = None
    class_names: Sequence[str] | None = None
    notes: Sequence[str] = ()
    own_penalty: Penalty = field(default_factory=Penalty)
    penalty_by_row: bool = False
    given: Givens | None = None

    def rows(self, row: int | None = None, sample_weight: npt.ArrayLike | None = None) -> GivenRows:
        """The rows that were given, or the one of them that is asked for.

        Raises
        ------
        InputError
            Shapes do not fit, something is no number, or there is no such row.
        """
        X = self._numbers("x", self.x.toarray() if is_sparse(self.x) else self.x)
        inputs, outputs = self.network.layer_sizes[0], self.network.layer_sizes[-1]
        if X.ndim not in (1, 2) or X.shape[-1] != inputs:
            raise InputError(f"x must have shape ({inputs},) for a row or (n, {inputs}) for n, got {X.shape}")
        single = X.ndim == 1
        X = X[np.newaxis] if single else X
        y = None
        if self.y is not None:
            given = np.asarray(self.y)
            alone = single and given.shape in ((), (outputs,))
            try:
                y = self.network.targets(given[np.newaxis] if alone else given, len(X))
            except ValueError as error:
                raise InputError(str(error)) from error
        weight = None if sample_weight is None else self._numbers("sample_weight", sample_weight)
        if weight is not None and weight.shape != (len(X),):
            raise InputError(f"sample_weight must be {len(X)} numbers >= 0, one a row, got shape {weight.shape}")
        if row is None:
            return GivenRows(X, y, weight)
        if isinstance(row, bool) or not isinstance(row, int | np.integer):
            raise InputError(f"row must be a whole number, got {row!r}")
        if not -len(X) <= row < len(X):
            raise InputError(f"row {row} is not there: x has the rows 0 to {len(X) - 1} (counted from 0)")
        at = int(row) % len(X)
        if weight is not None and weight[at] == 0:
            raise InputError(
                f"row {row} has the weight 0 in sample_weight, so nothing follows from it: choose another (rows "
                "counted from 0)"
            )
        one = slice(at, at + 1)
        # Of a single row, the caller's own number.
        first = 0 if single else at
        return GivenRows(X[one], None if y is None else y[one], None if weight is None else weight[one], first)

    def _numbers(self, what: str, values: npt.ArrayLike) -> Array:
        try:
            return np.asarray(values, dtype=self.network.dtype)
        except (TypeError, ValueError) as error:
            raise InputError(f"{what} must hold numbers: {error}") from error

    def penalty(self, rows: GivenRows) -> Penalty:
        """What the model is trained with, so that its share in the mean over these rows is right."""
        own = self.own_penalty
        if not self.penalty_by_row:
            return own
        times = float(len(rows.X) if rows.sample_weight is None else rows.sample_weight.sum())
        return Penalty(own.l1 * times, own.l2 * times)

    def checked_feature_names(self, names: Sequence[str] | None) -> Sequence[str] | None:
        """The inputs' names, those given or the model's own."""
        names = self.feature_names if names is None else names
        count = self.network.layer_sizes[0]
        if names is not None and (isinstance(names, str) or len(names) != count):
            given = repr(names) if isinstance(names, str) else len(names)
            raise InputError(f"feature_names must be {count} texts, one for each input, got {given}")
        return names

    def checked_class_names(self, names: Sequence[str] | None) -> Sequence[str] | None:
        """The outputs' names, those given or the model's own; one output may stand for two classes."""
        if names is None:
            return self.class_names
        count = self.network.layer_sizes[-1]
        if isinstance(names, str) or (len(names) != count and (count, len(names)) != (1, 2)):
            given = repr(names) if isinstance(names, str) else len(names)
            two = ", or 2 classes" if count == 1 else ""
            raise InputError(f"class_names must be {count} texts, one for each output{two}, got {given}")
        return names


def subject_of(model: Any, x: Any, y: Any) -> Subject:
    """Take a model apart into its network and what the rows are in its terms.

    Raises
    ------
    InputError
        It is not fitted, or no model that can be explained.
    """
    if isinstance(model, Network):
        return Subject(model, x, y)
    if hasattr(model, "preprocessor") and hasattr(model, "network"):
        return _table_subject(model, x, y)
    if hasattr(model, "hidden_layers") and hasattr(model, "output_layer"):
        return _article_subject(model, x, y)
    if hasattr(model, "named_steps") and hasattr(model, "steps"):
        return _pipeline_subject(model, x, y)
    if hasattr(model, "best_estimator_"):
        return subject_of(model.best_estimator_, x, y)
    if hasattr(model, "network_"):
        return _estimator_subject(model, x, y)
    kind = type(model).__name__
    if type(model).__module__.startswith("sklearn."):
        if kind in ("MLPClassifier", "MLPRegressor", "Perceptron"):
            raise InputError(
                f"this is scikit-learn's {kind}, which keeps no trace of how it computes: fit clearprop.{kind} in its "
                "place, which takes the same settings and gives the same model for the same seed"
            )
    elif hasattr(model, "fit"):
        raise InputError(f"this {kind} is not fitted, so it has no network yet: call fit(X, y) first")
    raise InputError(
        f"{kind} cannot be explained: give a Network, a fitted estimator of clearprop's, a pipeline that ends in one, "
        "a loaded model or a NeuralNetwork of the article"
    )


def _pipeline_subject(model: Any, x: Any, y: Any) -> Subject:
    """A pipeline's last step, on what the steps before it make of the rows."""
    last = model.steps[-1][1]
    if not hasattr(last, "network_") and not hasattr(last, "best_estimator_"):
        return subject_of(last, x, y)
    if len(model.steps) == 1:
        return subject_of(last, x, y)
    before = model[:-1]
    single = np.ndim(x) == 1
    fed = before.transform([x] if single else x)
    subject = subject_of(last, fed[0] if single and not is_sparse(fed) else fed, y)
    names = subject.feature_names
    if names is None:
        try:
            names = [str(name) for name in before.get_feature_names_out()]
        except (AttributeError, ValueError):  # a step that gives its columns no names
            names = None
    steps = ", ".join(str(name) for name, _ in model.steps[:-1])
    return replace(
        subject,
        feature_names=names,
        given=before_transformation(before, x),
        notes=[*subject.notes, f"x is what the pipeline's earlier steps ({steps}) make of the rows."],
    )


def _table_subject(model: Any, x: Any, y: Any) -> Subject:
    """A table's columns become features; its target column, where it is there, becomes y."""
    target = model.target
    classes, given = getattr(target, "classes", None), None
    if hasattr(x, "column") and hasattr(x, "names"):
        if y is None and target.name in x.names:
            y = target.encode(x.column(target.name))
        used = x.drop([target.name]) if target.name in x.names else x
        x, given = model.preprocessor.transform(used), table_cells(model.preprocessor, used)
    names = [str(name) for name in model.preprocessor.feature_names]
    notes = ["x is each column as the network is fed it: scaled, a category as 0 or 1."]
    scale = getattr(target, "scale", None)
    if scale is not None and (target.mean, scale) != (0.0, 1.0):
        notes.append(
            f"y is {target.name} minus its mean {target.mean:.6g}, divided by its standard deviation {scale:.6g}."
        )
    labels = None if classes is None else [str(label) for label in classes]
    return Subject(model.network, x, y, names, labels, notes, given=given)


def _article_subject(model: Any, x: Any, y: Any) -> Subject:
    layers = model.parameters
    sizes = [model.num_inputs, *(len(layer) for layer in layers)]
    network = Network(sizes, "sigmoid", "sigmoid", "squared_error", "zeros")
    for index, layer in enumerate(layers):
        neurons = np.array(layer, dtype=np.float64)
        network.biases[index], network.weights[index] = neurons[:, 0], neurons[:, 1:].T
    notes = []
    if y is not None:
        labels = np.asarray(y)
        # One class a row, rather than the outputs' targets.
        if labels.ndim == np.ndim(x) - 1 and np.isin(labels, (0, 1)).all():
            wanted = np.array([model.wanted_outputs(int(label)) for label in np.atleast_1d(labels)])
            y = wanted[:, : sizes[-1]]
            notes.append(f"Classes were taken as targets by the network's encoding, {model.encoding!r}.")
        if np.ndim(x) == 2 and len(x) > 1:
            notes.append(f"The article sums over rows; this mean times {len(x)} is its gradient.")
    return Subject(network, x, y, notes=notes)


def _estimator_subject(model: Any, x: Any, y: Any) -> Subject:
    names = getattr(model, "feature_names_in_", None)
    if names is None and hasattr(x, "columns"):
        names = list(x.columns)
    if hasattr(x, "to_numpy"):
        x = x.to_numpy()
    classes = getattr(model, "classes_", None)
    if y is not None and classes is not None and not _is_encoded(model.network_, x, y):
        y = _encoded(model.network_, np.atleast_1d(np.asarray(y)), np.asarray(classes))
    penalty, by_row = _penalty_of(model)
    return Subject(
        model.network_,
        x,
        y,
        None if names is None else [str(name) for name in names],
        None if classes is None else [str(label) for label in classes],
        ["A perceptron learns from one row at a time, and its penalty counts in full with each."] if by_row else (),
        penalty,
        by_row,
    )


def _penalty_of(model: Any) -> tuple[Penalty, bool]:
    """What an estimator is trained with, and whether that is added to each row's loss, as a perceptron's is."""
    if hasattr(model, "l1"):
        return Penalty(float(model.l1), float(model.alpha)), False
    if getattr(model, "penalty", None) is None:
        return Penalty(), False
    share = {"l1": 1.0, "elasticnet": float(model.l1_ratio)}.get(model.penalty, 0.0)
    return Penalty(share * float(model.alpha), (1 - share) * float(model.alpha)), True


def _is_encoded(network: Network, x: Any, y: Any) -> bool:
    outputs = network.layer_sizes[-1]
    return np.ndim(y) == 2 or (np.ndim(x) == 1 and outputs > 1 and np.shape(y) == (outputs,))


def _encoded(network: Network, labels: Array, classes: Array) -> Array:
    """Class labels as the network's targets: one output for two classes, else one each."""
    unknown = ~np.isin(labels, classes)
    if unknown.any():
        shown = ", ".join(str(label) for label in classes[:10])
        raise InputError(f"y holds {str(labels[unknown][0])!r}, which is no class of this model. There are: {shown}")
    low = -1.0 if network.loss_function.name in ("hinge", "perceptron") else 0.0
    if network.layer_sizes[-1] == 1:
        return np.where(labels == classes[-1], 1.0, low)[:, np.newaxis]
    return np.where(labels[:, np.newaxis] == classes[np.newaxis, :], 1.0, low)
