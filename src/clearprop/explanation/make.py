"""The explanation that suits a name."""

from collections.abc import Sequence

from clearprop.errors import InputError
from clearprop.explanation.computation import Computation
from clearprop.explanation.explanation import Explanation
from clearprop.explanation.gradient import GradientExplanation
from clearprop.explanation.names import Name
from clearprop.explanation.steps import UpdateRule
from clearprop.explanation.value import LossExplanation, ValueExplanation


def make_explanation(
    computation: Computation, name: Name, rule: UpdateRule | None = None, notes: Sequence[str] = ()
) -> Explanation:
    """A gradient's, a value's or the loss's.

    Raises
    ------
    InputError
        The number belongs to one row and there are several, or it needs targets and there are none.
    """
    if name.kind == "loss":
        _ = computation.targets
        return LossExplanation(computation, name, rule, notes)
    if computation.n_rows > 1 and name.kind not in ("W", "b"):
        raise InputError(
            f"{name} is a number of one row, and there are {computation.n_rows}: give one, such as row=0 (the first)"
        )
    if name.gradient:
        _ = computation.targets
        return GradientExplanation(computation, name, rule, notes)
    return ValueExplanation(computation, name, rule, notes)
