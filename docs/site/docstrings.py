"""Sphinx: what is shown of a docstring beside what numpydoc makes of it.

A class has the signature of its constructor, without types, which the sections say in words; whatever has a formula has
its derivation typeset; and what scikit-learn describes is left to it.
"""

import inspect

from clearprop.activations import Activation
from clearprop.explanation import derive
from clearprop.inputs import Input
from clearprop.losses import Loss


def setup(app):
    """Signatures before numpydoc looks for them, derivations after it has read the sections."""
    app.connect("autodoc-process-signature", sign, priority=100)
    app.connect("autodoc-process-docstring", shorten_inherited, priority=100)
    app.connect("autodoc-process-docstring", escape_bars, priority=200)
    app.connect("autodoc-process-docstring", add_derivation, priority=900)
    return {"parallel_read_safe": True}


def sign(app, what, name, thing, options, signature, returned):
    """What a class is called with: `autodoc` reads that of its `__new__`, which takes anything."""
    if what != "class" or issubclass(thing, str | tuple | BaseException):
        return None
    parameters = inspect.signature(thing).parameters.values()
    return str(inspect.Signature([one.replace(annotation=inspect.Parameter.empty) for one in parameters])), None


def shorten_inherited(app, what, name, thing, options, lines):
    """Of a method that scikit-learn describes, no more: the text refers to pages of its own."""
    if what == "method" and str(thing.__module__).startswith("sklearn."):
        lines[:] = ["As in scikit-learn."]


def escape_bars(app, what, name, thing, options, lines):
    """An absolute value is none of reStructuredText's substitutions."""
    lines[:] = [line.replace("|", r"\|") for line in lines]


def add_derivation(app, what, name, thing, options, lines):
    """How the slope or the gradient follows from the formula, as `derive` has it."""
    if what != "class" or not issubclass(thing, Activation | Loss | Input) or not vars(thing).get("formula"):
        return
    lines += ["", ".. rubric:: Derivation", ""]
    for kind, text in blocks(derive(thing()).to_markdown()):
        lines += [f".. math:: {text}" if kind == "math" else text, ""]


def blocks(markdown):
    """The paragraphs of a derivation and its display formulas, headings left out."""
    for block in markdown.split("\n\n"):
        text = " ".join(block.split())
        if text.startswith("$$"):
            yield "math", text.strip("$ ")
        elif text and not text.startswith("#"):
            yield "text", text
