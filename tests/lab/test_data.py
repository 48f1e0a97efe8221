"""Rows: each source has what it promises, and what is wrong with a table says where."""

import numpy as np
import pytest

from clearprop.article import ROWS, TARGETS, blobs
from clearprop.errors import InputError
from clearprop.lab.presets import DATASETS, RADIUS
from clearprop.lab.protocol import Curve, Divided, Drawn, Pasted, Preset
from clearprop.lab.rows import rows_of

KNOWN = {"iris": (150, 4, 3), "wine": (178, 13, 3), "breast_cancer": (569, 30, 2), "digits": (1797, 64, 10)}


@pytest.mark.parametrize("name", DATASETS)
def test_every_set_is_the_same_for_the_same_seed_and_finite(name):
    one, other = (rows_of(Preset(name=name, rows=80, noise=0.2, seed=4)) for _ in range(2))
    np.testing.assert_array_equal(one.columns, other.columns)
    np.testing.assert_array_equal(one.target, other.target)
    assert np.isfinite(one.columns).all()
    assert one.columns.shape == (len(one), len(one.column_names))
    if one.task == "classification":
        assert set(np.unique(one.target)) == set(range(len(one.class_names)))
    else:
        assert one.target.shape == (len(one), len(one.target_names))


@pytest.mark.parametrize(
    "name", sorted(set(DATASETS) - {"and", "or", "xor_points", "article", "article_outputs", "article_perceptron"})
)
def test_seeds_draw_other_rows_and_as_many_as_asked_for(name):
    first, second = (rows_of(Preset(name=name, rows=60, noise=0.2, seed=seed)) for seed in (0, 1))
    assert len(first) == 60
    assert not np.array_equal(first.columns, second.columns)


def test_shapes_of_the_plane_without_noise():
    circles = rows_of(Preset(name="circles", noise=0.0))
    radius = np.hypot(*circles.columns.T)
    np.testing.assert_array_equal(circles.target == 1, radius < RADIUS / 2)
    xor = rows_of(Preset(name="xor", noise=0.0))
    np.testing.assert_array_equal(xor.target == 1, xor.columns.prod(axis=1) >= 0)
    assert np.abs(xor.columns).min() >= 0.3
    spiral = rows_of(Preset(name="spiral", noise=0.0, rows=200))
    arms = [spiral.columns[spiral.target == number] for number in (0, 1)]
    np.testing.assert_allclose(arms[0], -arms[1], atol=1e-12)  # half a turn apart
    plane = rows_of(Preset(name="plane", noise=0.0))
    np.testing.assert_allclose(plane.target[:, 0], plane.columns.sum(axis=1) / 10, rtol=1e-15)
    hills = rows_of(Preset(name="multi_gauss", noise=0.0, rows=2_000))
    near_a_top = np.hypot(*(hills.columns - [-4, 2.5]).T) < 0.2
    assert (hills.target[near_a_top] > 0.9).all()
    assert hills.target.min() < -0.9


def test_noise_moves_labels_and_points():
    quiet, noisy = (rows_of(Preset(name="xor", noise=noise)) for noise in (0.0, 0.5))
    np.testing.assert_array_equal(quiet.columns, noisy.columns)
    assert 0.05 < (quiet.target != noisy.target).mean() < 0.6
    spread = [rows_of(Preset(name="gauss", noise=noise, rows=4_000)).columns for noise in (0.0, 0.5)]
    deviations = [(np.abs(points) - 2).std() for points in spread]
    assert deviations[1] > 1.5 * deviations[0]


@pytest.mark.parametrize(
    ("name", "answers"), [("and", [0, 0, 0, 1]), ("or", [0, 1, 1, 1]), ("xor_points", [0, 1, 1, 0])]
)
def test_logic(name, answers):
    rows = rows_of(Preset(name=name))
    assert rows.columns.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert rows.target.tolist() == answers


def test_the_articles_rows():
    ten = rows_of(Preset(name="article"))
    assert (ten.columns.tolist(), ten.target.tolist()) == ([list(row) for row in ROWS], list(TARGETS))
    rows, _, classes, _ = blobs()
    perceptron = rows_of(Preset(name="article_perceptron"))
    assert len(perceptron) == 75
    np.testing.assert_array_equal(perceptron.columns, rows)
    np.testing.assert_array_equal(perceptron.target, classes)


@pytest.mark.parametrize("name", KNOWN)
def test_known_tables_whole(name):
    rows = rows_of(Preset(name=name, rows=5_000))
    assert (*rows.columns.shape, len(rows.class_names)) == KNOWN[name]


def test_points_are_divided_by_a_curve():
    rows = rows_of(Divided(formula="x**2 - 0.5", rows=500))
    np.testing.assert_array_equal(rows.target == 1, rows.columns[:, 1] > rows.columns[:, 0] ** 2 - 0.5)
    assert np.abs(rows.columns).max() <= 1
    noisy = rows_of(Divided(formula="x**2 - 0.5", rows=500, noise=0.3))
    np.testing.assert_array_equal(noisy.columns, rows.columns)
    assert (noisy.target != rows.target).any()


def test_a_curve_is_a_regression_of_one_input():
    rows = rows_of(Curve(formula="2*x + 1", noise=0.0, rows=50))
    assert rows.task == "regression"
    np.testing.assert_allclose(rows.target, 2 * rows.columns + 1, rtol=1e-15)
    assert (np.diff(rows.columns[:, 0]) > 0).all()


def test_drawn_points():
    classes = rows_of(Drawn(points=[(0.5, -0.25, 0), (3, 1, 2)]))
    assert (classes.columns.tolist(), classes.target.tolist()) == ([[0.5, -0.25], [3.0, 1.0]], [0, 2])
    assert (len(classes.class_names), classes.reach) == (3, 6.0)
    numbers = rows_of(Drawn(points=[(0.5, -0.25, 0.7)], task="regression"))
    assert (numbers.target.tolist(), numbers.reach) == ([[0.7]], 1.0)


@pytest.mark.parametrize(
    ("points", "says"),
    [
        ([(0, 0, 0.5)], "whole number"),
        ([(0, 0, -1)], "whole number"),
        ([(0, 0, 1e9)], "from -1e6 to 1e6"),
        ([(float("nan"), 0, 0)], "from -1e6 to 1e6"),
    ],
)
def test_points_that_cannot_be(points, says):
    with pytest.raises(InputError, match=says):
        rows_of(Drawn(points=points))


WIDE = "\n".join(";".join(cells) for cells in ([f"c{n}" for n in range(300)], ["1"] * 300, ["2"] * 300))
TABLE = "size;kind;weight;place\n1;small;2.5;a\n2;small;3.5;b\n9;big;30;a\n8;big;28;b\n"


def test_a_pasted_table():
    rows = rows_of(Pasted(text=TABLE, target="kind"))
    assert rows.column_names == ("size", "weight")
    assert rows.columns.tolist() == [[1, 2.5], [2, 3.5], [9, 30], [8, 28]]
    assert (rows.class_names, rows.target.tolist()) == (("big", "small"), [1, 1, 0, 0])
    tabs = rows_of(Pasted(text=TABLE.replace(";", "\t"), target="weight", inputs=["size"], task="regression"))
    assert (tabs.task, tabs.target.tolist()) == ("regression", [[2.5], [3.5], [30.0], [28.0]])
    assert tabs.target_names == ("weight",)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (Pasted(text=""), "the file is empty|empty"),
        (Pasted(text="a\n1\n2\n"), "has one column"),
        (Pasted(text="a;b\n1;2\n3\n"), "line 3: the row has 1 field"),
        (Pasted(text="a;b\n1;x\n;y\n"), "line 3, column 'a': the cell is empty"),
        (Pasted(text="a;b\n1;x\nnan?;y\n2;x\n3;x\n4;y\n5;y\n"), "line 3, column 'a'.*is not a number"),
        (Pasted(text=TABLE, target="colour"), "no column 'colour'"),
        (Pasted(text=TABLE, target="kind", inputs=["place"]), "column 'place'.*text"),
        (Pasted(text=TABLE, target="kind", inputs=["kind"]), "is the target and an input"),
        (Pasted(text="a;b\nx;y\nz;y\n", target="a"), "no column of numbers"),
        (Pasted(text='a;b\n"1;2\n'), "quote"),
        (Pasted(text="a;b\n1;\ud800\n"), "UTF-8"),
        (Pasted(text=WIDE, task="regression"), "256 at most"),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_say_where(table, says):
    with pytest.raises(InputError, match=says):
        rows_of(table)
