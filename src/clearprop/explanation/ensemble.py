"""An ensemble's prediction explained: the members are the terms of the mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NoReturn

import numpy as np

from clearprop.errors import InputError
from clearprop.explanation.computation import Computation
from clearprop.explanation.explanation import Explanation
from clearprop.explanation.notation import Name
from clearprop.explanation.selection import Shown, largest, rest_of
from clearprop.explanation.terms import Factor, Term, sum_of
from clearprop.explanation.unfolding import Array
from clearprop.explanation.writing.algebra import total
from clearprop.explanation.writing.document import Equation, Listing, Section, chain
from clearprop.explanation.writing.expressions import Divide, Expression, Number, Rest, Symbol
from clearprop.explanation.writing.numerals import plain_number
from clearprop.network.ensemble import Ensemble


class EnsembleExplanation(Explanation):
    """Why an output of an ensemble is what it is, for one row; see `Explanation`. A term is a member's share of it.

    `computation` is the first member's, which has the rows and the names that all members share.

    Attributes
    ----------
    outputs : array, shape (members, outputs)
        What each member answers.
    """

    def __init__(self, ensemble: Ensemble, computation: Computation, name: Name, notes: Sequence[str] = ()) -> None:
        def explain_name(other: Name) -> Explanation:
            check_is_of_all_members(ensemble, other)
            return EnsembleExplanation(ensemble, computation, other, notes)

        super().__init__(computation, name, None, notes, explain_name)
        # Now, since later training changes the members.
        self._mean = ensemble.predict(computation.X)[0]
        self.outputs = ensemble.predict_members(computation.X)[:, 0]

    @property
    def kind(self) -> str:
        """The word for a number that is no slope of the loss."""
        return "value"

    @property
    def trace(self) -> NoReturn:
        """There is one for each member: see `Ensemble.forward`."""
        raise InputError("each member of an ensemble has a trace of its own: see ensemble.forward(x)")

    @property
    def gradients(self) -> NoReturn:
        """There are some for each member: see `Network.backward`."""
        raise InputError("each member of an ensemble has gradients of its own: see ensemble.members[0].backward")

    @cached_property
    def unit(self) -> int:
        """The output; of the prediction, the one that is greatest."""
        return self.parsed_name.places[0] if self.parsed_name.places else int(np.argmax(self._mean)) + 1

    @property
    def value(self) -> float:
        """The mean, as `Ensemble.predict` has it."""
        return float(self._mean[self.unit - 1])

    @property
    def _answers(self) -> Array:
        """What each member says of this output, shape (members,)."""
        return np.asarray(self.outputs[:, self.unit - 1], dtype=np.float64)

    @cached_property
    def terms(self) -> Sequence[Term]:
        """Each member's output over the number of members, largest first; they add up to the mean."""
        order = np.argsort(-np.abs(self._answers), kind="stable")
        return [self._term(int(place) + 1) for place in order]

    def _term(self, member: int) -> Term:
        share, answer = self._share, self._symbol(member)
        own = Factor(answer, answer, float(answer.value or 0.0))
        return Term(f"member {member}", own.value * share.value, lambda: (share, own))

    @property
    def _share(self) -> Factor:
        members = len(self.outputs)
        share = Divide(Number(1), Number(members))
        return Factor(share, share, 1 / members)

    def _symbol(self, member: int) -> Symbol:
        """A member's output, its number in the place of the layer's."""
        return Symbol("m", (str(self.unit),), str(member), float(self._answers[member - 1]))

    @cached_property
    def remarks(self) -> Sequence[str]:
        """How far the members agree."""
        answers, members = self._answers, len(self.outputs)
        if members == 1:
            return (*self.notes, "There is one member, whose output the mean is.")
        least, most = int(np.argmin(answers)), int(np.argmax(answers))
        remarks = [
            f"The members' outputs reach from {plain_number(float(answers[least]))} (member {least + 1}) to "
            f"{plain_number(float(answers[most]))} (member {most + 1}), with a standard deviation of "
            f"{plain_number(float(answers.std()))}."
        ]
        if self.outputs.shape[1] > 1 and not self.computation.multilabel:
            greatest = np.argmax(self.outputs, axis=1) + 1
            agreeing = int((greatest == self.unit).sum())
            remarks.append(f"Output {self.unit} is the greatest of {agreeing} of the {members} members.")
        remarks.append(
            f"Why a member answers so is explained by its own network, as in "
            f"explain(ensemble.members[{self._largest - 1}], x) for member {self._largest}."
        )
        return (*remarks, *self.notes)

    @property
    def _largest(self) -> int:
        """The member with the largest part, from 1."""
        return int(np.argmax(np.abs(self._answers))) + 1

    def equations(self, shown: Shown) -> list[Equation]:
        """The mean, written out."""
        return [self.headline(shown)]

    @property
    def contributions(self) -> Array:
        """The value, of the one row that there is."""
        return np.array([self.value])

    # -- showing it --------------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """The prediction of all members, in words."""
        members = len(self.outputs)
        what = "prediction" if self.name == "prediction" else f"value of {self.name}"
        return f"The {what}, the mean of {members} members" if members > 1 else f"The {what} of the one member"

    @property
    def letters(self) -> str:
        """What the members' outputs are called."""
        return (
            f"m3[{self.unit}] is output {self.unit} of member 3"
            if len(self.outputs) > 2
            else (f"m1[{self.unit}] is output {self.unit} of member 1")
        )

    def headline(self, shown: Shown) -> Equation:
        """The output as the members' sum over their number."""
        computation, answers = self.computation, self._answers
        listed = largest(answers, shown.summands)
        items: list[Expression] = [self._symbol(member) for member in listed]
        if len(listed) < len(answers):
            items.append(Rest(len(answers) - len(listed), rest_of(answers, listed)))
        mean = Divide(total(items), Number(len(answers))) if len(answers) > 1 else items[0]
        layer = str(len(computation.network.weights))
        left = Symbol("a", (str(self.unit),), layer, self.value)
        meaning = computation.output_meaning(self.unit) if self.name == "prediction" else ""
        single = computation.multilabel or computation.network.layer_sizes[-1] == 1
        which = "the output" if single else "the greatest output"
        return chain(left, mean, value=self.value, note=f"{which}: {meaning}" if meaning else "")

    def sections(self, shown: Shown) -> Iterator[Section]:
        """The members' parts."""
        listed = self.terms if shown.summands is None else self.terms[: 2 * shown.summands]
        body: list[tuple[str | Expression | float, ...]] = [
            (term.label, term.factors[1].value, term.value) for term in listed
        ]
        if len(listed) < len(self.terms):
            rest = self.terms[len(listed) :]
            body.append((f"{len(rest):,} more", "", sum_of(rest)))
        body.append(("sum", "", self.sum))
        share = self._share.formula if len(self.outputs) > 1 else Number(1)
        yield Section(
            "Member by member, largest first",
            (Listing(("from", f"output {self.unit}", f"times {share}"), tuple(body), adds_up=True),),
        )


def is_of_all_members(ensemble: Ensemble, name: Name) -> bool:
    """Whether a number is had of all members together: the prediction, or an output."""
    last = len(ensemble.layer_sizes) - 1
    return name.kind == "prediction" or (name.kind == "a" and name.layer == last and not name.gradient)


def check_is_of_all_members(ensemble: Ensemble, name: Name) -> None:
    """Refuse a number that each member has for itself.

    Raises
    ------
    InputError
        It is no output.
    """
    last = len(ensemble.layer_sizes) - 1
    if is_of_all_members(ensemble, name):
        return
    raise InputError(
        f"{name} is of one network, and an ensemble has several: explain one member's, as in "
        f"explain(ensemble.members[0], x, y, {str(name)!r}). Of all members together there are the prediction and its "
        f"outputs, such as a{last}[1]"
    )


def explain_ensemble(
    ensemble: Ensemble, computation: Computation, name: Name, notes: Sequence[str] = ()
) -> Explanation:
    """The explanation of an output of an ensemble, or of the greatest.

    Raises
    ------
    InputError
        There are several rows, or a member has parameters that are not finite.
    """
    computation.check_one_row(name)
    for number, member in enumerate(ensemble.members):
        if not np.isfinite(member.parameters).all():
            raise InputError(f"member {number + 1} has parameters that are not finite: there is nothing to explain")
    return EnsembleExplanation(ensemble, computation, name, notes)
