"""The errors that clearprop raises and the warnings that it gives beside Python's own."""

from collections.abc import Mapping, Sequence

from clearprop.printable import printable


class InputError(ValueError):
    """A file, table or value from outside breaks a rule; the message, all printable, names value, rule and remedy."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


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
