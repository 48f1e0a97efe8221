"""Rollback: nothing learned is lost where something is refused, or a training comes to nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class SavedState:
    """What an estimator has learned so far: its attributes, and a copy of its network's parameters.

    Other arrays are not copied: until it is certain that a training has come to something, they must not be written
    into. Nor are lists, which may only grow meanwhile.
    """

    def __init__(self, estimator: Any) -> None:
        self._estimator = estimator
        self._attributes = dict(vars(estimator))
        network = self._attributes.get("network_")
        self._parameters = None if network is None else network.parameters.copy()
        self._lists = [(value, len(value)) for value in self._attributes.values() if type(value) is list]

    @property
    def is_model(self) -> bool:
        """Whether there was a network."""
        return self._parameters is not None

    def restore(self) -> None:
        """Give the estimator all of it back."""
        vars(self._estimator).clear()
        vars(self._estimator).update(self._attributes)
        for value, length in self._lists:
            del value[length:]
        if self.is_model:
            self._attributes["network_"].parameters[:] = self._parameters


@contextmanager
def rolled_back_if_refused(estimator: Any) -> Iterator[SavedState]:
    """Give an estimator back what it had, if what follows raises.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> model = SimpleNamespace(coef_=1.0)
    >>> try:
    ...     with rolled_back_if_refused(model):
    ...         model.coef_, model.intercept_ = 0.0, 0.0
    ...         raise ValueError("a NaN in row 3")
    ... except ValueError:
    ...     print(model)
    namespace(coef_=1.0)
    """
    earlier = SavedState(estimator)
    try:
        yield earlier
    except BaseException:
        earlier.restore()
        raise
