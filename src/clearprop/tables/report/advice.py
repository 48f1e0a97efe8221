"""What would help: each rule looks for evidence in what the report is written from, and names a remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from clearprop.errors import Message, Parameter
from clearprop.foundation.table_cells import listed, quoted
from clearprop.tables.evaluation import ClassEvaluation, Score
from clearprop.tables.report.data import ReportData
from clearprop.tables.report.headline import tells_apart
from clearprop.tables.report.wording import in_words, number, of_score, percent, score_name

RARE, SELDOM_FOUND = 0.2, 0.5  # a class's share of the rows, and the share of it that is found
NEARLY_ALL, NEARLY_PERFECT = 0.8, 0.9  # of what a score is above its baseline; of the way from there to the best
FEW_ROWS = 200
TOO_SURE = 0.1  # a mean distance of probabilities from what came true
MANY_MISSING = 0.5
# How much of the error on other rows there is on the training rows: below and above, training is the one or the other.
FITTED_FAR_BETTER, FITTED_ALIKE = 0.25, 0.9


def advice(data: ReportData) -> list[str]:
    """What would help, the gravest first; an empty list where nothing is to be said."""
    return [said for rule in RULES for said in rule(data)]


def gives_the_target_away(data: ReportData) -> Iterator[Message]:
    """A column that alone makes a nearly perfect score may be known only afterwards."""
    score = _scored(data)
    if score is None or score.baseline is None or data.importances is None or len(data.importances.names) < 2:
        return
    best = 1.0 if score.higher_is_better else 0.0
    gained, possible = abs(score.value - score.baseline), abs(best - score.baseline)
    first = data.importances.ordered()
    shown = quoted(first.names[0])
    if gained >= NEARLY_PERFECT * possible > 0 and first.means[0] >= NEARLY_ALL * gained > 5 * max(first.means[1], 0):
        # A column that is shuffled misleads, and so may cost more than it brings.
        worth = of_score(score.name, first.means[0]) if first.means[0] < gained else "all"
        yield Message(
            f"{shown} alone is worth {worth} of the {of_score(score.name, gained)} by "
            f"which {score.name} is better than the baseline. Is it known when the prediction is to be made, or does "
            "it give the target away? In the latter case pass ",
            Parameter("ignore", shown, many=True),
        )


def dates_beside_a_random_split(data: ReportData) -> Iterator[Message]:
    """Neighbours in time are in both parts: the score tells nothing of later days."""
    dates = [column.name for column in data.columns if column.kind == "date" and column.used]
    if dates and data.split_by is None and data.judged_on != "trained on":
        yield Message(
            f"{listed(dates, 3)} {'holds' if len(dates) == 1 else 'hold'} dates, and the rows that judge the model "
            "were drawn at random: rows of the same days are among those it learned from. If it is to answer for "
            "later days, judge it by later days: pass ",
            Parameter("split_by", dates[0]),
        )


def no_better_than_the_baseline(data: ReportData) -> Iterator[str]:
    """Nothing was found in the columns."""
    score = data.evaluation.scores["accuracy" if isinstance(data.evaluation, ClassEvaluation) else "RMSE"]
    balanced = data.evaluation.scores.get("balanced accuracy", score)
    if not (score.beats_baseline or balanced.beats_baseline or tells_apart(data.evaluation)):
        yield (
            "The model is no better than always giving the same answer: the columns say nothing of the target, or not "
            "in these few rows. Other columns would help, rather than other settings."
        )


def rare_classes(data: ReportData) -> Iterator[Message]:
    """Classes that are seldom answered because they are rare."""
    evaluation = data.evaluation
    if not isinstance(evaluation, ClassEvaluation) or data.class_weight is not None:
        return
    shares = evaluation.by_class.support / evaluation.by_class.support.sum()
    recall = evaluation.by_class.recall
    rare = np.flatnonzero((shares > 0) & (shares < min(RARE, 1 / len(shares))) & (recall < SELDOM_FOUND))
    if len(rare):
        k = rare[np.argmax(shares[rare] * (1 - recall[rare]))]
        others = f", and {in_words(len(rare) - 1, 'other class', 'other classes')} likewise" if len(rare) > 1 else ""
        yield Message(
            f"class {quoted(evaluation.classes[k])} is {percent(shares[k])} of the rows, and {percent(recall[k])} of "
            f"its rows are found{others}: to find more of them, at the price of more false alarms, pass ",
            Parameter("class_weight", "balanced"),
        )


def fitted_or_not(data: ReportData) -> Iterator[Message | str]:
    """Training rows that are answered far better than others, or no better."""
    pairs = [
        (data.training_scores[score.name], score)
        for score in data.evaluation.scores.values()
        if score.name in data.training_scores and score.name in ("accuracy", "RMSE")
    ]
    if data.judged_on == "trained on" or not pairs:
        return
    trained, score = pairs[0]
    train_error, error = (1 - trained, 1 - score.value) if score.higher_is_better else (trained, score.value)
    sizes = [of_score(score.name, value) for value in (trained, score.value)]
    told = f"{score.name} is {sizes[0]} on training rows and {sizes[1]} on others"
    inside = score.interval is not None and score.interval[0] <= trained <= score.interval[1]
    if error > 0 and train_error < FITTED_FAR_BETTER * error and not inside:
        yield Message(
            f"{told}: the network knows its rows by heart. More rows would help most; then leaving out columns that "
            "tell nothing, or more ",
            Parameter("dropout"),
            " or ",
            Parameter("decoupled_decay"),
            ".",
        )
    elif score.beats_baseline and train_error > FITTED_ALIKE * error > 0 and _poor(score):
        yield f"{told}, which is no gap: more rows will hardly help, columns that tell more of the target will."


def few_rows(data: ReportData) -> Iterator[Message]:
    """An interval so wide that models cannot be compared by it."""
    if data.judged_on == "held out" and data.evaluation.n_rows < FEW_ROWS:
        yield Message(
            f"Only {in_words(data.evaluation.n_rows, 'row')} judge the model, so that its scores are not known well. "
            "Members that are trained on folds are judged on all rows, and answer better together: pass ",
            Parameter("members"),
            " of 5 or more",
        )


def nothing_kept_out(data: ReportData) -> Iterator[str]:
    """Scores on training rows say little."""
    if data.judged_on == "trained on":
        yield (
            "No rows were kept out of training, so that nothing here tells how well new rows are answered: keep some "
            "out, or evaluate the model on a table of its own."
        )


def probabilities_too_sure(data: ReportData) -> Iterator[str]:
    """Probabilities that are not what comes true."""
    evaluation = data.evaluation
    if isinstance(evaluation, ClassEvaluation) and data.judged_on != "trained on":
        bins = evaluation.calibration
        if bins.error > TOO_SURE and evaluation.n_rows >= FEW_ROWS:
            sure = "more" if np.average(bins.predicted - bins.observed, weights=bins.rows) > 0 else "less"
            yield (
                f"Probabilities are off by {number(bins.error)} on average, and {sure} sure than they should be: take "
                "them for an order, not for shares."
            )


def the_last_epoch_was_the_best(data: ReportData) -> Iterator[Message]:
    """Training that was still getting better."""
    ends = [
        best == len(history)
        for best, history in zip(data.best_epochs, data.histories, strict=True)
        if best is not None and len(history) > 1
    ]
    if ends and all(ends) and not data.ending.startswith("no gain"):
        epochs = max(map(len, data.histories))
        yield Message(
            f"The last epoch, {epochs}, was the best: more may be better still: pass a greater ",
            Parameter("max_epochs"),
        )


def mostly_missing(data: ReportData) -> Iterator[str]:
    """Columns that most rows have no value of."""
    total = data.rows.total
    empty = [column.name for column in data.columns if column.used and column.missing > MANY_MISSING * total]
    if empty:
        are, them = ("is", "it") if len(empty) == 1 else ("are", "them")
        yield f"{listed(empty)} {are} missing in most rows: to fill {them} in may help more than any setting."


RULES: tuple[Callable[[ReportData], Iterator[str]], ...] = (
    nothing_kept_out,
    gives_the_target_away,
    dates_beside_a_random_split,
    no_better_than_the_baseline,
    rare_classes,
    fitted_or_not,
    few_rows,
    probabilities_too_sure,
    the_last_epoch_was_the_best,
    mostly_missing,
)


def _scored(data: ReportData) -> Score | None:
    return None if data.importances is None else data.evaluation.scores.get(score_name(data.importances.score))


def _poor(score: Score) -> bool:
    """Whether less than half of the way from the baseline to the best is done."""
    if score.baseline is None:
        return False
    best = 1.0 if score.higher_is_better else 0.0
    return abs(score.value - score.baseline) < 0.5 * abs(best - score.baseline)
