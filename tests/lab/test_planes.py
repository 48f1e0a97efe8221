"""The decision boundary and the heat maps: what `predict` and `forward` answer at each point."""

import msgspec
import numpy as np
import pytest

from clearprop.lab.protocol import Curve, LayerChoice, Open, Preset, SetNumber, Settings, View
from tests.lab.asking import answered, look, session_of

SETTINGS = Settings(layers=[LayerChoice(units=3), LayerChoice(units=2, activation="relu")])


def points_of(frame, side):
    """Row by row from the bottom left."""
    across, up = (np.linspace(*ends, side) for ends in frame.span)
    return np.array([[x, y] for y in up for x in across])


@pytest.mark.parametrize("data", ["circles", "blobs3", "plane"])
def test_the_boundary_is_what_the_network_predicts(data):
    session = session_of(msgspec.structs.replace(SETTINGS, data=Preset(name=data), features=["x1", "x2^2"]))
    frame, arrays = look(session, plane=9, maps=5)
    network = session.state.network
    points = points_of(frame, 9)
    expected = network.predict(np.column_stack([points[:, 0], points[:, 1] ** 2]))
    assert arrays["plane"].dtype == np.float32
    np.testing.assert_allclose(arrays["plane"].reshape(81, -1), expected, rtol=1e-6)
    trace = network.forward(np.column_stack([points_of(frame, 5)[:, 0], points_of(frame, 5)[:, 1] ** 2]))
    units = np.concatenate([a.T for a in trace.a])
    np.testing.assert_allclose(arrays["maps"].reshape(len(units), -1), units, rtol=1e-6, atol=1e-30)


def test_what_each_input_is_over_the_plane_comes_with_the_rows():
    session = session_of(msgspec.structs.replace(SETTINGS, features=["x1*x2", "x2"], standardized=True))
    opened, arrays = answered(session, Open(view=View(plane=0, maps=5)))
    points, live = points_of(opened.frame, 5), session.state
    fed = (np.column_stack([points[:, 0] * points[:, 1], points[:, 1]]) - live.shift) / live.scale
    assert arrays["data.features"].dtype == np.float32
    np.testing.assert_allclose(arrays["data.features"].reshape(2, 25), fed.T, rtol=1e-6, atol=1e-7)


def test_of_many_columns_no_input_is_drawn_over_the_plane():
    session = session_of(msgspec.structs.replace(SETTINGS, data=Preset(name="iris")))
    assert "data.features" not in answered(session, Open(view=View(plane=0, maps=5)))[1]


def test_of_one_input_there_is_a_curve():
    session = session_of(msgspec.structs.replace(SETTINGS, data=Curve(), standardized=True))
    frame, arrays = look(session, plane=11, maps=7)
    live = session.state
    x = np.linspace(-1, 1, 11)[:, np.newaxis]
    np.testing.assert_allclose(arrays["plane"][:, 0], live.network.predict((x - live.shift) / live.scale), rtol=1e-6)
    assert arrays["plane"].shape == (11, 1, 1)
    assert arrays["maps"].shape == (6, 7)
    assert len(frame.span) == 2


def test_other_columns_are_those_of_the_row_that_is_looked_at():
    session = session_of(msgspec.structs.replace(SETTINGS, data=Preset(name="iris")))
    live = session.state
    for row, axes in ((3, (0, 1)), (140, (0, 1)), (140, (2, 3)), (3, (3, 0))):
        frame, arrays = look(session, plane=5, row=row, axes=axes)
        rows = np.repeat(live.inputs[row : row + 1], 25, axis=0)
        rows[:, list(axes)] = points_of(frame, 5)
        np.testing.assert_allclose(arrays["plane"].reshape(25, -1), live.network.predict(rows), rtol=1e-6)
    frame, arrays = look(session, plane=5, row=0, axes=(1, 2))
    np.testing.assert_array_equal(arrays["data.plane"], live.data.columns[:, [1, 2]])
    assert frame.span[0][0] < live.data.columns[:, 1].min() < live.data.columns[:, 1].max() < frame.span[0][1]


def test_axes_that_there_are_not_are_the_last_column():
    frame, arrays = look(session_of(SETTINGS), plane=4, axes=(0, 9))
    assert arrays["plane"].shape == (4, 4, 1)
    assert frame.span == [[-6, 6], [-6, 6]]


def test_maps_of_wide_layers_are_coarser():
    wide = [LayerChoice(units=1024)]
    _, arrays = look(session_of(msgspec.structs.replace(SETTINGS, layers=wide)), maps=48)
    assert arrays["maps"].shape == (1025, 31, 31)


def test_what_is_predicted_of_each_row():
    session = session_of(msgspec.structs.replace(SETTINGS, data=Preset(name="blobs3")))
    _, arrays = look(session)
    np.testing.assert_array_equal(
        arrays["predicted"], session.state.network.predict(session.state.inputs).argmax(axis=1)
    )
    session = session_of(msgspec.structs.replace(SETTINGS, data=Preset(name="plane")))
    _, arrays = look(session)
    np.testing.assert_allclose(
        arrays["predicted"], session.state.network.predict(session.state.inputs)[:, 0], rtol=1e-6
    )


def test_a_point_that_is_moved_by_hand_moves_in_the_plane():
    session = session_of(msgspec.structs.replace(SETTINGS, features=["x1^2", "x2"]))
    before, _ = look(session)
    _, arrays = answered(session, SetNumber(name="x[2]", value=2.5, view=View(plane=0, maps=0, row=4)))
    assert arrays["data.plane"][4, 1] == 2.5
    _, arrays = answered(session, SetNumber(name="x[1]", value=9.0, view=View(plane=0, maps=0, row=4)))
    assert "data.plane" not in arrays  # the input is no column as it is
    assert arrays["x"].tolist() == [9.0, 2.5]
    assert before.edited is False
