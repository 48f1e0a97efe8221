"""Of an estimator, `explain` and `attribute` take rows and labels as `fit` does, and weigh classes as training does."""

import re
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import BaggingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PowerTransformer, StandardScaler

from clearprop import InputError, MLPClassifier, MLPRegressor, Penalty, Perceptron, attribute, explain
from clearprop.plots import ActivationHistogramDisplay

rng = np.random.default_rng(0)
X = rng.normal(size=(24, 2))
X[:, 1] += 5
TWO = np.where(X[:, 0] > 0, 2, 1)
THREE = np.array(["x", "y", "z"])[np.arange(24) % 3]
LABELS = (rng.random((24, 3)) > 0.5).astype(int)
NUMBERS = 100 + 20 * X[:, 0]
NAMED = pd.DataFrame(X, columns=["a", "b"])
FRAMES = {"pandas": NAMED, "polars": pl.DataFrame(X.tolist(), schema=["a", "b"], orient="row")}
TURNED = {name: frame[["b", "a"]] for name, frame in FRAMES.items()}


def trained(model, rows, y, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(rows, y, **more)


def classifier(**more):
    return MLPClassifier((3,), activation="tanh", max_iter=3, random_state=0, **more)


def regressor(**more):
    return MLPRegressor(hidden_layer_sizes=(3,), activation="tanh", max_iter=3, random_state=0, **more)


MODELS = {
    "MLPClassifier": (classifier, TWO),
    "MLPRegressor": (regressor, NUMBERS),
    "Perceptron": (Perceptron, TWO),
    "pipeline": (lambda: make_pipeline("passthrough", classifier()), TWO),
    "search": (lambda: GridSearchCV(classifier(), {"alpha": [0.1]}, cv=2), TWO),
    "transformed target": (lambda: TransformedTargetRegressor(regressor(), transformer=StandardScaler()), NUMBERS),
}


# -- columns by their names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize("name", MODELS)
def test_columns_in_another_order_are_refused_as_predict_refuses_them(name, kind):
    make, y = MODELS[name]
    model, turned = trained(make(), FRAMES[kind], y), TURNED[kind]
    takes = [
        model.predict,
        lambda rows: explain(model, rows, y, "b1[1]"),
        lambda rows: explain(model, rows[:1]),
        lambda rows: attribute(model, rows[:1]),
        lambda rows: model.score(rows, y),
    ]
    if hasattr(model, "diagnose"):
        takes.append(lambda rows: model.diagnose(rows, y))
    if hasattr(model, "trace"):
        takes += [model.trace, model.input_gradients]
        takes.append(lambda rows: ActivationHistogramDisplay.from_estimator(model, rows))
        takes.append(lambda rows: make().fit(FRAMES[kind], y, X_val=rows, y_val=y))
        takes.append(lambda rows: trained(make(), FRAMES[kind], y).partial_fit(rows, y))
    for take in takes:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            take(FRAMES[kind])
        assert not [str(one.message) for one in caught if "feature names" in str(one.message)]
        with pytest.raises(ValueError, match="must be in the same order as they were in fit"):
            take(turned)


@pytest.mark.parametrize("kind", FRAMES)
def test_frames_are_explained_as_their_numbers(kind):
    model, frame = trained(classifier(), FRAMES[kind], TWO), FRAMES[kind]
    plain = trained(classifier(), X, TWO)
    plain.network_.parameters = model.network_.parameters  # which the order in memory has rounded otherwise
    assert explain(model, frame, TWO, "W1[2,1]").value == explain(plain, X, TWO, "W1[2,1]").value
    np.testing.assert_array_equal(attribute(model, frame[3:4]).values, attribute(plain, X[3]).values)
    assert "x[2] is b" in explain(model, frame, TWO, "W1[2,1]").to_text()


@pytest.mark.parametrize("model", [classifier(), make_pipeline(StandardScaler(), classifier())], ids=["bare", "piped"])
def test_a_row_of_a_frame_has_names(model):
    trained(model, NAMED, TWO)
    expected = explain(model, NAMED, TWO, "W1[2,1]", row=4).value
    assert explain(model, NAMED.iloc[4], TWO[4], "W1[2,1]").value == expected
    for turned in (NAMED[["b", "a"]].iloc[4], NAMED.iloc[4].rename({"a": "c"})):
        for ask in (explain, attribute):
            with pytest.raises(ValueError, match="feature names should match"):
                ask(model, turned)


def test_rows_without_names_are_warned_of_as_predict_warns():
    model = trained(classifier(), NAMED, TWO)
    for rows in (X, X[0], X[0].tolist(), sparse.csr_array(X)):
        with pytest.warns(UserWarning, match="X does not have valid feature names"):
            explain(model, rows, row=0)
    with pytest.warns(UserWarning, match="X has feature names, but MLPClassifier was fitted without"):
        explain(trained(classifier(), X, TWO), NAMED, row=0)


def test_a_baseline_s_columns_too():
    model = trained(classifier(), NAMED, TWO)
    expected = attribute(model, NAMED[:1], baseline=[1.0, 2.0]).values
    for baseline in (pd.Series({"a": 1.0, "b": 2.0}), pd.DataFrame({"a": [1.0], "b": [2.0]}), [[1.0, 2.0]]):
        assert np.array_equal(attribute(model, NAMED[:1], baseline=baseline).values, expected)
    with pytest.raises(InputError, match="baseline has the columns b, a, and the inputs are a, b"):
        attribute(model, NAMED[:1], baseline=pd.Series({"b": 2.0, "a": 1.0}))


def test_steps_that_make_frames():
    given = make_pipeline(StandardScaler().set_output(transform="pandas"), classifier())
    model, plain = trained(given, NAMED, TWO), trained(make_pipeline(StandardScaler(), classifier()), NAMED, TWO)
    assert explain(model, NAMED.iloc[4], TWO[4], "loss").value == explain(plain, NAMED.iloc[4], TWO[4], "loss").value


# -- labels ------------------------------------------------------------------------------------------------------------


def forms(y):
    """The same answers in every form that `fit` takes."""
    yield "array", y
    yield "list", y.tolist()
    if y.ndim == 2:
        yield "frame", pd.DataFrame(y, columns=list("pqr")[: y.shape[1]])
        yield "polars frame", pl.DataFrame(y.tolist(), schema=list("pqr")[: y.shape[1]], orient="row")
        if y.dtype.kind == "i":
            yield "truth values", y > 0
            yield "sparse", sparse.csr_array(y)
            yield "sparse by column", sparse.csc_matrix(y)
        return
    yield "column", y[:, np.newaxis]
    yield "list of lists", y[:, np.newaxis].tolist()
    yield "series", pd.Series(y, index=np.arange(len(y))[::-1])
    yield "frame", pd.DataFrame({"y": y})
    yield "polars series", pl.Series(y.tolist())
    yield "polars frame", pl.DataFrame({"y": y.tolist()})
    if y.dtype.kind == "U":
        yield "category", pd.Series(y, dtype="category")
        yield "objects", y.astype(object)
    if y.dtype.kind == "i":
        yield "nullable", pd.Series(y, dtype="Int64")
        yield "floats", y.astype(float)


ANSWERED = {
    "two classes": (classifier, TWO),
    "three classes": (classifier, THREE),
    "labels": (classifier, LABELS),
    "labels by margin": (lambda: classifier(loss="hinge"), LABELS),
    "one number": (regressor, NUMBERS),
    "two numbers": (regressor, X),
    "perceptron of two": (Perceptron, TWO),
    "perceptron of three": (Perceptron, THREE),
}


@pytest.mark.parametrize("name", ANSWERED)
def test_answers_are_taken_as_fit_takes_them(name):
    make, y = ANSWERED[name]
    model = trained(make(), X, y)
    targets = model._diagnosed_rows(X, y, None).y if hasattr(model, "trace") else None
    expected, row = explain(model, X, y, "loss").value, explain(model, X, y, "loss", row=5).value
    if targets is not None:
        assert expected == model.network_.loss(X, targets, penalty=Penalty(l2=model.alpha))
    found = []
    for form, answers in forms(y):
        found.append(form)
        again = trained(make(), X, answers)
        assert explain(again, X, answers, "loss").value == pytest.approx(expected, rel=1e-12), form
        assert explain(model, X, answers, "loss").value == expected, form
        one = (
            answers.iloc[5:6]
            if hasattr(answers, "iloc")
            else answers[[5]]
            if sparse.issparse(answers)
            else answers[5:6]
        )
        assert explain(model, X[5], one, "loss").value == row, form
        assert explain(model, X[5:6], one, "loss").value == row, form
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a column, as `fit` warns
            assert str(model.diagnose(X, answers)) == str(model.diagnose(X, y)), form
    assert len(found) >= 4
    assert explain(model, X[5], y[5], "loss").value == row


def test_codes_in_a_column_are_labels():
    model = trained(classifier(), X, TWO)
    assert explain(model, X[:1], [[1]], "loss").value == explain(model, X[0], 1, "loss").value
    assert explain(model, X[:1], [[1]], "loss").value != explain(model, X[0], 2, "loss").value
    with pytest.raises(InputError, match=r"y holds 0, which is no class of this model. There are: 1, 2$"):
        explain(model, X[:1], [[0]], "loss")


@pytest.mark.parametrize(
    ("y", "given", "message"),
    [
        (TWO, ["1"], "y holds '1', which is no class of this model. There are: 1, 2"),
        (TWO, [3], "y holds 3, which is no class of this model. There are: 1, 2"),
        (TWO.astype(float) / 2, [0.25], "y holds 0.25, which is no class of this model. There are: 0.5, 1.0"),
        (TWO.astype(str), [1], "y holds 1, which is no class of this model. There are: '1', '2'"),
        (TWO.astype(str).astype(object), ["3"], "y holds '3', which is no class of this model. There are: '1', '2'"),
        (TWO == 1, [2], "y holds 2, which is no class of this model. There are: False, True"),
    ],
)
def test_an_unknown_label_and_the_classes_are_shown_as_they_are(y, given, message):
    if y.dtype.kind == "f":  # scikit-learn takes fractions for quantities
        model = trained(classifier(), X, TWO)
        model.classes_ = np.unique(y)
    else:
        model = trained(classifier(), X, y)
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        explain(model, X[:1], given, "loss")


def test_targets_of_each_output_stay_targets():
    model = trained(classifier(), X, THREE)
    one_hot = (THREE[:, np.newaxis] == model.classes_).astype(float)
    assert explain(model, X, one_hot, "loss").value == explain(model, X, THREE, "loss").value
    assert explain(model, X[1], one_hot[1], "loss").value == explain(model, X[1], THREE[1], "loss").value


# -- class weights -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weight", [None, rng.random(24) + 0.5], ids=["", "weighted"])
@pytest.mark.parametrize("given", ["balanced", {"x": 3.0, "y": 0.5}])
def test_class_weights_count_as_in_training(given, weight):
    """One epoch of one batch of sgd moves each parameter by the rate times its gradient: what is explained."""
    rare = np.where(np.arange(24) % 6, THREE, "x")
    settings = {"solver": "sgd", "momentum": 0.0, "learning_rate_init": 0.5, "alpha": 0.3, "class_weight": given}
    before = trained(
        classifier(
            **settings | {"learning_rate_init": 1e-300},
        ),
        X,
        rare,
        sample_weight=weight,
    )
    after = MLPClassifier((3,), activation="tanh", max_iter=1, random_state=0, **settings)
    trained(after, X, rare, sample_weight=weight)
    named = [("W1[1,2]", 0, (0, 1)), ("W1[2,3]", 0, (1, 2)), ("W2[3,1]", 1, (2, 0))]
    for name, layer, place in named:
        moved = (before.coefs_[layer][place] - after.coefs_[layer][place]) / 0.5
        explanation = explain(before, X, rare, name, sample_weight=weight)
        assert explanation.value == pytest.approx(moved, rel=1e-9)
        assert explanation.check.passed
        assert "class_weight: x " in " ".join(explanation.remarks)
        piped = trained(make_pipeline(StandardScaler(with_mean=False, with_std=False), before), X, rare)
        assert explain(piped, X, rare, name).value == explain(piped[-1], X, rare, name).value
    counts = np.array([(rare == label).sum() for label in "xyz"])
    by_class = 24 / (3 * counts) if given == "balanced" else np.array([3.0, 0.5, 1.0])
    np.testing.assert_allclose(before.class_weight_, by_class, rtol=1e-12)
    own = by_class[np.searchsorted(["x", "y", "z"], rare)] * (1 if weight is None else weight)
    plain = trained(classifier(), X, rare)
    plain.network_.parameters = before.network_.parameters
    expected = explain(plain, X, rare, "loss", sample_weight=own, penalty=Penalty(l2=0.3)).value
    assert explain(before, X, rare, "loss", sample_weight=weight).value == pytest.approx(expected, rel=1e-12)
    assert not [remark for remark in explain(before, X[0], rare[0]).remarks if "class_weight" in remark]


@pytest.mark.parametrize("row", [0, 3, 7])
def test_one_row_is_weighed_as_its_class(row):
    """Of a row alone the weight shows in the penalty's share, as with sample_weight."""
    model = trained(classifier(class_weight={1: 4.0, 2: 0.25}, alpha=0.3), X, TWO)
    bare = explain(model, X, TWO, "W1[1,2]", row=row, penalty=Penalty()).value
    own = 4.0 if TWO[row] == 1 else 0.25
    expected = bare + 0.3 * model.coefs_[0][0, 1] / own
    for explanation in (explain(model, X, TWO, "W1[1,2]", row=row), explain(model, X[row], TWO[row], "W1[1,2]")):
        assert explanation.value == pytest.approx(expected, rel=1e-12)
        assert "class_weight: 1 4, 2 0.25." in " ".join(explanation.remarks)
    twice = explain(model, X, TWO, "W1[1,2]", row=row, sample_weight=np.full(24, 2.0))
    assert twice.value == pytest.approx(bare + 0.3 * model.coefs_[0][0, 1] / own / 2, rel=1e-12)


def test_class_weights_of_labels_are_multiplied():
    model = trained(classifier(class_weight="balanced"), X, LABELS)
    share = LABELS.mean(axis=0)
    own = np.prod(np.where(LABELS == 1, 0.5 / share, 0.5 / (1 - share)), axis=1)
    expected = model.network_.backward(model.network_.forward(X), LABELS, own, Penalty(l2=model.alpha)).weights[0][1, 2]
    assert explain(model, X, LABELS, "W1[2,3]").value == pytest.approx(expected, rel=1e-12)
    with pytest.raises(ValueError, match="class_weight of 3 labels must be a list of 3 dicts"):
        classifier(class_weight={0: 1.0, 1: 2.0}).fit(X, LABELS)


def test_class_weights_are_those_of_fit_and_not_of_the_rows_explained():
    rare = np.where(np.arange(24) < 4, 2, 1)
    model = trained(classifier(class_weight="balanced"), X, rare)
    few = slice(2, 6)  # two rows of each
    own = np.where(rare[few] == 2, 3.0, 0.6)
    expected = model.network_.backward(
        model.network_.forward(X[few]), rare[few] == 2, own, Penalty(l2=model.alpha)
    ).biases[0][1]
    assert explain(model, X[few], rare[few], "b1[2]").value == pytest.approx(expected, rel=1e-12)


def test_classes_that_count_nothing():
    model = trained(classifier(class_weight={1: 0.0, 2: 1.0}), X, TWO)
    ones = np.flatnonzero(TWO == 1)
    with pytest.raises(InputError, match=r"row \d+ has the weight 0 in class_weight"):
        explain(model, X, TWO, "loss", row=ones[0])
    with pytest.raises(InputError, match="class_weight is 0 for the classes of all rows given"):
        explain(model, X[ones], TWO[ones], "loss")
    assert explain(model, X, TWO, row=ones[0]).value == model.predict_proba(X)[ones[0], 1]


@pytest.mark.parametrize("penalty", [None, "l2"])
def test_a_perceptron_s_updates_are_its_rows_times_what_they_count(penalty):
    """Started anywhere, a row that is wrong moves the weights by its gradient times what it counts."""
    start = {"coef_init": [[0.3, -0.2]], "intercept_init": [0.1]}
    given = {"class_weight": {1: 4.0, 2: 0.25}, "max_iter": 1, "tol": None, "shuffle": False, "penalty": penalty}
    for row in range(6):
        rows, y = X[[row, row]], [TWO[row], 3 - TWO[row]]  # of two classes, the other not counted
        model = trained(Perceptron(**given, alpha=0.01), rows, y, sample_weight=[1.0, 0.0], **start)
        own, shrunk = (4.0 if TWO[row] == 1 else 0.25), (1 - 0.01) ** 2 if penalty else 1.0
        before = trained(Perceptron(**given, alpha=0.01), rows, y, sample_weight=[1.0, 0.0], **start)
        before.coef_, before.intercept_ = np.array(start["coef_init"]), np.array(start["intercept_init"])
        bare = explain(before, X[row], TWO[row], "W1[2,1]", penalty=Penalty()).value
        once = 1 - 0.01 if penalty else 1.0
        assert model.coef_[0, 1] == pytest.approx(-0.2 * shrunk - own * bare * once, rel=1e-12)
        explained = explain(before, X[row], TWO[row], "W1[2,1]").value
        share = 0.01 * -0.2 / own if penalty else 0.0
        assert explained == pytest.approx(bare + share, rel=1e-12)


def test_a_perceptron_of_several_classes_counts_by_output():
    model = trained(Perceptron(class_weight={"x": 5.0, "z": 0.5}, max_iter=3, tol=None), X, THREE)
    network, by_class = model.network_, np.array([5.0, 1.0, 0.5])
    signs = np.where(THREE[:, np.newaxis] == model.classes_, 1.0, -1.0)
    for output in range(3):
        own = np.where(signs[:, output] > 0, by_class[output], 1.0)
        wrong = network.forward(X).outputs[:, output] * signs[:, output] <= 0
        expected = np.average(-signs[:, output] * X[:, 1] * wrong, weights=own)
        explanation = explain(model, X, THREE, f"W1[2,{output + 1}]")
        assert explanation.value == pytest.approx(expected, rel=1e-12)
        assert "in the output of the row's own class (in the others 1): x 5, y 1, z 0.5" in explanation.remarks[0]
    assert "loss is of all outputs together" in " ".join(explain(model, X, THREE, "loss").remarks)


# -- what wraps an estimator -------------------------------------------------------------------------------------------


def test_a_transformed_target_is_explained_through_its_transformation():
    model = trained(TransformedTargetRegressor(regressor(), transformer=StandardScaler()), X, NUMBERS)
    scaled = (NUMBERS - NUMBERS.mean()) / NUMBERS.std()
    for y in (NUMBERS, NUMBERS[:, np.newaxis], pd.Series(NUMBERS), NUMBERS.tolist()):
        explanation = explain(model, X, y, "W1[2,1]")
        assert explanation.value == pytest.approx(explain(model.regressor_, X, scaled, "W1[2,1]").value, rel=1e-12)
    assert "y is what the StandardScaler of TransformedTargetRegressor makes of the target." in explanation.remarks
    one = explain(model, X[3], NUMBERS[3], "W1[2,1]").value
    assert one == pytest.approx(explain(model, X, NUMBERS, "W1[2,1]", row=3).value, rel=1e-12)
    for prediction in (explain(model, X[3]), explain(model, X, row=3), explain(model, X[3:4])):
        assert f"In the target's own units the prediction is {model.predict(X)[3]:.6g}." in prediction.remarks
    assert "makes of the target." in attribute(model, X[3]).to_markdown()
    own = f"In the target's own units the prediction is {model.predict(X)[3]:.6g}."
    for row in (X[3], X[3:4]):
        assert own in attribute(model, row).notes
        assert own in attribute(model, row, output="a2[1]").notes
        assert own not in attribute(model, row, output="a1[2]").notes


@pytest.mark.parametrize(
    "wrap",
    [
        lambda: TransformedTargetRegressor(
            make_pipeline(StandardScaler(), regressor()), func=np.log, inverse_func=np.exp
        ),
        lambda: make_pipeline(
            StandardScaler(), TransformedTargetRegressor(regressor(), func=np.log, inverse_func=np.exp)
        ),
        lambda: TransformedTargetRegressor(
            GridSearchCV(make_pipeline(StandardScaler(), regressor()), {"mlpregressor__alpha": [0.1]}, cv=2),
            func=np.log,
            inverse_func=np.exp,
        ),
        lambda: make_pipeline(
            StandardScaler(),
            make_pipeline("passthrough", TransformedTargetRegressor(regressor(), func=np.log, inverse_func=np.exp)),
        ),
    ],
    ids=["pipeline inside", "inside a pipeline", "search inside", "pipeline in a pipeline"],
)
def test_wrappers_in_wrappers(wrap):
    model = trained(wrap(), X, NUMBERS)
    fed = StandardScaler().fit_transform(X)
    explanation = explain(model, X, NUMBERS, "b1[1]")
    network = explanation.computation.network
    expected = network.backward(network.forward(fed), np.log(NUMBERS)).biases[0][0]
    assert explanation.value == pytest.approx(expected, rel=1e-12)
    assert f"own units the prediction is {model.predict(X[:1])[0]:.6g}" in " ".join(explain(model, X[0]).remarks)


def test_several_targets_are_transformed_together():
    Y = np.exp(X)
    model = trained(TransformedTargetRegressor(regressor(), transformer=PowerTransformer("box-cox")), X, Y)
    expected = explain(model.regressor_, X, model.transformer_.transform(Y), "loss").value
    assert explain(model, X, Y, "loss").value == expected
    shown = ", ".join(f"{number:.6g}" for number in model.predict(X[:1])[0])
    assert f"the prediction is {shown}." in " ".join(explain(model, X[0]).remarks)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (
            GridSearchCV(classifier(), {}),
            r"this GridSearchCV is not fitted, so it has no network yet: call fit\(X, y\)",
        ),
        (
            RandomizedSearchCV(make_pipeline(StandardScaler(), classifier()), {}),
            "this RandomizedSearchCV is not fitted",
        ),
        (TransformedTargetRegressor(regressor()), "this TransformedTargetRegressor is not fitted"),
        (make_pipeline(StandardScaler(), GridSearchCV(classifier(), {})), "this GridSearchCV is not fitted"),
        (GridSearchCV(LogisticRegression(), {}), "LogisticRegression cannot be explained: give a Network"),
        (GridSearchCV(TheirClassifier(), {}), r"scikit-learn's MLPClassifier.*fit clearprop\.MLPClassifier"),
        (TransformedTargetRegressor(), "TransformedTargetRegressor cannot be explained"),
    ],
)
def test_what_is_not_fitted_says_so(model, message):
    for ask in (explain, attribute):
        with pytest.raises(InputError, match=message):
            ask(model, X[0])


def test_fitted_models_that_cannot_be_explained_say_what_can():
    search = trained(GridSearchCV(classifier(), {"alpha": [0.1]}, cv=2, refit=False), X, TWO)
    with pytest.raises(InputError, match="this GridSearchCV has refit=False and so keeps no model: set refit=True"):
        explain(search, X[0])
    with pytest.raises(InputError, match="LogisticRegression cannot be explained"):
        explain(trained(GridSearchCV(LogisticRegression(), {"C": [1.0]}, cv=2), X, TWO), X[0])
    bagging = trained(BaggingClassifier(classifier(), 2), X, TWO)
    with pytest.raises(InputError, match=r"BaggingClassifier cannot be explained.*explain\(model\.estimators_\[0\], "):
        explain(bagging, X[0])
    with pytest.raises(InputError, match="CalibratedClassifierCV cannot be explained: give a Network"):
        explain(trained(CalibratedClassifierCV(classifier(), cv=2), X, TWO), X[0])
