"""What a model answers all over a plane of two of its inputs, and the rows on top."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.errors import InputError
from clearprop.foundation.table_cells import quoted
from clearprop.plots.figures import fitted, literal, shown_figure

Array = npt.NDArray[Any]

# The share of the drawn range that is left free around the rows.
MARGIN = 0.08
# How much of a class's colour the plane has where the model is sure of it.
DEPTH = 0.45
MARKERS = "os^Dvp*hXP"


@dataclass(repr=False)
class DecisionBoundaryDisplay:
    """What a model answers over the plane of two inputs, and the rows on top.

    The colours of the classes are mixed by their probabilities, where the model has them; lines part the plane where
    another class becomes the most probable. A quantity is drawn by its level.

    Attributes
    ----------
    across, up : arrays of shape (side, side)
        The points of the plane.
    answers : array of shape (side, side), or (side, side, classes)
        Quantities; or what speaks for each class, adding up to 1.
    points : array of shape (n, 2)
        The rows in the plane.
    targets : array of shape (n,), or None
        Their class numbers or quantities.
    names : pair of str
        What the two inputs are called.
    labels : sequence of str, or None
        The classes' names; None for quantities.

    Examples
    --------
    >>> from clearprop import MLPClassifier
    >>> X, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], ["no", "yes", "yes", "no"]
    >>> model = MLPClassifier((8,), solver="lbfgs", random_state=0).fit(X, y)
    >>> display = DecisionBoundaryDisplay.from_estimator(model, X, y)
    >>> display.answers.shape, [text.get_text() for text in display.ax_.get_legend().get_texts()]
    ((200, 200, 2), ['no', 'yes'])
    """

    across: Array
    up: Array
    answers: Array
    points: Array
    targets: Array | None
    names: tuple[str, str]
    labels: Sequence[str] | None

    @classmethod
    def from_function(
        cls,
        answers: Callable[[Array], Array],
        points: Array,
        targets: Array | None,
        names: tuple[str, str],
        labels: Sequence[str] | None,
        side: int = 200,
    ) -> DecisionBoundaryDisplay:
        """Ask a function all over the range of some points.

        Parameters
        ----------
        answers : callable
            From points (n, 2) to quantities (n,), class numbers (n,), or what speaks for each class (n, classes).
        points, targets : arrays of shape (n, 2) and (n,)
            The rows that are drawn, and their quantities or class numbers, where they are known.
        names : pair of str
        labels : sequence of str or None
            The classes' names; None for quantities.
        side : int
            How many points are asked across, and as many up.
        """
        margin = MARGIN * np.ptp(points, axis=0) + 1e-12
        low, high = points.min(axis=0) - margin, points.max(axis=0) + margin
        across, up = np.meshgrid(np.linspace(low[0], high[0], side), np.linspace(low[1], high[1], side))
        answered = np.asarray(answers(np.column_stack([across.ravel(), up.ravel()])))
        if labels is not None and answered.ndim == 1:
            answered = answered.astype(int)[:, np.newaxis] == np.arange(len(labels))
        return cls(across, up, answered.reshape(*across.shape, *answered.shape[1:]), points, targets, names, labels)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any = None,
        *,
        features: tuple[int, int] = (0, 1),
        side: int = 200,
        ax: Any = None,
    ) -> DecisionBoundaryDisplay:
        """A fitted classifier or regressor, drawn; see `plot`.

        Parameters
        ----------
        X, y : array-like of shape (n, features) and (n,)
            The rows that are drawn on top, with their labels or targets.
        features : pair of int
            The columns that span the plane; the others have their means.
        side, ax
            See `from_function` and `plot`.

        Raises
        ------
        InputError
            There are fewer than two columns, or no such ones; or several outputs.
        """
        fitted(estimator)
        rows = _plane_rows(X, features)
        classes: Any = getattr(estimator, "classes_", None)
        if classes is None:
            answer, labels = estimator.predict, None
        else:
            answer = getattr(estimator, "predict_proba", None) or _class_numbers(estimator)
            labels = [str(label) for label in classes]
        targets = None if y is None else np.asarray(y)
        if targets is not None and labels is not None:
            targets = np.searchsorted(classes, targets)
        known = getattr(estimator, "feature_names_in_", None)
        return _display(cls, _framed(answer, X), rows, targets, features, known, labels, side).plot(ax)

    @classmethod
    def from_network(
        cls,
        network: Any,
        X: Any,
        y: Any = None,
        *,
        features: tuple[int, int] = (0, 1),
        input_names: Sequence[str] | None = None,
        output_names: Sequence[str] | None = None,
        side: int = 200,
        ax: Any = None,
    ) -> DecisionBoundaryDisplay:
        """What a network answers, drawn: probabilities where its outputs are such, else its one output's number.

        Parameters
        ----------
        network : Network or Ensemble
        X, y : array-like of shape (n, inputs) and (n,)
            The rows that are drawn on top, with their class numbers or targets.
        features, side, ax
            See `from_estimator`.
        input_names, output_names : sequences of str, optional
            Of all inputs, and of the classes.

        Raises
        ------
        InputError
            See `from_estimator`.

        Examples
        --------
        >>> from clearprop import Network
        >>> network = Network([2, 3, 1], "tanh", loss="binary_cross_entropy", rng=0)
        >>> display = DecisionBoundaryDisplay.from_network(network, [[0.0, 0.0], [1.0, 1.0]], [0, 1])
        >>> float(abs(display.answers.sum(axis=2) - 1).max()) < 1e-12
        True
        """
        rows = _plane_rows(X, features)
        classes = _class_count(network)
        labels = None if classes is None else list(output_names or [f"class {number}" for number in range(classes)])
        if classes is not None and len(labels or ()) != classes:
            raise InputError(f"output_names must be {classes}, one a class, got {len(labels or ())}")

        def answer(points: Array) -> Array:
            outputs = network.predict(points)
            if classes is None:
                if outputs.shape[1] != 1:
                    raise InputError(f"one output can be drawn by its level, and the network has {outputs.shape[1]}")
                return np.asarray(outputs[:, 0])
            return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else np.asarray(outputs)

        targets = None if y is None else np.asarray(y)
        if targets is not None and targets.ndim == 2:
            targets = targets.argmax(axis=1) if targets.shape[1] > 1 else targets[:, 0]
        return _display(cls, answer, rows, targets, features, input_names, labels, side).plot(ax)

    def plot(self, ax: Any = None, title: str = "") -> DecisionBoundaryDisplay:
        """Draw into the axes, or into those of a new figure (`figure_`, `ax_`).

        Parameters
        ----------
        ax : Matplotlib axes, optional
        title : str
        """
        self.ax_ = shown_figure(6.4, 4.8).add_subplot() if ax is None else ax
        self.figure_ = self.ax_.figure
        if self.labels is None:
            self._plot_quantities()
        else:
            self._plot_classes(self.labels)
        self.ax_.set(xlabel=literal(self.names[0]), ylabel=literal(self.names[1]), title=literal(title))
        return self

    def _plot_quantities(self) -> None:
        surface = self.ax_.contourf(self.across, self.up, self.answers, levels=20, cmap="viridis", alpha=0.8)
        self.figure_.colorbar(surface, ax=self.ax_)
        known = {} if self.targets is None else {"c": self.targets, "cmap": "viridis", "norm": surface.norm}
        self.ax_.scatter(*self.points.T, **known, edgecolors="black", linewidths=0.5, s=18)

    def _plot_classes(self, labels: Sequence[str]) -> None:
        from matplotlib import colormaps

        palette = colormaps["tab20" if len(labels) > 10 else "tab10"]
        colours = np.array([palette(number % palette.N)[:3] for number in range(len(labels))])
        shares = np.clip(self.answers, 0, 1).astype(float)
        corners = (self.across[0, 0], self.across[0, -1], self.up[0, 0], self.up[-1, 0])
        plane = 1 - DEPTH * (1 - shares @ colours)
        self.ax_.imshow(np.clip(plane, 0, 1), extent=corners, origin="lower", aspect="auto")
        answered = shares.argmax(axis=2)
        for number in np.unique(answered):
            # Each class against all others: a border that leaps over a number is one line too.
            self.ax_.contour(self.across, self.up, answered == number, levels=[0.5], colors="black", linewidths=0.6)
        if self.targets is None:
            self.ax_.scatter(*self.points.T, color="white", edgecolors="black", linewidths=0.5, s=22)
            return
        for number, label in enumerate(labels):
            self.ax_.scatter(
                *self.points[self.targets == number].T,
                color=colours[number],
                marker=MARKERS[number % len(MARKERS)],
                edgecolors="black",
                linewidths=0.5,
                s=22,
                label=literal(label),
            )
        beside = {"loc": "upper left", "bbox_to_anchor": (1.01, 1)} if len(labels) > 4 else {}
        self.ax_.legend(frameon=True, framealpha=0.9, **beside)

    def __repr__(self) -> str:
        what = "quantities" if self.labels is None else f"{len(self.labels)} classes"
        return f"<DecisionBoundaryDisplay of {what} over {self.names[0]} and {self.names[1]}: plot() draws it>"


def _plane_rows(X: Any, features: tuple[int, int]) -> Array:
    """The rows as numbers, with the two columns that span the plane."""
    rows = np.asarray(X, dtype=float)
    columns = rows.shape[1] if rows.ndim == 2 else 0
    if columns < 2 or len(rows) == 0:
        raise InputError(f"X must be rows of two columns or more, got shape {rows.shape}")
    if len(features) != 2 or not all(0 <= place < columns for place in features):
        raise InputError(f"features must be two of the columns 0 to {columns - 1}, got {quoted(features)}")
    return rows


def _display(
    cls: type[DecisionBoundaryDisplay],
    answer: Callable[[Array], Array],
    rows: Array,
    targets: Array | None,
    features: tuple[int, int],
    known: Sequence[str] | None,
    labels: Sequence[str] | None,
    side: int,
) -> DecisionBoundaryDisplay:
    if targets is not None and len(targets) != len(rows):
        raise InputError(f"X has {len(rows)} rows and y {len(targets)}: there must be as many")
    others, chosen = rows.mean(axis=0), list(features)

    def answer_plane(points: Array) -> Array:
        whole = np.tile(others, (len(points), 1))
        whole[:, chosen] = points
        return answer(whole)

    names = [f"x{place + 1}" if known is None else str(known[place]) for place in features]
    return cls.from_function(answer_plane, rows[:, chosen], targets, (names[0], names[1]), labels, side)


def _framed(answer: Callable[[Any], Array], X: Any) -> Callable[[Array], Array]:
    """Asks with a data frame like X, where X is one: an estimator compares the names of its columns."""
    if not hasattr(X, "columns"):
        return answer
    names = {"columns" if hasattr(X, "iloc") else "schema": list(X.columns)}
    return lambda rows: answer(type(X)(rows, **names))


def _class_numbers(estimator: Any) -> Callable[[Any], Array]:
    """The numbers of the classes that an estimator without probabilities answers."""

    def answer(rows: Any) -> Array:
        return np.searchsorted(estimator.classes_, estimator.predict(rows))

    return answer


def _class_count(network: Any) -> int | None:
    """How many classes the outputs are probabilities of; None where they are numbers."""
    member = network.members[0] if hasattr(network, "members") else network
    name, outputs = member.activations[-1].name, member.layer_sizes[-1]
    if name == "softmax":
        return int(outputs)
    return 2 if name == "sigmoid" and outputs == 1 else None
