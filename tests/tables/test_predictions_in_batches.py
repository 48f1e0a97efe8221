"""Predictions of a long table: so many rows at a time, with the bits and the notes of all at once."""

import numpy as np
import pandas as pd
import pytest

from clearprop import InputError, TableClassifier, TableRegressor
from clearprop.network.passes import SPARSE_ROWS_AT_ONCE
from clearprop.tables import predictor
from clearprop.tables.evaluating import evaluate_table
from clearprop.tables.frames import as_column, as_table


def long_table(n=10_500, sparse=False):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "x": rng.normal(size=n),
            "y": rng.normal(size=n),
            "kind": rng.choice([f"k{k}" for k in range(300 if sparse else 12)], n),
        }
    )
    return frame, 5 * frame["x"] + (frame["kind"] == "k3")


@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize("case", ["plain", "sparse", "auto", "classes"])
def test_the_same_bits(monkeypatch, case, members):
    frame, target = long_table(sparse=case == "sparse")
    settings = {"recipe": "auto" if case == "auto" else "plain", "members": members, "random_state": 0, "max_epochs": 1}
    if case == "classes":
        model = TableClassifier(**settings).fit(frame, np.digitize(target, [-3, 3]))
    else:
        model = TableRegressor(**settings).fit(frame, target)
    new = as_table(frame.assign(kind=frame["kind"].replace("k2", "unheard of"), x=frame["x"].where(frame["x"] < 2)))
    assert new.n_rows <= predictor.ROWS_AT_A_TIME
    whole = model.predictor_.predict(new)
    held = []
    monkeypatch.setattr(predictor, "ROWS_AT_A_TIME", SPARSE_ROWS_AT_ONCE)
    prepared = predictor.TablePredictor.prepared
    monkeypatch.setattr(
        predictor.TablePredictor,
        "prepared",
        lambda self, table, *more: (held.append(table.n_rows), prepared(self, table, *more))[1],
    )
    parted = model.predictor_.predict(new)
    assert held == [4096, 4096, 2308]
    assert (parted.values == whole.values).all()
    assert parted.notes == whole.notes
    assert any("unheard of" in note for note in whole.notes)
    if whole.probabilities is not None:
        assert (parted.probabilities == whole.probabilities).all()


def test_refusals_and_rows_without_an_answer(monkeypatch):
    frame, target = long_table()
    model = TableRegressor(recipe="plain", random_state=0, max_epochs=1).fit(frame, target)
    cells = frame["x"].astype(object)
    cells[5000], cells[9000] = "12O", "lots"
    new = as_table(frame.assign(x=cells))
    whole = model.predictor_.predict(new, keep_going=True)
    monkeypatch.setattr(predictor, "ROWS_AT_A_TIME", SPARSE_ROWS_AT_ONCE)
    parted = model.predictor_.predict(new, keep_going=True)
    assert np.flatnonzero(parted.left_empty).tolist() == [5000, 9000]
    assert (parted.values == whole.values).all()
    assert parted.notes == whole.notes
    with pytest.raises(InputError, match=r"row 5000 \(counted from 0\), column 'x': '12O' is no number.*1 more"):
        model.predictor_.predict(new)


def test_evaluations(monkeypatch):
    frame, target = long_table()
    model = TableRegressor(recipe="plain", random_state=0, max_epochs=1).fit(frame, target)
    table, column = as_table(frame), as_column(target, "target")
    whole = evaluate_table(model.predictor_, table, column)
    monkeypatch.setattr(predictor, "ROWS_AT_A_TIME", SPARSE_ROWS_AT_ONCE)
    assert evaluate_table(model.predictor_, table, column).to_json() == whole.to_json()


def test_a_column_that_is_called_as_an_array_of_targets():
    frame, target = long_table(300)
    model = TableRegressor(recipe="plain", random_state=0, max_epochs=2).fit(frame, target.to_numpy())
    assert model.predictor_.target.name == "y"
    assert "y" in model.predictor_.preparation.names
    moved = model.predict(frame.assign(y=frame["y"] + 3.0))
    assert (model.predict(frame) != moved).any()
    assert model.explain(frame, row=0).columns.names == ("x", "y", "kind")
    assert model.score(frame, target) > -10
