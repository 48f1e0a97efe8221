"""What each column of a table adds to a row's answer, as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clearprop.plots.figures import BLUE, GREY, ORANGE, literal, shown_figure

# Columns that are drawn by themselves.
MOST = 15


@dataclass(repr=False)
class ContributionsDisplay:
    """What the columns add to a row's answer, the largest on top, from a typical row's answer to this one's.

    Parameters
    ----------
    of : str
        What is answered.
    names, cells : sequences of str
    values, deviations : sequences of float
        What each column adds, and how far the members' own parts are from one another.
    baseline_value, value : float
        The answers for the typical row and for this one.

    Examples
    --------
    >>> parts = ["size", "town"], ["90", "Ulm"], [120.0, -30.0], [4.0, 2.0]
    >>> display = ContributionsDisplay("price", *parts, baseline_value=400.0, value=490.0)
    >>> [label.get_text() for label in display.plot().ax_.get_yticklabels()]
    ['size = 90', 'town = Ulm']
    """

    of: str
    names: Sequence[str]
    cells: Sequence[str]
    values: Sequence[float]
    deviations: Sequence[float]
    baseline_value: float
    value: float

    @classmethod
    def from_explanation(cls, explanation: Any) -> ContributionsDisplay:
        """Of what `explain` says of a table's prediction.

        Raises
        ------
        ValueError
            The explanation is of no table's prediction.
        """
        found = explanation.columns
        if found is None:
            raise ValueError("this explanation is of no table's prediction: explain one, as by model.explain(row)")
        return cls(
            found.of,
            found.names,
            found.cells,
            found.values.tolist(),
            found.deviations.tolist(),
            found.baseline_value,
            found.value,
        )

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in inches that suit it."""
        return 6.4, 1.2 + 0.3 * min(len(self.values), MOST + 1)

    def plot(self, ax: Any = None, *, most: int = MOST, **bars: Any) -> ContributionsDisplay:
        """Draw into the axes, or into those of a new figure (`figure_`, `ax_`).

        Parameters
        ----------
        ax : Matplotlib axes, optional
        most : int
            How many columns are drawn by themselves; the rest is one bar.
        **bars
            For Matplotlib's `Axes.barh`.
        """
        labels, values, spread = self._drawn(most)
        self.ax_ = shown_figure(*self.size).add_subplot() if ax is None else ax
        self.figure_ = self.ax_.figure
        colours = [BLUE if value >= 0 else ORANGE for value in values]
        errors = {"xerr": spread, "ecolor": GREY} if np.any(spread) else {}
        self.ax_.barh(range(len(values)), values, **{"color": colours, **errors, **bars})
        self.ax_.set_yticks(range(len(values)), [literal(label) for label in labels])
        self.ax_.invert_yaxis()
        self.ax_.axvline(0, color=GREY, linewidth=0.8)
        title = f"{self.of}: {self.baseline_value:.4g} for a typical row, {self.value:.4g} for this one"
        self.ax_.set(xlabel="adds", title=literal(title))
        self.ax_.spines[["top", "right"]].set_visible(False)
        return self

    def _drawn(self, most: int) -> tuple[list[str], list[float], list[float]]:
        """Labels, values and deviations of the bars, those of the rest in one."""
        values = np.asarray(self.values)
        order = np.argsort(-np.abs(values), kind="stable").tolist()
        shown = order if len(order) <= most + 1 else order[:most]
        labels = [f"{self.names[place]} = {self.cells[place]}" for place in shown]
        drawn, spread = [self.values[place] for place in shown], [self.deviations[place] for place in shown]
        if len(shown) < len(order):
            labels.append(f"{len(order) - len(shown):,} more")
            drawn.append(float(values[order[len(shown) :]].sum()))
            spread.append(0.0)
        return labels, drawn, spread

    def __repr__(self) -> str:
        return f"<ContributionsDisplay of {len(self.values):,} columns: plot() draws it>"
