"""The article's nine mistakes, each shown in numbers that are computed on the spot."""

from collections.abc import Callable, Iterator

from clearprop.article.mistakes.activation import (
    exponential_overflows,
    positive_draws_saturate,
    step_never_learns,
)
from clearprop.article.mistakes.classes import reversed_classes
from clearprop.article.mistakes.cost import slow_and_special
from clearprop.article.mistakes.equations import single_paths
from clearprop.article.mistakes.record import Column, Mistake, Table
from clearprop.article.mistakes.update import deltas_too_late, not_the_gradient, sum_called_average

__all__ = ["DEMONSTRATIONS", "Column", "Mistake", "Table", "show_mistakes"]

#: One function a mistake, in the order of their numbers.
DEMONSTRATIONS: tuple[Callable[[], Mistake], ...] = (
    not_the_gradient,
    reversed_classes,
    deltas_too_late,
    single_paths,
    sum_called_average,
    exponential_overflows,
    step_never_learns,
    positive_draws_saturate,
    slow_and_special,
)


def show_mistakes() -> Iterator[Mistake]:
    """Compute the nine demonstrations one after the other; the second takes some seconds.

    Yields
    ------
    Mistake

    Examples
    --------
    >>> first = next(show_mistakes())
    >>> first.number, first.title
    (1, 'The update is not the gradient of the loss')
    """
    for demonstration in DEMONSTRATIONS:
        yield demonstration()
