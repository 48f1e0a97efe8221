"""Models of tables brought to the form that is explained: columns as networks are fed them, cells beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from clearprop.explanation.answers import Answer, OfClass, Quantity
from clearprop.explanation.contributions import Contributions, contributions
from clearprop.explanation.original_inputs import cells_of, table_cells
from clearprop.explanation.subjects.kinds import FittedOnTables, ModelOfTables, TableOfCells
from clearprop.explanation.subjects.subject import Subject
from clearprop.foundation.sparse import canonical, is_sparse
from clearprop.network.ensemble import Ensemble
from clearprop.printable import printable


def fitted_on_tables_subject(model: FittedOnTables, x: Any, y: Any) -> Subject:
    """The subject that an estimator of tables comes to on rows, or on a single one by itself."""
    if x is not None and not isinstance(x, TableOfCells):
        single = _single(x)
        if single is not None and y is not None and np.ndim(y) == 0:
            y = [y]
        answered = [model.predictor_.target.name] if y is None else []  # by the column that becomes y
        x = model.to_table(x if single is None else single, *answered)
    return table_subject(model.predictor_, x, None if y is None else model.to_targets(y))


def table_subject(model: ModelOfTables, x: Any, y: Any) -> Subject:
    """A table's columns become features; its target column, where it is there and each row has one, becomes y."""
    target, network, members = model.target, model.networks[0], len(model.networks)
    classes, original, answers, columns = getattr(target, "classes", None), None, None, None
    if isinstance(x, TableOfCells):
        used = model.without_target(x)
        if y is None and used is not x:
            known = x.column(target.name)
            # Predictions need no answers, which new rows have not, though they have their column.
            y = target.encode(known) if len(target.rows(known)) == len(known) else None
        x, original = model.prepared(used), table_cells(model.preparation, used)
        answers = given = model.answers(x)
        columns = _columns(model, used, x, given)
    names = [str(name) for name in model.preparation.feature_names]
    notes = ["x is each column as the network is fed it: scaled, a category as 0 or 1 or by its number."]
    scale = getattr(target, "scale", None)
    if scale is not None and (target.mean, scale) != (0.0, 1.0):
        notes.append(
            f"y is {target.name} less its mean, {target.mean:.6g}, divided by its standard deviation {scale:.6g}."
        )
    words = "In the target's own units the prediction is"
    if classes is not None:
        if model.temperature is None and members == 1:
            answers = None  # it is the output itself
        words = f"The model's own probabilities, of {', '.join(map(str, classes))}, are"
        if model.temperature is not None:
            words = (
                f"z is divided by a temperature of {model.temperature:.4g}, fitted on rows that were not trained on, "
                f"so that probabilities are honest. {words}"
            )
    labels = None if classes is None else [str(label) for label in classes]
    ensemble = model.model if isinstance(model.model, Ensemble) else None
    return Subject(
        network,
        x,
        y,
        names,
        labels,
        notes,
        original=original,
        answers=answers,
        answers_are=words,
        ensemble=ensemble,
        columns=columns,
    )


def _columns(model: ModelOfTables, table: Any, X: Any, answers: Any) -> Callable[[int], Contributions] | None:
    """What each column adds to a row's answer: to a quantity, or to the probability of the class that it is given."""
    target, preparation, last = model.target, model.preparation, model.networks[0].activations[-1].name
    classes = getattr(target, "classes", None)
    if classes is not None and last not in ("sigmoid", "softmax"):
        return None

    def of_row(at: int) -> Contributions:
        answer: Answer
        if classes is None:
            answer, given, of = Quantity(target.scale, target.mean), answers[at], target.name
        else:
            number = int(np.argmax(answers[at]))
            answer, given = OfClass(number, model.temperature or 1.0), answers[at, number]
            of = f"the probability of {target.name} = {classes[number]}"
        spans, typical = preparation.spans, preparation.typical_row
        rows = [canonical(rows).toarray() if is_sparse(rows) else rows for rows in (model.prepared(typical), X[[at]])]
        return contributions(
            model.networks,
            answer,
            rows[0][0],
            rows[1][0],
            list(spans.values()),
            of=printable(of),
            names=[printable(name) for name in spans],
            cells=cells_of(preparation, table, at),
            typical=cells_of(preparation, typical, 0),
            given=float(given),
            limits=model.limits,
        )

    return of_row


def _single(x: Any) -> Any:
    """A row by itself (a pandas Series, a dictionary, a flat list or array) as a table of one; None of others."""
    if hasattr(x, "to_frame") and hasattr(x, "index"):
        return x.to_frame().T
    if isinstance(x, Mapping):
        return [x] if all(isinstance(cell, str) or np.ndim(cell) == 0 for cell in x.values()) else None
    if isinstance(x, list | tuple | np.ndarray) and not hasattr(x, "columns"):
        flat = (
            x.ndim == 1
            if isinstance(x, np.ndarray)
            else not x or not isinstance(x[0], list | tuple | Mapping | np.ndarray)
        )
        return [list(x)] if flat else None
    return None
