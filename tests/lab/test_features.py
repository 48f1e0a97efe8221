"""Features: numbers of the plane's columns."""

import math

import numpy as np
import pytest

from clearprop.errors import InputError
from clearprop.lab.features import FEATURES, apply, features_for

EXPECTED = {
    "x1": lambda x, y: x,
    "x2": lambda x, y: y,
    "x1^2": lambda x, y: x**2,
    "x2^2": lambda x, y: y**2,
    "x1*x2": lambda x, y: x * y,
    "sin(x1)": lambda x, y: math.sin(x),
    "sin(x2)": lambda x, y: math.sin(y),
    "cos(x1)": lambda x, y: math.cos(x),
    "cos(x2)": lambda x, y: math.cos(y),
    "|x1|": lambda x, y: abs(x),
    "|x2|": lambda x, y: abs(y),
    "x1^3": lambda x, y: x**3,
    "x2^3": lambda x, y: y**3,
    "r": lambda x, y: math.hypot(x, y),
}


@pytest.mark.parametrize("name", FEATURES)
def test_every_feature_is_what_its_name_says(name):
    points = np.array([[0.5, -2.0], [-3.0, 0.25]])
    expected = [EXPECTED[name](x, y) for x, y in points.tolist()]
    np.testing.assert_allclose(FEATURES[name].of(points), expected, rtol=1e-15)
    if FEATURES[name].columns == 1:
        np.testing.assert_array_equal(FEATURES[name].of(points[:, :1]), FEATURES[name].of(points))


def test_columns_are_in_the_order_of_the_names_and_none_leaves_them_alone():
    points = np.array([[0.5, -2.0]])
    assert apply(["x2", "x1*x2"], points).tolist() == [[-2.0, -1.0]]
    assert apply([], points) is points


def test_what_columns_cannot_make_is_left_out():
    assert features_for(["x2", "x1", "r"], 1) == ["x1"]
    assert features_for(["x2", "x1"], 2) == ["x2", "x1"]
    assert features_for(["x2", "x1"], 3) == []


@pytest.mark.parametrize("names", [["x1", "x1"], ["x3"]])
def test_wrong_names_are_refused(names):
    with pytest.raises(InputError):
        features_for(names, 2)
