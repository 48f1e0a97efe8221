"""What is answered: just what the model itself says, in whatever form rows come and answers go."""

import csv
import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from clearprop import load, save
from clearprop.serving import requests
from clearprop.serving.served import ServedNetwork, served

from . import models

ROW = {"length": 4.1, "colour": "white", "picked": True, "day": "2024-05-01"}


def rows(n=20):
    """As JSON has them, one with cells that are missing."""
    X, _ = models.flowers()
    each = [dict(zip(X, cells, strict=True)) for cells in zip(*X.values(), strict=True)][::4][:n]
    return [{**row, "day": str(row["day"])} for row in each]


def columns_of(some):
    return {name: [row[name] for row in some] for name in some[0]}


@pytest.fixture(scope="module")
def estimator(flowers_model):
    return load(flowers_model)


def problem(answer, status):
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    said = json.loads(answer.body)
    assert said["status"] == status
    assert set(said) == {"title", "status", "detail"}
    return said["detail"]


# -- forms -----------------------------------------------------------------------------------------------------------


def test_answers_are_the_models_to_the_last_bit(client, estimator):
    some = rows()
    said = client.predict(some)
    assert said["target"] == "y"
    assert said["predicted"] == estimator.predict(some).tolist()
    assert list(said["probabilities"]) == ["iris", "lily", "rose"]
    expected = estimator.predict_proba(some)
    assert np.array_equal(np.array(list(said["probabilities"].values())).T, expected)
    assert len(said["predicted"]) == 20


def test_one_row_many_rows_and_columns_are_answered_alike(client):
    assert client.predict(ROW) == client.predict([ROW]) == client.predict(columns_of([ROW]))
    some = rows(7)
    assert client.predict(some) == client.predict(columns_of(some))


def text(some):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(some[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(some)
    return out.getvalue()


def test_csv_is_answered_by_csv_or_by_json(client):
    some = rows()
    expected = client.predict(some)
    of_csv = client.post(text(some), "Accept: application/json", kind="text/csv")
    assert json.loads(of_csv.body) == expected
    answer = client.post(text(some), kind="text/csv; charset=UTF-8")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    table = list(csv.DictReader(io.StringIO(answer.body.decode())))
    assert [row["predicted y"] for row in table] == expected["predicted"]
    for label in ("iris", "lily", "rose"):
        assert [float(row[f"probability {label}"]) for row in table] == expected["probabilities"][label]
    assert client.post(some, "Accept: text/csv").body == answer.body


def test_csv_is_what_the_command_writes(client, flowers_model, tmp_path):
    from clearprop.cli.commands import app

    some = rows()
    (tmp_path / "new.csv").write_text(text(some))
    app(
        ["predict", str(flowers_model), str(tmp_path / "new.csv"), "--out", str(tmp_path / "o.csv")],
        standalone_mode=False,
    )
    assert client.post(text(some), kind="text/csv").body == (tmp_path / "o.csv").read_bytes()


def test_a_text_is_read_as_it_is_said_to_be(client):
    german = "length;colour;picked;day\n4,1;white;true;01.05.2024\n"
    query = "?delimiter=%3B&decimal=,&dates=day-first"
    answer = client.post(german, "Accept: application/json", path=f"/predict{query}", kind="text/csv")
    assert json.loads(answer.body)["predicted"] == client.predict(ROW)["predicted"]


def test_quantities_have_no_probabilities(serving, houses_model, client_of):
    with serving(served(houses_model)) as server:
        said = client_of(server).predict({"size": [100, 50], "age": [3, 70]})
    assert said == {
        "target": "y",
        "predicted": load(houses_model).predict({"size": [100, 50], "age": [3, 70]}).tolist(),
    }


@pytest.mark.parametrize("make", [models.network, models.ensemble])
def test_networks_answer_with_their_outputs(serving, client_of, folder, make):
    model = make()
    save(model, folder / "bare.model")
    X = np.random.default_rng(0).normal(size=(5, 3))
    with serving(served(folder / "bare.model")) as server:
        client = client_of(server)
        expected = model.predict(X)
        expected = expected[:, 0].tolist() if expected.shape[1] == 1 else expected.tolist()
        assert client.predict(X.tolist())["predicted"] == expected
        named = {f"x{place}": column.tolist() for place, column in enumerate(X.T)}
        assert client.predict(named)["predicted"] == expected
        names, *lines = client.post(X.tolist(), "Accept: text/csv").body.decode().splitlines()
        several = isinstance(expected[0], list)
        assert names == ("predicted output 1,predicted output 2" if several else "predicted output")
        assert [[float(cell) for cell in line.split(",")] for line in lines] == (
            expected if several else [[one] for one in expected]
        )
        said = problem(client.post([[1.0, None, 2.0]]), 422)
        assert (
            said
            == "the table, row 0 (counted from 0), column 'x1': '(missing)' is no finite number: the network needs one"
        )
        assert client.predict([[1.0, "x", 2.0], X[0].tolist()], keep_going="true")["predicted"][0] is None


# -- cells that are missing, unknown, or wrong -----------------------------------------------------------------------


def test_missing_and_unknown_cells_are_answered_and_noted(client, estimator):
    row = {**ROW, "length": None, "colour": "mauve"}
    said = client.predict(row)
    assert said["predicted"] == estimator.predict([row]).tolist()
    (note,) = said["notes"]
    assert note == (
        "the table, column 'colour': the cell holds categories that training did not have, such as 'mauve' in row 0 "
        "(counted from 0); the network is shown none instead."
    )
    csv_answer = client.post(text([row]), kind="text/csv")
    (noted,) = json.loads(csv_answer.headers["clearprop-notes"])
    assert "'mauve' in line 2" in noted


def test_a_column_that_is_not_used_is_noted(client):
    assert client.predict({**ROW, "age": 3})["notes"] == ["the table: 1 column is not used: 'age'."]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({**ROW, "length": "long"}, "row 0 (counted from 0), column 'length': 'long' is no number, as in training"),
        ([ROW, {**ROW, "day": "soon"}], "row 1 (counted from 0), column 'day': 'soon' is no date, as in training"),
        ({"length": 1}, "there are no columns 'colour', 'picked', 'day': add or rename the columns; those there are: "),
        ({**ROW, "length": [1]}, "the column 'length' is a list and 'colour' is none: give a list for each column"),
        ({**ROW, "length": {"a": 1}}, "holds several values: give each of its parts a column"),
        ({"length": [1, 2], "colour": ["red"], "picked": [True], "day": [None]}, "columns differ in their number of"),
        ([], "[] is no table: give a row as an object, rows as a list of objects, or columns as an object of lists"),
        ([[4.1, "white", True, "2024-05-01"]], "is no table: give a row as an object"),
        ('"text"', "'text' is no table"),
        (None, "None is no table"),
        (7, "7 is no table"),
        ({}, "0 feature(s)"),
        ([{}], "0 feature(s)"),
        ([ROW, 7], "is no table"),
    ],
)
def test_what_cannot_be_taken_is_told_as_on_the_command_line(client, rows, words):
    assert words in problem(client.post(rows), 422)
    assert client.predict(ROW)["predicted"]


def test_rows_that_cannot_be_taken_may_be_left_out(client):
    said = client.predict([ROW, {**ROW, "length": "long"}], keep_going="true")
    assert said["predicted"][1] is None
    assert all(values[1] is None for values in said["probabilities"].values())
    assert said["predicted"][:1] == client.predict(ROW)["predicted"]
    assert (
        said["notes"][0] == "the table: 1 row, row 1 (counted from 0), has a cell that cannot be taken, and no answer."
    )


# -- what is no table at all -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "the body is no JSON"),
        (b"{", "the body is no JSON"),
        (b'{"length": NaN}', "NaN is no number of JSON"),
        (b'{"length": -Infinity}', "-Infinity is no number of JSON"),
        (b'{"length": 1, "length": 2}', "the key 'length' stands there twice"),
        (b'[{"a": {"b": 1, "b": 2}}]', "the key 'b' stands there twice"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deep"),
        (b'{"a":' * 100_000, "nested too deep"),
        (b'{"length": "\xff"}', "byte 13 of the body is not UTF-8"),
        (b"1" * 5_000, "the body is no JSON"),
        ('{"length": 1}'.encode("utf-16"), "is not UTF-8"),
        (b"\xef\xbb\xbf{}", "the body is no JSON"),
    ],
)
def test_what_is_no_json_is_refused(client, body, words):
    assert words in problem(client.post(body), 400)
    assert client.predict(ROW)["predicted"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?missing=x", "the query parameter missing is for text/csv"),
        ("?path=/etc/passwd", "there is no query parameter 'path'"),
        ("?keep_going=perhaps", "keep_going must be true or false, got 'perhaps'"),
        ("?keep_going=true&keep_going=true", "stands there twice"),
    ],
)
def test_queries_are_checked(client, query, words):
    assert words in problem(client.post(ROW, path=f"/predict{query}"), 400)


def test_of_text_queries_are_checked_too(client):
    said = problem(client.post(text([ROW]), path="/predict?decimal=x", kind="text/csv"), 422)
    assert said == "decimal must be '.' or ',', got 'x'"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([ROW] * 11, "the table has 11 rows, and 10 are the most: send it in parts"),
        ({name: [cell] * 11 for name, cell in ROW.items()}, "the table has 11 rows"),
        ([{**ROW, f"a{place}": 1} for place in range(10)], "the table has 14 columns, and 12 are the most"),
        ([{**ROW, **dict.fromkeys("abcdefg", 1)}] * 10, "the table has 110 cells, and 100 are the most"),
    ],
)
def test_tables_have_caps(client, monkeypatch, rows, words):
    monkeypatch.setattr(requests, "MOST_ROWS", 10)
    monkeypatch.setattr(requests, "MOST_COLUMNS", 8)
    monkeypatch.setattr(requests, "MOST_CELLS", 100)
    assert words in problem(client.post(rows), 413)
    for sign, query in ((",", ""), (";", ""), ("~", "?delimiter=~"), (" ", "?delimiter=space")):
        wide = client.post(f"a\n{sign * 12}\n", path=f"/predict{query}", kind="text/csv")
        assert problem(wide, 413) == "line 2 has more than 12 cells, which are the most: leave out columns"
    blank = client.post("a\n" + "\n" * 40, kind="text/csv")
    assert problem(blank, 413) == "the body has 41 lines, and 40 are the most: send it in parts"
    many = client.post("[" * 41)
    assert problem(many, 413) == "the body has 41 objects and lists, and 40 are the most: send it in parts"
    csv_too = client.post(text([ROW] * 11), kind="text/csv")
    assert "the table has 11 rows" in problem(csv_too, 413)
    assert client.predict([ROW] * 10)["predicted"]


# -- many at a time --------------------------------------------------------------------------------------------------


def test_twenty_clients_have_each_their_own_answer(client, estimator):
    some = rows()
    expected = estimator.predict_proba(some)
    each = [some[place:] + some[:place] for place in range(20)]
    with ThreadPoolExecutor(20) as pool:
        said = list(pool.map(client.predict, each))
    for place, one in enumerate(said):
        turned = np.array(list(one["probabilities"].values())).T
        assert np.array_equal(turned, estimator.predict_proba(each[place]))
        assert np.allclose(turned, np.roll(expected, -place, axis=0))


def test_a_prediction_under_way_holds_up_no_health_check(serving, client_of):
    class Slow(ServedNetwork):
        begun, held_up = threading.Event(), threading.Event()

        def predict(self, table, keep_going):
            self.begun.set()
            assert self.held_up.wait(60)
            return super().predict(table, keep_going)

    with serving(Slow(models.network())) as server, ThreadPoolExecutor(1) as pool:
        client = client_of(server)
        answer = pool.submit(client.predict, [[1, 2, 3]])
        assert Slow.begun.wait(60)
        for _ in range(5):
            assert client.get("/health").body == b'{"status":"ok"}'
        assert not answer.done()
        Slow.held_up.set()
        assert answer.result(60)["predicted"]


def test_what_should_not_be_is_told_without_a_traceback(serving, client_of):
    class Broken(ServedNetwork):
        def predict(self, table, keep_going):
            raise KeyError("x")

    with serving(Broken(models.network())) as server:
        said = problem(client_of(server).post([[1, 2, 3]]), 500)
        assert said == "clearprop failed here, which should not be: KeyError: 'x'"
        assert client_of(server).get("/health").status == 200


def test_numbers_that_are_not_finite_are_null(serving, client_of):
    model = models.network()
    model.parameters = np.full(model.layout.size, 1e308)
    with serving(ServedNetwork(model)) as server:
        answer = client_of(server).post([[1e308, 1e308, 1e308]])
    assert answer.status in (200, 422)
    assert b"NaN" not in answer.body
    assert b"Infinity" not in answer.body
