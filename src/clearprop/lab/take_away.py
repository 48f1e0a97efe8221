"""The present state in forms to keep: a program that comes to the same numbers, LaTeX, a picture, words, a link."""

from __future__ import annotations

from collections.abc import Sequence

from clearprop.explanation.explanation import Explanation
from clearprop.lab.programs import Begin, python_source
from clearprop.lab.protocol import TakenAway
from clearprop.network.network import Network
from clearprop.training.run import Training


def take_python(training: Training, begin: Begin, names: Sequence[str] = ()) -> TakenAway:
    """The program, as a file; see `python_source`."""
    return TakenAway(text=python_source(training, begin, names), file="network.py", media="text/x-python")


def take_latex(explanation: Explanation, digits: int = 6) -> TakenAway:
    """The derivation as a LaTeX file to compile."""
    text = explanation.to_latex(digits=digits, standalone=True)
    return TakenAway(text=text, file=f"{_file_name(explanation)}.tex", media="application/x-tex")


def take_explanation(explanation: Explanation, digits: int = 6) -> TakenAway:
    """The derivation in words and Unicode."""
    return TakenAway(text=explanation.to_text(digits=digits), file=f"{_file_name(explanation)}.txt", media="text/plain")


def take_svg(
    network: Network, input_names: Sequence[str] | None = None, output_names: Sequence[str] | None = None
) -> TakenAway:
    """The network with its numbers as a picture."""
    return TakenAway(text=str(network.draw(input_names, output_names)), file="network.svg", media="image/svg+xml")


def take_link(fragment: str) -> TakenAway:
    """The fragment with its #, which goes behind the page's address."""
    return TakenAway(text=f"#{fragment}", file="link.txt", media="text/plain")


def _file_name(explanation: Explanation) -> str:
    kept = "".join(letter if letter.isalnum() else "-" for letter in explanation.name)
    return f"explanation-{kept.strip('-')}"
