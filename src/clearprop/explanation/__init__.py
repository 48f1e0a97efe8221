"""Explanations of any gradient and any value of any network, in symbols and numbers; see `explain`."""

from clearprop.explanation.article_derivation import ArticleDerivation
from clearprop.explanation.attribution import Attribution, attribute
from clearprop.explanation.derivations import Derivation, derive
from clearprop.explanation.explaining import explain
from clearprop.explanation.explanation import Explanation
from clearprop.explanation.notation import valid_names
from clearprop.explanation.optimizer_step import OptimizerStep, UpdateRule
from clearprop.explanation.terms import Factor, Term
from clearprop.explanation.writing.schema import SCHEMA

__all__ = [
    "SCHEMA",
    "ArticleDerivation",
    "Attribution",
    "Derivation",
    "Explanation",
    "Factor",
    "OptimizerStep",
    "Term",
    "UpdateRule",
    "attribute",
    "derive",
    "explain",
    "valid_names",
]
