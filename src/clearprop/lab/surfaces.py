"""The loss as a landscape over two parameters, and the way that training took across it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.explanation.notation import parse_name
from clearprop.lab.protocol import Surface, SurfaceDrawn
from clearprop.network.network import Network
from clearprop.network.rows import Rows

Array = npt.NDArray[Any]

# About what a row takes of a second for each parameter, and for each unit.
PRODUCT, UNIT = 3e-10, 1.5e-8
# Of more rows evenly spread ones are taken, so that a surface takes about so long; where the fewest rows take longer
# than is bearable, there are fewer points.
SECONDS, BEARABLE = 0.5, 2.0
MOST_ROWS, FEWEST_ROWS, FEWEST_POINTS = 500, 20, 9
# So many numbers of a layer at once.
AT_ONCE = 200_000
# Points of the path, and numbers in all of them.
MOST_OF_PATH, MOST_OF_ALL = 400, 10_000_000
# How much is left around the path, and the least half side of a surface.
MARGIN, LEAST_HALF = 0.25, 1.0


def draw_surface(
    network: Network, rows: Rows, request: Surface, path: Array | None = None
) -> tuple[SurfaceDrawn, dict[str, Array]]:
    """The loss without penalty over two parameters, the others as they are.

    Parameters
    ----------
    rows : Rows
        That are trained on.
    path : array, shape (n, parameters), optional
        The parameters as they were in the course of training; each has the loss that it had as a whole.

    Raises
    ------
    InputError
        A name is no parameter's, or both are the same.

    Examples
    --------
    >>> network = Network([1, 1], loss="squared_error")
    >>> network.parameters[:] = [0.0, 0.0]
    >>> rows = Rows(np.array([[1.0], [-1.0]]), np.array([[2.0], [-2.0]]), None)
    >>> drawn, arrays = draw_surface(network, rows, Surface(across="W1[1,1]", up="b1[1]", points=5, span=2.0))
    >>> drawn.across, arrays["surface"][2].tolist()
    ([-2.0, 2.0], [8.0, 4.5, 2.0, 0.5, 0.0])
    """
    places = parameters_of(network, request.across, request.up)
    way = np.empty((0, network.parameters.size)) if path is None else _thinned(np.atleast_2d(path))
    now = network.parameters[places].astype(np.float64).tolist()
    across, up = (_span(now[axis], way[:, place].astype(np.float64), request.span) for axis, place in enumerate(places))
    some, points = _affordable(network, rows, request.points, len(way))
    surface = losses_over(network, some, places, _grid(across, up, points)).reshape(points, points)
    losses = losses_along(network, some, way)
    drawn = SurfaceDrawn(across=list(across), up=list(up), rows=len(some))
    walked = np.column_stack([way[:, places], losses]).astype(np.float64)
    return drawn, {"surface": surface.astype(np.float32), "path": walked}


def parameters_of(network: Network, *names: str) -> list[int]:
    """Where two parameters of these names stand in the flat vector.

    Raises
    ------
    InputError
        A name is no parameter's, or both are the same.
    """
    parsed = [parse_name(name, network.layer_sizes) for name in names]
    for name in parsed:
        if name.kind not in ("W", "b"):
            raise InputError(f"{name} is no weight and no bias: a surface is over two of those, such as W1[1,1]")
    places = [network.layout.index(str(name)) for name in parsed]
    if len(set(places)) < len(places):
        raise InputError(f"{parsed[0]} stands for both sides of the surface: choose two different parameters")
    return places


def _affordable(network: Network, rows: Rows, points: int, path: int) -> tuple[Rows, int]:
    """Rows, evenly spread, and points a side that do not take too long."""
    each = network.parameters.size * PRODUCT + sum(network.layer_sizes[1:]) * UNIT
    most = min(MOST_ROWS, int(SECONDS / (each * (points * points + path))))
    some = rows.take(slice(None, None, -(-len(rows) // max(FEWEST_ROWS, most))))
    fitting = int(math.sqrt(max(0.0, BEARABLE / (each * len(some)) - path)))
    return some, min(points, max(FEWEST_POINTS, fitting))


def losses_over(network: Network, rows: Rows, places: list[int], values: Array) -> Array:
    """The loss at each pair of values of two parameters, shape (n,); below the first nothing is computed anew."""
    spans = {network.layout.number_at(place) for place in places}
    first = min(network.layout.spans[number].layer for number in spans)
    source = network.propagate(rows.X).layer_input(first - 1)
    losses = np.empty(len(values))
    for part in _parts(network, rows, len(values)):
        views = network.layout.named_views(network.parameters)
        for number in spans:
            span = network.layout.spans[number]
            stack = np.repeat(span.view(network.parameters)[np.newaxis], len(values[part]), axis=0)
            for place, column in zip(places, values[part].T, strict=True):
                if network.layout.number_at(place) == number:
                    stack.reshape(len(stack), -1)[:, place - span.start] = column
            views[span.name] = stack
        losses[part] = _losses(network, rows, views, source, first)
    return losses


def losses_along(network: Network, rows: Rows, vectors: Array) -> Array:
    """The loss of each of these parameter vectors, shape (n,)."""
    losses = np.empty(len(vectors))
    for part in _parts(network, rows, len(vectors)):
        views = network.layout.stacked_views(vectors[part].astype(network.dtype))
        losses[part] = _losses(network, rows, views, rows.X, 1)
    return losses


def _parts(network: Network, rows: Rows, count: int) -> list[slice]:
    """So many networks at once that what they compute fits the processor's caches, nearly."""
    size = max(1, AT_ONCE // (len(rows) * max(network.layer_sizes)))
    return [slice(start, start + size) for start in range(0, count, size)]


def _losses(network: Network, rows: Rows, views: dict[str, Array], source: Array, first: int) -> Array:
    """The mean loss of several networks that get the same numbers into a layer: the layers from there on.

    Parameters
    ----------
    views : dict
        The parameters by their spans' names; those that the networks do not share, stacked.
    source : array, shape (n, inputs of that layer)
    """
    loss, n = network.loss_function, len(rows)
    a = z = source
    with np.errstate(all="ignore"):
        for layer in range(first, len(network.weights) + 1):
            b = views[f"b{layer}"]
            z = np.matmul(a, views[f"W{layer}"]) + (b if b.ndim == 1 else b[:, np.newaxis])
            a = network.activations[layer - 1].value(z)
        y = np.broadcast_to(rows.y, z.shape).reshape(-1, z.shape[-1])
        ends = (z if network.from_logits else a).reshape(-1, z.shape[-1])
        values = loss.value_from_logits(ends, y) if network.from_logits else loss.value(ends, y)
    return values.reshape(-1, n).mean(axis=1, dtype=np.float64)


def _span(now: float, way: Array, half: float) -> tuple[float, float]:
    """From where to where a side of the surface reaches: as far as the path and the present point need."""
    if half > 0:
        return now - half, now + half
    reached = [now, *way.tolist()]
    least, greatest = min(reached), max(reached)
    half = max(LEAST_HALF, (greatest - least) * (0.5 + MARGIN))
    middle = (least + greatest) / 2
    return middle - half, middle + half


def _grid(across: tuple[float, float], up: tuple[float, float], points: int) -> Array:
    """The pairs of values, row by row from the bottom, shape (points², 2)."""
    x, y = np.meshgrid(np.linspace(*across, points), np.linspace(*up, points))
    return np.column_stack([x.ravel(), y.ravel()])


def _thinned(path: Array) -> Array:
    """The first point, the last, and evenly spread ones between."""
    most = max(2, min(MOST_OF_PATH, MOST_OF_ALL // path.shape[1]))
    return path if len(path) <= most else path[np.linspace(0, len(path) - 1, most).round().astype(np.intp)]
