"""What follows scikit-learn's conventions, brought to the form that is explained: estimators and what wraps them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.explanation.original_inputs import before_transformation
from clearprop.explanation.subjects.kinds import (
    FittedOnTables,
    FittedOnTransformedTarget,
    FittedSearch,
    PipelineOfSteps,
    fitted_inside,
)
from clearprop.explanation.subjects.labels import targets_of
from clearprop.explanation.subjects.refusals import is_fitted, refusal
from clearprop.explanation.subjects.subject import OwnWeight, Subject
from clearprop.explanation.subjects.tables import fitted_on_tables_subject
from clearprop.foundation.sparse import is_sparse
from clearprop.penalties import Penalty
from clearprop.printable import printable_names

Array = npt.NDArray[Any]


def estimator_subject(model: Any, x: Any, y: Any) -> Subject:
    """The subject that an estimator, or what wraps one, comes to on rows or on a single one.

    Raises
    ------
    InputError
        It is not fitted, or none that can be explained.
    """
    if isinstance(fitted_inside(model) or model, FittedOnTables):
        return _fitted_subject(model, x, y)
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
    """The subject that a fitted model comes to on a table of rows."""
    if not is_fitted(model):
        raise InputError(refusal(model))
    if isinstance(model, FittedOnTables):
        return fitted_on_tables_subject(model, x, y)
    if isinstance(model, PipelineOfSteps):
        return _pipeline_subject(model, x, y)
    if isinstance(model, FittedSearch):
        return _fitted_subject(model.best_estimator_, x, y)
    if isinstance(model, FittedOnTransformedTarget):
        return _transformed_target_subject(model, x, y)
    return _network_subject(model, x, y)


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
            columns = before.get_feature_names_out()
        except (AttributeError, ValueError):  # a step that gives its columns no names
            columns = None
        # Steps that pass rows through give None where they know no names.
        names = None if columns is None else [str(name) for name in columns]
    steps = ", ".join(str(name) for name, _ in model.steps[:-1])
    return replace(
        subject,
        feature_names=names,
        original=before_transformation(before, x),
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


def _network_subject(model: Any, x: Any, y: Any) -> Subject:
    """An estimator's network, on rows whose columns are those that it was fitted with, in their order."""
    if hasattr(model, "n_features_in_"):
        from sklearn.utils.validation import _check_feature_names

        with printable_names(model, x):
            _check_feature_names(model, x, reset=False)
    names = getattr(model, "feature_names_in_", column_names(x))
    classes = getattr(model, "classes_", None)
    targets = None if y is None else targets_of(model.network_, y, classes)
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
