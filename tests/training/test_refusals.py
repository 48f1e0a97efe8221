"""Messages for settings, rows and calls that cannot be."""

import math
import re

import numpy as np
import pytest

from clearprop import OPTIMIZERS, Ensemble, EnsembleTrainer, Network, Trainer
from clearprop.network.rows import Rows

from .helpers import changed, make, outcome, rows


@pytest.mark.parametrize(
    "call", ["run", "run_epoch", "run_batch", "snapshot", "history", "stop_reason", "stop", "restore"]
)
def test_nothing_before_start(call):
    trainer, started = make(), make()
    started.start(*rows("cross_entropy"))
    arguments = {"stop": ["reason"], "restore": [started.snapshot()]}.get(call, [])
    with pytest.raises(RuntimeError, match=r"training has not been started: call start\(X, y\), or fit\(X, y\)"):
        getattr(trainer, call)(*arguments)


@pytest.mark.parametrize("advance", ["run_epoch", "run_batch"])
def test_no_step_after_the_end(advance):
    trainer = make(epochs=1)
    trainer.fit(*rows("cross_entropy"))
    with pytest.raises(RuntimeError, match=r"training has ended \(all 1 epochs done\): start it again, or restore a"):
        getattr(trainer, advance)()
    assert len(trainer.run()) == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"optimizer": "adamm"}, "unknown optimizer 'adamm', did you mean 'adam"),
        ({"optimizer": "lbgfs"}, r"unknown optimizer 'lbgfs', did you mean 'lbfgs'\?.* lion, lbfgs$"),
        ({"dropout": (0.1, 1.5)}, "dropout must be from 0 to below 1, got 1.5"),
        ({"schedule": "cosin"}, "unknown schedule 'cosin', did you mean 'cosine'"),
        ({"engine": "gpu"}, "unknown engine 'gpu'"),
        ({"metric": "auc"}, "unknown metric 'auc'"),
        ({"monitor": "val_loss"}, "monitor must be 'loss', 'validation_loss', 'metric' or a function, got 'val_loss'"),
        ({"learning_rate": 0}, "learning_rate must be a finite number > 0, got 0"),
        ({"learning_rate": -0.1}, "learning_rate must be a finite number > 0, got -0.1"),
        ({"learning_rate": math.nan}, "learning_rate must be a finite number > 0, got nan"),
        ({"learning_rate": math.inf}, "learning_rate must be a finite number > 0, got inf"),
        ({"batch_size": 0}, "batch_size must be a whole number >= 1, got 0"),
        ({"batch_size": 2.5}, "batch_size must be a whole number >= 1, got 2.5"),
        ({"batch_size": True}, "batch_size must be a whole number >= 1, got True"),
        ({"batch_size": "auto"}, "batch_size must be a whole number >= 1, got 'auto'"),
        ({"epochs": 0}, "epochs must be a whole number >= 1, got 0"),
        ({"epochs": 1.0}, "epochs must be a whole number >= 1, got 1.0"),
        ({"patience": -1}, "patience must be a whole number >= 0, got -1"),
        ({"patience": math.inf}, "patience must be a whole number >= 0, got inf"),
        ({"tolerance": -1e-9}, "tolerance must be a finite number >= 0, got -1e-09"),
        ({"tolerance": math.nan}, "tolerance must be a finite number >= 0, got nan"),
        ({"l1": -1}, "l1 must be a finite number >= 0, got -1"),
        ({"l2": math.inf}, "l2 must be a finite number >= 0, got inf"),
        ({"decoupled_decay": -1}, "decoupled_decay must be a finite number >= 0, got -1"),
        ({"clip_norm": 0}, "clip_norm must be a finite number > 0, got 0"),
        ({"clip_norm": -1}, "clip_norm must be a finite number > 0, got -1"),
        ({"dropout": 1.0}, "dropout must be from 0 to below 1, got 1.0"),
        ({"dropout": -0.1}, "dropout must be from 0 to below 1, got -0.1"),
        ({"dropout": math.nan}, "dropout must be from 0 to below 1, got nan"),
        ({"dropout": [0.1]}, r"dropout must be one number, or one for each of the 2 hidden layers: \[0.1\]"),
        ({"dropout": [0.1, 0.2, 0.3]}, "dropout must be one number, or one for each of the 2 hidden layers"),
        ({"rng": -1}, "rng must be a seed >= 0, got -1"),
    ],
)
def test_wrong_settings(settings, message):
    network = Network([3, 5, 4, 2], loss="cross_entropy", rng=1)
    with pytest.raises(ValueError, match=message):
        Trainer(network, **{"rng": 0, **settings})


NUMBERS = ["learning_rate", "decoupled_decay", "dropout", "clip_norm", "tolerance"]


@pytest.mark.parametrize("name", [*NUMBERS, *(pytest.param(name) for name in ("l1", "l2"))])
def test_settings_that_are_no_numbers(name):
    for value in ("0.1", [[0.1]], {}, True):
        with pytest.raises(TypeError, match=f"^{name} must be a number, got {re.escape(repr(value))}$"):
            Trainer(Network([3, 5, 4, 2], rng=1), **{name: value}, rng=0)


def test_settings_of_other_types():
    network = Network([3, 5, 4, 2], loss="cross_entropy", rng=1)
    with pytest.raises(TypeError, match=r"optimizer must be an object, got the class Adam: write Adam\(\)"):
        Trainer(network, optimizer=OPTIMIZERS["adam"], rng=0)
    with pytest.raises(TypeError, match="optimizer must be a name or an object of class Optimizer, got 3"):
        Trainer(network, optimizer=3, rng=0)
    with pytest.raises(TypeError, match="rng must be a whole number"):
        Trainer(network, rng="0")
    for given in ([2, 8, 1], None, Network):
        with pytest.raises(
            TypeError, match=r"network must be a Network, got .*: make one as in Network\(\[2, 8, 1\]\)"
        ):
            Trainer(given, rng=0)
    trainer = Trainer(
        network, batch_size=np.int64(4), epochs=np.int32(2), patience=np.int8(3), learning_rate=np.float32(0.5), rng=0
    )
    assert (trainer.batch_size, trainer.epochs, trainer.patience, trainer.learning_rate) == (4, 2, 3, 0.5)
    assert all(type(value) is int for value in (trainer.batch_size, trainer.epochs, trainer.patience))
    assert Trainer(network, dropout=(0.1, 0.2), rng=0).dropout == [0.1, 0.2]


GOOD_X, GOOD_Y = rows("squared_error", n=6)


@pytest.mark.parametrize(
    ("X", "y", "weight", "message"),
    [
        (
            changed(GOOD_X, (1, 2), math.nan),
            GOOD_Y,
            None,
            r"X holds nan \(as float64\) at row 1, column 2, 1 such in all: training needs finite numbers",
        ),
        (
            changed(GOOD_X, (slice(4, 6), 0), -math.inf),
            GOOD_Y,
            None,
            r"X holds -inf \(as float64\) at row 4, column 0, 2 such in all",
        ),
        (
            GOOD_X,
            changed(GOOD_Y, (3, 1), math.nan),
            None,
            r"y holds nan \(as float64\) at row 3, column 1, .*fill in or leave out what is missing "
            r"\(rows and columns counted from 0\)$",
        ),
        (GOOD_X, changed(GOOD_Y, (0, 0), math.inf), None, r"y holds inf \(as float64\) at row 0, column 0"),
        (GOOD_X[:, :2], GOOD_Y, None, r"X must have shape \(n, 3\) with n >= 1, got \(6, 2\)"),
        (GOOD_X[0], GOOD_Y, None, r"X must have shape \(n, 3\) with n >= 1, got \(3,\)"),
        (GOOD_X[:0], GOOD_Y[:0], None, r"X must have shape \(n, 3\) with n >= 1, got \(0, 3\)"),
        ([], [], None, r"X must have shape \(n, 3\) with n >= 1, got \(0,\)"),
        (
            GOOD_X,
            GOOD_Y[:5],
            None,
            r"y must have shape \(6, 2\), a row for each of X and a column an output, got \(5, 2\)",
        ),
        (GOOD_X, GOOD_Y[:, 0], None, r"y must have shape \(6, 2\)"),
        (GOOD_X, GOOD_Y, np.ones(5), r"sample_weight must have shape \(6,\), a number a row, got \(5,\)"),
        (GOOD_X, GOOD_Y, np.ones((6, 1)), r"sample_weight must have shape \(6,\), a number a row, got \(6, 1\)"),
        (GOOD_X, GOOD_Y, 1.0, r"sample_weight must have shape \(6,\), a number a row, got \(\)"),
        (
            GOOD_X,
            GOOD_Y,
            changed(np.ones(6), 2, math.nan),
            r"sample_weight holds nan \(as float64\) at row 2, 1 such in all",
        ),
        (GOOD_X, GOOD_Y, changed(np.ones(6), 2, -0.5), "sample_weight must be >= 0 and not all 0, its least is -0.5"),
        (GOOD_X, GOOD_Y, np.zeros(6), "sample_weight must be >= 0 and not all 0, its least is 0.0"),
        ([["a", "b", "c"]], [[1, 2]], None, "could not convert string to float"),
    ],
)
def test_wrong_rows(X, y, weight, message):
    network = Network([3, 2], rng=0)
    before = network.parameters.copy()
    trainer = Trainer(network, rng=0)
    with pytest.raises(ValueError, match=message):
        trainer.fit(X, y, weight)
    np.testing.assert_array_equal(network.parameters, before)
    # and the same of validation rows, whose name then stands before
    which = message if message.startswith(("y must", "could")) else f"validation {message}"
    given = (X, y) if weight is None else (X, y, weight)
    with pytest.raises(ValueError, match=which):
        trainer.fit(GOOD_X, GOOD_Y, validation=given)


@pytest.mark.parametrize(
    ("loss", "y", "message"),
    [
        ("poisson", [1.0, -1.0], "target -1.0 at row 1: poisson needs targets >= 0"),
        ("binary_cross_entropy", [1.0, 2.0], "target 2.0 at row 1: binary_cross_entropy needs targets from 0 to 1"),
        ("hinge", [1.0, 0.0], "target 0.0 at row 1: hinge needs targets -1 or 1"),
        ("perceptron", [0.0, 1.0], "target 0.0 at row 0: perceptron needs targets -1 or 1"),
        ("cross_entropy", [[1.5], [1.0]], "target 1.5 at row 0: cross_entropy needs targets from 0 to 1"),
    ],
)
def test_targets_that_a_loss_cannot_take(loss, y, message):
    trainer = Trainer(Network([1, 1], loss=loss, rng=0), rng=0)
    with pytest.raises(ValueError, match=message):
        trainer.fit([[0.0], [1.0]], y)
    good = {"cross_entropy": [[1.0], [1.0]]}.get(loss, [1.0, 1.0])
    with pytest.raises(ValueError, match=message):
        trainer.fit([[0.0], [1.0]], good, validation=([[0.0], [1.0]], y))


NUMBER = r"number the classes, as in  labels, y = np\.unique\(y, return_inverse=True\)"
CONVERT = r"convert them, as in  y = np\.asarray\(y, dtype=float\)"


def test_wrong_class_numbers():
    trainer = Trainer(Network([1, 3], loss="cross_entropy", rng=0), rng=0)
    with pytest.raises(ValueError, match="class numbers must be from 0 to 2, got 1 to 3"):
        trainer.fit([[0.0], [1.0]], [1, 3])


@pytest.mark.parametrize("validation", [(GOOD_X,), (GOOD_X, GOOD_Y, None, None), GOOD_X, [], (GOOD_X, GOOD_Y, [1])])
def test_wrong_validation(validation):
    trainer = Trainer(Network([3, 2], rng=0), rng=0)
    message = r"validation must be \(X, y\) or \(X, y, sample_weight\)|validation sample_weight must have shape"
    with pytest.raises(ValueError, match=message):
        trainer.fit(GOOD_X, GOOD_Y, validation=validation)


def test_a_monitor_that_there_is_not():
    trainer = Trainer(Network([3, 2], rng=0), monitor="validation_loss", rng=0)
    with pytest.raises(
        ValueError, match=r"monitor='validation_loss' needs validation rows: give fit validation=\(X, y\)"
    ):
        trainer.fit(GOOD_X, GOOD_Y)
    assert len(trainer.fit(GOOD_X, GOOD_Y, validation=(GOOD_X, GOOD_Y))) > 0


@pytest.mark.parametrize("which", ["X", pytest.param("y"), pytest.param("sample_weight")])
def test_numbers_too_great_for_float32_are_refused(which):
    given = {"X": GOOD_X, "y": GOOD_Y, "sample_weight": np.ones(6)}
    given[which] = changed(given[which], 2 if which == "sample_weight" else (2, 1), 1e39)
    trainer = Trainer(Network([3, 2], dtype="float32", rng=0), rng=0)
    where = "row 2" if which == "sample_weight" else "row 2, column 1"
    with pytest.raises(ValueError, match=rf"{which} holds inf \(as float32\) at {where}, 1 such in all"):
        trainer.fit(**given)
    with pytest.raises(ValueError, match=rf"validation {which} holds inf \(as float32\) at {where}, 1 such in all"):
        trainer.fit(GOOD_X, GOOD_Y, validation=tuple(given.values()))


@pytest.mark.parametrize(
    ("loss", "y", "seen", "remedy"),
    [
        ("cross_entropy", ["setosa", "virginica"], "<U9 such as 'setosa'", NUMBER),
        ("cross_entropy", np.array([b"a", b"b"]), r"\|S1 such as b'a'", NUMBER),
        ("binary_cross_entropy", [["yes", "no"], ["no", "yes"]], "<U3 such as 'yes'", NUMBER),
        ("squared_error", np.array([["1", None], [2, 3]], dtype=object), "object such as '1'", CONVERT),
        ("squared_error", [["1.5", "2"], ["0", "1e3"]], "<U3 such as '1.5'", CONVERT),
        ("squared_error", np.array([1, 2], dtype="datetime64[D]"), "datetime64.* such as .*1970-01-02.*", "take real"),
        ("squared_error", [[1j, 0], [0, 1]], "complex128 such as .*1j.*", "take real numbers that stand for them"),
    ],
)
def test_targets_that_are_no_numbers(loss, y, seen, remedy):
    trainer = Trainer(Network([1, 2], loss=loss, rng=0), rng=0)
    X, good = [[0.0], [1.0]], [[0.0, 1.0], [1.0, 0.0]]
    message = rf"y must be numbers, got {seen}: {remedy}"
    with pytest.raises(TypeError, match=message):
        trainer.fit(X, y)
    with pytest.raises(TypeError, match=message):
        trainer.fit(X, good, validation=(X, y))


def test_the_remedy_for_text_helps():
    labels, y = np.unique(["no", "yes", "no", "yes"], return_inverse=True)
    network = Network([1, 2], loss="cross_entropy", rng=0)
    Trainer(network, learning_rate=0.1, epochs=100, patience=None, rng=0).fit([[-1.0], [1.0], [-2.0], [2.0]], y)
    assert labels[network.predict([[-3.0], [3.0]]).argmax(axis=1)].tolist() == ["no", "yes"]


@pytest.mark.parametrize("after", ["fit", "start"])
def test_a_refusal_leaves_an_earlier_training_as_it_was(after):
    trainer = make(epochs=2)
    X, y = rows("cross_entropy")
    getattr(trainer, after)(X, y)
    before = outcome(trainer)
    with pytest.raises(ValueError, match="X holds nan"):
        trainer.fit(changed(X, (0, 0), math.nan), y)
    with pytest.raises(ValueError, match=re.escape("validation must be (X, y)")):
        trainer.fit(X, y, validation=(X,))
    assert outcome(trainer) == before


@pytest.mark.parametrize(
    ("network", "has"),
    [
        (Network([4, 5, 3], rng=0), "4 inputs and 3 outputs in float64"),
        (Network([3, 5, 2], rng=0), "3 inputs and 2 outputs in float64"),
        (Network([3, 5, 3], dtype="float32", rng=0), "3 inputs and 3 outputs in float32"),
    ],
)
def test_rows_that_were_checked_for_another_network_are_refused(engine, network, has):
    """Compiled code looks at nothing: it would read past their end."""
    checked = Rows.checked(Network([3, 3], rng=0), np.ones((4, 3)), np.ones((4, 3)))
    trainer = Trainer(network, engine=engine, rng=0)
    of_network = np.ones((4, network.layer_sizes[0])), np.ones((4, network.layer_sizes[-1]))
    message = f"Rows have 3 inputs and 3 targets in float64, and the network has {has}: make them by Rows.checked"
    with pytest.raises(ValueError, match=f"^the {message}"):
        trainer.start(checked)
    with pytest.raises(ValueError, match=f"^the validation {message}"):
        trainer.start(*of_network, validation=checked)


@pytest.mark.parametrize("beside", [{"y": [0.0, 1.0]}, {"sample_weight": [1.0, 2.0]}])
def test_answers_beside_rows_are_refused(beside):
    network = Network([1, 1], rng=0)
    with pytest.raises(ValueError, match="Rows hold y and sample_weight: leave these out"):
        Trainer(network).start(Rows.checked(network, [[0.0], [1.0]], [1.0, 0.0]), **beside)
    with pytest.raises(ValueError, match="Rows hold y and sample_weight: leave these out"):
        EnsembleTrainer(Ensemble([network])).start(Rows.checked(network, [[0.0], [1.0]], [1.0, 0.0]), **beside)


def test_a_number_that_no_float_can_hold_is_refused():
    for setting in ("learning_rate", "l2", "tolerance"):
        with pytest.raises(ValueError, match=f"{setting} must be a finite number, got one that float64 cannot hold"):
            Trainer(Network([1, 1]), **{setting: 10**400})
    with pytest.raises(ValueError, match=r"rates\['b'\] must be a finite number, got one that float64 cannot hold"):
        Trainer(Network([1, 1]), rates={"b": 10**400})
