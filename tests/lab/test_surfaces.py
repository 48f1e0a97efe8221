"""Surfaces: each of their points is the loss of the network with those two numbers in it."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from clearprop import Network, Trainer
from clearprop.errors import InputError
from clearprop.lab.protocol import Surface
from clearprop.lab.surfaces import FEWEST_ROWS, MOST_OF_PATH, MOST_ROWS, draw_surface
from clearprop.network.rows import Rows

Array = npt.NDArray[Any]
RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 2))


def rows_for(network: Network) -> Rows:
    outputs = network.layer_sizes[-1]
    y = np.eye(outputs)[RNG.integers(0, outputs, 40)] if outputs > 1 else (X[:, :1] > 0) * 1.0
    return Rows.checked(network, X, y)


@pytest.mark.parametrize(
    ("sizes", "loss", "output", "across", "up"),
    [
        ([2, 3, 1], "binary_cross_entropy", None, "W1[2,3]", "b2[1]"),
        ([2, 3, 1], "squared_error", "sigmoid", "W2[1,1]", "W2[3,1]"),
        ([2, 3, 4, 3], "cross_entropy", None, "b2[4]", "W3[4,2]"),
        ([2, 3, 3], "cross_entropy", None, "W2[1,1]", "W1[1,1]"),
        ([2, 1], "hinge", None, "W1[1,1]", "b1[1]"),
    ],
)
def test_every_point_is_the_networks_loss(
    sizes: list[int], loss: str, output: str | None, across: str, up: str
) -> None:
    network = Network(sizes, "tanh", output, loss, rng=1)
    y = (X[:, :1] > 0) * 1.0 if loss != "hinge" else np.where(X[:, :1] > 0, 1.0, -1.0)
    rows = rows_for(network) if sizes[-1] > 1 else Rows.checked(network, X, y)
    before = network.parameters.copy()
    drawn, arrays = draw_surface(network, rows, Surface(across=across, up=up, points=7, span=3.0))
    assert (network.parameters == before).all()
    first, second = network.layout.index(across), network.layout.index(up)
    assert drawn.across == [before[first] - 3, before[first] + 3]
    assert drawn.up == [before[second] - 3, before[second] + 3]
    twin = network.copy()
    for row, vertical in enumerate(np.linspace(*drawn.up, 7)):
        for column, horizontal in enumerate(np.linspace(*drawn.across, 7)):
            twin.parameters[first], twin.parameters[second] = horizontal, vertical
            assert arrays["surface"][row, column] == pytest.approx(twin.loss(rows.X, rows.y), rel=1e-6)
    assert arrays["surface"][3, 3] == pytest.approx(network.loss(rows.X, rows.y), rel=1e-6)
    assert (arrays["surface"].dtype, drawn.rows, arrays["path"].shape) == (np.float32, 40, (0, 3))


def walked(epochs: int) -> tuple[Network, Rows, Array]:
    network = Network([2, 3, 1], "tanh", loss="binary_cross_entropy", rng=1)
    rows = rows_for(network)
    training = Trainer(network, learning_rate=0.1, epochs=2_000, patience=None, engine="numpy", rng=0).start(rows)
    path = [network.parameters.copy()]
    for _ in range(epochs):
        training.run_epoch()
        path.append(network.parameters.copy())
    return network, rows, np.array(path)


def test_the_path_lies_on_it_with_its_own_losses() -> None:
    network, rows, path = walked(60)
    drawn, arrays = draw_surface(network, rows, Surface(across="W1[1,1]", up="W2[2,1]", points=5), path)
    places = [network.layout.index(name) for name in ("W1[1,1]", "W2[2,1]")]
    assert (arrays["path"][:, :2] == path[:, places]).all()
    for point, parameters in zip(arrays["path"], path, strict=True):
        twin = network.copy()
        twin.parameters[:] = parameters
        assert point[2] == pytest.approx(twin.loss(rows.X, rows.y), rel=1e-12)
    for side, numbers in ((drawn.across, path[:, places[0]]), (drawn.up, path[:, places[1]])):
        length = numbers.max() - numbers.min()
        assert side[0] <= numbers.min() - 0.2 * length
        assert side[1] >= numbers.max() + 0.2 * length
        assert side[1] - side[0] == pytest.approx(max(2.0, 1.5 * length))


def test_of_a_long_path_some_points_are_shown_the_ends_among_them() -> None:
    network, rows, path = walked(MOST_OF_PATH + 150)
    _, arrays = draw_surface(network, rows, Surface(across="W1[1,1]", up="W2[2,1]", points=5), path)
    assert len(arrays["path"]) == MOST_OF_PATH
    assert arrays["path"][0, 0] == path[0, 0]
    assert arrays["path"][-1, 0] == path[-1, 0]


def test_many_rows_and_wide_networks_are_sampled_and_it_is_said() -> None:
    X = RNG.normal(size=(5_000, 2))
    small, wide = Network([2, 2, 1], "tanh", rng=0), Network([2, 512, 512, 1], "tanh", rng=0)
    request = Surface(across="W1[1,1]", up="b1[1]", points=41)
    few, arrays = draw_surface(small, Rows.checked(small, X, X[:, :1]), request)
    assert few.rows == 500 == MOST_ROWS
    assert arrays["surface"].shape == (41, 41)
    assert arrays["surface"][20, 20] == pytest.approx(small.loss(X[::10], X[::10, :1]), rel=1e-6)
    fewer, arrays = draw_surface(wide, Rows.checked(wide, X, X[:, :1]), request)
    assert fewer.rows == FEWEST_ROWS
    assert 9 <= len(arrays["surface"]) < 60
    every = len(X) // FEWEST_ROWS
    twin = wide.copy()
    twin.weights[0][0, 0], twin.biases[0][0] = fewer.across[0], fewer.up[0]
    assert arrays["surface"][0, 0] == pytest.approx(twin.loss(X[::every], X[::every, :1]), rel=1e-6)


def test_in_float32_too() -> None:
    network = Network([2, 3, 1], "tanh", dtype="float32", rng=0)
    rows = Rows.checked(network, X, X[:, :1])
    _, arrays = draw_surface(network, rows, Surface(across="W1[1,1]", up="W1[1,2]", points=5, span=1.0))
    assert arrays["surface"][2, 2] == pytest.approx(network.loss(X, X[:, :1]), rel=1e-5)


@pytest.mark.parametrize(
    ("across", "up", "says"),
    [
        ("W1[1,1]", "W1[1,1]", "choose two different"),
        ("z1[1]", "W1[1,1]", "z1\\[1\\] is no weight and no bias"),
        ("W1[1,1]", "W7[1,1]", "names nothing"),
    ],
)
def test_other_names_are_refused(across: str, up: str, says: str) -> None:
    network = Network([2, 3, 1], rng=0)
    with pytest.raises(InputError, match=says):
        draw_surface(network, rows_for(network), Surface(across=across, up=up))
