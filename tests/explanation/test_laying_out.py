"""An explanation is laid out once: to see how much fits on a screen, and then to be shown."""

import importlib

import numpy as np
import pytest

from clearprop import Network, attribute, explain
from clearprop.explanation import ArticleDerivation
from clearprop.explanation.explanation import SCREEN
from clearprop.explanation.writing import text
from clearprop.explanation.writing.document import Bullets, Document, Equation, Listing, Paragraph, Section
from clearprop.explanation.writing.expressions import Add, Number, Symbol
from clearprop.explanation.writing.text import document_text, fits


def network_of(*sizes):
    return Network(sizes, "tanh", loss="cross_entropy", rng=0)


def made_of(*elements):
    equation = Equation(Symbol("a"), (Number(1.0),))
    return Document("A title", equation, [Section("", elements), Section("Named", (Paragraph("Words."),))])


LONG = Add(tuple(Symbol("a", (str(place),), "1", 0.1 * place) for place in range(40)))
DOCUMENTS = {
    "nothing": lambda: made_of(),
    "one line": lambda: made_of(Equation(Symbol("a"), (Number(1.0),))),
    "a long equation": lambda: made_of(Equation(Symbol("a"), (LONG, Number(78.0)), "a note of a few words")),
    "an equation with reasons": lambda: made_of(Equation(Symbol("a"), (LONG, LONG), reasons=("first", "then " * 40))),
    "a list": lambda: made_of(Bullets(("short", "long " * 60))),
    "a listing": lambda: made_of(Listing(("from", "part"), (("x", 1.0), ("y", 2.0), ("sum", 3.0)), adds_up=True)),
    "a small network's": lambda: explain(network_of(2, 3, 2), [0.5, -1.0], [1], "W1[2,1]").document(),
    "a large network's": lambda: explain(network_of(30, 40, 20, 3), np.linspace(-1, 1, 30), [1], "x[2]").document(),
    "an attribution's": lambda: attribute(network_of(2, 3, 2), [0.5, -1.0]).document(),
    "the article's": lambda: ArticleDerivation().document(),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_fits_is_what_its_text_takes(name):
    document = DOCUMENTS[name]()
    title, headline, sections = document.title, document.headline, document.sections
    count = len(document_text(Document(title, headline, sections)).split("\n"))
    for most in (*range(count), count, count + 1, count + 100):
        again = Document(title, headline, sections)
        assert fits(again, most) is (count <= most)
        assert document_text(again) == document_text(document)


@pytest.mark.parametrize("sizes", [(2, 3, 2), (30, 40, 20, 3), (50,) * 20])
@pytest.mark.parametrize("name", ["W1[2,1]", "prediction", "loss"])
def test_no_equation_is_laid_out_twice(monkeypatch, sizes, name):
    laid_out = []
    equation_lines = text.equation_lines

    def noted(equation, digits, width):
        laid_out.append(equation)
        return equation_lines(equation, digits, width)

    monkeypatch.setattr(text, "equation_lines", noted)
    explanation = explain(network_of(*sizes), np.linspace(-1, 1, sizes[0]), [1], name)
    shown = explanation.to_text()
    first = list(laid_out)
    assert shown.count("\n") < SCREEN
    sections = explanation.document().sections
    shown_equations = [element for part in sections for element in part.elements if isinstance(element, Equation)]
    # Of a large network also some of what proved too long.
    assert [equation for equation in first if any(equation is other for other in shown_equations)] == shown_equations
    if sizes == (2, 3, 2):
        assert first == shown_equations
    assert explanation.to_text() == shown
    explanation.to_html()
    assert laid_out == first
    assert explanation.document() is explanation.document()


def test_what_is_far_too_long_is_not_laid_out_at_all(monkeypatch):
    monkeypatch.setattr(text, "equation_lines", lambda *_: pytest.fail("laid out"))
    equation = Equation(Symbol("a"), (Number(1.0),))
    assert not fits(made_of(*[equation] * 100), 60)


def test_a_function_is_no_module():
    with pytest.raises(ModuleNotFoundError, match=r"clearprop\.explanation\.explain"):
        importlib.import_module("clearprop.explanation.explain")
