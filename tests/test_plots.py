"""Pictures say what the numbers say; without Matplotlib the error is the command that installs it."""

import sys
from itertools import pairwise

import numpy as np
import pytest

from clearprop.errors import InputError, MissingExtraError
from clearprop.estimators import MLPClassifier, Perceptron
from clearprop.network.network import Network
from clearprop.plots import (
    ActivationHistogramDisplay,
    DecisionBoundaryDisplay,
    LossCurveDisplay,
    NetworkDisplay,
    new_figure,
)
from clearprop.training.history import EpochRecord, History


def history(losses, validation):
    rows = zip(losses, validation, strict=True)
    return History([EpochRecord(i, loss, held_out, None, 1.0, 0.1) for i, (loss, held_out) in enumerate(rows, 1)])


def test_loss_curve_lines():
    display = LossCurveDisplay.from_history(history([3.0, 2.0, 1.0], [3.0, 1.5, 2.5])).plot()
    training, validation, best = display.ax_.lines
    assert training.get_ydata().tolist() == [3.0, 2.0, 1.0]
    assert validation.get_ydata().tolist() == [3.0, 1.5, 2.5]
    assert best.get_xdata()[0] == 2
    assert display.ax_.get_yscale() == "linear"


def test_loss_curve_without_validation_into_given_axes():
    ax = new_figure().add_subplot()
    display = LossCurveDisplay.from_history(history([100.0, 1.0], [None, None])).plot(ax)
    assert display.ax_ is ax
    assert len(ax.lines) == 1
    assert ax.get_yscale() == "log"


def test_decision_boundary_of_classes():
    points = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]])
    seen = []

    def predict(plane):
        seen.append(plane)
        return (plane[:, 0] > 1).astype(int)

    display = DecisionBoundaryDisplay.from_function(
        predict, points, np.array([0, 0, 1]), ("a$b", "c"), ["no", "yes"]
    ).plot()
    ax = display.ax_
    (plane,) = seen
    assert plane.min(axis=0) == pytest.approx([-0.16, -0.08])
    assert plane.max(axis=0) == pytest.approx([2.16, 1.08])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["no", "yes"]
    assert ax.get_xlabel() == r"a\$b"


def test_decision_boundary_of_quantities():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(20, 2))
    display = DecisionBoundaryDisplay.from_function(
        lambda plane: plane.sum(axis=1), points, points.sum(axis=1), ("a", "b"), None
    ).plot()
    assert len(display.figure_.axes) == 2  # the plane and its scale
    assert display.answers == pytest.approx(display.across + display.up)


def test_decision_boundary_of_a_network_mixes_colours_by_its_probabilities():
    network = Network([2, 4, 3], "tanh", loss="cross_entropy", rng=0)
    X = np.random.default_rng(0).normal(size=(12, 2))
    display = DecisionBoundaryDisplay.from_network(network, X, np.arange(12) % 3, side=20)
    shares = network.predict(np.column_stack([display.across.ravel(), display.up.ravel()]))
    assert display.answers.reshape(-1, 3) == pytest.approx(shares)
    image = np.asarray(display.ax_.images[0].get_array()).reshape(-1, 3)
    surest = shares.max(axis=1).argmax()
    colours = [points.get_facecolors()[0, :3] for points in display.ax_.collections[-3:]]
    assert image[surest] == pytest.approx(1 - 0.45 * (1 - shares[surest] @ np.array(colours)))


def test_other_columns_stand_at_their_means():
    network = Network([3, 1], rng=0)
    X = np.random.default_rng(0).normal(size=(10, 3))
    display = DecisionBoundaryDisplay.from_network(network, X, X[:, 0], features=(2, 0), side=5)
    whole = np.column_stack([display.up.ravel(), np.full(25, X[:, 1].mean()), display.across.ravel()])
    assert display.answers.ravel() == pytest.approx(network.predict(whole)[:, 0])
    assert display.names == ("x3", "x1")


@pytest.mark.parametrize("frames", ["pandas", "polars"])
def test_decision_boundary_of_an_estimator_of_frames(frames):
    frame = pytest.importorskip(frames).DataFrame({"long": [0.0, 1.0, 2.0, 3.0], "wide": [0.0, 1.0, 0.0, 1.0]})
    model = MLPClassifier((4,), solver="lbfgs", random_state=0)
    model.fit(frame, ["a", "b", "a", "b"])
    display = DecisionBoundaryDisplay.from_estimator(model, frame, ["a", "b", "a", "b"], side=6)
    assert (display.names, display.labels) == (("long", "wide"), ["a", "b"])
    assert display.targets.tolist() == [0, 1, 0, 1]


def test_scikit_learns_own_display_takes_our_estimators():
    inspection = pytest.importorskip("sklearn.inspection")
    X = np.random.default_rng(0).normal(size=(20, 2))
    y = X[:, 0] > 0
    model = Perceptron(random_state=0).fit(X, y)
    theirs = inspection.DecisionBoundaryDisplay.from_estimator(model, X, response_method="predict", grid_resolution=7)
    ours = DecisionBoundaryDisplay.from_estimator(model, X, y, side=7)
    assert theirs.response.shape == ours.answers.shape[:2]
    assert ours.answers.argmax(axis=2).shape == (7, 7)


@pytest.mark.parametrize(
    ("X", "y", "keywords", "message"),
    [
        ([[1.0], [2.0]], None, {}, r"X must be rows of two columns or more, got shape \(2, 1\)"),
        ([[1.0, 2.0]], None, {"features": (0, 2)}, r"features must be two of the columns 0 to 1, got \(0, 2\)"),
        ([[1.0, 2.0]], [1, 2], {}, "X has 1 rows and y 2"),
        ([[1.0, 2.0]], None, {"output_names": ["a"]}, "output_names must be 2, one a class, got 1"),
    ],
)
def test_what_cannot_be_drawn_is_refused(X, y, keywords, message):
    with pytest.raises(InputError, match=message):
        DecisionBoundaryDisplay.from_network(Network([len(X[0]), 2], loss="cross_entropy", rng=0), X, y, **keywords)


def test_displays_are_figures_of_pyplot_as_notebooks_show_them():
    from matplotlib import pyplot

    before = len(pyplot.get_fignums())
    displays = [
        LossCurveDisplay.from_history(history([2.0, 1.0], [None, None])).plot(),
        NetworkDisplay.from_network(Network([2, 3, 1], rng=0)).plot(),
        ActivationHistogramDisplay.from_trace(Network([2, 1], rng=0).forward([[0.0, 1.0]]), ["identity"]).plot(),
        DecisionBoundaryDisplay.from_network(Network([2, 1], rng=0), [[0.0, 0.0], [1.0, 1.0]], side=4),
    ]
    assert len(pyplot.get_fignums()) == before + len(displays)
    assert all(repr(display).startswith(f"<{type(display).__name__} of ") for display in displays)


def test_missing_matplotlib_names_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'clearprop\[plots\]'"):
        new_figure()


def test_network_display_says_how_many_units_there_are_and_takes_looks():
    network = Network([2, 20, 1], rng=0)
    display = NetworkDisplay.from_network(network).plot(linestyle=":")
    assert [text.get_text() for text in display.ax_.texts] == ["2 units", "20 units\n16 shown", "1 unit", "x1", "x2"]
    assert len(display.ax_.lines) == 2 * 16 + 16
    assert {line.get_linestyle() for line in display.ax_.lines} == {":"}
    widths = [line.get_linewidth() for line in display.ax_.lines[:32]]
    shown = np.abs(network.weights[0][:, :16]).ravel()
    assert np.argmax(widths) == np.argmax(shown)
    display.figure_.canvas.draw()
    boxes = [text.get_window_extent() for text in display.ax_.texts[:3]]
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))
    assert max(box.y1 for box in boxes) <= display.figure_.bbox.y1


def test_activation_histograms_take_looks():
    trace = Network([2, 3, 1], rng=0).forward(np.random.default_rng(0).normal(size=(30, 2)))
    display = ActivationHistogramDisplay.from_trace(trace, ["sigmoid", "identity"]).plot(bins=7, color="black")
    bars = display.axes_[0].patches
    assert len(bars) == 7
    assert sum(bar.get_height() for bar in bars) == 30 * 3
    assert {bar.get_facecolor() for bar in bars} == {(0.0, 0.0, 0.0, 1.0)}
