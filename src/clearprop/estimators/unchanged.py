"""Nothing learned is lost where something is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def unchanged_if_refused(estimator: Any) -> Iterator[None]:
    """Give an estimator back the attributes that it had, if what follows raises.

    Arrays are not copied: they must not be written into in between.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> model = SimpleNamespace(coef_=1.0)
    >>> try:
    ...     with unchanged_if_refused(model):
    ...         model.coef_, model.intercept_ = 0.0, 0.0
    ...         raise ValueError("a NaN in row 3")
    ... except ValueError:
    ...     print(model)
    namespace(coef_=1.0)
    """
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise
