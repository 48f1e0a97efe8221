"""Models of every kind to be exported, and rows to try them on: a thousand, some cells missing and some unknown."""

import json

import numpy as np
import pandas as pd

from clearprop import (
    INPUTS,
    Ensemble,
    MLPClassifier,
    MLPRegressor,
    Network,
    Perceptron,
    TableClassifier,
    TableRegressor,
)
from clearprop.activations import ACTIVATIONS
from clearprop.inputs import Lookup, Periodic, Plain, Scale
from clearprop.tables.column import Column, objects
from clearprop.tables.predictor import TablePredictor
from clearprop.tables.preparation import Preparation
from clearprop.tables.preparation.categories import CategoryPart
from clearprop.tables.preparation.numbers import NumberPart
from clearprop.tables.preparation.scaling import Scaling
from clearprop.tables.table import Table
from clearprop.tables.targets import ClassTarget, NumberTarget

from ..strategies import quiet_network

ROWS = 1000
DTYPES = ("float32", "float64")
NAMES = ["age", "large", "colour", "size", "paid", "city", "grade", "day", "zoned", "note"]


def all_inputs():
    """One input of every kind that is registered."""
    chosen = [Scale(2), Periodic(2, frequencies=3, size=2), Lookup(4, size=3), Plain(1)]
    assert {one.name for one in chosen} == set(INPUTS)
    return chosen


def network(activation, dtype, *, share=False, inputs=False, loss="squared_error", seed=0, outputs=2):
    """A network whose first hidden layer has an activation, with all parameters drawn."""
    front = all_inputs() if inputs else None
    features = sum(one.features for one in front) if front else 3
    made = quiet_network(
        [features, 5, 4, outputs],
        [activation, "tanh"],
        loss=loss,
        dtype=dtype,
        rng=seed,
        inputs=front,
        trainable_share=share,
    )
    made.parameters = made.parameters + np.random.default_rng(seed).normal(0.0, 0.2, made.parameters.size)
    return made


def rows_for(model, seed=0, n=ROWS):
    """Rows for a network or ensemble: normal numbers, and codes where it has a table for those."""
    first = model.members[0] if isinstance(model, Ensemble) else model
    rng = np.random.default_rng(seed)
    X = rng.normal(0.0, 2.0, (n, first.n_columns))
    for column in range(first.n_columns):
        if first.front.is_coded(column):
            X[:, column] = rng.integers(-1, 4, n)
    return X.astype(first.dtype)


def networks_of_all_activations(dtype):
    """By name: an activation each, every second with trainable shares, every third with inputs of all kinds."""
    return {
        name: network(name, dtype, share=number % 2 == 0, inputs=number % 3 == 0, seed=number)
        for number, name in enumerate(ACTIVATIONS)
    }


def ensemble(dtype, loss="cross_entropy", outputs=3):
    return Ensemble([network("tanh", dtype, inputs=True, loss=loss, seed=seed, outputs=outputs) for seed in range(3)])


# -- estimators ------------------------------------------------------------------------------------------------------


def numbers(n=ROWS, dtype=np.float64):
    X = np.random.default_rng(1).normal(1.0, 2.0, (n, 4)).astype(dtype)
    return X, (2 * X[:, 0] - X[:, 1] ** 2 + X[:, 2]).astype(np.float64)


def fitted_estimators(dtype=np.float64):
    """By what is special about them: an estimator, fitted for some epochs."""
    X, s = numbers(dtype=dtype)
    two, three = s > 0, np.digitize(s, [-3.0, 2.0])
    several = np.column_stack([s > 0, X[:, 0] > 1, X[:, 1] > 2]).astype(int)

    def classifier(**settings):
        return MLPClassifier((6,), max_iter=8, random_state=0, n_iter_no_change=8, **settings)

    def regressor(**settings):
        return MLPRegressor(hidden_layer_sizes=(6,), max_iter=8, random_state=0, n_iter_no_change=8, **settings)

    return {
        "two texts": classifier().fit(X, np.where(two, "yes", "no")),
        "two booleans": classifier(activation=["gelu"]).fit(X, two),
        "two objects": classifier().fit(X, np.where(two, "größe", 'a "b"').astype(object)),
        "three whole numbers": classifier(activation=["elu"]).fit(X, 10 * three - 10),
        "three bytes": classifier().fit(X, three.astype(np.uint8)),
        "three floats": classifier().fit(X, three.astype(float)),
        "outputs over their sum": classifier(loss="binary_cross_entropy").fit(X, three),
        "hinge of two": classifier(loss="hinge").fit(X, np.where(two, "yes", "no")),
        "hinge of three": classifier(loss="hinge").fit(X, three),
        "hinge with probabilities": classifier(loss="hinge", output_activation="hard_sigmoid").fit(X, two),
        "several labels": classifier().fit(X, several),
        "perceptron of two": Perceptron(max_iter=5, tol=None).fit(X, np.where(two, "yes", "no")),
        "perceptron of three": Perceptron(max_iter=5, tol=None).fit(X, three),
        "one number": regressor().fit(X, s),
        "two numbers": regressor(output_activation="tanh").fit(X, np.column_stack([s, -s])),
        "counts": regressor(loss="poisson").fit(X, np.round(np.abs(s))),
    }


# -- tables ----------------------------------------------------------------------------------------------------------


def table(n, seed):
    """Columns of every kind, a tenth of the cells missing."""
    rng = np.random.default_rng(seed)
    days = pd.to_datetime("2020-01-01") + pd.to_timedelta(rng.integers(0, 86_400 * 900, n), unit="s")
    hours = pd.to_datetime("2021-01-01") + pd.to_timedelta(rng.integers(0, 86_400 * 900, n), unit="s")
    frame = pd.DataFrame(
        {
            "age": rng.normal(40, 10, n),
            "large": 2**60 + 2**12 * rng.integers(0, 300, n),  # which float64 holds, and no less
            "colour": rng.choice(["red", "blue", "green"], n),
            "size": rng.choice(["small", "large"], n),
            "paid": pd.array(rng.random(n) < 0.5, dtype="boolean"),
            "city": rng.choice([f"c{number}" for number in range(12)], n),
            "grade": rng.choice(["1.0", "2", "0.50", "True"], n),
            "day": days,
            "zoned": hours.tz_localize("UTC").tz_convert("Europe/Berlin"),
            "note": np.where(rng.random(n) < 0.5, "there", None),
        }
    )
    for name in ("age", "colour", "paid", "city", "day", "zoned"):
        frame.loc[rng.random(n) < 0.1, name] = None
    return frame


def other_rows(n=ROWS):
    """Rows with what training did not have: categories, dates of other centuries, numbers beyond all bounds."""
    frame, rng = table(n, seed=1), np.random.default_rng(2)
    for name, others in {"colour": ["mauve", "red"], "city": ["c99", "c1"], "size": ["medium", "small"]}.items():
        chosen = rng.random(n) < 0.3
        frame.loc[chosen, name] = rng.choice(others, int(chosen.sum()))
    for name in ("size", "grade"):
        frame.loc[rng.random(n) < 0.1, name] = None
    frame.loc[:2, "age"] = [1e200, -np.inf, np.inf]
    far = pd.to_datetime("1899-12-31") + pd.to_timedelta(rng.integers(0, 86_400 * 365 * 180, n), unit="s")
    frame["day"] = frame["day"].where(rng.random(n) < 0.5, far)
    return frame


def fitted_tables():
    """By what is special about them: an estimator of a table, fitted for two epochs."""
    frame = table(400, seed=0)
    age = frame["age"].fillna(40)
    two = np.where((age > 42) ^ (frame["colour"] == "red"), "yes", "no")
    three = np.where(frame["city"].isin(["c1", "c2", "c3", "c4"]), 7, np.where(two == "yes", 5, 3))
    plain = {"recipe": "plain", "hidden_layer_sizes": [6], "random_state": 0}
    tuned = {"hidden_layer_sizes": [6], "max_epochs": 2, "random_state": 0}
    return {
        "plain, two classes": TableClassifier(max_epochs=4, **plain).fit(frame, two),
        "plain, three classes, no temperature": TableClassifier(
            max_epochs=4, validation_fraction=0.0, early_stopping=False, **plain
        ).fit(frame, three),
        "tuned, two members": TableClassifier(members=2, **tuned).fit(frame, three),
        "tuned, booleans": TableClassifier(members=1, **tuned).fit(frame, two == "yes"),
        "plain, a quantity": TableRegressor(max_epochs=4, **plain).fit(frame, 3 * age + 1000),
        "tuned, a quantity": TableRegressor(members=2, **tuned).fit(frame, 3 * age),
    }


def is_classifier(model):
    return hasattr(model, "classes_")


def seconds(cell):
    """A date as the seconds since 1970; NaN where it is missing."""
    if pd.isna(cell):
        return np.nan
    return (cell.tz_convert("UTC").tz_localize(None) if cell.tzinfo else cell).value / 1e9


def plain_cells(frame, kinds):
    """The cells of each column as an ONNX input or a field in C is given them: a list of texts, or of numbers."""
    cells = {}
    for name, kind in kinds.items():
        column = frame[name].tolist()
        if kind in ("category", "presence"):
            cells[name] = ["" if pd.isna(cell) else str(cell) for cell in column]
        elif kind == "date":
            cells[name] = [seconds(cell) for cell in column]
        else:
            cells[name] = [np.nan if pd.isna(cell) else float(cell) for cell in column]
    return cells


def kinds_of(model):
    return {part.name: part.kind for part in model.predictor_.preparation.parts}


def dictionaries(frame):
    """Rows as dictionaries of cells, as JSON or a file of CSV has them: dates as texts, a missing cell None."""
    rows = frame.to_dict("records")
    for row in rows:
        for name, cell in row.items():
            if pd.isna(cell):
                row[name] = None
            elif hasattr(cell, "isoformat"):
                row[name] = cell.isoformat()
            elif isinstance(cell, bool | np.bool_):
                row[name] = bool(cell)
    return json.loads(json.dumps(rows))


def rounded_to_digits(made):
    """A float64 network of the shortest digits of a float32 one's numbers, which are what is written."""
    twin = made.copy("float64")
    twin.parameters = [float(str(value)) for value in made.parameters]
    return twin


def small_network(outputs=1):
    return Network([2, 3, outputs], "tanh", loss="squared_error", rng=0)


# -- models of any names, without a table that they were learned from --------------------------------------------------


def of_names(names):
    """A model of columns of numbers that have these names, and rows for it: a list of numbers each."""
    scaling = Scaling(origin=0, center=0.0, scale=1.0, fill=0.5, low=-3.0, high=3.0, bent=False)
    parts = tuple(NumberPart(name=name, scaling=scaling, marked=False, blanks=()) for name in names)
    made = Network([len(names), 3, 1], "tanh", rng=0)
    target = NumberTarget("price", 2.0, 3.0, -1.0, 1.0)
    predictor = TablePredictor(made, Preparation(parts), target, columns=tuple(names))
    return predictor, np.random.default_rng(0).normal(size=(20, len(names)))


def answers_for(predictor, names, rows):
    columns = tuple(Column(name, "number", rows[:, place].copy()) for place, name in enumerate(names))
    return predictor.predict(Table(columns, np.arange(len(rows)))).values


def of_texts(categories, classes, column="colour", target="kind"):
    """A model of one column of categories, for classes of these names."""
    part = CategoryPart(name=column, categories=tuple(categories), blank=True, form="one-hot")
    outputs = len(classes) if len(classes) > 2 else 1
    loss = "cross_entropy" if outputs > 1 else "binary_cross_entropy"
    made = Network([len(categories) + 1, outputs], loss=loss, rng=0)
    made.parameters = np.random.default_rng(0).normal(size=made.parameters.size)
    return TablePredictor(made, Preparation((part,)), ClassTarget(target, tuple(classes)), columns=(column,))


def classes_of_texts(predictor, column, texts):
    values = np.arange(len(texts), dtype=np.int32)
    missing = np.array([not text for text in texts])
    cells = Column(column, "text", values, missing, objects(list(texts)))
    return predictor.predict(Table((cells,), np.arange(len(texts)))).values.tolist()
