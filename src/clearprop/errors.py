"""The errors that clearprop raises and the warnings that it gives beside Python's own."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from clearprop.printable import printable


class Parameter(NamedTuple):
    """A parameter that a message names as a remedy.

    Attributes
    ----------
    name : str
        As in Python.
    value : str
        What to set it to, as it is typed on a command line; empty where the message does not say.
    many : bool
        Whether it takes a list, of which `value` is one item, quoted already.

    Examples
    --------
    >>> print(Parameter("seed"), Parameter("task", "regression"), Parameter("ignore", "'age'", many=True))
    seed task='regression' ignore=['age']
    """

    name: str
    value: str = ""
    many: bool = False

    def __str__(self) -> str:
        if not self.value:
            return self.name
        return f"{self.name}=[{self.value}]" if self.many else f"{self.name}={self.value!r}"

    def worded(self, names: Mapping[str, str]) -> str:
        """The parameter by the name that a caller has for it, the value behind it; as in Python if there is none."""
        return f"{names[self.name]} {self.value}".rstrip() if self.name in names else str(self)


class Message(str):
    """A text that names parameters as in Python, and can be worded with the names that a caller has for them.

    Parameters
    ----------
    *parts : str and Parameter
        What it is put together of; a part that is a message is taken apart.

    Examples
    --------
    >>> message = Message("pass ", Parameter("ignore", "'age'", many=True), ", or a greater ", Parameter("epochs"))
    >>> print(message)
    pass ignore=['age'], or a greater epochs
    >>> print(message.worded({"ignore": "--ignore", "epochs": "--epochs"}))
    pass --ignore 'age', or a greater --epochs
    """

    parts: Sequence[str | Parameter]

    def __new__(cls, *parts: str | Parameter) -> "Message":
        """The text, its parts beside it."""
        message = super().__new__(cls, "".join(map(str, parts)))
        message.parts = list(_taken_apart(parts))
        return message

    def worded(self, names: Mapping[str, str]) -> str:
        """The text with the names that a caller has for parameters."""
        return "".join(part.worded(names) if isinstance(part, Parameter) else part for part in self.parts)

    def printable(self) -> "Message":
        """The message, its texts and its parameters' values made printable."""
        return Message(
            *(
                part._replace(value=printable(part.value)) if isinstance(part, Parameter) else printable(part)
                for part in self.parts
            )
        )


def _taken_apart(parts: Sequence[str | Parameter]) -> Iterator[str | Parameter]:
    for part in parts:
        if isinstance(part, Message):
            yield from part.parts
        else:
            yield part


def worded(text: str, names: Mapping[str, str]) -> str:
    """A text with the names that a caller has for the parameters in it, if it is a `Message`; as it is otherwise."""
    return text.worded(names) if isinstance(text, Message) else text


class InputError(ValueError):
    """A file, table or value from outside breaks a rule; the message, all printable, names value, rule and remedy.

    Where it names parameters it is a `Message`, the error's only argument.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message.printable() if isinstance(message, Message) else printable(message))


class DivergenceError(ArithmeticError, ValueError):
    """Training left the finite numbers; the network keeps its last finite parameters, or its best where those are kept.

    Attributes
    ----------
    epoch, batch : int
        Where it happened, both counted from 1; the batch is None where it was not looked for, as by the perceptron.
    layer : int
        The first layer (1-based, as in the article) whose numbers were not finite.
    what, kept : str
        What happened, and what is left: the first sentences of the message.
    remedies : sequence of (str, str)
        What may help: words with a place for a parameter, and that parameter's name.

    Examples
    --------
    >>> error = DivergenceError("It diverged", 1, 2, 1, "Nothing is lost", [("a lower {} than 100", "learning_rate")])
    >>> print(error)
    It diverged. Nothing is lost. Try a lower learning_rate than 100
    >>> print(error.worded({"learning_rate": "eta0"}, kept="All is lost"))
    It diverged. All is lost. Try a lower eta0 than 100
    """

    def __init__(
        self,
        what: str,
        epoch: int,
        batch: int | None,
        layer: int,
        kept: str,
        remedies: Sequence[tuple[str, str]],
    ) -> None:
        super().__init__(what, epoch, batch, layer, kept, remedies)  # all of it, so that it can be pickled
        self.what = what
        self.epoch = epoch
        self.batch = batch
        self.layer = layer
        self.kept = kept
        self.remedies = remedies

    def worded(self, names: Mapping[str, str], *, opening: str = "", kept: str | None = None) -> "DivergenceError":
        """The same error with the names that its caller has for parameters, and what is left in the caller's words."""
        remedies = [(text, names.get(parameter, parameter)) for text, parameter in self.remedies]
        what, kept = opening + self.what, self.kept if kept is None else kept
        return DivergenceError(what, self.epoch, self.batch, self.layer, kept, remedies)

    def __str__(self) -> str:
        return f"{self.what}. {self.kept}. Try " + " or ".join(text.format(name) for text, name in self.remedies)


class TrainingWarning(UserWarning):
    """Training that has gone wrong without failing; the message has the evidence and the remedy."""


class CannotLearnWarning(TrainingWarning):
    """Activations, first weights or targets with which a part of the network, or all of it, cannot learn."""


class MissingExtraError(ImportError):
    """An optional part is not installed; the message is the command that installs it."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs {package}, which is not installed: run  pip install 'clearprop[{extra}]'",
            name=package,
        )
