"""Pictures say what the numbers say; without Matplotlib the error is the command that installs it."""

import sys
from itertools import pairwise

import numpy as np
import pytest

from clearprop.errors import MissingExtraError
from clearprop.network.network import Network
from clearprop.plots import (
    ActivationHistogramDisplay,
    LossCurveDisplay,
    NetworkDisplay,
    draw_decision_boundary,
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

    ax = draw_decision_boundary(predict, points, np.array([0, 0, 1]), ("a$b", "c"), ["no", "yes"], "title")
    (plane,) = seen
    assert plane.min(axis=0) == pytest.approx([-0.16, -0.08])
    assert plane.max(axis=0) == pytest.approx([2.16, 1.08])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["no", "yes"]
    assert ax.get_xlabel() == r"a\$b"


def test_decision_boundary_of_quantities():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(20, 2))
    ax = draw_decision_boundary(lambda plane: plane.sum(axis=1), points, points.sum(axis=1), ("a", "b"), None, "t")
    assert len(ax.figure.axes) == 2  # the plane and its scale


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
