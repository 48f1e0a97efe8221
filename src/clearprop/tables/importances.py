"""How much each column counts: what of the score is lost where its cells are shuffled, in rows not trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.tables.judging import Judges
from clearprop.tables.predictor import TablePredictor
from clearprop.tables.scoring import Score

Array = npt.NDArray[Any]

REPEATS = 5
# So many numbers of rows are enough to tell, and are kept with an estimator.
MOST_NUMBERS, MOST_ROWS = 2_000_000, 5_000


@dataclass(frozen=True)
class ColumnImportances:
    """What is lost of a score by shuffling each column.

    Attributes
    ----------
    names : tuple of str
        The columns that are learned from.
    means, deviations : arrays, shape (columns,)
        Of the losses, over the repeats.
    score : str
        The score's name.
    rows, repeats : int
        How many rows were judged, and how often each column was shuffled.
    """

    names: tuple[str, ...]
    means: Array
    deviations: Array
    score: str
    rows: int
    repeats: int


def enough(judges: Judges) -> Judges:
    """As many of the rows as importances are measured by."""
    columns = max(1, judges.X.shape[1])
    return judges.sample(min(MOST_ROWS, max(200, MOST_NUMBERS // columns)))


def column_importances(predictor: TablePredictor, judges: Judges, scoring: Any, seed: int = 0) -> ColumnImportances:
    """Shuffle the inputs of each column, all of one column alike, and judge again.

    References
    ----------
    Breiman, Random forests, 2001.
    """
    score, rng = Score(predictor.target, scoring), np.random.default_rng(seed)
    truth, weight = judges.truth, judges.weight
    whole = score.of_answers(truth, judges.answers(predictor), weight)
    spans = predictor.spans
    lost = np.zeros((len(spans), REPEATS))
    for repeat in range(REPEATS):
        order = rng.permutation(len(judges))
        for place, span in enumerate(spans.values()):
            X = judges.X.copy()
            X[:, span] = X[np.ix_(order, span)]
            lost[place, repeat] = whole - score.of_answers(truth, judges.answers(predictor, X), weight)
    return ColumnImportances(tuple(spans), lost.mean(axis=1), lost.std(axis=1), score.name, len(judges), REPEATS)
