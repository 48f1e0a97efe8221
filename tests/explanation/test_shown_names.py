"""Names: of every input and output that is shown and of no other, with what stood in the table before it was scaled."""

import re

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from clearprop import (
    MLPClassifier,
    MLPRegressor,
    Network,
    Penalty,
    TableClassifier,
    attribute,
    explain,
    read_table,
    write_csv,
)
from clearprop.tables.frames import as_table
from clearprop.tables.spelling import cell_text

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
FORMS = ("to_text", "to_markdown", "to_latex", "to_html")
WIDE = 30


def names_of(explanation, **options):
    """The section of names, on one line; "" where there is none."""
    text = explanation.to_text(width=10**6, **options)
    return text.rpartition("\nNames\n─────\n")[2] if "\nNames\n" in text else ""


def inputs_in(text):
    return {int(place) for place in re.findall(r"(?<![\w.])x\[(\d+)\]", text)}


def wide_network(sizes=(WIDE, 6, 1), **settings):
    rng = np.random.default_rng(3)
    network = Network([*sizes], "tanh", rng=rng, **settings)
    return network, rng.normal(size=sizes[0])


@pytest.mark.parametrize("most", [1, 4, 9, None])
@pytest.mark.parametrize("name", ["prediction", "z1[3]", "a1[2]", "W1[17,2]", "b1[1]", "x[29]", "W2[1,1]", "delta1[1]"])
def test_every_input_that_is_shown_is_named_and_no_other(name, most):
    network, x = wide_network()
    labels = [f"feature {place}" for place in range(1, WIDE + 1)]
    text = explain(network, x, [0.5], name, feature_names=labels).to_text(width=10**6, most=most)
    shown, _, named = text.partition("\nNames\n")
    assert inputs_in(named) == inputs_in(shown)
    for place in inputs_in(shown):
        assert f"x[{place}] is feature {place}" in named


@pytest.mark.parametrize("name", ["a2[8]", "W2[1,9]", "delta2[10]", "prediction", "W1[1,1]"])
def test_every_output_that_is_shown_is_named_and_no_other(name):
    network, x = wide_network((4, 5, 10), loss="cross_entropy")
    explanation = explain(network, x, [7], name, class_names=[f"digit {k}" for k in range(10)])
    shown, _, named = explanation.to_text(width=10**6).partition("\nNames\n")
    places = {int(place) for place in re.findall(r"(?:a2|z2|δ2|y|b2)\[(\d+)\]", shown)}
    places |= {int(place) for place in re.findall(r"W2\[\d+,(\d+)\]", shown)}
    assert {int(place) for place in re.findall(r"a2\[(\d+)\] digit", named)} == places
    assert all(f"a2[{place}] digit {place - 1}" in named for place in places)


@pytest.fixture(scope="module")
def table_model():
    rng = np.random.default_rng(0)
    lengths, colours = rng.normal(5, 2, size=60).round(2), rng.choice(["red", "blue", "green"], size=60)
    kinds = np.where(lengths + (colours == "red") > 5, "big", "small")
    lengths = [None if k == 7 else length for k, length in enumerate(lengths.tolist())]
    table = as_table({"length": lengths, "colour": [*colours[:-1], None], "kind": kinds})
    return learned(table, 3), table


def learned(table, units):
    model = TableClassifier(
        recipe="plain", hidden_layer_sizes=(units,), validation_fraction=0, max_epochs=2, random_state=0
    )
    return model.fit(table.drop(["kind"]), table.column("kind"))


def cell(table, name, row):
    column = table.column(name)
    return "missing" if column.is_missing[row] else cell_text(column, row)


@pytest.mark.parametrize("row", [0, 5, 59])
def test_a_table_s_cells_stand_beside_what_they_were_scaled_to(table_model, row):
    model, table = table_model
    features = model.predictor_.prepared(table)
    length, colour = (cell(table, name, row) for name in ("length", "colour"))
    named = names_of(explain(model, table, name="z1[1]", row=row), most=None)
    number = f"{features[row, 0]:.6g}".replace("-", "−")
    assert f"x[1] is length: {length} (cell) → {number} (scaled)" in named
    for place, feature in enumerate(model.predictor_.preparation.feature_names[1:], start=2):
        if feature.startswith("colour"):
            said = f"x[{place}] is {feature}: {colour} (cell) → {features[row, place - 1]:.0f} (coded)"
            assert said in named


@pytest.mark.parametrize("whole", [False, True])
def test_numbers_of_python_s_are_shown_as_other_numbers_and_a_file_s_cells_as_they_stand(tmp_path, whole):
    numbers = np.random.default_rng(2).normal(size=20) * (1e9 if whole else 1)
    numbers = np.rint(numbers).astype(int) if whole else numbers
    table = as_table({"size": numbers, "kind": ["a", "b"] * 10})
    model = learned(table, 2)
    write_csv(tmp_path / "numbers.csv", ["size", "kind"], [numbers, ["a", "b"] * 10])
    from_file = read_table(tmp_path / "numbers.csv")
    row = int(np.argmin(numbers))
    shown = (str(numbers[row]) if whole else f"{numbers[row]:.6g}").replace("-", "−")
    assert f"x[1] is size: {shown} (cell) → " in names_of(explain(model, table, name="W1[1,1]", row=row))
    assert f"x[1] is size: {numbers[row].item()!r} (cell) → " in names_of(
        explain(model, from_file, name="W1[1,1]", row=row)
    )


def test_a_missing_cell_says_what_was_taken_for_it(table_model):
    model, table = table_model
    median = np.nanmedian(table.column("length").values)
    assert f"x[1] is length: missing, taken as {median:.6g} (cell) → " in names_of(
        explain(model, table, name="W1[1,1]", row=7)
    )


def test_of_a_batch_the_cells_are_those_of_the_row_that_is_shown(table_model):
    model, table = table_model
    explanation = explain(model, table, name="W1[1,2]")
    row = int(np.argmax(np.abs(explanation.contributions)))
    shown = cell(table, "length", row)
    assert f"x[1] is length, in row {row}: {shown} (cell) → " in names_of(explanation)


@pytest.mark.parametrize("form", FORMS)
def test_cells_stand_in_every_form(table_model, form):
    model, table = table_model
    text = " ".join(getattr(explain(model, table, name="W1[1,1]", row=5), form)().split())
    shown = cell(table, "length", 5)
    assert re.search(rf"length: {re.escape(shown)} \(cell\) (→|\$\\rightarrow\$) ", text)


def test_cells_with_control_characters_and_of_great_length_are_tamed():
    colours = ["red\x1b[31m", "b" * 500] * 10
    table = as_table({"colour": colours, "kind": ["a", "b"] * 10})
    model = learned(table, 2)
    for row in (0, 1):
        text = explain(model, table, name="W1[1,1]", row=row).to_text()
        assert "\x1b" not in text
    assert f": {'b' * 40} (cell)" in names_of(explain(model, table, name="W1[1,1]", row=1))


ROWS = np.random.default_rng(1).normal(10, 5, size=(40, 4))


def regressor():
    return MLPRegressor(hidden_layer_sizes=(3,), max_iter=2, random_state=0)


@pytest.mark.parametrize("steps", [(StandardScaler(),), (MinMaxScaler(),), (StandardScaler(), MinMaxScaler())])
@pytest.mark.parametrize("row", [0, 11])
def test_a_scaler_s_numbers_stand_beside_what_it_was_given(steps, row):
    model = make_pipeline(*steps, regressor()).fit(ROWS, ROWS[:, 0])
    fed = model[:-1].transform(ROWS)
    for explanation in (explain(model, ROWS, name="z1[2]", row=row), explain(model, ROWS[row], name="z1[2]")):
        named = names_of(explanation)
        for place in range(4):
            given, became = (f"{value:.6g}".replace("-", "−") for value in (ROWS[row, place], fed[row, place]))
            assert f"x[{place + 1}] is x{place}: {given} (given) → {became} (transformed)" in named


@pytest.mark.parametrize("kind", ["list", "frame", "sparse"])
def test_rows_of_every_kind_have_what_was_given(kind):
    rows, scaler = ROWS.tolist(), StandardScaler(with_mean=kind != "sparse")
    if kind == "frame":
        rows = pytest.importorskip("pandas").DataFrame(ROWS, columns=["a", "b", "c", "d"])
    if kind == "sparse":
        rows = csr_matrix(ROWS)
    model = make_pipeline(scaler, regressor()).fit(rows, ROWS[:, 0])
    named = names_of(explain(model, rows, name="z1[1]", row=3))
    name = "c" if kind == "frame" else "x2"
    assert f"x[3] is {name}: {ROWS[3, 2]:.6g} (given) → " in named


def test_what_has_no_column_of_its_own_has_no_number_given():
    model = make_pipeline(PCA(2), regressor()).fit(ROWS, ROWS[:, 0])
    named = names_of(explain(model, ROWS, name="z1[1]", row=3))
    assert "x[1] is pca0" in named
    assert "(given)" not in named


def test_a_column_that_was_chosen_keeps_its_number():
    y = np.where(ROWS[:, 2] > 10, "high", "low")
    model = make_pipeline(SelectKBest(k=1), MLPClassifier((3,), max_iter=2, random_state=0)).fit(ROWS, y)
    assert f"x[1] is x2: {ROWS[3, 2]:.6g} (given) → " in names_of(explain(model, ROWS, name="z1[1]", row=3))


def test_an_attribution_has_the_cells(table_model):
    model, table = table_model
    text = attribute(model, table.take([5])).to_text()
    assert re.search(rf"^x\[1\] length +{re.escape(cell(table, 'length', 5))} ", text, re.MULTILINE)


# -- which way rows are counted ------------------------------------------------------------------------------------


def test_explanations_say_from_what_rows_are_counted(table_model):
    model, table = table_model
    assert ", row 5 (counted from 0)." in explain(model, table, name="W1[1,1]", row=5).to_text(width=10**6)
    assert "(from 0 to 59), counted from 0," in explain(model, table, name="loss").to_text(width=10**6)
    assert "(from 1 to 60), counted from 1," in explain(model, table, name="loss", first_row=1, counted_from=1).to_text(
        width=10**6
    )
    assert "row" not in explain(Network([1, 1], rng=0), [1.0], [1.0], "b1[1]").to_text()
    assert "(from 10 to 69), s[" in explain(model, table, name="loss", first_row=10).to_text(width=10**6)


def test_a_class_that_is_a_number_is_said_to_be_a_class():
    network, x = wide_network((4, 5, 3), loss="cross_entropy")
    text = explain(network, x, class_names=["0", "1", "2.5"]).to_text(width=10**6)
    place = int(np.argmax(network.predict(x[np.newaxis]))) + 1
    assert f"(the greatest output: class {['0', '1', '2.5'][place - 1]})" in text
    assert f"a2[{place}] class " in text
    labelled = explain(network, x, class_names=["iris", "lily", "rose"]).to_text(width=10**6)
    assert "class" not in labelled.replace("classes", "")


def test_a_value_has_no_word_on_a_penalty_that_is_no_part_of_it():
    network, x = wide_network((4, 5, 3))
    assert "penalty" not in explain(network, x, penalty=Penalty(l2=0.1)).to_text()
