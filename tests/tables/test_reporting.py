"""What a report is told of a fitted estimator, and how it is worded."""

import numpy as np
import pandas as pd
import pytest

from clearprop import TableClassifier, TableRegressor
from clearprop.cli.console import _four
from clearprop.tables.frames import as_column, as_table
from clearprop.tables.preparation.scaling import Scaling
from clearprop.tables.report.usage import python
from clearprop.tables.reporting import report_data

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame({"u": RNG.normal(size=120), "kind": RNG.choice([f"k{k}" for k in range(12)], 120)})
TARGET = 3 * FRAME["u"] + RNG.normal(size=120)


def reported(model, X=FRAME, y=TARGET, **more):
    table, column = as_table(X), as_column(y, "y")
    return report_data(model, table, column, model.evaluation_, title="t", notes=[], **more)


def test_training_scores_are_of_rows_trained_on():
    model = TableRegressor(recipe="plain", random_state=0, max_epochs=30).fit(FRAME, TARGET)
    trained_on = model.training_.rows[model.training_.division.trained_on]
    assert set(trained_on) | set(model.held_out_rows_) == set(range(120))
    assert not set(trained_on) & set(model.held_out_rows_)
    errors = model.predict(FRAME.iloc[trained_on]) - TARGET.iloc[trained_on]
    scores = reported(model).training_scores
    assert scores["RMSE"] == pytest.approx(np.sqrt(np.mean(errors**2)))
    assert scores["RMSE"] != pytest.approx(model.evaluation_.scores["RMSE"].value)


def test_the_network_is_drawn_where_inputs_make_several_features_of_a_column():
    model = TableRegressor(members=2, random_state=0, max_epochs=2).fit(FRAME, TARGET)
    drawing = reported(model).drawing
    front = model.ensemble_.members[0].front
    assert front.n_features > front.n_columns == 2
    for name in ("u, 1", "u, 4", "kind, 8"):
        assert f">{name}<" in drawing


def test_an_evaluation_is_short():
    model = TableClassifier(recipe="plain", random_state=0, max_epochs=2).fit(FRAME, TARGET > 0)
    assert repr(model.evaluation_).startswith("<ClassEvaluation of 24 rows: accuracy 0.")
    assert len(repr(model.evaluation_)) < 160


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"recipe": "auto"}, "up to 0.2"),
        ({"recipe": "plain"}, "0.001"),
        ({"recipe": "plain", "learning_rate": 0.01, "trainer": {"schedule": "cosine"}}, "up to 0.01"),
        ({"recipe": "plain", "trainer": {"schedule": "flat_cosine"}}, "0.001 at first"),
    ],
)
def test_the_learning_rate_in_words(settings, words):
    model = TableRegressor(members=1, random_state=0, max_epochs=40, **settings).fit(FRAME, TARGET)
    assert model.settings()["learning rate"] == words


def test_numbers_in_words():
    assert Scaling.learned(np.array([-3.0, -2.0, -1.0]), "robust").treatment().startswith("plus 2, over ")
    assert Scaling.learned(np.array([3.0, 2.0, 1.0]), "robust").treatment().startswith("minus 2, over ")
    assert [_four(-1e-9), _four(-0.25), _four(12345.678)] == ["0.0000", "-0.2500", "12345.7"]


def test_how_to_read_new_files_in_python():
    from dataclasses import replace

    from clearprop.tables.cell_notation import CellNotation

    table = replace(as_table(FRAME), notation=CellNotation(missing=("k.A.",), decimal=","))
    model = TableRegressor(recipe="plain", random_state=0, max_epochs=2).fit(table, TARGET)
    assert "read_table('NEW.csv', missing=('k.A.',), decimal=',')  # or a dataframe" in python(reported(model))
