"""What a model file of today says, changed on purpose under a right checksum: each entry is checked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop import (
    InputError,
    MLPClassifier,
    MLPRegressor,
    Network,
    Perceptron,
    TableClassifier,
    TableRegressor,
    load,
)
from clearprop.activations import Elu
from clearprop.inputs import Lookup
from clearprop.losses import Quantile

from ..extent import examples
from ..strategies import quiet_network
from .tampering import changed, put_together, taken_apart

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

rng = np.random.default_rng(0)
X = rng.normal(size=(60, 2))
KIND = np.where(X[:, 0] > 0.3, "yes", np.where(X[:, 1] > 0, "no", "maybe"))
TABLE = {"size": X[:, 0], "town": np.resize(["Ulm", "Bonn", "Köln"], 60)}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A file of each kind, as bytes, by a short name."""
    folder = tmp_path_factory.mktemp("files")
    models = {
        "network": Network([2, 3, 1], ["elu"], rng=0),
        "classes": MLPClassifier((3,), max_iter=2, random_state=0, early_stopping=True, class_weight="balanced"),
        "numbers": MLPRegressor(hidden_layer_sizes=(3,), solver="lbfgs", max_iter=2, random_state=0),
        "perceptron": Perceptron(max_iter=2),
        "table": TableClassifier(recipe="plain", max_epochs=2, hidden_layer_sizes=[3], random_state=0),
        "quantity": TableRegressor(recipe="plain", max_epochs=2, hidden_layer_sizes=[3], members=2, random_state=0),
    }
    for name, model in models.items():
        if name != "network":
            rows = TABLE if name in ("table", "quantity") else X
            model.fit(rows, X[:, 1] if name in ("numbers", "quantity") else KIND)
        model.save(folder / name)
    return {name: (folder / name).read_bytes() for name in models}


@pytest.fixture
def refused(files, tmp_path):
    """The message of the error that a file gives, of which an entry is changed."""

    def message_of(name, change):
        (tmp_path / "m").write_bytes(changed(files[name], change))
        with pytest.raises(InputError, match="m: damaged model file") as error:
            load(tmp_path / "m")
        message = str(error.value)
        assert "\n" not in message
        assert len(message) < 900
        assert "checksum" not in message
        return message

    return message_of


def at(description, *place):
    """What stands at a place of the config."""
    value = description["config"]
    for key in place:
        value = value[key]
    return value


def setting(*place):
    """What sets the last of these to a value."""

    def set_to(value):
        return lambda d: at(d, *place[:-1]).__setitem__(place[-1], value)

    return set_to


ACTIVATION, LOSS, OUTPUT = (
    setting("network", "activations", 0),
    setting("network", "loss"),
    setting("network", "activations", 1),
)
NETWORK = {name: setting("network", name) for name in ("layer_sizes", "dtype", "inputs", "trainable_share", "more")}
FUNCTIONS = {
    "NaN as text": (ACTIVATION({"name": "elu", "alpha": "NaN"}), "activation 'elu': alpha must be a number, got 'NaN'"),
    "text": (ACTIVATION({"name": "elu", "alpha": "abc"}), "activation 'elu': alpha must be a number, got 'abc'"),
    "null": (ACTIVATION({"name": "elu", "alpha": None}), "alpha must be a number, got None"),
    "true": (ACTIVATION({"name": "elu", "alpha": True}), "alpha must be a number, got True"),
    "a list": (ACTIVATION({"name": "elu", "alpha": [1.0]}), "alpha must be a number, got [1.0]"),
    "a parameter more": (ACTIVATION({"name": "elu", "alpha": 1.0, "beta": 2}), "does not take ['beta']"),
    "of one without": (ACTIVATION({"name": "tanh", "alpha": 1.0}), "activation 'tanh' does not take ['alpha']"),
    "no name": (ACTIVATION({"alpha": 1.0}), "activation: its name is None, and no text"),
    "a name of numbers": (ACTIVATION({"name": 5}), "activation: its name is 5"),
    "an unknown name": (ACTIVATION({"name": "os.system"}), "unknown activation 'os.system'"),
    "a long name": (ACTIVATION({"name": "x" * 60_000}), "unknown activation 'xxxxx"),
    "many parameters": (ACTIVATION({"name": "elu"} | {f"p{n}": 1 for n in range(5000)}), "and 4,992 more"),
    "no dictionary": (ACTIVATION("elu"), "network, activations: 'elu' is not a dictionary"),
    "a hidden softmax": (ACTIVATION({"name": "softmax"}), ""),
    "a loss that is none": (LOSS({"name": "relu"}), "unknown loss 'relu'"),
    "a loss of text": (LOSS({"name": "huber", "width": "1"}), "loss 'huber': width must be a number, got '1'"),
    "sizes of infinity": (NETWORK["layer_sizes"]([2, 1e308, 1]), "1e+308 is not a whole number of at least 1"),
    "sizes of 2^60": (NETWORK["layer_sizes"]([2, 2**60, 1]), "bytes of parameters described, 104 there"),
    "sizes without end": (NETWORK["layer_sizes"]([2] * 9000), "bytes of parameters described"),
    "sizes of true": (NETWORK["layer_sizes"]([2, True, 1]), "True is not a whole number"),
    "dtype float16": (NETWORK["dtype"]("float16"), "'float16' is not 'float32' or 'float64'"),
    "share of 1": (NETWORK["trainable_share"](1), "1 is not true or false"),
    "an entry more": (NETWORK["more"](1), "network: the entry 'more' is unknown"),
    "an input that is none": (NETWORK["inputs"]([{"name": "eval"}]), "unknown input 'eval'"),
    "an input of 0 columns": (NETWORK["inputs"]([{"name": "plain", "columns": 0}]), "columns must be a whole number"),
    "an input of 2^60": (NETWORK["inputs"]([{"name": "lookup", "categories": 2**60, "size": 2}]), "bytes of param"),
    "an input that is a half": (NETWORK["inputs"]([{"name": "scale", "columns": 1.5}]), "whole number >= 1, got 1.5"),
    "members": (setting("members")(1), "members, which a bare network has not"),
    "members of text": (setting("members")("1"), "'1' is not a whole number from 1 to 10,000, or null"),
    "extra": (setting("extra")({"a": 1}), "more than a bare network has"),
    "no extra": (lambda d: d["config"].pop("extra"), "model: there is no entry 'extra'"),
    "no network": (lambda d: d["config"].pop("network"), "model: there is no entry 'network'"),
    "another kind": (lambda d: d.update(kind="table"), "table model: there is no entry 'predictor'"),
    "of an ensemble": (lambda d: d.update(kind="ensemble"), "does not say how many members"),
}  # fmt: skip


@pytest.mark.parametrize("case", FUNCTIONS)
def test_networks(files, refused, tmp_path, case):
    change, message = FUNCTIONS[case]
    if message:
        assert message in refused("network", change)
    else:  # what a network takes, a file may hold
        (tmp_path / "m").write_bytes(changed(files["network"], change))
        assert load(tmp_path / "m").activations[0].name == "softmax"


def test_a_number_that_is_none_cannot_even_be_read(files, tmp_path):
    content = changed(files["network"], ACTIVATION({"name": "elu", "alpha": 0.125}))
    for number in (b"NaN", b"1e9999", b"1" + b"0" * 400, b"Infinity"):
        description, entries, data = taken_apart(content)
        text = str(description).replace("'", '"').replace("0.125", number.decode()).replace(" ", "")
        (tmp_path / "m").write_bytes(put_together(text.replace("False", "false"), entries, data))
        with pytest.raises(InputError, match="damaged model file"):
            load(tmp_path / "m")


def test_what_a_network_permits_a_file_may_hold(tmp_path):
    """An output activation that does not suit the loss is warned of where it is made; a network's file keeps it."""
    network = quiet_network([2, 3, 2], output_activation="relu", loss="cross_entropy", rng=0)
    network.save(tmp_path / "m")
    assert [activation.name for activation in load(tmp_path / "m").activations] == ["sigmoid", "relu"]


def test_probabilities_of_a_table_are_such(refused):
    relu = lambda d: at(d, "network", "activations").__setitem__(-1, {"name": "relu"})  # noqa: E731
    assert "the output activation relu under cross_entropy, whose own is softmax" in refused("table", relu)
    hinge = lambda d: d["config"]["network"].update(  # noqa: E731
        loss={"name": "hinge", "threshold": 1.0}, activations=[{"name": "relu"}, {"name": "identity"}]
    )
    assert "the loss hinge, where the target is a class" in refused("table", hinge)
    assert "the loss hinge, where the target is a quantity" in refused("quantity", hinge)


def of(*place):
    return setting("extra", *place)


ESTIMATORS = {
    "an unknown parameter": ("classes", of("parameters", "values", "eval")("1"), "no parameters 'eval'"),
    "a parameter that cannot be": ("classes", of("parameters", "values", "alpha")(-1.0), "'alpha' param"),
    "a parameter of NaN": ("classes", of("parameters", "values", "alpha")({"float": "nan"}), "'alpha' parameter"),
    "a value of an unknown kind": ("classes", of("parameters", "values", "solver")({"import": "os"}), "is no import"),
    "a value of two kinds": ("classes", of("parameters", "values", "alpha")({"float": "inf", "tuple": []}), "by one"),
    "a dictionary with a key twice": (
        "classes", of("parameters", "values", "class_weight")({"dict": [["a", 1], ["a", 2]]}), "is no dict",
    ),
    "a dictionary with a list for a key": (
        "classes", of("parameters", "values", "class_weight")({"dict": [[["a"], 1]]}), "is no dict",
    ),
    "an activation that is none": (
        "classes", of("parameters", "values", "activation")({"activation": {"name": "elu", "alpha": None}}), "alpha",
    ),
    "lbfgs with more": ("numbers", of("parameters", "values", "solver")({"lbfgs": {"memory": 0}}), "memory must be"),
    "reasons that are none": ("classes", of("parameters", "left_out")([]), "left_out: [] is not reasons"),
    "columns of another": ("classes", of("columns")(3), "not one of MLPClassifier with 3 columns"),
    "names of fewer columns": ("classes", of("names")(["a"]), "1 names of 2 columns"),
    "names that are none": ("classes", of("names")([1, 2]), "names: [1, 2] is not a list of names"),
    "no count of epochs": ("classes", lambda d: at(d, "extra", "fitted").pop("n_iter_"), "no entry 'n_iter_'"),
    "a count that is none": ("classes", of("fitted", "t_")(-1), "t_: -1 is not a count"),
    "a loss of text": ("classes", of("fitted", "loss_")("0.5"), "loss_: '0.5' is none of its values"),
    "an attribute of one's own": ("classes", of("fitted", "__class__")(1), "__class__: 1 is none of its values"),
    "classes out of order": (
        "classes", of("classes")({"dtype": "U5", "labels": ["yes", "no", "maybe"]}), "not stand there in their order",
    ),
    "classes twice": (
        "classes", of("classes")({"dtype": "U5", "labels": ["maybe", "no", "no"]}), "in their order, each once",
    ),
    "two classes": ("classes", of("classes")({"dtype": "U5", "labels": ["no", "yes"]}), "2 classes (multiclass)"),
    "classes of another dtype": (
        "classes", of("classes")({"dtype": "int8", "labels": ["a", "b", "c"]}), "not of the dtype 'int8'",
    ),
    "classes too large": (
        "classes", of("classes")({"dtype": "int8", "labels": [1, 2, 300]}), "not of the dtype 'int8'",
    ),
    "classes of objects": ("classes", of("classes")({"dtype": "O", "labels": ["a", "b", "c"]}), "of the dtype 'O'"),
    "classes that take all memory": (
        "classes", of("classes")({"dtype": "U9999999", "labels": ["a", "b", "c"]}), "labels of the dtype 'U9999999'",
    ),
    "classes cut off": ("classes", of("classes")({"dtype": "U1", "labels": ["maybe", "no", "yes"]}), "cannot hold"),
    "classes of lists": ("classes", of("classes")({"dtype": "U5", "labels": [["a"]]}), "is not a list of labels"),
    "classes of quantities": ("numbers", of("classes")({"dtype": "U1", "labels": ["a", "b"]}), "classes in a model"),
    "no classes": ("classes", of("classes")(None), "none in one of classes"),
    "targets of another kind": ("classes", of("targets")("continuous"), "'continuous' is not 'binary', 'multiclass'"),
    "two targets": ("classes", of("targets")("binary"), "3 classes (binary)"),
    "an entry more": ("classes", of("more")(1), "estimator: the entry 'more' is unknown"),
    "perceptron, epochs": ("perceptron", setting("n_iter")(-1), "n_iter: -1 is not a count"),
    "perceptron, outputs": ("perceptron", setting("separable")([None]), "1 outputs of 3 classes"),
    "perceptron, columns": ("perceptron", setting("columns")(3), "coef is no array of shape (3, 3)"),
    "perceptron, rows": ("perceptron", setting("t")(0.5), "t: 0.5 is not a count of rows"),
    "table, recipe": ("table", of("estimator", "course", "recipe", "margin")("1"), "recipe, margin: '1' is none"),
    "table, hidden": ("table", of("estimator", "course", "recipe", "hidden")([0]), "0 is not a whole number of at"),
    "table, epochs": ("table", of("estimator", "course", "best_epochs")([0]), "best_epochs: [0] is not a list"),
    "table, trainings": ("quantity", of("estimator", "course", "endings")(["a"]), "course of 1 trainings, of 2"),
    "table, note": ("table", of("estimator", "course", "notes")([{"text": 1, "alert": False}]), "not a list of notes"),
    "table, score": (
        "table",
        of("estimator", "course", "scores")(
            [{"name": "a", "value": "b", "interval": None, "baseline": None, "higher_is_better": True}]
        ),
        "a score that is no number",
    ),
    "table, labels": ("table", of("estimator", "classes")({"dtype": "int64", "labels": [1, 2, 3]}), ""),
    "table, share": ("table", of("predictor", "share")([0.5, 0.5]), "shares of the rows are not those of the classes"),
    "table, parameters": ("table", of("estimator", "parameters", "values", "eval")(1), "no parameters 'eval'"),
}  # fmt: skip


@pytest.mark.parametrize("case", ESTIMATORS)
def test_estimators(refused, case):
    name, change, message = ESTIMATORS[case]
    assert message in refused(name, change)


ARRAYS = {
    "curve of text": ("classes", "curve/loss", np.zeros(2, np.uint8), "curve/loss is no curve"),
    "curve of a matrix": ("classes", "curve/loss", np.zeros((2, 2)), "curve/loss is no curve"),
    "history without a column": ("classes", "history/1", np.ones((2, 6)), "history/1 is no history"),
    "history of half an epoch": ("classes", "history/1", np.full((2, 7), 0.5), "history/1 is no history"),
    "history of a number": ("classes", "history/1", np.array(1.0), "history/1 is no history"),
    "weights of classes below 0": ("classes", "class_weight/1", np.full(3, -1.0), "what cannot be weights of classes"),
    "an array more": ("classes", "more/1", np.zeros(1), "the array 'more/1', which such a model has not"),
    "parameters of NaN": ("classes", "b1", np.full(3, np.nan), "b1 holds numbers that are not finite"),
    "coefficients of infinity": (
        "perceptron",
        "coef",
        np.full((3, 2), np.inf),
        "coef holds numbers that are",
    ),
    "bounds of NaN": ("perceptron", "mistake_bound", np.full(3, np.nan), "mistake_bound is no array of 3 bounds"),
    "updates of other rows": ("perceptron", "updates/row", np.zeros(1, np.int64), "no column of the updates"),
    "a table's array more": ("table", "history/2", np.zeros((0, 7)), "the array 'history/2'"),
}


@pytest.mark.parametrize("case", ARRAYS)
def test_arrays(files, tmp_path, case):
    from clearprop.files.container import Container, read_container, write_container

    name, tensor, value, message = ARRAYS[case]
    (tmp_path / "m").write_bytes(files[name])
    before = read_container(tmp_path / "m")
    write_container(tmp_path / "m", Container(before.kind, before.config, before.tensors | {tensor: value}))
    with pytest.raises(InputError, match="m: damaged model file") as error:
        load(tmp_path / "m")
    assert message in str(error.value)


def places(value, place=()):
    """Every place of a config."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in entries:
        yield (*place, key)
        yield from places(below, (*place, key))


STRANGE = st.sampled_from(
    [None, True, -1, 0, 2**63, 1e308, "", "x" * 1000, [], {}, [[]], {"float": "nan"}, {"tuple": [1]}, {"a": 1}]
)


@pytest.mark.parametrize("name", ["network", "classes", "numbers", "perceptron", "table", "quantity"])
@examples(300)
@given(data=st.data())
def test_whatever_stands_in_an_entry_it_is_refused_or_taken_and_never_a_raw_error(files, tmp_path_factory, name, data):
    description, entries, rest = taken_apart(files[name])
    place = data.draw(st.sampled_from(list(places(description["config"]))))
    setting(*place)(data.draw(STRANGE))(description)
    path = tmp_path_factory.getbasetemp() / "strange"
    path.write_bytes(put_together({k: v for k, v in description.items() if k != "checksum"}, entries, rest))
    try:
        model = load(path)
    except InputError:
        return
    if name == "network":
        assert np.isfinite(model.predict(X)).all()
    else:
        model.predict(TABLE if name in ("table", "quantity") else X)


def test_numbers_of_numpy_as_parameters_are_kept(tmp_path):
    activation, inputs = Elu(np.float32(0.1)), [Lookup(np.int64(3), np.int8(2))]
    network = Network([2, 3, 1], [activation], inputs=inputs, rng=0)
    network.save(tmp_path / "m")
    same = load(tmp_path / "m")
    assert (same.activations[0], same.inputs) == (activation, tuple(inputs))
    assert same.predict([[1.0]]).tobytes() == network.predict([[1.0]]).tobytes()


def test_a_quantile_beyond_its_range_is_refused(files, refused):
    assert Quantile().q == 0.5
    assert "q must" in refused("network", LOSS({"name": "quantile", "q": "half"}))
