"""What can be explained: a Network, an estimator, a table's model, a network of the article; brought to one form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.explanation.given import Givens, before_transformation, table_cells
from clearprop.explanation.names import Name
from clearprop.explanation.refusal import is_fitted, refusal
from clearprop.foundation.arguments import as_array, as_numbers
from clearprop.foundation.sparse import canonical, is_sparse
from clearprop.network.network import Network
from clearprop.penalties import Penalty
from clearprop.printable import printable_names

Array = npt.NDArray[Any]


class GivenRows(NamedTuple):
    """Rows in the network's dtype, their targets and weights, and the number of the first of them in what was given."""

    X: Array
    y: Array | None
    sample_weight: Array | None
    first: int = 0


@dataclass(frozen=True)
class OwnWeight:
    """What a model counts rows for by their classes when it is trained.

    Attributes
    ----------
    by_row : array, shape (n,), or (n, outputs) where each output is trained apart
    note : str
        What a reader should know about it.
    """

    by_row: Array
    note: str

    def of(self, name: Name) -> Array | None:
        """What each row counts in the number of this name; None where that is not one number a row."""
        if self.by_row.ndim == 1:
            return self.by_row
        return None if name.kind in ("loss", "x") else self.by_row[:, name.places[-1] - 1]

    def note_on(self, name: Name) -> str:
        """The note, and whether the number of this name has these weights in it."""
        if self.of(name) is not None:
            return self.note
        return f"{self.note} {name} is of all outputs together, and so is shown without these weights."


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
    own_weight : OwnWeight or None
        What it counts each row for in training.
    answers : array, shape (n,) or (n, outputs), or None
        What it predicts for each row, where that is in other units than the network's outputs.
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
    own_weight: OwnWeight | None = None
    answers: Array | None = None
    given: Givens | None = None

    def rows(
        self, row: int | None = None, sample_weight: npt.ArrayLike | None = None, name: Name | None = None
    ) -> GivenRows:
        """The rows that were given, or the one of them that is asked for, with what they count in the number named.

        Raises
        ------
        InputError
            Shapes do not fit, something is no number, or there is no such row.
        """
        X = self._numbers("x", canonical(self.x).toarray() if is_sparse(self.x) else self.x)
        inputs, outputs = self.network.layer_sizes[0], self.network.layer_sizes[-1]
        if X.ndim not in (1, 2) or X.shape[-1] != inputs:
            raise InputError(f"x must have shape ({inputs},) for a row or (n, {inputs}) for n, got {X.shape}")
        single = X.ndim == 1
        X = X[np.newaxis] if single else X
        y = None
        if self.y is not None:
            try:
                given = as_array("y", self.y)
                alone = single and given.shape in ((), (outputs,))
                y = self.network.targets(given[np.newaxis] if alone else given, len(X))
            except (TypeError, ValueError) as error:
                raise InputError(str(error)) from None
        weight = self._weight(sample_weight, name, len(X))
        if row is None:
            return GivenRows(X, y, weight)
        if isinstance(row, bool) or not isinstance(row, int | np.integer):
            raise InputError(f"row must be a whole number, got {row!r}")
        if not -len(X) <= row < len(X):
            raise InputError(f"row {row} is not there: x has the rows 0 to {len(X) - 1} (counted from 0)")
        at = int(row) % len(X)
        if weight is not None and weight[at] == 0:
            where = (
                "sample_weight" if sample_weight is not None and not np.asarray(sample_weight)[at] else "class_weight"
            )
            raise InputError(
                f"row {row} has the weight 0 in {where}, so nothing follows from it: choose another (rows counted "
                "from 0)"
            )
        one = slice(at, at + 1)
        # Of a single row, the caller's own number.
        first = 0 if single else at
        return GivenRows(X[one], None if y is None else y[one], None if weight is None else weight[one], first)

    def _weight(self, sample_weight: npt.ArrayLike | None, name: Name | None, n: int) -> Array | None:
        """What each row counts in the number named: what it was given, times what the model counts it for."""
        weight = None if sample_weight is None else self._numbers("sample_weight", sample_weight)
        if weight is not None and weight.shape != (n,):
            raise InputError(f"sample_weight must be {n} numbers >= 0, one a row, got shape {weight.shape}")
        own = None if self.own_weight is None or name is None or not name.of_loss else self.own_weight.of(name)
        if own is None:
            return weight
        if not own.any():
            raise InputError(
                "class_weight is 0 for the classes of all rows given, so training learns nothing from them: give rows "
                "of another class"
            )
        return np.asarray(own if weight is None else weight * own, dtype=self.network.dtype)

    def notes_on(self, name: Name, at: int) -> list[str]:
        """What a reader should know about the number of this name, and about the row in this place."""
        notes = list(self.notes)
        if self.own_weight is not None and name.of_loss:
            notes.append(self.own_weight.note_on(name))
        if self.answers is not None and name.kind == "prediction":
            answer = ", ".join(f"{number:.6g}" for number in np.atleast_1d(self.answers[at]))
            notes.append(f"In the target's own units the prediction is {answer}.")
        return notes

    def _numbers(self, what: str, values: npt.ArrayLike) -> Array:
        try:
            return np.asarray(as_numbers(what, values, self.network.dtype), order="C")
        except (TypeError, ValueError) as error:
            raise InputError(str(error)) from None

    def penalty(self, rows: GivenRows) -> Penalty:
        """What the model is trained with, so that its share in the mean over these rows is right."""
        own = self.own_penalty
        if not self.penalty_by_row:
            return own
        return Penalty(own.l1 * len(rows.X), own.l2 * len(rows.X))

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
    if _is_single(x):
        x, y = _table_of_one(x), _target_of_one(y)
    return _fitted_subject(model, x, y)


def _is_single(x: Any) -> bool:
    try:
        return np.ndim(x) == 1
    except ValueError:  # lists of unlike lengths, which are refused as no numbers
        return False


def column_names(rows: Any) -> list[str] | None:
    """The names that a data frame, or a pandas Series that is a row of one, gives its columns; None without."""
    names = getattr(rows, "columns", rows.index if hasattr(rows, "to_frame") and hasattr(rows, "index") else None)
    return list(names) if names is not None and all(isinstance(name, str) for name in names) else None


def _table_of_one(row: Any) -> Any:
    """A table of one row; of a pandas Series with the names that it has."""
    if is_sparse(row):
        return row.reshape(1, -1)
    return [row] if column_names(row) is None else row.to_frame().T


def _target_of_one(y: Any) -> Any:
    """A single row's y, be it a label or number by itself or the targets of several outputs, as that of one row."""
    return y if y is None or np.ndim(y) > 1 or np.shape(y) == (1,) else [y]


def _fitted_subject(model: Any, x: Any, y: Any) -> Subject:
    """What follows scikit-learn's conventions, taken apart; x is a table of rows."""
    if not is_fitted(model):
        raise InputError(refusal(model))
    if hasattr(model, "steps"):
        return _pipeline_subject(model, x, y)
    if hasattr(model, "best_estimator_"):
        return _fitted_subject(model.best_estimator_, x, y)
    if hasattr(model, "regressor_"):
        return _transformed_target_subject(model, x, y)
    return _estimator_subject(model, x, y)


def _pipeline_subject(model: Any, x: Any, y: Any) -> Subject:
    """A pipeline's last step, on what the steps before it make of the rows."""
    last = model.steps[-1][1]
    if len(model.steps) == 1:
        return _fitted_subject(last, x, y)
    before = model[:-1]
    subject = _fitted_subject(last, before.transform(x), y)
    names = subject.feature_names
    if names is None:
        try:
            given = before.get_feature_names_out()
        except (AttributeError, ValueError):  # a step that gives its columns no names
            given = None
        names = None if given is None else [str(name) for name in given]
    steps = ", ".join(str(name) for name, _ in model.steps[:-1])
    return replace(
        subject,
        feature_names=names,
        given=before_transformation(before, x),
        notes=[*subject.notes, f"x is what the pipeline's earlier steps ({steps}) make of the rows."],
    )


def _transformed_target_subject(model: Any, x: Any, y: Any) -> Subject:
    """What predicts a transformed target, on targets that are transformed likewise."""
    transformer = model.transformer_
    if y is not None:
        targets = np.asarray(y)
        y = transformer.transform(targets[:, np.newaxis] if targets.ndim == 1 else targets)
    subject = _fitted_subject(model.regressor_, x, y)
    note = f"y is what the {type(transformer).__name__} of {type(model).__name__} makes of the target."
    return replace(subject, notes=[*subject.notes, note], answers=np.asarray(model.predict(x)))


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
    """An estimator's network, on rows whose columns are those that it was fitted with, in their order."""
    if hasattr(model, "n_features_in_"):
        from sklearn.utils.validation import _check_feature_names

        with printable_names(model, x):
            _check_feature_names(model, x, reset=False)
    names = getattr(model, "feature_names_in_", column_names(x))
    classes = getattr(model, "classes_", None)
    targets = None if y is None else _targets(model.network_, y, classes)
    penalty, by_row = _penalty_of(model)
    return Subject(
        model.network_,
        x.to_numpy() if hasattr(x, "to_numpy") else x,
        targets,
        None if names is None else [str(name) for name in names],
        None if classes is None else [str(label) for label in classes],
        ["A perceptron learns from one row at a time, and its penalty counts in full with each."] if by_row else (),
        penalty,
        by_row,
        None if targets is None else _own_weight(model, targets),
    )


def _own_weight(model: Any, targets: Array) -> OwnWeight | None:
    """What a classifier that was trained with `class_weight` counts these rows for."""
    by_class = getattr(model, "class_weight_", None)
    if by_class is None:
        return None
    if by_class.ndim == 1:
        pairs = [f"{label} {weight:.6g}" for label, weight in zip(model.classes_, by_class, strict=True)]
        shown = ", ".join(pairs[:10]) + (", …" if len(pairs) > 10 else "")
    else:
        shown = "each row the product of what its labels count, there or not"
    no, yes = model.network_.loss_function.levels
    by_row = model.class_weight_by_row((np.asarray(targets, dtype=np.float64) - no) / (yes - no))
    apart = ", in the output of the row's own class (in the others 1)" if by_row.ndim == 2 else ""
    return OwnWeight(by_row, f"Rows count as their classes do in training by class_weight{apart}: {shown}.")


def _penalty_of(model: Any) -> tuple[Penalty, bool]:
    """What an estimator is trained with, and whether that is added to each row's loss, as a perceptron's is."""
    if hasattr(model, "l1"):
        return Penalty(float(model.l1), float(model.alpha)), False
    if getattr(model, "penalty", None) is None:
        return Penalty(), False
    share = {"l1": 1.0, "elasticnet": float(model.l1_ratio)}.get(model.penalty, 0.0)
    return Penalty(share * float(model.alpha), (1 - share) * float(model.alpha)), True


def _targets(network: Network, y: Any, classes: Any) -> Array:
    """What `fit` takes as y as the network's targets: labels encoded, columns of labels and of numbers alike."""
    try:
        given = as_array("y", canonical(y).toarray() if is_sparse(y) else y)
    except ValueError as error:
        raise InputError(str(error)) from None
    if classes is None and given.dtype == object and all(isinstance(number, Real) for number in given.flat):
        given = given.astype(np.float64)
    if given.ndim == 2 and given.shape[1] == 1:
        given = given[:, 0]
    if classes is not None and given.ndim == 1:
        return _encoded(network, given, np.asarray(classes))
    if classes is not None and network.layer_sizes[-1] > 1 and np.isin(given, (0, 1)).all():
        return network.loss_function.targets(given == 1)
    return given


def _encoded(network: Network, labels: Array, classes: Array) -> Array:
    """Class labels as the network's targets: one output for two classes, else one each."""
    unknown = ~np.isin(labels, classes)
    if unknown.any():
        held, known = labels[unknown].tolist()[0], ", ".join(map(repr, classes[:10].tolist()))
        raise InputError(f"y holds {held!r}, which is no class of this model. There are: {known}")
    alone = network.layer_sizes[-1] == 1
    return network.loss_function.targets(labels[:, np.newaxis] == (classes[-1:] if alone else classes))
