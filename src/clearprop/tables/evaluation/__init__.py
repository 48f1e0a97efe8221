"""How good a model is on rows whose answers are known: scores with their uncertainty, curves, calibration, errors."""

from clearprop.tables.evaluation.calibration import Calibration
from clearprop.tables.evaluation.classes import ClassEvaluation, ClassScores, evaluate_classes
from clearprop.tables.evaluation.curves import Curve
from clearprop.tables.evaluation.numbers import Errors, NumberEvaluation, evaluate_numbers
from clearprop.tables.evaluation.scores import NO_BETTER, Evaluation, Score

__all__ = [
    "NO_BETTER",
    "Calibration",
    "ClassEvaluation",
    "ClassScores",
    "Curve",
    "Errors",
    "Evaluation",
    "NumberEvaluation",
    "Score",
    "evaluate_classes",
    "evaluate_numbers",
]
