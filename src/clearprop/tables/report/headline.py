"""How good the model is, in plain sentences."""

from __future__ import annotations

from clearprop.tables.evaluation import ClassEvaluation, Evaluation, NumberEvaluation, Score
from clearprop.tables.report.data import ReportData
from clearprop.tables.report.wording import in_words, number, of_score, percent, percents, short

ONE_SIDED = 0.8  # a share of one class from which accuracy says little


def headline(data: ReportData) -> str:
    """The first sentences: the score, its interval, and the baseline's."""
    evaluation = data.evaluation
    if isinstance(evaluation, ClassEvaluation):
        return _of_classes(data, evaluation)
    assert isinstance(evaluation, NumberEvaluation)
    return _of_numbers(data, evaluation)


def verdict(evaluation: Evaluation) -> str:
    """What the comparison with the baseline comes to, where it is not plain."""
    score = evaluation.scores["accuracy" if isinstance(evaluation, ClassEvaluation) else "MAE"]
    if score.baseline is None:
        return ""
    if not score.beats_baseline and tells_apart(evaluation):
        area = of_score("ROC AUC", evaluation.scores["ROC AUC"].value)
        return (
            "By its answers the model is no better than the baseline, yet its probabilities tell the classes apart "
            f"(ROC AUC {area}): take the rows with the highest ones."
        )
    if not score.beats_baseline:
        return "So the model is no better than the baseline."
    unsure = score.interval is not None and score.interval[0] <= score.baseline <= score.interval[1]
    if unsure and not tells_apart(evaluation):
        return "The interval holds the baseline too: so few rows do not show that the model is better."
    return ""


def tells_apart(evaluation: Evaluation) -> bool:
    """Whether the rows are in order by their probabilities, beyond chance, whatever is answered."""
    area = evaluation.scores.get("ROC AUC")
    return area is not None and area.value > 0.5 and (area.interval is None or area.interval[0] > 0.5)


def judged_by(data: ReportData) -> str:
    """On which rows the scores were had, and what that means for new ones."""
    rows = in_words(data.evaluation.n_rows, "row")
    weighted = " Rows count by their weights." if data.evaluation.weighted else ""
    split = f" ({data.split})" if data.split else ""
    chose = " They also chose the best epoch, so expect somewhat less on new rows." if data.chose else ""
    match data.judged_on:
        case "held out":
            return f"Judged on {rows} that were kept out of training{split}.{chose}{weighted}"
        case "out of fold":
            return f"Judged out of fold on {rows}{split}: each by members that were not trained on it.{chose}{weighted}"
        case "trained on":
            return f"Judged on the {rows} it was trained on, as none were kept out: expect less on new ones.{weighted}"


def _opening(data: ReportData) -> str:
    rows = in_words(data.evaluation.n_rows, "row")
    match data.judged_on:
        case "held out":
            return f"On {rows} kept out of training"
        case "out of fold":
            return f"On {rows}, each judged by members not trained on it"
        case "trained on":
            return f"On the {rows} it was trained on"


def _of_classes(data: ReportData, evaluation: ClassEvaluation) -> str:
    accuracy = evaluation.scores["accuracy"]
    right = f"{percent(accuracy.value)} of the cases{_shares(accuracy)}"
    told = (
        f"{_opening(data)}, the model names the right class in {right}. "
        f"Always answering “{short(evaluation.constant)}” would be right in {percent(accuracy.baseline or 0)}."
    )
    if (accuracy.baseline or 0) < ONE_SIDED:
        return told
    better = [evaluation.scores[name] for name in ("balanced accuracy", "ROC AUC") if name in evaluation.scores]
    others = " and ".join(f"{score.name} ({of_score(score.name, score.value)})" for score in better)
    return f"{told} As one class is so frequent, look at {others} rather than at accuracy."


def _of_numbers(data: ReportData, evaluation: NumberEvaluation) -> str:
    mae = evaluation.scores["MAE"]
    interval = ""
    if mae.interval is not None:
        interval = f" (95\u00a0% interval: {number(mae.interval[0])} to {number(mae.interval[1])})"
    within = evaluation.errors.within
    told = (
        f"{_opening(data)}, predictions of “{short(data.target)}” are off by {number(mae.value)} on average{interval}. "
        f"Always answering the mean, {number(evaluation.constant)}, would be off by {number(mae.baseline or 0)}. "
        f"Half of the predictions are within {number(within[0.5])} of the truth, nine in ten within "
        f"{number(within[0.9])}."
    )
    r2 = evaluation.scores.get("R2")
    if r2 is None or r2.value <= 0:
        return told
    return f"{told} The model explains {percent(r2.value)} of the variance."


def _shares(score: Score) -> str:
    return "" if score.interval is None else f" (95\u00a0% interval: {percents(*score.interval)})"
