"""What rows count by their classes, against the same as weights of the rows; and what is none."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.utils.class_weight import compute_sample_weight

from clearprop import MLPClassifier, Perceptron
from clearprop.estimators.class_weights import named_weights, weights_of_classes, weights_of_rows

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X = np.random.RandomState(0).randn(80, 3)
LABELS = np.column_stack([X[:, 0] > 0, X[:, 1] > 0.8, X[:, 2] > -0.5]).astype(int)
WEIGHTS = {
    "both": [{0: 1, 1: 5}, {0: 0.3, 1: 2.5}, {0: 2, 1: 1}],
    "some": [{1: 5}, {}, {0: 0.25}],
    "zero": [{0: 0.0, 1: 1.0}, {0: 1, 1: 1}, {0: 1, 1: 3}],
    "balanced": "balanced",
}
ONE = {
    "numbers": np.digitize(X[:, 0], [-0.5, 0.5]),
    "text": np.array(["low", "middle", "high"])[np.digitize(X[:, 0], [-0.5, 0.5])],
    "two": (X[:, 0] > 0).astype(int),
    "truth values": X[:, 0] > 0,
}


def small(**more):
    return MLPClassifier(**({"hidden_layer_sizes": (4,), "max_iter": 5, "random_state": 0, "batch_size": 16} | more))


@pytest.mark.parametrize("given", WEIGHTS)
@pytest.mark.parametrize("own", [None, np.random.RandomState(1).rand(80)])
@pytest.mark.parametrize("form", [np.asarray, csr_array])
def test_weights_of_labels_are_weights_of_rows(given, own, form):
    weight = compute_sample_weight(WEIGHTS[given], LABELS)
    if own is not None:
        weight = weight * own
    ours = small(class_weight=WEIGHTS[given]).fit(X, form(LABELS), sample_weight=own)
    theirs = small().fit(X, form(LABELS), sample_weight=weight)
    assert np.array_equal(ours.network_.parameters, theirs.network_.parameters)
    assert ours.loss_curve_ == theirs.loss_curve_
    assert not np.array_equal(ours.network_.parameters, small().fit(X, LABELS).network_.parameters)


@pytest.mark.parametrize("given", ["both", "some"])
def test_weights_of_labels_in_validation_and_partial_fit(given):
    weight = compute_sample_weight(WEIGHTS[given], LABELS)
    by_label = small(class_weight=WEIGHTS[given]).fit(X, LABELS, X_val=X[:30], y_val=LABELS[:30])
    by_row = small().fit(X, LABELS, weight, X_val=X[:30], y_val=LABELS[:30], sample_weight_val=weight[:30])
    assert by_label.validation_loss_curve_ == by_row.validation_loss_curve_
    by_label = small(class_weight=WEIGHTS[given]).partial_fit(X, LABELS, classes=[0, 1, 2])
    by_row = small().partial_fit(X, LABELS, weight, classes=[0, 1, 2])
    assert np.array_equal(by_label.network_.parameters, by_row.network_.parameters)


@pytest.mark.parametrize("answers", ONE)
@pytest.mark.parametrize("form", ["all", "some", "more", "balanced"])
def test_weights_of_classes_are_weights_of_rows(answers, form):
    y = ONE[answers]
    classes = np.unique(y).tolist()
    given = {label: 0.5 + place for place, label in enumerate(classes)}
    given = {"all": given, "some": {classes[-1]: 3.0}, "more": given | {"ghost": 9.0}, "balanced": "balanced"}[form]
    weight = compute_sample_weight(given, y)
    ours, theirs = small(class_weight=given).fit(X, y), small().fit(X, y, sample_weight=weight)
    assert np.array_equal(ours.network_.parameters, theirs.network_.parameters)


@pytest.mark.parametrize("answers", ONE)
def test_weights_of_classes_of_a_perceptron(answers):
    from sklearn.linear_model import Perceptron as Theirs

    y = ONE[answers]
    given = {label: 0.5 + place for place, label in enumerate(np.unique(y).tolist())}
    for weights in (given, given | {"ghost": 9.0}, {max(given): 3.0}, "balanced"):
        with pytest.warns(Warning, match="no hyperplane") if answers not in ("two", "truth values") else no_warning():
            ours = Perceptron(class_weight=weights).fit(X, y)
        assert np.array_equal(ours.coef_, Theirs(class_weight=weights).fit(X, y).coef_)


def no_warning():
    import contextlib

    return contextlib.nullcontext()


def test_text_of_numbers_goes_by_either():
    y = np.array(["1", "2"] * 40)
    by_text, by_number = small(class_weight={"1": 2.0}).fit(X, y), small(class_weight={1: 2.0}).fit(X, y)
    assert np.array_equal(by_text.network_.parameters, by_number.network_.parameters)
    assert named_weights({"1": 2.0}, np.array(["1", "2"])).tolist() == [2.0, 1.0]


def test_a_part_of_the_rows_may_lack_a_class():
    y = ONE["numbers"]
    given, held = {0: 2.0, 1: 3.0}, y != 1
    model = small(class_weight=given).fit(X, y, X_val=X[held], y_val=y[held])
    weight = np.array([2.0, 3.0, 1.0])[y]
    expected = small().fit(X, y, weight, X_val=X[held], y_val=y[held], sample_weight_val=weight[held])
    assert model.validation_loss_curve_ == expected.validation_loss_curve_


TWO, NAMED = ONE["two"], np.where(ONE["two"] == 1, "yes", "no")


@pytest.mark.parametrize(
    ("y", "given", "error", "message"),
    [
        (
            LABELS,
            {0: 1, 1: 2},
            ValueError,
            r"of 3 labels must be a list of 3 dicts, one for each column of y .*\{0: 1, 1: 5\}",
        ),
        (LABELS, {0: 1, 1: 2, 2: 5}, ValueError, "class_weight of 3 labels must be a list of 3 dicts"),
        (LABELS, WEIGHTS["both"][:2], ValueError, "must be a list of 3 dicts, .* got 2$"),
        (
            LABELS,
            [{1: 1}, {2: 5}, {3: 1}],
            ValueError,
            r"The classes, \[0, 1\], are not in class_weight\[1\], which names \[2\]",
        ),
        (
            LABELS,
            [{0: 1, 1: 1}, {0: 1, 1: 1, 2: 3}, {}],
            ValueError,
            r"class_weight\[1\] names \[2\]: the classes of a label",
        ),
        (
            LABELS,
            [{0: 1}, {1: -2.0}, {}],
            ValueError,
            r"class_weight\[1\] of class 1 must be a finite number >= 0, got -2.0",
        ),
        (
            LABELS,
            [{0: 1}, {1: np.nan}, {}],
            ValueError,
            r"class_weight\[1\] of class 1 must be a finite number >= 0, got nan",
        ),
        (
            LABELS,
            [{0: 1}, [1, 2], {}],
            ValueError,
            r"class_weight\[1\] must be a dict such as \{0: 1, 1: 5\}, got \[1, 2\]$",
        ),
        (LABELS, [{0: 1}, "balanced", {}], ValueError, r"\[1\] must be a dict such as \{0: 1, 1: 5\}, got 'balanced'$"),
        (LABELS, [{0: 1}, {}, 3], ValueError, r"class_weight\[2\] must be a dict such as \{0: 1, 1: 5\}, got 3$"),
        (LABELS, [None, {}, {}], ValueError, r"class_weight\[0\] must be a dict such as \{0: 1, 1: 5\}, got None$"),
        (LABELS, [{0: 0, 1: 0}, {}, {}], ValueError, "class_weight leaves every row with a weight of 0"),
        (
            NAMED,
            [{"no": 1, "yes": 2}],
            ValueError,
            r"class_weight must be a dict such as \{'no': 1, 'yes': 5\}, or 'balanced'",
        ),
        (
            NAMED,
            {"no": 1, "maybe": 2},
            ValueError,
            r"The classes, \['yes'\], are not in class_weight, which names \['maybe'\]",
        ),
        (
            TWO,
            {"0": 1, "1": 2},
            ValueError,
            r"The classes, \[0, 1\], are not in class_weight, which names \['0', '1'\]",
        ),
        (NAMED, {"no": -1, "yes": 2}, ValueError, "class_weight of class 'no' must be a finite number >= 0, got -1"),
        (
            NAMED,
            {"no": 1, "yes": np.inf},
            ValueError,
            "class_weight of class 'yes' must be a finite number >= 0, got inf",
        ),
        (NAMED, {"no": 1, "yes": "2"}, TypeError, "class_weight of class 'yes' must be a number, got '2'"),
        (TWO, {0: 0.0, 1: 0.0}, ValueError, "class_weight leaves every row with a weight of 0"),
    ],
)
def test_weights_that_cannot_be(y, given, error, message):
    with pytest.raises(error, match=message):
        small(class_weight=given).fit(X, y)
    if y.ndim == 1 and isinstance(given, dict) and any(given.values()):
        with pytest.raises(error, match=message):
            Perceptron(class_weight=given).fit(X, y)


def test_a_perceptron_takes_no_list():
    with pytest.raises(
        ValueError, match=r"'class_weight' parameter of Perceptron must be .*'balanced'.*'dict' or None"
    ):
        Perceptron(class_weight=[{0: 1, 1: 2}]).fit(X, TWO)


def test_products():
    targets = LABELS.astype(bool)
    for given in ("both", "some", "zero"):
        expected = compute_sample_weight(WEIGHTS[given], LABELS)
        assert np.array_equal(
            weights_of_rows(weights_of_classes(WEIGHTS[given], np.arange(3), targets, True), targets), expected
        )
