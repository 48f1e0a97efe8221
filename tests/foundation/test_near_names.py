"""A name that is none is answered with the near one: another spelling, or what other libraries call the same."""

import inspect
import re
import warnings

import numpy as np
import pytest

import clearprop
from clearprop import (
    ACTIVATIONS,
    INITIALIZERS,
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
    MLPClassifier,
    MLPRegressor,
    Network,
    Perceptron,
    Trainer,
)
from clearprop.foundation.near_names import SYNONYMS, SaysNearKeywords, near, near_keywords

REGISTRIES = {
    "activation": ACTIVATIONS,
    "loss": LOSSES,
    "initializer": INITIALIZERS,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
}
NAMES = [(kind, name) for kind, registry in REGISTRIES.items() for name in registry]
KNOWN_AS = [
    (kind, other, name)
    for kind, registry in REGISTRIES.items()
    for name, cls in registry.items()
    for other in vars(cls).get("known_as", ())
]
X, y = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 0.5], [0.5, 2.0]]), np.array([0, 1, 1, 0])


def make(kind, name):
    """The object of the core that takes such a name."""
    if kind in ("optimizer", "schedule"):
        return Trainer(Network([2, 1], rng=0), **{kind: name}, rng=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Network([2, 3, 1], **{kind: name}, rng=0)


@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_other_spellings_of_every_name(kind, name):
    camel = "".join(part.capitalize() for part in name.split("_"))
    for given in {name.upper(), camel, name.replace("_", "-"), name.replace("_", " ")} - {name}:
        with pytest.raises(ValueError, match=f"unknown {kind} .*, did you mean '{name}'"):
            make(kind, given)


@pytest.mark.parametrize(("kind", "other", "name"), KNOWN_AS)
def test_what_others_call_it(kind, other, name):
    assert other not in REGISTRIES[kind]
    for given in (other, other.upper()):
        with pytest.raises(ValueError, match=rf"unknown {kind} '{given}', did you mean .*'{name}'.*\? There are: "):
            make(kind, given)


@pytest.mark.parametrize(
    ("kind", "given", "meant"),
    [
        ("activation", "ReLU", "'relu'"),
        ("activation", "LeakyReLU", "'leaky_relu'"),
        ("activation", "SiLU", "'silu'"),
        ("activation", "swish", "'silu'"),
        ("activation", "Logistic", "'sigmoid'"),
        ("activation", "linear", "'identity'"),
        ("activation", "none", "'identity'"),
        ("activation", "tahn", "'tanh'"),
        ("loss", "mse", "'squared_error'"),
        ("loss", "MSELoss", "'squared_error'"),
        ("loss", "mae", "'absolute_error'"),
        ("loss", "bce", "'binary_cross_entropy'"),
        ("loss", "BCEWithLogitsLoss", "'binary_cross_entropy'"),
        ("loss", "crossentropy", "'cross_entropy'"),
        ("loss", "nll", "'cross_entropy'"),
        ("loss", "log_loss", "'binary_cross_entropy' or 'cross_entropy'"),
        ("optimizer", "Adam", "'adam'"),
        ("optimizer", "SGD", "'sgd'"),
        ("optimizer", "RMSProp", "'rmsprop'"),
        ("optimizer", "L-BFGS", "'lbfgs'"),
        ("initializer", "xavier", "'glorot_uniform'"),
        ("initializer", "kaiming_normal_", "'he_normal'"),
        ("schedule", "ReduceLROnPlateau", "'adaptive'"),
        ("schedule", "OneCycleLR", "'one_cycle'"),
    ],
)
def test_names_customary_elsewhere(kind, given, meant):
    with pytest.raises(ValueError, match=rf"unknown {kind} '{given}', did you mean {meant}\?"):
        make(kind, given)


def test_no_activation_is_identity_and_accepted_names_stay():
    with pytest.raises(TypeError, match=r"activation must be a name .*, got None, did you mean 'identity'"):
        make("activation", None)
    assert make("activation", "logistic").activations[0].name == "sigmoid"
    assert make("initializer", "glorot").activations[0].name == "sigmoid"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Trainer(Network([2, 1]), metric="acc"), ValueError, "unknown metric 'acc', did you mean 'accuracy'"),
        (
            lambda: Trainer(Network([2, 1]), metric=3),
            TypeError,
            "metric must be one of accuracy, r2, brier, or a function",
        ),
        (lambda: Trainer(Network([2, 1]), monitor="val_loss"), ValueError, "did you mean 'validation_loss'"),
        (
            lambda: Trainer(Network([2, 1]), engine="Numba"),
            ValueError,
            "unknown engine 'Numba', did you mean 'compiled'",
        ),
        (lambda: clearprop.attribute(Network([2, 1]), [1, 2], "saliency"), ValueError, "did you mean 'gradient'"),
        (
            lambda: clearprop.derive("ReLU"),
            ValueError,
            "neither an activation, a loss nor an input, did you mean 'relu'",
        ),
        (lambda: clearprop.MLPClasifier, AttributeError, "no attribute 'MLPClasifier', did you mean 'MLPClassifier'"),
        (lambda: Network([2, 1], dtype="fp32"), ValueError, "dtype must be float32 or float64, got 'fp32'"),
    ],
)
def test_other_names(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    "given", ["rmse", "mse", "MAE", "mape", "mean_squared_error", "neg_mean_squared_error", "f1", "auc"]
)
def test_metrics_of_scikit_learn_are_made_as_the_message_says(given):
    from sklearn import metrics

    with pytest.raises(
        ValueError, match=f"^unknown metric '{given}': .* There are: accuracy, r2, brier; or give a f"
    ) as caught:
        Trainer(Network([2, 1]), metric=given)
    made = re.search(r"metric=(lambda .*), the greater the better", str(caught.value))[1]
    metric = eval(made, vars(metrics))
    targets, outputs = np.array([[0.0], [1.0], [1.0], [0.0]]), np.array([[0.2], [0.9], [0.4], [0.7]])
    flat = targets[:, 0], outputs[:, 0]
    expected = {
        "rmse": -np.sqrt(np.mean((targets - outputs) ** 2)),
        "MAE": -np.mean(abs(targets - outputs)),
        "mape": -metrics.mean_absolute_percentage_error(*flat),
        "f1": metrics.f1_score(flat[0], flat[1] > 0.5, average="macro"),
        "auc": metrics.roc_auc_score(*flat),
    }.get(given, -np.mean((targets - outputs) ** 2))
    assert metric(LOSSES.resolve("binary_cross_entropy"), targets, outputs, None) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("rmse", "neg_root_mean_squared_error"),
        ("mse", "neg_mean_squared_error"),
        ("mean_absolute_error", "neg_mean_absolute_error"),
        ("f1_score", "f1"),
        ("auc", "roc_auc"),
    ],
)
def test_scorers_by_their_functions_names(given, meant):
    rows, answers = np.tile(X, (10, 1)), np.tile(y, 10)
    with pytest.raises(ValueError, match=f"'{given}' is not a valid scoring value.*, did you mean '{meant}'") as caught:
        MLPClassifier(early_stopping=True, scoring=given).fit(rows, answers)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("given", ["linear", "poly", "warmup", "cyclic", "linear_decay"])
def test_no_schedule_is_guessed_where_none_is_near(given):
    for call in (lambda: make("schedule", given), lambda: MLPClassifier(learning_rate=given).fit(X, y)):
        with pytest.raises(ValueError, match=given) as caught:
            call()
        assert "did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("w1[1,1]", "W1[1,1]"),
        ("W1(2,3)", "W1[2,3]"),
        ("W_1[1][2]", "W1[1,2]"),
        ("B2[1]", "b2[1]"),
        ("dl/dZ1[2]", "delta1[2]"),
        ("DELTA1[3]", "delta1[3]"),
        ("X[2]", "x[2]"),
        ("Loss", "loss"),
        ("dL/dA1[2]", "dL/da1[2]"),
    ],
)
def test_names_of_numbers_in_another_spelling(given, meant):
    network = Network([2, 3, 1], rng=0)
    with pytest.raises(ValueError, match=re.escape(f"2-3-1 network, did you mean '{meant}'? There are: W1[1-2,1-3]")):
        clearprop.explain(network, [1.0, 2.0], [1.0], given)
    clearprop.explain(network, [1.0, 2.0], [1.0], meant)


@pytest.mark.parametrize("given", ["w1[1,9]", "w3[1,1]", "q1[1]", "x1[1]", "", "w1[1]"])
def test_no_number_is_guessed_that_is_not_there(given):
    with pytest.raises(ValueError, match=r"names nothing in this 2-3-1 network\. There are"):
        clearprop.explain(Network([2, 3, 1], rng=0), [1.0, 2.0], [1.0], given)


# -- keywords ----------------------------------------------------------------------------------------------------------

CALLABLES = {
    name: thing
    for name in clearprop.__all__
    if not inspect.isabstract(thing := getattr(clearprop, name))
    if (inspect.isclass(thing) and issubclass(thing, SaysNearKeywords)) or hasattr(thing, "__wrapped__")
}
CALLABLES |= {cls.__name__: cls for registry in REGISTRIES.values() for cls in registry.values()}


def keywords(thing):
    return [name for name in inspect.signature(thing).parameters if name != "self"]


def test_which_answer():
    assert {"Network", "Trainer", "MLPClassifier", "MLPRegressor", "Perceptron", "Penalty", "LBfgs"} <= set(CALLABLES)
    assert {"TableClassifier", "TableRegressor", "explain", "attribute", "derive", "save", "load"} <= set(CALLABLES)
    assert {"read_table", "write_csv"} <= set(CALLABLES)


@pytest.mark.parametrize("name", CALLABLES)
def test_every_keyword_in_another_spelling(name):
    thing = CALLABLES[name]
    for keyword in keywords(thing):
        for given in {keyword.upper(), keyword.replace("_", ""), f"{keyword}_"} - set(keywords(thing)):
            with pytest.raises(TypeError, match=rf"{name}\(\) got .* '{given}', did you mean '{keyword}'"):
                thing(**{given: 1})
    with pytest.raises(TypeError, match=rf"{name}\(\) got an unexpected keyword argument 'zzzz'. It takes: "):
        thing(zzzz=1)


@pytest.mark.parametrize("name", CALLABLES)
def test_synonyms_lead_to_a_keyword_that_is_there(name):
    taken = keywords(CALLABLES[name])
    for line in SYNONYMS:
        meant = [one for one in line.split() if one in taken]
        for other in set(line.split()) - set(taken):
            if meant and not any(other.replace("_", "").casefold() == one.replace("_", "").casefold() for one in taken):
                assert meant[0] in near_keywords(other, taken), (other, line)


@pytest.mark.parametrize(
    ("thing", "given", "meant"),
    [
        (Network, "n_hidden", "'layer_sizes'"),
        (Network, "seed", "'rng'"),
        (Network, "criterion", "'loss'"),
        (Trainer, "lr", "'learning_rate'"),
        (Trainer, "optimiser", "'optimizer'"),
        (Trainer, "solver", "'optimizer'"),
        (Trainer, "batchsize", "'batch_size'"),
        (Trainer, "max_epochs", "'epochs'"),
        (Trainer, "weight_decay", "'l2' or 'decoupled_decay'"),
        (Trainer, "learnig_rate", "'learning_rate'"),
        (MLPClassifier, "lr", "'learning_rate_init'"),
        (MLPClassifier, "optimizer", "'solver'"),
        (MLPClassifier, "n_epochs", "'max_iter'"),
        (MLPClassifier, "weight_decay", "'alpha' or 'decoupled_decay'"),
        (MLPRegressor, "hidden_units", "'hidden_layer_sizes'"),
        (MLPRegressor, "metric", "'scoring'"),
        (Perceptron, "eta", "'eta0'"),
        (Perceptron, "epochs", "'max_iter'"),
    ],
)
def test_keywords_customary_elsewhere(thing, given, meant):
    with pytest.raises(TypeError, match=rf"got an unexpected keyword argument '{given}', did you mean {meant}\?"):
        thing(**{given: 1})
    if issubclass(thing, MLPClassifier | MLPRegressor | Perceptron):
        with pytest.raises(ValueError, match=rf"^Invalid parameter '{given}' for estimator .*, did you mean {meant}\?"):
            thing().set_params(**{given: 1})
        with pytest.raises(ValueError, match=rf"^Invalid parameter '{given}' for estimator .*, did you mean {meant}\?"):
            thing().set_params(**{f"{given}__x": 1})


def test_keywords_of_fit_and_functions():
    trainer = Trainer(Network([2, 1], rng=0), epochs=1, rng=0)
    for call, given, meant in (
        (trainer.fit, "validation_data", "validation"),
        (trainer.start, "sample_weights", "sample_weight"),
        (clearprop.explain, "feature_name", "feature_names"),
        (clearprop.attribute, "n_steps", "steps"),
        (clearprop.load, "filename", "path"),
    ):
        with pytest.raises(TypeError, match=rf"got an unexpected keyword argument '{given}', did you mean '{meant}'\?"):
            call(**{given: 1})


def test_classes_of_a_users_own_take_what_they_say():
    class Own(Network):
        def __init__(self, lr, **more):
            super().__init__([2, 1], **more)
            self.lr = lr

    assert Own(lr=3, rng=0).lr == 3
    with pytest.raises(TypeError, match="did you mean 'rng'"):
        Network([2, 1], seed=0)

    class Plain(Perceptron):
        def __init__(self, lr=1.0):
            super().__init__(eta0=lr)

    with pytest.raises(TypeError, match=r"Plain\(\) got .* 'eta0', did you mean 'lr'"):
        Plain(eta0=2.0)
    with pytest.raises(TypeError, match=r"Relu\(\) takes no arguments, got 3"):
        ACTIVATIONS["relu"](3)


def test_near_without_a_guess():
    assert near("zzzz", ["relu"]) == []
    assert near_keywords("zzzz", ["relu"]) == []


# -- values of estimators' parameters ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "meant"),
    [
        (MLPClassifier(activation="ReLU"), "'ReLU' instead, did you mean 'relu'?"),
        (MLPClassifier(activation=None), "None instead, did you mean 'identity'?"),
        (MLPClassifier(activation=["Swish"] * 1), "unknown activation 'Swish', did you mean 'silu'?"),
        (MLPClassifier(output_activation="Soft-Max"), "'Soft-Max' instead, did you mean 'softmax'?"),
        (MLPClassifier(solver="Adam"), "'Adam' instead, did you mean 'adam'?"),
        (MLPClassifier(solver="l-bfgs"), "'l-bfgs' instead, did you mean 'lbfgs'?"),
        (MLPClassifier(loss="bce"), "'bce' instead, did you mean 'binary_cross_entropy'?"),
        (MLPClassifier(loss="crossentropy"), "'crossentropy' instead, did you mean 'cross_entropy'?"),
        (MLPRegressor(loss="mse"), "'mse' instead, did you mean 'squared_error'?"),
        (MLPRegressor(loss="mae"), "'mae' instead, did you mean 'absolute_error'?"),
        (MLPRegressor(initializer="kaiming"), "'kaiming' instead, did you mean 'he_uniform'?"),
        (MLPRegressor(learning_rate="cosine_annealing"), "did you mean 'cosine'?"),
        (MLPClassifier(learning_rate=0.01), "it names the schedule, and the rate itself is learning_rate_init=0.01"),
        (MLPClassifier(class_weight="balance"), "'balance' instead, did you mean 'balanced'?"),
        (MLPClassifier(early_stopping=True, scoring="acc"), "did you mean 'accuracy'?"),
        (Perceptron(penalty="L2"), "'L2' instead, did you mean 'l2'?"),
        (Perceptron(penalty="none"), "'none' instead, did you mean None?"),
        (Perceptron(engine="numba_"), "The 'engine' parameter of Perceptron must be a str among"),
    ],
)
def test_values_of_parameters(model, meant):
    rows, answers = np.tile(X, (10, 1)), np.tile(y, 10)
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        model.fit(rows, answers)
    assert meant in str(caught.value)


# -- what is tried on a network or a trainer ---------------------------------------------------------------------------


def test_what_a_network_has_not():
    network = Network([2, 1], rng=0)
    for name, instead in (
        ("fit", r"a Trainer trains it, as in Trainer\(network\).fit\(X, y\)"),
        ("summary", r"write network.info\(\)"),
        ("coefs_", "write network.weights"),
        ("score", r"write network.loss\(X, y\), or"),
        ("predict_proba", r"write network.predict\(X\)"),
    ):
        with pytest.raises(AttributeError, match=f"'Network' object has no attribute '{name}': {instead}"):
            getattr(network, name)
        assert not hasattr(network, name)
    with pytest.raises(AttributeError, match=r"'Network' object has no attribute 'frobnicate'$"):
        network.frobnicate  # noqa: B018
    with pytest.raises(TypeError, match=r"write network.predict\(X\) for its outputs, or network.forward\(X\)"):
        network(X)


def test_what_a_trainer_has_not():
    trainer = Trainer(Network([2, 1], rng=0), rng=0)
    with pytest.raises(AttributeError, match=r"no attribute 'predict': the network predicts, as in trainer.network"):
        trainer.predict(X)
    with pytest.raises(AttributeError, match=r"'Trainer' object has no attribute 'frobnicate'$"):
        trainer.frobnicate  # noqa: B018


@pytest.mark.parametrize("call", ["backward", "loss_of", "jacobian"])
def test_rows_in_the_place_of_a_trace(call):
    network = Network([2, 1], rng=0)
    given = (X,) if call == "jacobian" else (X, y)
    rest = "" if call == "jacobian" else ", y"
    with pytest.raises(
        TypeError,
        match=rf"{call} takes a trace, .* of shape \(4, 2\): write network.{call}\(network.forward\(X\){rest}\)",
    ):
        getattr(network, call)(*given)
    with pytest.raises(TypeError, match=f"{call} takes a trace, .* got None"):
        getattr(network, call)(None, *given[1:])
