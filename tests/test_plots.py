"""Pictures say what the numbers say; without Matplotlib the error is the command that installs it."""

import sys

import numpy as np
import pytest

from clearprop.errors import MissingExtraError
from clearprop.history import EpochRecord, History
from clearprop.plots import LossCurveDisplay, draw_decision_boundary, new_figure


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
