"""scikit-learn's callbacks: its own machinery from 1.9 on, and the same protocol on older releases.

A callback has the methods `setup`, `teardown`, `on_fit_task_begin` and `on_fit_task_end`; the last two take what they
want by keyword: X, y, metadata, fitted_estimator. An estimator's `fit` is a task, and each of its epochs a task below.
"""

import copy
import inspect
from collections.abc import Callable
from typing import Any

from clearprop.foundation.table_cells import quoted

try:
    from sklearn.callback import CallbackSupportMixin
except ImportError:  # scikit-learn before 1.9
    CallbackSupportMixin = None


class FallbackContext:
    """A task and what its callbacks are told; the part of scikit-learn's `CallbackContext` that estimators use."""

    def __init__(self, estimator: Any, task_name: str, max_subtasks: int | None, parent: Any = None) -> None:
        self.estimator_name = type(estimator).__name__
        self.task_name = task_name
        self.task_id = 0 if parent is None else parent.n_children
        self.max_subtasks = max_subtasks
        self.parent = parent
        self.n_children = 0
        self._estimator = estimator

    def subcontext(self, task_name: str, max_subtasks: int | None = 0) -> "FallbackContext":
        """The context of a task below this one."""
        child = FallbackContext(self._estimator, task_name, max_subtasks, self)
        self.n_children += 1
        return child

    def call_on_fit_task_begin(self, *, estimator: Any, **offered: Any) -> "FallbackContext":
        """Tell the callbacks that the task begins."""
        self._call("on_fit_task_begin", estimator, offered)
        return self

    def call_on_fit_task_end(self, *, estimator: Any, **offered: Any) -> bool:
        """Tell the callbacks that the task has ended; whether one wants to stop."""
        return self._call("on_fit_task_end", estimator, offered)

    def _call(self, hook: str, estimator: Any, offered: dict[str, Any]) -> bool:
        stop = False
        for callback in getattr(estimator, "_skl_callbacks", []):
            method = getattr(callback, hook)
            wanted = {name for name, p in inspect.signature(method).parameters.items() if p.kind is p.KEYWORD_ONLY}
            given = {name: value for name, value in offered.items() if name in wanted}
            if "fitted_estimator" in wanted and "reconstruction_attributes" in offered:
                given["fitted_estimator"] = _rebuilt(estimator, offered["reconstruction_attributes"])
            stop |= bool(method(estimator, self, **given))
        return stop


def _rebuilt(estimator: Any, attributes: Callable[[], dict[str, Any]]) -> Any:
    """A copy of the estimator that is ready to predict."""
    rebuilt = copy.copy(estimator)
    for name, value in attributes().items():
        setattr(rebuilt, name, value)
    return rebuilt


class FallbackSupport:
    """`set_callbacks` for scikit-learn releases that have none.

    Examples
    --------
    >>> class Hears:
    ...     def setup(self, estimator, context): print("begins")
    ...     def teardown(self, estimator, context): print("is over")
    ...     def on_fit_task_begin(self, estimator, context): pass
    ...     def on_fit_task_end(self, estimator, context, *, X=None): print(context.task_name, X)
    >>> estimator = FallbackSupport().set_callbacks(Hears())
    >>> context = estimator._init_callback_context(max_subtasks=1)
    begins
    >>> context.subcontext("epoch").call_on_fit_task_end(estimator=estimator, X="rows", y="targets")
    epoch rows
    False
    """

    def set_callbacks(self, *callbacks: Any) -> Any:
        """Set the callbacks that `fit` tells of its progress.

        Raises
        ------
        TypeError
            One lacks a method of the protocol.
        """
        for callback in callbacks:
            for name in ("setup", "teardown", "on_fit_task_begin", "on_fit_task_end"):
                if isinstance(callback, type) or not callable(getattr(callback, name, None)):
                    raise TypeError(
                        f"callbacks must be objects with setup, teardown, on_fit_task_begin and on_fit_task_end; "
                        f"{quoted(callback)} lacks {name}"
                    )
        self._skl_callbacks = list(callbacks)
        return self

    def _init_callback_context(self, max_subtasks: int | None = 0) -> FallbackContext:
        context = FallbackContext(self, "fit", max_subtasks)
        for callback in getattr(self, "_skl_callbacks", []):
            callback.setup(estimator=self, context=context)
        return context


CallbackSupport: Any = CallbackSupportMixin or FallbackSupport


def tear_down(estimator: Any, context: Any) -> None:
    """End the callbacks of a fit, where scikit-learn does not do it itself."""
    if CallbackSupportMixin is None:
        for callback in getattr(estimator, "_skl_callbacks", []):
            callback.teardown(estimator=estimator, context=context)
