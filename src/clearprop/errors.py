"""The errors that clearprop raises beside Python's own."""

from clearprop.printable import printable


class InputError(ValueError):
    """A file, table or value from outside breaks a rule; the message, all printable, names value, rule and remedy."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


class DivergenceError(ArithmeticError):
    """Training left the finite numbers; the network keeps its last finite parameters.

    Attributes
    ----------
    epoch, batch : int
        Where it happened, both counted from 1.
    layer : int
        The first layer (1-based, as in the article) whose numbers were not finite.
    """

    def __init__(self, message: str, *, epoch: int, batch: int, layer: int) -> None:
        super().__init__(message)
        self.epoch = epoch
        self.batch = batch
        self.layer = layer


class MissingExtraError(ImportError):
    """An optional part is not installed; the message is the command that installs it."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs {package}, which is not installed: run  pip install 'clearprop[{extra}]'",
            name=package,
        )
