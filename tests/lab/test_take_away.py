"""Taken away: the program, run by another Python, comes to the page's numbers to the last bit."""

import contextlib
import io
import os
import runpy
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import clearprop
from clearprop import Network, Trainer
from clearprop.activations import LeakyRelu
from clearprop.errors import InputError
from clearprop.lab.derivations import explanation_of, explanation_of_row
from clearprop.lab.links import fragment_of, settings_of
from clearprop.lab.live import Live
from clearprop.lab.networks import build
from clearprop.lab.programs import Begin, python_source
from clearprop.lab.protocol import Curve, Drawn, LayerChoice, Preset, Settings
from clearprop.lab.take_away import take_explanation, take_latex, take_link, take_python, take_svg
from clearprop.losses import Huber
from clearprop.optimizers import Sgd


@pytest.fixture(autouse=True)
def _some_cannot_learn() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def run(source: str, folder: Path) -> dict[str, float]:
    """What a program prints: numbers by name."""
    program = folder / "network.py"
    program.write_text(source, encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()) as out, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        runpy.run_path(str(program), run_name="__main__")
    return numbers(out.getvalue())


def numbers(printed: str) -> dict[str, float]:
    return {name: float(value) for name, value in (line.split() for line in printed.splitlines())}


def run_by_itself(source: str, folder: Path) -> dict[str, float]:
    """Likewise, by an interpreter of its own."""
    program = folder / "network.py"
    program.write_text(source, encoding="utf-8")
    path = str(Path(clearprop.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(program)],
        env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return numbers(done.stdout)


def expected(live: Live) -> dict[str, float]:
    """The same of the network that is watched."""
    network = live.network
    named = {network.parameter_name(index): float(str(value)) for index, value in enumerate(network.parameters)}
    return {"loss": network.loss(live.rows.X, live.rows.y), **named}


def walk(live: Live, epochs: int, batches: int) -> None:
    for _ in range(epochs):
        live.training.run_epoch()
    for _ in range(batches):
        live.training.run_batch()


TANH = [LayerChoice(units=3), LayerChoice(units=2, activation="sigmoid")]
WEIGHTS = [0.1, -0.2, 3e-9, 4.0, 5.0, 6.0, 7.0, 8.0, 9.5]
CASES = {
    "as it comes": (Settings(), 5, 0),
    "within an epoch": (Settings(layers=TANH), 2, 7),
    "before the first step": (Settings(layers=[]), 0, 0),
    "in order": (Settings(shuffle=False, optimizer="momentum", learning_rate=0.05, layers=TANH), 3, 2),
    "float32": (Settings(dtype="float32", layers=TANH, batch_size=0), 9, 0),
    "dropout, clipping, penalties": (
        Settings(
            layers=[LayerChoice(units=5, activation="relu", dropout=0.3)], clip_norm=0.1, l1=0.01, l2=0.02, seed=7
        ),
        3,
        1,
    ),
    "a schedule and weight decay": (Settings(optimizer="adamw", schedule="one_cycle", epochs=50), 4, 3),
    "several classes": (Settings(data=Preset(name="blobs3"), standardized=True, features=["x1", "x1*x2"]), 3, 0),
    "a regression of one input": (Settings(data=Curve(), layers=TANH, loss="huber"), 4, 1),
    "a perceptron": (
        Settings(data=Preset(name="article_perceptron"), layers=[], loss="perceptron", optimizer="sgd", batch_size=1),
        2,
        5,
    ),
    "given weights": (
        Settings(data=Preset(name="xor_points"), layers=[LayerChoice(units=2)], weights=WEIGHTS),
        11,
        0,
    ),
    "drawn points": (Settings(data=Drawn(points=[(0.1, 0.25, 0.0), (1 / 3, -0.7, 1.0), (0.9, 0.9, 1.0)])), 6, 0),
    "many rows, packed": (Settings(data=Preset(name="moons", rows=3_000), held_out=0.0, batch_size=500), 1, 2),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_program_comes_to_the_same_numbers(case: str, tmp_path: Path) -> None:
    settings, epochs, batches = CASES[case]
    live = build(settings)
    begin = Begin(live.training.snapshot(), seed=settings.seed)
    walk(live, epochs, batches)
    source = python_source(live.training, begin, live.input_names)
    assert "job.slots" not in source  # nothing is to be remembered of a start
    one = run_by_itself if case == "as it comes" else run  # an interpreter of its own takes a second to begin
    assert one(source, tmp_path) == expected(live)


@pytest.mark.parametrize(
    ("settings", "before", "after"),
    [
        (Settings(layers=TANH), (2, 3), (1, 4)),
        (Settings(layers=TANH), (2, 3), (0, 2)),
        (Settings(layers=TANH, optimizer="sgd", shuffle=False), (1, 0), (2, 0)),
        (Settings(layers=TANH, dtype="float32", optimizer="rmsprop", schedule="cosine", epochs=20), (3, 0), (2, 1)),
        (Settings(layers=[LayerChoice(units=4, dropout=0.5)], batch_size=50), (0, 0), (3, 0)),
        (Settings(layers=[LayerChoice(units=4, dropout=0.5)], batch_size=50), (2, 2), (0, 0)),
    ],
)
def test_after_a_change_by_hand_it_begins_from_there(
    settings: Settings, before: tuple[int, int], after: tuple[int, int], tmp_path: Path
) -> None:
    live = build(settings)
    walk(live, *before)
    live.network.parameters[3] = 0.625
    begin = Begin(live.training.snapshot(), by_hand=True, seed=settings.seed)
    walk(live, *after)
    source = python_source(live.training, begin)
    assert "changed by hand after" in source
    assert run(source, tmp_path) == expected(live)


def test_changed_rows_are_in_it(tmp_path: Path) -> None:
    live = build(Settings(layers=TANH))
    walk(live, 1, 0)
    live.inputs[live.trained[0]] = [9.25, -3.0]
    live.take_numbers(live.numbers)
    begin = Begin(live.training.snapshot(), by_hand=True, seed=0)
    walk(live, 1, 0)
    source = python_source(live.training, begin)
    assert "[[9.25, -3.0], " in source
    assert run(source, tmp_path) == expected(live)


def test_parameters_that_are_not_the_usual_are_written_out(tmp_path: Path) -> None:
    network = Network([2, 3, 1], LeakyRelu(0.2), loss=Huber(0.5), rng=0)
    trainer = Trainer(network, optimizer="sgd", learning_rate=0.1, batch_size=2, engine="numpy", rng=3, patience=None)
    X, y = np.array([[0.1, 0.2], [0.3, -0.4], [1.0, 2.0]]), np.array([0.3, 5.0, -2.0])
    training = trainer.start(X, y)
    begin = Begin(training.snapshot(), seed=3)
    training.run_epoch()
    source = python_source(training, begin)
    assert "from clearprop.activations import LeakyRelu" in source
    assert "loss=Huber(width=0.5)" in source
    found = run(source, tmp_path)
    assert found["loss"] == network.loss(X, y)
    assert [found[network.parameter_name(index)] for index in range(13)] == network.parameters.tolist()


@pytest.mark.parametrize(
    "rng", [np.random.RandomState(5), np.random.default_rng(5), np.random.Generator(np.random.Philox(5)), 5]
)
def test_a_training_that_was_under_way_goes_on_as_it_would(rng: Any, tmp_path: Path) -> None:
    network = Network([2, 3, 1], "tanh", rng=0)
    X = np.random.default_rng(0).normal(size=(12, 2))
    trainer = Trainer(
        network,
        batch_size=5,
        l2=0.1,
        rates={"b": 0.5},
        decays={"b1": 2.0},
        dropout=0.3,
        engine="numpy",
        rng=rng,
        patience=None,
    )
    training = trainer.start(X, X[:, 0], sample_weight=np.arange(1.0, 13.0))
    training.run_epoch()
    training.run_batch()
    begin = Begin(training.snapshot())
    training.run_batch()
    training.run_epoch()
    source = python_source(training, begin)
    assert "The lab took the training over after 1 epoch and 1 batch" in source
    found = run(source, tmp_path)
    assert found.pop("loss") == network.loss(X, X[:, 0], np.arange(1.0, 13.0))
    assert list(found.values()) == network.parameters.tolist()


def test_what_a_program_cannot_name_is_refused() -> None:
    class Own(Sgd):
        """A user's own."""

    network = Network([1, 1], rng=0)
    training = Trainer(network, optimizer=Own(), engine="numpy").start([[1.0]], [1.0])
    with pytest.raises(InputError, match="Own is not in clearprop's registries"):
        python_source(training, Begin(training.snapshot()))


def test_it_is_short_and_says_what_it_is() -> None:
    live = build(Settings(data=Preset(name="xor_points"), layers=[LayerChoice(units=2)]))
    begin = Begin(live.training.snapshot(), seed=0)
    walk(live, 3, 0)
    taken = take_python(live.training, begin, live.input_names)
    lines = taken.text.splitlines()
    assert (taken.file, taken.media, len(lines) < 50) == ("network.py", "text/x-python", True)
    assert max(map(len, lines)) <= 120
    assert "A network of 2-2-1 units after 3 epochs" in lines[0]
    assert "X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])" in lines
    compile(taken.text, "network.py", "exec")


# -- the other forms ---------------------------------------------------------------------------------------------------


def test_latex_and_words_are_the_explanations() -> None:
    live = build(Settings())
    explanation = explanation_of(live.training, live.inputs[0], live.targets[0], "W1[2,1]")
    latex, words = take_latex(explanation), take_explanation(explanation, digits=4)
    assert latex.text == explanation.to_latex(standalone=True)
    assert "htmlData" not in latex.text
    assert latex.text.startswith("\\documentclass")
    assert words.text == explanation.to_text(digits=4)
    assert (latex.file, words.file) == ("explanation-W1-2-1.tex", "explanation-W1-2-1.txt")


def test_the_picture_has_the_numbers() -> None:
    network = Network([2, 2, 1], "tanh", rng=0)
    taken = take_svg(network, ["x1", "x2"], ["yes & no"])
    titles = {element.text for element in ElementTree.fromstring(taken.text).iter() if element.text}
    assert f"W1[1,2] = {network.weights[0][0, 1]:.6g}" in titles
    assert "yes & no" in titles
    assert taken.media == "image/svg+xml"


def test_the_link_brings_the_weights_back() -> None:
    live = build(Settings())
    walk(live, 2, 0)
    taken = take_link(fragment_of(live.settings, live.network.parameters))
    back = build(settings_of(taken.text))
    assert back.network.parameters.tolist() == live.network.parameters.tolist()
    x, y = live.inputs[0], live.targets[0]
    assert explanation_of_row(back.network, x, y, "loss").value == explanation_of_row(live.network, x, y, "loss").value
