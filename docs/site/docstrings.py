"""Sphinx: what is shown of a docstring beside what numpydoc makes of it.

A class has the signature of its constructor, without types, which the sections say in words; whatever has a formula has
it typeset, with its derivation where there is one; signs that mean something to reStructuredText alone are shown as
they stand; and what scikit-learn describes is left to it.
"""

import inspect
import re
from dataclasses import MISSING, fields, is_dataclass

from formula_index import PENALTY, formula_of

from clearprop.activations import Activation
from clearprop.explanation import derive
from clearprop.initializers import Initializer
from clearprop.inputs import Input
from clearprop.losses import Loss
from clearprop.optimizers import Optimizer
from clearprop.penalties import Penalty
from clearprop.schedules import Schedule

# Backticks, or one of the signs outside them.
SIGNS = re.compile(r"``.*?``|`[^`]*`|[|*]|\w_(?=[,)])")
PAGE = re.compile(r"`?docs/([\w/-]+)\.md`?")


def setup(app):
    """Signatures before numpydoc looks for them, formulas after it has read the sections."""
    app.connect("autodoc-process-signature", sign, priority=100)
    app.connect("autodoc-process-docstring", shorten_inherited, priority=100)
    app.connect("autodoc-process-docstring", write_plainly, priority=200)
    app.connect("autodoc-process-docstring", add_formula, priority=900)
    app.connect("missing-reference", find_by_short_name)
    return {"parallel_read_safe": True}


def sign(app, what, name, thing, options, signature, returned):
    """What a class is called with: `autodoc` reads that of its `__new__`, which takes anything."""
    if what != "class" or issubclass(thing, str | tuple | BaseException):
        return None
    made = {}
    if is_dataclass(thing):
        made = {one.name: one.default_factory() for one in fields(thing) if one.default_factory is not MISSING}
    parameters = [
        one.replace(annotation=inspect.Parameter.empty, default=made.get(one.name, one.default))
        for one in inspect.signature(thing).parameters.values()
    ]
    return str(inspect.Signature(parameters)), None


def shorten_inherited(app, what, name, thing, options, lines):
    """Of a method that scikit-learn describes, no more: the text refers to pages of its own."""
    if what == "method" and str(thing.__module__).startswith("sklearn."):
        lines[:] = ["As in scikit-learn."]


def write_plainly(app, what, name, thing, options, lines):
    """An absolute value is no substitution, a product no emphasis, `coef_, intercept_` no link; a page is a link."""
    example = False
    for number, line in enumerate(lines):
        example = bool(line.strip()) and (example or line.lstrip().startswith(">>>"))
        if not example:
            line = SIGNS.sub(lambda found: escaped(found[0]), PAGE.sub(r":doc:`/\1`", line))
            lines[number] = line


def escaped(sign):
    """A sign with a backslash; what stands in backticks as it is."""
    return sign if sign.startswith("`") else f"{sign[:-1]}\\{sign[-1]}"


def add_formula(app, what, name, thing, options, lines):
    """The formula; and how the slope or the gradient follows from it, as `derive` has it."""
    if what != "class":
        return
    if issubclass(thing, Activation | Loss | Input) and vars(thing).get("formula"):
        lines += ["", ".. rubric:: Derivation", ""]
        for kind, text in blocks(derive(thing()).to_markdown()):
            lines += [f".. math:: {text}" if kind == "math" else text, ""]
    elif thing is Penalty:
        lines += ["", ".. rubric:: Formula", "", f".. math:: {PENALTY}", ""]
    elif issubclass(thing, Optimizer | Schedule | Initializer) and (formula := formula_of(thing)):
        lines += ["", ".. rubric:: Formula", "", f".. math:: {formula}", ""]


def blocks(markdown):
    """The paragraphs of a derivation and its display formulas, headings left out."""
    for block in markdown.split("\n\n"):
        text = " ".join(block.split())
        if text.startswith("$$"):
            yield "math", text.strip("$ ")
        elif text and not text.startswith("#"):
            yield "text", text


def find_by_short_name(app, env, node, around):
    """`Trainer` in whatever docstring is `clearprop.Trainer`, if that has a page."""
    if node.get("refdomain") != "py":
        return None
    domain, name = env.domains.python_domain, node["reftarget"]
    for full in (f"clearprop.{name}", f"clearprop.explanation.{name}"):
        if full in domain.objects:
            return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", full, node, around)
    return None
