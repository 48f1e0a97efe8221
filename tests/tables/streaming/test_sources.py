"""Whatever a table comes from, bit by bit: the same model from each, and what is wrong names the shard."""

import functools
import operator
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pytest

from clearprop import Callback, InputError, TableClassifier, TableRegressor
from clearprop.tables.reading import read_table
from clearprop.tables.sources import source as sources
from clearprop.tables.sources.opening import streamed
from clearprop.tables.sources.source import n_rows_of

from .tables import forms, frame, written

QUICK = {"recipe": "plain", "max_epochs": 2, "random_state": 0}


def cells(table):
    """A table's cells as objects."""
    rows = []
    for column in table.columns:
        values = column.texts[column.values] if column.kind == "text" else column.values
        rows.append([None if gone else value for gone, value in zip(column.is_missing, values.tolist(), strict=True)])
    return dict(zip(table.names, rows, strict=True))


def joined(source, names=None):
    parts = [cells(source.table(number, names)) for number in range(len(source))]
    return {name: functools.reduce(operator.iadd, (part[name] for part in parts), []) for name in parts[0]}


def test_every_form_of_a_table_makes_the_same_model_bit_for_bit(tmp_path):
    whole = frame()
    models = {}
    for form, given in forms(tmp_path / "forms", whole).items():
        target = "y" if "its answers" in form else "price"
        models[form] = TableRegressor(stream=True, **QUICK).fit(given, target)
    expected = models["a Parquet file"]
    assert expected.evaluation_.scores["R2"].value > 0.5
    for form, model in models.items():
        assert model.network_.parameters.tobytes() == expected.network_.parameters.tobytes(), form
        assert model.predictor_.preparation == expected.predictor_.preparation, form
        assert model.held_out_rows_.tolist() == expected.held_out_rows_.tolist(), form


@pytest.mark.parametrize("form", [".npy files", "mapped arrays", "arrays", "batches"])
def test_arrays_with_their_answers(tmp_path, form):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(500, 3)).astype(np.float32)
    y = X @ [1.0, 2.0, -1.0]
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", y)
    given, answers = {
        ".npy files": (str(tmp_path / "X.npy"), np.load(tmp_path / "y.npy")),
        "mapped arrays": (np.load(tmp_path / "X.npy", mmap_mode="r"), np.load(tmp_path / "y.npy", mmap_mode="r")),
        "arrays": (X, y),
        "batches": (lambda: iter([(X[:200], y[:200]), (X[200:], y[200:])]), None),
    }[form]
    model = TableRegressor(stream=True, **QUICK).fit(given, answers)
    assert model.n_features_in_ == 3
    assert not hasattr(model, "feature_names_in_")
    assert model.training_.overview.n_rows == 500
    assert model.evaluation_.scores["R2"].value > 0.3
    assert model.predict(X[:2]).shape == (2,)


def test_a_part_is_a_row_group_or_a_piece_of_one(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "PART_ROWS", 100)
    written(tmp_path / "t", n=450, files=2, row_group_size=300)
    source = streamed(str(tmp_path / "t"), True)
    assert [source.n_rows(number) for number in range(len(source))] == [100, 100, 100, 100, 50] * 2
    assert [list(run) for run in source.runs] == [[0, 1, 2], [3, 4], [5, 6, 7], [8, 9]]
    assert source.name(3).endswith("part-0.parquet, row group 1")
    whole = pl.concat([frame(450, 0), frame(450, 1)])
    assert joined(source)["price"] == whole["price"].to_list()
    # In any order, and from two places of one row group in turn; a few columns, in the order that is asked for.
    for number in (9, 2, 0, 4, 1, 3, 1):
        table = source.table(number, ["price", "town"])
        start = [0, 100, 200, 300, 400, 450, 550, 650, 750, 850][number]
        assert table.names == ("price", "town")
        assert cells(table)["price"] == whole["price"][start : start + table.n_rows].to_list()
        assert table.rows[0] == start % 450


def test_csv_is_read_block_by_block_as_it_is_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("clearprop.tables.sources.delimited.FIRST_BYTES", 2000)
    monkeypatch.setattr("clearprop.tables.sources.delimited.BLOCK_BYTES", 3000)
    whole = frame(400).with_columns(said=pl.Series(['a "quoted"\nword, two' if i % 7 else "x" for i in range(400)]))
    text = "\ufeff" + whole.write_csv()
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8", newline="")
    source = streamed(path, True)
    assert len(source) > 5
    assert n_rows_of(source) == 400
    found = joined(source)
    assert found["price"] == whole["price"].to_list()
    assert found["said"] == whole["said"].to_list()
    assert found["half"] == whole["half"].to_list()
    # A line is named as in the file, whatever block it is in.
    last = source.table(len(source) - 1)
    lines = text.rstrip("\n").split("\n")
    shown = int(last.place(last.n_rows - 1).removeprefix("line "))
    price = repr(whole["price"][-1])
    assert price in "".join(lines[shown - 1 : shown + 1])


@pytest.mark.parametrize(
    "text",
    [
        "x\n" + "".join(f"{row}\n\n" for row in range(600)),
        "x,y\n" + "".join(f"{row},1\n" for row in range(300)) + "\n" * 5000 + "300,1\n",
        "x,y\n" + "".join(f"{row},{'z' * (150_000 if row == 30 else 3)}\n\n" for row in range(600)),
        "# c\n" * 1500 + "x,y\n" + "".join(f"{row},1\n" for row in range(600)),
    ],
    ids=["one column", "many", "beside a long line", "comments"],
)
def test_lines_that_are_passed_over_move_no_block(tmp_path, monkeypatch, text):
    monkeypatch.setattr("clearprop.tables.sources.delimited.FIRST_BYTES", 1000)
    monkeypatch.setattr("clearprop.tables.sources.delimited.BLOCK_BYTES", 1000)
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8", newline="")
    source = streamed(path, True)
    tables = [source.table(number, ["x"]) for number in range(len(source))]
    whole = read_table(path)
    assert [value for table in tables for value in table.column("x").values] == whole.column("x").values.tolist()
    assert [table.n_rows for table in tables] == [source.n_rows(number) for number in range(len(source))]
    assert [table.place(row) for table in tables for row in range(table.n_rows)] == [
        whole.place(row) for row in range(whole.n_rows)
    ]


def test_a_column_of_csv_is_what_all_of_it_shows_though_a_block_looks_otherwise(tmp_path, monkeypatch):
    """Codes that are numbers but for their zeros in another block; and a cell that is no number, by its line."""
    monkeypatch.setattr("clearprop.tables.sources.delimited.FIRST_BYTES", 1000)
    monkeypatch.setattr("clearprop.tables.sources.delimited.BLOCK_BYTES", 1000)
    whole = frame(600)
    code = [f"{i % 30 + 10}" for i in range(300)] + [f"0{i % 9 + 1}" for i in range(300)]
    table = pl.DataFrame({"size": whole["size"].round(3), "code": code, "price": whole["price"]})
    table.write_csv(tmp_path / "t.csv")
    settings = {"recipe": "plain", "max_epochs": 2, "random_state": 0, "members": 1, "validation_fraction": 0}
    model = TableRegressor(**settings, stream=True).fit(tmp_path / "t.csv", "price")
    there = TableRegressor(**settings).fit(tmp_path / "t.csv", "price")
    assert model.predictor_.preparation == there.predictor_.preparation
    assert {"01", "10"} < set(model.predictor_.preparation.parts[1].categories)
    lines = (tmp_path / "t.csv").read_text(encoding="utf-8").splitlines()
    lines[401] = "broken," + lines[401].partition(",")[2]
    (tmp_path / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    assert "t.csv, line 402, column 'size': 'broken' is not a number" in refused(tmp_path / "t.csv")


def test_sources_of_files_are_small_when_pickled(tmp_path):
    written(tmp_path / "t", n=5000)
    frame(5000).write_csv(tmp_path / "t.csv")
    for given in (str(tmp_path / "t"), tmp_path / "t.csv"):
        source = streamed(given, True)
        source.table(0)
        pickled = pickle.dumps(source)
        assert len(pickled) < 30_000
        assert joined(pickle.loads(pickled)) == joined(source)


# -- when a table is read bit by bit -----------------------------------------------------------------------------------


def test_files_are_read_bit_by_bit_where_memory_would_not_do(tmp_path, monkeypatch):
    folder = str(written(tmp_path / "t"))
    array = np.load(_saved(tmp_path / "x.npy"), mmap_mode="r")
    assert streamed(folder) is None
    assert streamed(array) is None
    monkeypatch.setattr("clearprop.tables.sources.opening.free_memory", lambda: 100)
    assert streamed(folder) is not None
    assert streamed(array, y=np.ones(9)) is not None
    assert streamed(folder, False) is None
    assert streamed(array, False) is None
    assert streamed(frame()) is None
    assert streamed(np.ones((3, 3))) is None
    assert streamed([[1.0], [2.0]]) is None


def _saved(path):
    np.save(path, np.ones((9, 2)))
    return path


def test_a_small_folder_is_learned_in_memory_by_the_name_of_its_target(tmp_path):
    folder = str(written(tmp_path / "t"))
    model = TableRegressor(members=1, **QUICK).fit(folder, "price")
    whole = pl.concat([frame(seed=number) for number in range(3)])
    there = TableRegressor(members=1, **QUICK).fit(whole, "price")
    other = TableRegressor(members=1, **QUICK).fit(whole.drop("price"), whole["price"])
    assert model.training_.overview is None
    for one in (there, other):
        np.testing.assert_array_equal(one.network_.parameters, model.network_.parameters)


# -- what is wrong, by the shard it is in ------------------------------------------------------------------------------


def refused(folder, target="price", estimator=TableRegressor, **settings):
    with pytest.raises(InputError) as caught:
        estimator(stream=True, **{**QUICK, **settings}).fit(str(folder), target)
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f.with_columns(size=f["size"].cast(pl.String) + " m"), "column 'size': it holds texts, and in "),
        (lambda f: f.with_columns(town=pl.lit(3)), "column 'town': it holds numbers, and in "),
        (lambda f: f.drop("size"), "it has no column 'size', which "),
        (lambda f: f.with_columns(more=pl.lit(1)), "it has a column 'more', which "),
        (lambda f: f.with_columns(f["day"].dt.replace_time_zone("UTC")), "its dates have a time zone"),
        (lambda f: f.with_columns(price=pl.lit(None, pl.Float64)), "the target 'price' is missing in every row"),
        (lambda f: f.with_columns(price=pl.lit(float("nan"))), "the target 'price' is missing in every row"),
        (lambda f: f.with_columns(price=pl.lit(float("inf"))), "is infinite"),
        (lambda f: f.head(0), "there are no rows: leave the file out"),
        (lambda f: f.with_columns(size=pl.lit([1.0, 2.0])), "its cells hold several values"),
    ],
)
def test_a_file_that_is_unlike_the_others_is_named(tmp_path, change, said):
    folder = written(tmp_path / "t")
    change(frame(seed=9)).write_parquet(folder / "part-1.parquet")
    message = refused(folder)
    assert said in message
    if "infinite" not in said:
        assert "part-1.parquet" in message.split(": ")[0]


@pytest.mark.parametrize("kept", [10, 3000])
def test_a_file_that_was_cut_short_is_named(tmp_path, kept):
    folder = written(tmp_path / "t")
    path = folder / "part-2.parquet"
    path.write_bytes(path.read_bytes()[:kept])
    assert "part-2.parquet: the Parquet file cannot be read" in refused(folder)


def test_a_file_that_is_damaged_inside_is_named(tmp_path):
    folder = written(tmp_path / "t")
    path = folder / "part-1.parquet"
    content = bytearray(path.read_bytes())
    content[4:2000] = b"\xff" * 1996
    path.write_bytes(content)
    assert "part-1.parquet: the Parquet file cannot be read" in refused(folder)


def test_a_file_that_changes_while_it_is_trained_on_is_named(tmp_path):
    folder = written(tmp_path / "t")

    class Rewrites(Callback):
        def on_start(self, training):
            frame(seed=8).write_parquet(folder / "part-1.parquet")

    message = refused(folder, callbacks=[Rewrites()], max_epochs=3)
    assert "part-1.parquet" in message
    assert "has changed" in message


def test_what_differs_from_file_to_file_without_harm(tmp_path):
    """Whole numbers become floats by nulls, a column is empty in a file, categories have other codes."""
    folder = written(tmp_path / "t", files=4)
    categories = frame(seed=1).with_columns(pl.col("town").cast(pl.Categorical), half=pl.lit(None))
    pa.parquet.write_table(categories.to_arrow(), folder / "part-1.parquet")
    numbers = pd.DataFrame(frame(seed=2).to_pandas())
    numbers["size"] = numbers["size"].round().astype("Int64").where(numbers["size"] > -1)
    numbers.to_parquet(folder / "part-2.parquet")
    model = TableRegressor(stream=True, **QUICK).fit(str(folder), "price")
    assert model.training_.overview.n_rows == 2400
    assert [part.name for part in model.predictor_.preparation.parts] == ["size", "town", "day", "half"]
    missing = {fact.name: fact.missing for fact in model.predictor_.preparation.facts}
    assert missing["half"] == 600 + sum(frame(seed=seed)["half"].null_count() for seed in (0, 2, 3))
    assert missing["size"] == int(numbers["size"].isna().sum())


def test_batches_that_cannot_come_again_are_refused():
    def generator():
        yield frame()

    with pytest.raises(InputError, match="can be gone through once only"):
        TableRegressor(**QUICK).fit(generator(), "price")
    with pytest.raises(InputError, match="there are no batches"):
        TableRegressor(**QUICK).fit(lambda: iter([]), "price")
    assert TableRegressor(**QUICK).fit(generator, "price").training_.overview.n_rows == 600


def test_batches_that_are_others_the_second_time_are_refused():
    asked = []

    def fewer():
        asked.append(1)
        return iter([frame(), frame(seed=1)][: 2 if len(asked) < 4 else 1])

    with pytest.raises(InputError, match="batch 1: it is not there, and was before"):
        TableRegressor(**QUICK).fit(fewer, "price")


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        ((np.ones((3, 2)), np.ones(2)), "batch 1: X has 3 rows, and y 2"),
        ((np.ones((0, 2)), np.ones(0)), "batch 1: there are no rows"),
        ((np.ones((3, 1)), np.ones(3)), "batch 1: there is no column 'x1'"),
        ((np.ones((3, 2)), np.full(3, np.nan)), "batch 1: the target 'y' is missing in every row"),
        ((np.ones((3, 2)), np.ones(3), np.full(3, -1.0)), "batch 1.*: a weight must be a number >= 0"),
    ],
)
def test_a_batch_that_is_wrong_is_named(batch, said):
    rng = np.random.default_rng(0)
    first = rng.normal(size=(20, 2)), rng.normal(size=20), np.ones(20)
    with pytest.raises(InputError, match=said):
        TableRegressor(**QUICK).fit(lambda: iter([first[: len(batch)], batch]))


def test_weights_come_with_batches_and_as_a_column():
    whole = frame()
    weight = np.where(whole["size"] > 0, 1.0, 0.0)
    batches = TableRegressor(**QUICK).fit(lambda: iter([(whole.drop("price"), whole["price"], weight)]))
    column = whole.with_columns(weight=weight)
    named = TableRegressor(stream=True, **QUICK).fit(column, "price", sample_weight="weight")
    np.testing.assert_array_equal(batches.network_.parameters, named.network_.parameters)
    assert named.training_.overview.n_left_out == int((weight == 0).sum())
    with pytest.raises(ValueError, match="name of a column"):
        TableRegressor(stream=True, **QUICK).fit(whole, "price", sample_weight=weight)


@pytest.mark.parametrize(
    ("settings", "target", "said"),
    [
        ({}, "prize", "there is no column 'prize'"),
        ({"ignore": ["sise"]}, "price", "no column 'sise' .similar: 'size'"),
        ({"split_by": "wek"}, "price", "no column 'wek'"),
        ({"ignore": ["size", "town", "day", "half"]}, "price", "no column is left to learn from"),
        ({"refit": True}, "price", "leave out refit"),
        ({"trainer": {"optimizer": "lbfgs"}}, "price", "lbfgs takes all rows at once"),
    ],
)
def test_what_cannot_be_asked_for(settings, target, said):
    with pytest.raises(ValueError, match=said):
        TableRegressor(stream=True, **{**QUICK, **settings}).fit(frame(), target)


def test_a_packed_or_foreign_text_is_refused_with_the_remedy(tmp_path):
    import gzip

    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(frame().write_csv().encode()))
    assert "unpack it, or write Parquet" in refused(tmp_path / "t.csv.gz")
    (tmp_path / "l.csv").write_bytes("größe,price\n1,2\n".encode("cp1252") * 50)
    assert "save it as UTF-8" in refused(tmp_path / "l.csv")


def test_classes_are_all_known_though_files_are_sorted_by_them(tmp_path):
    folder = tmp_path / "t"
    folder.mkdir()
    for number, town in enumerate(["Ulm", "Bonn", "Köln"]):
        frame(900).filter(pl.col("town") == town).write_parquet(folder / f"{number}.parquet")
    model = TableClassifier(stream=True, **QUICK, ignore=["day"]).fit(str(folder), "town")
    assert model.classes_.tolist() == ["Bonn", "Köln", "Ulm"]
    assert model.evaluation_.scores["accuracy"].value > 0.6
