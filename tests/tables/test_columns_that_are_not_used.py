"""What a model does not use is not looked into, so that nothing in it can be refused."""

import json

import numpy as np
import pandas as pd
import polars as pl
import pytest

from clearprop import TableClassifier, TableRegressor, read_table
from clearprop.errors import InputError
from clearprop.tables.frames import as_table

QUICK = {"recipe": "plain", "max_epochs": 2, "random_state": 0, "members": 1}
ROWS = 60
FRAME = pd.DataFrame(
    {
        "id": np.arange(ROWS),
        "note": [f"nothing to be said of row {row}" for row in range(ROWS)],
        "unit": ["cm"] * ROWS,
        "size": np.random.default_rng(0).normal(size=ROWS),
    }
)
KINDS = np.where(FRAME["size"] > 0, "big", "small")
STRANGE = {
    "lists": [[1, 2]] * ROWS,
    "complex numbers": [1j] * ROWS,
    "dictionaries": [{"a": 1}] * ROWS,
    "times with and without a zone": [pd.Timestamp("2024", tz="UTC"), pd.Timestamp("2024")] * (ROWS // 2),
}


@pytest.fixture(scope="module")
def model():
    return TableClassifier(**QUICK).fit(FRAME, KINDS)


@pytest.mark.parametrize("cells", STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize("name", ["id", "note", "unit", "of no use"])
def test_cells_of_columns_that_were_left_out_or_are_new_may_be_anything(model, name, cells):
    assert model.predictor_.preparation.names == ("size",)
    other = FRAME.assign(**{name: pd.Series(cells, dtype=object)})
    np.testing.assert_array_equal(model.predict_proba(other), model.predict_proba(FRAME))
    with pytest.raises(InputError, match="column 'size'"):
        model.predict(FRAME.assign(size=pd.Series(cells, dtype=object)))


def test_columns_to_ignore_are_not_looked_into_at_training():
    frame = FRAME.assign(lists=STRANGE["lists"])
    with pytest.raises(InputError, match=r"column 'lists': \[1, 2\] holds several values"):
        TableClassifier(**QUICK).fit(frame, KINDS)
    model = TableClassifier(**QUICK, ignore=["lists"]).fit(frame, KINDS, X_val=frame, y_val=KINDS)
    polars = pl.DataFrame({"size": FRAME["size"].to_numpy(), "lists": STRANGE["lists"]})
    np.testing.assert_array_equal(model.predict_proba(polars), model.predict_proba(frame))


def test_a_column_that_is_ignored_may_divide_the_rows_all_the_same():
    frame = pd.DataFrame({"size": FRAME["size"], "group": np.arange(ROWS) % 6})
    model = TableRegressor(**QUICK, ignore=["group"], split_by="group").fit(frame, FRAME["size"])
    held_out = set(frame["group"][model.held_out_rows_])
    assert len(held_out) == 1
    assert len(model.held_out_rows_) == ROWS // 6


def test_what_is_not_needed_is_missing():
    table = as_table({"a": [1, 2], "b": [[3], [4]]}, needed=lambda name: name == "a")
    assert table.names == ("a", "b")
    assert table.column("b").missing.tolist() == [True, True]


def test_columns_of_a_file_that_are_not_needed_stay_as_they_stand(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("size,price\n" + "".join(f"{row}.5,{row}.25\n" for row in range(20)) + "3.5,?!\n")
    with pytest.raises(InputError, match=r"line 22, column 'price': '\?!' is not a number"):
        read_table(path)
    with pytest.raises(InputError, match=r"line 22, column 'price': '\?!' is not a number"):
        read_table(path, needed=["size", "price"])
    for needed in (["size"], lambda names: [name for name in names if name != "price"]):
        table = read_table(path, needed=needed)
        price = table.column("price")
        assert table.column("size").values[:3].tolist() == [0.5, 1.5, 2.5]
        assert [price.texts[place] for place in price.values[[0, 20]]] == ["0.25", "?!"]


@pytest.mark.parametrize("ending", ["parquet", "jsonl"])
def test_cells_of_several_values_in_columns_that_are_not_needed(tmp_path, ending):
    path = tmp_path / f"t.{ending}"
    if ending == "parquet":
        pl.DataFrame({"size": [1.5, 2.5], "tags": [["a"], ["b", "c"]]}).write_parquet(path)
    else:
        path.write_text("".join(json.dumps({"size": size, "tags": ["a", size]}) + "\n" for size in (1.5, 2.5)))
    with pytest.raises(InputError, match="column 'tags'"):
        read_table(path)
    table = read_table(path, needed=["size"])
    assert table.column("size").values.tolist() == [1.5, 2.5]
    assert table.column("tags").missing.tolist() == [True, True]
