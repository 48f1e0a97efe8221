"""Every public function that takes rows, targets or weights, given what is none: the key words of its error."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from clearprop import MLPClassifier, MLPRegressor, Network, Perceptron, Trainer, attribute, explain

random = np.random.default_rng(0)
X = random.normal(size=(20, 3))
CLASSES, NUMBERS = (X[:, 0] > 0).astype(int), X[:, 0] ** 2
NETWORK = Network([3, 4, 1], rng=0)
SMALL = {"hidden_layer_sizes": (3,), "max_iter": 200, "tol": 1.0, "random_state": 0}
FITTED = {
    "MLPClassifier": MLPClassifier(**SMALL).fit(X, CLASSES),
    "MLPRegressor": MLPRegressor(**SMALL).fit(X, NUMBERS),
    "Perceptron": Perceptron().fit(X, CLASSES),
}


def with_entry(value, of=X, at=(1, 2)):
    changed = of.astype(type(value) if isinstance(value, complex) else object if value is None else float)
    changed[at] = value
    return changed


def trainer():
    return Trainer(NETWORK.copy(), epochs=1, rng=0)


def answers_of(name):
    return NUMBERS if name == "MLPRegressor" else CLASSES


# -- rows --------------------------------------------------------------------------------------------------------------

NETWORK_ROWS = {
    "forward": NETWORK.forward,
    "predict": NETWORK.predict,
    "loss": lambda rows: NETWORK.loss(rows, NUMBERS),
    "check_gradients": lambda rows: NETWORK.check_gradients(rows, NUMBERS),
    "Trainer.fit": lambda rows: trainer().fit(rows, NUMBERS),
    "Trainer.start": lambda rows: trainer().start(rows, NUMBERS),
    "Trainer.fit, validation": lambda rows: trainer().fit(X, NUMBERS, validation=(rows, NUMBERS)),
    "explain": lambda rows: explain(NETWORK, rows, NUMBERS, "W1[1,1]"),
    "attribute": lambda rows: attribute(NETWORK, rows),
    "explain an estimator": lambda rows: explain(FITTED["MLPClassifier"], rows, CLASSES, "W1[1,1]"),
}
ESTIMATOR_ROWS = {
    **{
        f"{name}.fit": lambda rows, m=m, n=name: type(m)(**m.get_params()).fit(rows, answers_of(n))
        for name, m in FITTED.items()
    },
    **{f"{name}.predict": model.predict for name, model in FITTED.items()},
    **{f"{name}.score": lambda rows, m=m, n=name: m.score(rows, answers_of(n)) for name, m in FITTED.items()},
    **{
        f"{name}.partial_fit": lambda rows, m=m, n=name: type(m)(**m.get_params()).partial_fit(
            rows, answers_of(n), **({} if n == "MLPRegressor" else {"classes": [0, 1]})
        )
        for name, m in FITTED.items()
    },
    **{f"{name}.diagnose": lambda rows, m=m, n=name: m.diagnose(rows, answers_of(n)) for name, m in FITTED.items()},
    **{f"{name}.decision_function": FITTED[name].decision_function for name in ("MLPClassifier", "Perceptron")},
    "predict_proba": FITTED["MLPClassifier"].predict_proba,
    "predict_log_proba": FITTED["MLPClassifier"].predict_log_proba,
    "trace": FITTED["MLPRegressor"].trace,
    "input_gradients": FITTED["MLPRegressor"].input_gradients,
}
# what is given: (it, the network's key words, scikit-learn's or ours of the estimators)
BAD_ROWS = {
    "ragged": (
        [[1.0, 2.0, 3.0], [4.0]],
        "[Xx] must hold rows of one length, got 3 values in row 0 and 1 value in row 1",
        None,
    ),
    "a number among rows": (
        [[1.0, 2.0], 3.0],
        "must hold rows of one length, got 2 values in row 0 and a single",
        None,
    ),
    "text": ([["a", "b", "c"]] * 20, r"[Xx] must hold numbers, got 'a' at row 0, column 0 \(could not convert", None),
    "text among objects": (
        with_entry(None).tolist()[:1] + [[1, "red", 2]] * 19,
        "[Xx] must hold numbers, got 'red' at row 1, column 1",
        None,
    ),
    "a dict among numbers": ([[1.0, {"a": 1}, 2.0]] * 20, "must hold numbers, got {'a': 1} at row 0, column 1", None),
    "too great": ([[10**400, 1, 2]] * 20, "must hold numbers, got 1000", None),
    "none": (None, "[Xx] must be an array of numbers, got None", None),
    "dict": ({"a": 1}, "[Xx] must be an array of numbers, got a dict", None),
    "complex": (X * 1j, "Complex data not supported: (validation )?[Xx] must hold real numbers, got complex128", None),
    "dates": (
        np.zeros((20, 3), "datetime64[D]"),
        "[Xx] must hold numbers, got datetime64",
        "X must hold numbers, got datetime64|DType",
    ),
    "flat": (X.ravel(), r"must have shape", "Reshape your data"),
    "three axes": (X[np.newaxis], r"must have shape", "Found array with dim 3"),
    "no rows": (X[:0], r"must have shape|given to a network|takes one row", r"0 sample\(s\)"),
    "empty": ([], r"must have shape", "Reshape your data"),
    "other columns": (X[:, :2], r"must have shape .*, got \(20, 2\)", "2 features, but"),
    "NaN": (with_entry(np.nan), r"[Xx] holds nan .*at row 1, column 2|takes one row", "Input X contains NaN"),
    "a missing object": (with_entry(None), r"[Xx] holds nan .*at row 1, column 2|takes one row", "NaN|X holds nan"),
    "a missing entry": (
        with_entry(None).tolist(),
        r"[Xx] holds nan .*at row 1, column 2|takes one row",
        "NaN|X holds nan",
    ),
    "infinity": (with_entry(np.inf), r"[Xx] holds inf .*at row 1, column 2|takes one row", "Input X contains infinity"),
    "sparse NaN": (csr_array(with_entry(np.nan)), r"[Xx] holds nan .*at row 1, column 2|takes one row", "NaN"),
    "sparse complex": (csr_array(X * 1j), "must hold real numbers|Complex data", "Complex data not supported"),
}
# A pass over no rows is one.
FINE = {("forward", "no rows"), ("predict", "no rows"), ("loss", "no rows"), ("check_gradients", "no rows")}
# What has rows to be fitted on has no columns to expect.
FINE |= {(entry, "other columns") for entry in ESTIMATOR_ROWS if entry.endswith((".fit", ".partial_fit"))}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("bad", BAD_ROWS)
@pytest.mark.parametrize("entry", [*NETWORK_ROWS, *ESTIMATOR_ROWS])
def test_rows_that_are_none(entry, bad):
    rows, core, of_estimator = BAD_ROWS[bad]
    if (entry, bad) in FINE:
        return
    words = core if entry in NETWORK_ROWS else of_estimator or core
    with pytest.raises((ValueError, TypeError), match=words):
        (NETWORK_ROWS | ESTIMATOR_ROWS)[entry](rows)


@pytest.mark.parametrize("entry", [*NETWORK_ROWS, *ESTIMATOR_ROWS])
def test_rows_that_are_some(entry):
    call = (NETWORK_ROWS | ESTIMATOR_ROWS)[entry]
    for rows in (X, X.tolist(), X.astype(object), X.astype(np.float32), X > 0, np.rint(X).astype(int)):
        call(rows[:1] if entry == "attribute" else rows)


# -- answers -----------------------------------------------------------------------------------------------------------

NETWORK_ANSWERS = {
    "backward": lambda y: NETWORK.backward(NETWORK.forward(X), y),
    "loss_of": lambda y: NETWORK.loss_of(NETWORK.forward(X), y),
    "loss": lambda y: NETWORK.loss(X, y),
    "check_gradients": lambda y: NETWORK.check_gradients(X, y),
    "Trainer.fit": lambda y: trainer().fit(X, y),
    "Trainer.start": lambda y: trainer().start(X, y),
    "Trainer.fit, validation": lambda y: trainer().fit(X, NUMBERS, validation=(X, y)),
    "explain": lambda y: explain(NETWORK, X, y, "W1[1,1]"),
}
REGRESSOR_ANSWERS = {
    "fit": lambda y: MLPRegressor(**SMALL).fit(X, y),
    "partial_fit": lambda y: MLPRegressor(**SMALL).partial_fit(X, y),
    "score": lambda y: FITTED["MLPRegressor"].score(X, y),
}
CLASSIFIER_ANSWERS = {
    "MLPClassifier.fit": lambda y: MLPClassifier(**SMALL).fit(X, y),
    "Perceptron.fit": lambda y: Perceptron().fit(X, y),
    "MLPClassifier.score": lambda y: FITTED["MLPClassifier"].score(X, y),
    "Perceptron.score": lambda y: FITTED["Perceptron"].score(X, y),
}
RAGGED = "y must hold rows of one length, got 2 values in row 0 and 1 value in row 1"
# what is given: (it, key words of the network, of the regressor, of classifiers)
BAD_ANSWERS = {
    "ragged": ([[1.0, 2.0], [3.0]], RAGGED, RAGGED, RAGGED),
    "dict": (
        {"a": 1},
        "y must be numbers, got a dict",
        "y must be an array of numbers, got a dict",
        "array of classes, got a dict",
    ),
    "none": (
        None,
        "y must be numbers, got None|give y as well",
        "y is None|y must be the answers",
        "y is None|y must be the answers",
    ),
    "text": (
        ["no", "yes"] * 10,
        "y must be numbers, got <U3 such as 'no': number the classes",
        "y must (be|hold) numbers, got .*no",
        None,
    ),
    "a missing one": (
        with_entry(None, NUMBERS, 3),
        "y must be numbers, got object such as .*: convert",
        "y holds nan|NaN",
        "y holds None at row 3",
    ),
    "complex": (
        NUMBERS * 1j,
        "y must be numbers, got complex128 .*: take real",
        "Complex data not supported: y must hold real",
        "Complex data not supported: y must hold classes",
    ),
    "NaN": (
        with_entry(np.nan, NUMBERS, 3),
        "y holds nan .*at row 3",
        "Input (y )?contains NaN|y holds nan",
        "Input (y )?contains NaN|y holds nan",
    ),
    "infinity": (
        with_entry(np.inf, NUMBERS, 3),
        "y holds inf .*at row 3",
        "Input (y )?contains infinity|y holds inf",
        "Input (y )?contains infinity|y holds inf",
    ),
    "too few": (
        CLASSES[:4],
        r"y must have shape \(20, 1\), .*got \(4,\)",
        "inconsistent numbers of samples",
        "inconsistent numbers of samples",
    ),
    "three axes": (
        NUMBERS.reshape(20, 1, 1),
        r"y must have shape \(20, 1\)",
        "Found array with dim 3",
        "Found array with dim 3|mix of unknown",
    ),
    "fractions": (
        NUMBERS,
        None,
        None,
        "Unknown label type: continuous. y holds numbers with fractions, such as .*: take MLPRegressor",
    ),
    "text and numbers": (
        np.array(["a", 1] * 10, dtype=object),
        "y must be numbers",
        "must (be|hold) numbers",
        "y mixes text and other|mix",
    ),
    "sparse": (
        csr_array(NUMBERS[:, np.newaxis]),
        "y must be numbers, got a csr_array",
        "[Ss]parse",
        "[Ss]parse|mix of continuous",
    ),
}
ANSWERS = [
    (kind, entry, bad)
    for bad, words in BAD_ANSWERS.items()
    for kind, entries in enumerate((NETWORK_ANSWERS, REGRESSOR_ANSWERS, CLASSIFIER_ANSWERS))
    for entry in entries
    if words[kind + 1] is not None
]


@pytest.mark.parametrize(("kind", "entry", "bad"), ANSWERS)
def test_answers_that_are_none(kind, entry, bad):
    call = (NETWORK_ANSWERS, REGRESSOR_ANSWERS, CLASSIFIER_ANSWERS)[kind][entry]
    with pytest.raises((ValueError, TypeError), match=BAD_ANSWERS[bad][kind + 1]):
        call(BAD_ANSWERS[bad][0])


@pytest.mark.parametrize("entry", REGRESSOR_ANSWERS)
def test_text_that_is_numbers_is_no_answer_of_a_regressor(entry):
    if entry != "score":  # by scikit-learn's metrics, which read it
        with pytest.raises(TypeError, match=r"y must be numbers, got <U\d+ such as '1.5': convert them, as in  y = np"):
            REGRESSOR_ANSWERS[entry](["1.5", "2.5"] * 10)


# -- weights -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        (["a"] * 20, "sample_weight must hold numbers, got 'a' at row 0"),
        ([[1.0, 2.0], [3.0]], "sample_weight must hold rows of one length"),
        (np.ones(5), r"sample_weight must have shape \(20,\), a number a row, got \(5,\)"),
        (with_entry(np.nan, np.ones(20), 4), "sample_weight holds nan .*at row 4"),
        (with_entry(np.inf, np.ones(20), 4), "sample_weight holds inf .*at row 4"),
        (np.ones(20) * 1j, "sample_weight must hold real numbers"),
    ],
)
def test_weights_that_are_none(weight, words):
    for call in (
        lambda: NETWORK.backward(NETWORK.forward(X), NUMBERS, weight),
        lambda: NETWORK.loss_of(NETWORK.forward(X), NUMBERS, weight),
        lambda: NETWORK.loss(X, NUMBERS, weight),
        lambda: NETWORK.check_gradients(X, NUMBERS, weight),
        lambda: trainer().fit(X, NUMBERS, weight),
    ):
        with pytest.raises((ValueError, TypeError), match=words):
            call()


# -- validation rows are called by their names -------------------------------------------------------------------------

BAD_VALIDATION = {
    "NaN in X_val": ({"X_val": with_entry(np.nan)}, "^Input X_val contains NaN"),
    "infinity in X_val": ({"X_val": with_entry(np.inf)}, "^Input X_val contains infinity"),
    "text in X_val": ({"X_val": [["a", "b", "c"]] * 20}, "^X_val must hold numbers, got 'a' at row 0, column 0"),
    "ragged X_val": ({"X_val": [[1, 2, 3], [4]]}, "^X_val must hold rows of one length, got 3 values in row 0"),
    "other columns": ({"X_val": X[:, :2]}, "^X_val has 2 features, but MLP.* is expecting 3"),
    "a flat X_val": ({"X_val": X[:, 0]}, "^X_val and y_val: Expected 2D array, got 1D array"),
    "too few": ({"X_val": X[:5]}, r"^X_val and y_val: Found input variables with inconsistent numbers .* \[5, 20\]"),
    "NaN in y_val": ({"y_val": with_entry(np.nan, NUMBERS, 3)}, "^Input y_val contains NaN"),
    "ragged y_val": ({"y_val": [[1, 2], [3]]}, "^y_val must hold rows of one length"),
    "NaN in weights": (
        {"sample_weight_val": with_entry(np.nan, np.ones(20), 3)},
        "Input sample_weight_val contains NaN",
    ),
    "too few weights": ({"sample_weight_val": np.ones(3)}, "^sample_weight_val.shape == "),
    "weights below 0": ({"sample_weight_val": -np.ones(20)}, "sample_weight_val"),
}


@pytest.mark.parametrize("bad", BAD_VALIDATION)
@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
def test_validation_rows_are_called_by_their_names(cls, bad):
    answers = CLASSES if cls is MLPClassifier else NUMBERS
    given, words = BAD_VALIDATION[bad]
    with pytest.raises((ValueError, TypeError), match=words):
        cls(**SMALL).fit(X, answers, **{"X_val": X, "y_val": answers, **given})


def test_rows_for_training_keep_their_name():
    for cls, answers in ((MLPClassifier, CLASSES), (MLPRegressor, NUMBERS)):
        with pytest.raises(ValueError, match=r"^Input X contains NaN"):
            cls(**SMALL).fit(with_entry(np.nan), answers, X_val=X, y_val=answers)
        with pytest.raises(ValueError, match=r"^X_val and y_val belong together"):
            cls(**SMALL).fit(X, answers, X_val=X)
    with pytest.raises(ValueError, match=re.escape("`y_val` has classes not in `self.classes_`")):
        MLPClassifier(**SMALL).fit(X, CLASSES, X_val=X, y_val=CLASSES + 1)
    with pytest.raises(ValueError, match=r"^validation y must have shape"):
        trainer().fit(X, NUMBERS, validation=(X, NUMBERS[:3]))


# -- weights of the network --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fitted", [False, True])
@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        (
            "coefs_",
            [np.ones((3, 3)), np.ones((3, 1)), np.ones((1, 1))],
            "coefs_ must be a list of 2 arrays, one a layer, got 3",
        ),
        ("coefs_", [np.ones((3, 3))], "coefs_ must be a list of 2 arrays, one a layer, got 1"),
        (
            "coefs_",
            [np.ones((3, 5)), np.ones((5, 1))],
            r"coefs_ must have the shapes \[\(3, 3\), \(3, 1\)\], .* got \[\(3, 5\)",
        ),
        ("coefs_", [[["a"] * 3] * 3, np.ones((3, 1))], r"coefs_\[0\] must hold numbers, got 'a' at row 0, column 0"),
        ("intercepts_", [np.ones(3)] * 3, "intercepts_ must be a list of 2 arrays, one a layer, got 3"),
        ("intercepts_", 1.0, "intercepts_ must be a list of 2 arrays, one a layer, got a float"),
    ],
)
def test_weights_of_other_shapes(fitted, name, values, words):
    model = MLPRegressor(**SMALL)
    if fitted:
        model.fit(X, NUMBERS)
    before = model.predict(X) if fitted else None
    if fitted:
        with pytest.raises(ValueError, match=words):
            setattr(model, name, values)
    else:
        setattr(model, name, values)
        with pytest.raises(ValueError, match=words):
            model.fit(X, NUMBERS)
    if fitted:
        assert np.array_equal(model.predict(X), before)


def test_a_momentum_of_1_is_scikit_learns():
    from sklearn.neural_network import MLPClassifier as Theirs

    for nesterov in (True, False):
        given = {
            "hidden_layer_sizes": (3,),
            "solver": "sgd",
            "momentum": 1.0,
            "nesterovs_momentum": nesterov,
            "learning_rate_init": 1e-3,
            "max_iter": 5,
            "random_state": 0,
        }
        with pytest.warns(Warning, match="onverge"):
            ours = MLPClassifier(**given).fit(X, CLASSES)
        with pytest.warns(Warning, match="onverge"):
            theirs = Theirs(**given).fit(X, CLASSES)
        for mine, other in zip(ours.coefs_, theirs.coefs_, strict=True):
            np.testing.assert_allclose(mine, other, rtol=1e-9)


# -- one traceback -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", ["ragged", "text", "text among objects", "too great", "none", "dates"])
@pytest.mark.parametrize("entry", [*NETWORK_ROWS, *ESTIMATOR_ROWS])
def test_refused_rows_come_with_one_traceback(entry, rows):
    with pytest.raises((ValueError, TypeError)) as caught:
        (NETWORK_ROWS | ESTIMATOR_ROWS)[entry](BAD_ROWS[rows][0])
    assert_one_traceback(caught.value)


@pytest.mark.parametrize("bad", BAD_VALIDATION)
@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
def test_refused_validation_rows_come_with_one_traceback(cls, bad):
    answers = CLASSES if cls is MLPClassifier else NUMBERS
    with pytest.raises((ValueError, TypeError)) as caught:
        cls(**SMALL).fit(X, answers, **{"X_val": X, "y_val": answers, **BAD_VALIDATION[bad][0]})
    assert_one_traceback(caught.value)


def assert_one_traceback(error):
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None


# -- warnings of validation rows ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize(("of_fit", "of_validation"), [(False, True), (True, False)])
def test_a_warning_of_validation_rows_calls_them_so(cls, of_fit, of_validation):
    answers, frame = CLASSES if cls is MLPClassifier else NUMBERS, pd.DataFrame(X, columns=["a", "b", "c"])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        cls(**SMALL).fit(frame if of_fit else X, answers, X_val=frame if of_validation else X, y_val=answers)
    said = [warning for warning in caught if "feature names" in str(warning.message)]
    start = "X_val has feature names, but" if of_validation else "X_val does not have valid feature names, but"
    assert [str(one.message).startswith(start) for one in said] == [True]
    assert said[0].filename == __file__
