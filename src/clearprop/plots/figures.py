"""Matplotlib's figures: whether it is there, and where pictures are drawn."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from clearprop.errors import MissingExtraError
from clearprop.printable import printable

# From the palette of Okabe and Ito, which colour-blind people can tell apart.
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#666666"


def check_extra() -> None:
    """Raise MissingExtraError if what the extra `plots` brings is not installed."""
    for module, package in (("matplotlib.figure", "Matplotlib"), ("jinja2", "Jinja2")):
        try:
            import_module(module)
        except ImportError as error:
            raise MissingExtraError(package, "plots", "drawing pictures and reports") from error


def new_figure(width: float = 6.4, height: float = 4.0) -> Any:
    """A Matplotlib figure that belongs to no window.

    Raises
    ------
    MissingExtraError
        Matplotlib is not installed.
    """
    check_extra()
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def shown_figure(width: float = 6.4, height: float = 4.0) -> Any:
    """A figure of pyplot's, which notebooks show by themselves, and `matplotlib.pyplot.show` in a window.

    Raises
    ------
    MissingExtraError
        Matplotlib is not installed.
    """
    check_extra()
    from matplotlib import pyplot

    return pyplot.figure(figsize=(width, height), layout="constrained")


def fitted(estimator: Any) -> Any:
    """The estimator, or scikit-learn's NotFittedError."""
    from sklearn.utils.validation import check_is_fitted

    check_is_fitted(estimator)
    return estimator


def literal(text: object) -> str:
    """The text as it can be shown, its dollar signs meant as such, not as the ends of a formula."""
    return printable(text).replace("$", r"\$")
