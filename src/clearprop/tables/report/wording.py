"""Numbers and names as a report has them."""

from __future__ import annotations

from clearprop.printable import printable
from clearprop.tables.evaluation import Score

MOST_OF_A_NAME = 80
# Scores by the names of scikit-learn's scorers; those that begin with neg_ have their sign turned.
SCORERS = {
    "balanced_accuracy": "balanced accuracy",
    "neg_brier_score": "Brier",
    "neg_log_loss": "log loss",
    "neg_mean_absolute_error": "MAE",
    "neg_median_absolute_error": "median error",
    "neg_root_mean_squared_error": "RMSE",
    "r2": "R2",
    "roc_auc": "ROC AUC",
    "roc_auc_ovr": "ROC AUC",
}
BOUNDED = ("accuracy", "balanced accuracy", "ROC AUC", "Brier", "R2", "log loss")


def number(value: float) -> str:
    """A number by four digits, thousands parted.

    Examples
    --------
    >>> [number(value) for value in (0, 0.00001234, 0.12345, 152.13348, 98765.4, 1234567890.0, -3.0)]
    ['0', '1.23e-05', '0.1235', '152.1', '98,765', '1.23e+09', '-3']
    """
    size = abs(value)
    if size != 0 and (size >= 1e8 or size < 1e-3):
        return f"{value:.3g}"
    return f"{value:,.0f}" if size >= 1000 else f"{value:.4g}"


def percent(share: float) -> str:
    """A share in per cent, never 0 or 100 by rounding.

    Examples
    --------
    >>> [percent(share).replace("\\u00a0", " ") for share in (0.9649, 1.0, 0.99999, 0.0001, 0.5)]
    ['96.5 %', '100 %', 'over 99.9 %', 'under 0.1 %', '50 %']
    """
    if 0.9995 <= share < 1:
        return "over 99.9\u00a0%"
    if 0 < share < 0.0005:
        return "under 0.1\u00a0%"
    return f"{100 * share:.1f}".removesuffix(".0") + "\u00a0%"


def percents(low: float, high: float) -> str:
    """An interval of shares in per cent.

    Examples
    --------
    >>> percents(0.9132, 0.986).replace("\\u00a0", " ")
    '91.3 to 98.6 %'
    """
    return " to ".join(f"{100 * share:.1f}".removesuffix(".0") for share in (low, high)) + "\u00a0%"


def of_score(name: str, value: float) -> str:
    """A score's number: three decimals of those that are about 1, four digits of others.

    Examples
    --------
    >>> of_score("ROC AUC", 0.98765), of_score("log loss", 12.3456), of_score("MAE", 41234.5)
    ('0.988', '12.346', '41,234')
    """
    return f"{round(value, 3) + 0.0:.3f}" if name in BOUNDED and abs(value) < 1000 else number(value)


def score_name(score: str) -> str:
    """A score by the name that an evaluation has for it, if it has one.

    Examples
    --------
    >>> score_name("r2"), score_name("accuracy"), score_name("f1_macro")
    ('R2', 'accuracy', 'f1_macro')
    """
    return SCORERS.get(score, score)


def interval_of(score: Score) -> str:
    """A score's interval, or a dash where there is none."""
    if score.interval is None:
        return "–"
    return " to ".join(of_score(score.name, end) for end in score.interval)


def short(name: object, most: int = MOST_OF_A_NAME) -> str:
    """A name that can be shown, its middle left out where it is long.

    Examples
    --------
    >>> short("a name with a line\\nend"), short("0123456789" * 9, 12)
    ('a name with a line\\\\nend', '012345…56789')
    """
    text = printable(name)
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]}…{text[-(most - half - 1) :]}"


def in_words(count: int, one: str, many: str | None = None) -> str:
    """A count and what is counted.

    Examples
    --------
    >>> in_words(1, "row"), in_words(1200, "row"), in_words(2, "class", "classes")
    ('1 row', '1,200 rows', '2 classes')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"
