"""Every parameter that a message names has a flag, where the command line has one for it."""

import dataclasses
import re
from pathlib import Path

import pytest

import clearprop
from clearprop import TableClassifier, TableRegressor
from clearprop.cli.flags import FLAGS, with_flags
from clearprop.cli.reading import ReadingOptions
from clearprop.cli.train_options import TrainOptions

SOURCES = Path(clearprop.__file__).parent
OPTIONS = {
    f"--{field.name.replace('_', '-')}" for one in (TrainOptions, ReadingOptions) for field in dataclasses.fields(one)
}


def test_every_flag_is_an_option_of_train():
    assert {flag.partition(" ")[0] for flag in FLAGS.values()} <= OPTIONS


def test_every_parameter_that_a_message_names_has_its_flag():
    named = set()
    for path in SOURCES.rglob("*.py"):
        named |= set(re.findall(r'Parameter\("(\w+)"', path.read_text(encoding="utf-8")))
    assert len(named) > 15
    assert named - {"cls", "seed"} <= FLAGS.keys()  # which stand in examples


def test_every_parameter_of_the_estimators_that_is_an_option_has_its_flag():
    parameters = {*TableClassifier().get_params(), *TableRegressor().get_params()}
    same = {name for name in parameters if f"--{name.replace('_', '-')}" in OPTIONS}
    assert {"dropout", "decoupled_decay", "learning_rate"} <= same <= FLAGS.keys()
    for name in same:
        assert FLAGS[name] == f"--{name.replace('_', '-')}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no gain over 10 epochs of training", "no gain over 10 epochs of training"),
        ("it does not use learning_rate, batch_size", "it does not use --learning-rate, --batch-size"),
        ("set max_epochs=300.", "set --epochs 300."),
        ("some_name=3 of others", "some_name=3 of others"),
        ("l2=0.5: lower l2 (0.5)", "--l2 0.5: lower l2 (0.5)"),
    ],
)
def test_warnings_name_flags(text, expected):
    assert with_flags(text) == expected


def test_what_lbfgs_does_not_use_is_said_in_flags(run, houses):
    status, _, errors = run(
        "train", houses, "--recipe", "plain", "--target", "price", "--out", "m", "--optimizer", "lbfgs",
        "--learning-rate", "0.1", "--members", 1, "--epochs", 2,
    )  # fmt: skip
    assert status == 0
    assert "it does not use --learning-rate" in errors


def test_the_remedy_where_training_diverges_is_a_flag(refused, tmp_path):
    (tmp_path / "t.csv").write_text("a,y\n" + "".join(f"{k / 40 - 1},{(k % 9) / 8}\n" for k in range(80)))
    message = refused(
        "train", "t.csv", "--target", "y", "--task", "regression", "--recipe", "plain", "--epochs", 3, "--out", "m",
        "--learning-rate", "1e200", "--activation", "exponential",
    )  # fmt: skip
    assert message.endswith("No model is written. Try a lower --learning-rate than 1e+200 or --clip-norm 1.0")
