"""What the report says: sentences, advice, cuts of long lists, names as they are."""

import html
import re
import sys
from dataclasses import replace

import numpy as np
import pytest

from clearprop import Network
from clearprop.errors import Message, MissingExtraError, Parameter
from clearprop.plots import DecisionBoundaryDisplay
from clearprop.tables.evaluation import Score, evaluate_classes, evaluate_numbers
from clearprop.tables.report import ColumnFacts, Importances, RowCounts, write_report
from clearprop.tables.report.advice import advice
from clearprop.tables.report.headline import headline, judged_by, verdict
from clearprop.tables.report.writing import Cut, bars, rendered, strip

from .reported import history, of_many_classes, of_many_columns, of_table


def text(page):
    """What is read, on one line."""
    body = re.sub(r"<(style|svg).*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).replace("\u00a0", " ").split())


@pytest.fixture(scope="module")
def iris():
    return of_table("iris")


@pytest.fixture(scope="module")
def diabetes():
    return of_table("diabetes")


def judged(right, n, baseline=(0.5, 0.5)):
    """An evaluation of so many right answers of two classes."""
    y = np.arange(n) % 2
    answers = np.where(np.arange(n) < right, y, 1 - y)
    return evaluate_classes(y, 0.2 + 0.6 * np.eye(2)[answers], ["no", "yes"], baseline=baseline)


def test_the_headline_of_classes(iris):
    data = replace(iris, evaluation=judged(90, 100))
    assert headline(data).replace("\u00a0", " ") == (
        "On 100 rows kept out of training, the model names the right class in 90 % of the cases "
        "(95 % interval: 82.6 to 94.5 %). Always answering “no” would be right in 50 %."
    )
    out_of_fold = replace(data, judged_on="out of fold", chose=False, split="5 folds")
    assert headline(out_of_fold).startswith("On 100 rows, each judged by members not trained on it, the model")
    assert (
        judged_by(out_of_fold)
        == "Judged out of fold on 100 rows (5 folds): each by members that were not trained on it."
    )
    assert judged_by(replace(data, judged_on="trained on", split="")) == (
        "Judged on the 100 rows it was trained on, as none were kept out: expect less on new ones."
    )
    assert "They also chose the best epoch, so expect somewhat less on new rows." in judged_by(data)


def test_the_headline_of_a_frequent_class_looks_further(iris):
    y = np.arange(100) < 10
    evaluation = evaluate_classes(y.astype(int), np.tile([0.9, 0.1], (100, 1)), ["no", "yes"])
    told = headline(replace(iris, evaluation=evaluation))
    assert told.endswith(
        "As one class is so frequent, look at balanced accuracy (0.500) and ROC AUC (0.500) rather than at accuracy."
    )


def test_the_headline_of_quantities(diabetes):
    y = np.arange(101.0)
    data = replace(diabetes, target="price", evaluation=evaluate_numbers(y, y + 2 * (-1) ** np.arange(101)))
    assert headline(data).replace("\u00a0", " ") == (
        "On 101 rows kept out of training, predictions of “price” are off by 2 on average. "
        "Always answering the mean, 50, would be off by 25.25. Half of the predictions are within 2 of the truth, "
        "nine in ten within 2. The model explains 99.5 % of the variance."
    )


def test_a_score_that_shows_nothing_is_said():
    assert verdict(judged(90, 100)) == ""
    assert verdict(judged(52, 100)).startswith("The interval holds the baseline too")
    assert verdict(judged(40, 100)) == "So the model is no better than the baseline."


def test_probabilities_may_tell_what_answers_do_not(iris):
    y = np.r_[np.zeros(90, int), np.ones(10, int)]
    p = np.r_[np.linspace(0.01, 0.3, 90), np.linspace(0.2, 0.4, 10)]
    evaluation = evaluate_classes(y, np.column_stack([1 - p, p]), ["no", "yes"])
    assert evaluation.notes == ("no better than always answering no",)
    assert verdict(evaluation) == (
        "By its answers the model is no better than the baseline, yet its probabilities tell the classes apart "
        f"(ROC AUC {evaluation.scores['ROC AUC'].value:.3f}): take the rows with the highest ones."
    )
    given = {**GOOD, "evaluation": evaluation, "importances": of_importance(0.0, 0.0)}
    assert "no better than always" not in advised(iris, **given)
    told = text(rendered(replace(iris, **given), {}))
    assert "No column makes a difference here: the answers stay the same." in told
    assert "Note:" not in told


def advised(data, **changes):
    """What would help, as one text with blanks as such."""
    return "\n".join(advice(replace(data, **changes))).replace("\u00a0", " ")


GOOD = {"evaluation": judged(450, 500), "training_scores": {"accuracy": 0.91}, "importances": None}


def test_nothing_stands_out(iris):
    assert advised(iris, **GOOD) == ""


def of_importance(*means, score="accuracy"):
    return Importances(["x", "y", "z"][: len(means)], np.array(means), np.zeros(len(means)), score, 500, 5)


ADVICE = {
    "no rows kept out": ({"judged_on": "trained on"}, "No rows were kept out of training"),
    "a give-away": (
        {"evaluation": judged(499, 500), "importances": of_importance(0.01, 0.49)},
        "'y' alone is worth 0.490 of the 0.498 by which accuracy is better than the baseline. Is it known when the "
        "prediction is to be made, or does it give the target away? In the latter case pass ignore=['y']",
    ),
    "dates": (
        {"columns": [ColumnFacts("day", "date", 0, "year, month"), ColumnFacts("size", "number", 0, "scaled")]},
        "'day' holds dates, and the rows that judge the model were drawn at random: rows of the same days are among "
        "those it learned from. If it is to answer for later days, judge it by later days: pass split_by='day'",
    ),
    "nothing found": ({"evaluation": judged(240, 500)}, "The model is no better than always giving the same answer"),
    "by heart": (
        {"training_scores": {"accuracy": 0.99}},
        "accuracy is 0.990 on training rows and 0.900 on others: the network knows its rows by heart. More rows would",
    ),
    "no gap": (
        {"evaluation": judged(300, 500), "training_scores": {"accuracy": 0.61}},
        "accuracy is 0.610 on training rows and 0.600 on others, which is no gap: more rows will hardly help",
    ),
    "few rows": ({"evaluation": judged(45, 50)}, "Only 50 rows judge the model"),
    "last epoch": (
        {"best_epochs": [60], "ending": "all 60 epochs done"},
        "The last epoch, 60, was the best: more may be better still: pass a greater max_epochs",
    ),
    "mostly missing": (
        {"columns": [ColumnFacts("size", "number", 100, "scaled")]},
        "'size' is missing in most rows: to fill it in may help more than any setting.",
    ),
}


@pytest.mark.parametrize("case", ADVICE)
def test_what_would_help(iris, case):
    changes, said = ADVICE[case]
    assert advised(iris, **{**GOOD, **changes}).startswith(said)


def test_rare_classes_that_are_not_found(iris):
    y = np.r_[np.zeros(470, int), np.ones(30, int)]
    p = np.tile([0.9, 0.1], (500, 1))
    p[470:473] = [0.2, 0.8]
    given = {**GOOD, "evaluation": evaluate_classes(y, p, ["no", "yes"])}
    said = "class 'yes' is 6 % of the rows, and 10 % of its rows are found: to find more of them, at the price of more "
    assert advised(iris, **given).startswith(said + "false alarms, pass class_weight='balanced'")
    assert "class_weight" not in advised(iris, **given, class_weight="balanced")


def test_probabilities_that_are_too_sure(iris):
    y = np.arange(500) % 2
    p = np.where(np.arange(500) % 4 < 3, 0.98, 0.02)
    given = {**GOOD, "evaluation": evaluate_classes(y, np.column_stack([1 - p, p]), ["no", "yes"])}
    assert "Probabilities are off by" in advised(iris, **given)


def test_a_give_away_is_no_column_that_others_stand_beside(iris):
    given = {**GOOD, "evaluation": judged(499, 500), "importances": of_importance(0.4, 0.45)}
    assert "'y'" not in advised(iris, **given)


def test_scores_have_the_names_of_scorers_too(diabetes):
    y = np.arange(300.0)
    evaluation = evaluate_numbers(y, y + 5 * (-1) ** np.arange(300))
    given = {"evaluation": evaluation, "importances": of_importance(0.99, 0.01, score="r2"), "training_scores": {}}
    assert advised(diabetes, **given).startswith("'x' alone is worth 0.990 of the 0.997 by which R2 is better")
    told = text(rendered(replace(diabetes, **given), {}))
    assert "How much worse R2 gets when a column's cells change places among 500 rows not trained on" in told
    assert "x 0.9900 ± 0.0000 y 0.0100 ± 0.0000" in told


def test_messages_speak_of_what_the_caller_types(iris, tmp_path):
    noted = Message("pass ", Parameter("ignore", "'id'", many=True), " to leave it out")
    data = replace(iris, notes=[noted])
    write_report(tmp_path / "r.html", data, {"ignore": "--ignore", "members": "--members"})
    told = text((tmp_path / "r.html").read_text(encoding="utf-8"))
    assert "pass --ignore 'id' to leave it out" in told
    assert "pass --members of 5 or more" in told
    told = text(rendered(data, {}))
    assert "pass ignore=['id'] to leave it out" in told
    assert "pass members of 5 or more" in told


def test_the_page_has_the_numbers(iris):
    told = text(rendered(iris, {}))
    for score in iris.evaluation.scores.values():
        low, high = score.interval
        assert f"{score.name} {score.value:.3f}" in told
        assert f"95 %: {low:.3f} to {high:.3f} baseline {score.baseline:.3f}" in told
    assert "setosa 13 0 0 versicolor 0 12 4 virginica 0 1 8" in told
    assert "versicolor virginica 4 25 % virginica versicolor 1 11.1 %" in told
    assert "60 epochs on 112 rows; training ended because: no gain in 20 epochs." in told
    assert "clearprop predict iris.model NEW.csv --out predictions.csv" in told
    assert "model = clearprop.load('iris.model')" in told
    assert "150 in the table; 112 trained on, 38 kept out" in told
    assert "sepal length (cm) number 0 minus 5.8, over 3.6 a quantity" in told


def test_the_page_of_quantities_has_the_numbers(diabetes):
    told = text(rendered(diabetes, {}))
    scores = diabetes.evaluation.scores
    assert f"R2 {scores['R2'].value:.3f}" in told
    assert f"MAE {scores['MAE'].value:.4g}" in told
    assert "baseline 0.000" in told
    assert "predict_proba" not in told
    assert "ROC" not in told


def test_members_and_weights(iris):
    y = np.arange(40) % 2
    evaluation = evaluate_classes(y, 0.3 + 0.4 * np.eye(2)[y], ["a", "b"], sample_weight=np.full(40, 0.25))
    told = text(
        rendered(
            replace(
                iris,
                evaluation=evaluation,
                members=3,
                judged_on="out of fold",
                histories=[history(50 + i, i) for i in range(3)],
                best_epochs=[50, 51, None],
                rows=RowCounts(50, 40, 40, 10),
            ),
            {},
        )
    )
    assert "Rows count by their weights." in told
    assert "3 members, whose answers are averaged; each is" in told
    assert "50 to 52 epochs on 40 rows; the best epoch of each member is kept, 50 to 51." in told
    assert "50 in the table; 40 trained on, 40 judged out of fold, 10 left out, as their target is missing" in told
    assert "a 5 0 b 0 5" in told


def test_what_is_not_known_is_not_there(iris):
    bare = replace(
        iris,
        histories=[],
        best_epochs=[],
        importances=None,
        drawing=None,
        notes=[],
        model_path=None,
        command=None,
        seed=None,
        evaluation=evaluate_classes([0, 0, 0], np.full((3, 2), 0.5), ["a", "b"]),
    )
    page = rendered(bare, {})
    told = text(page)
    assert "How it learned" not in told
    assert "What was noticed" not in told
    assert "model.save('model.model')" in told
    assert "Note: no ROC AUC, since no row is of class b" in told
    assert page.count("<svg") == 1  # calibration


def test_many_classes_are_cut():
    data = of_many_classes()
    page = rendered(data, {})
    told = text(page)
    assert "Grey: 47 other classes, the most frequent of 120." in told
    assert "and 90 more" in told
    assert "Which is taken for which" not in told
    assert "<b>&amp;amp;" not in page
    weakest = np.argmin(np.where(data.evaluation.by_class.support > 0, data.evaluation.by_class.f1, 2))
    assert re.search(r"precision recall F1 rows class (\d+),", told)[1] == str(weakest)
    assert len(page) < 400_000


def test_classes_of_a_middling_number_have_numbers_for_names():
    told = text(rendered(of_many_classes(20, 400), {}))
    assert "true ↓ predicted → 1 2 3" in told
    assert "20 class 19," in told


def test_many_columns_are_cut():
    page = rendered(of_many_columns(1200), {})
    told = text(page)
    assert "Left out: 133" in told
    assert "Used: 1067" in told
    assert "and 1027 more" in told
    assert "and 567 that are not listed" in told
    assert "and 1185 more" in told
    assert len(page) < 1_000_000


def test_names_are_shown_and_not_obeyed():
    page = rendered(of_many_columns(12), {})
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "größe 大きさ الحجم" in page
    assert r"x\x1b[31m\u202e" in page
    assert r"two\nlines" in page
    assert "{{ b }}" in page
    assert "w" * 100 not in page


def test_lists_are_cut_with_sense():
    assert Cut.of(list(range(5)), 3) == Cut([0, 1, 2, 3, 4], [], 0)
    assert Cut.of(list(range(6)), 3) == Cut([0, 1, 2], [3, 4, 5], 0)
    assert Cut.of(list(range(502)), 3).left == 2


def test_bars_and_strips_are_to_scale():
    importances = Importances(["a", "b", "c"], np.array([0.1, 0.3, -0.01]), np.array([0.02, 0.1, 0.02]), "R2", 9, 5)
    first, second, third = bars(importances)
    assert (first.name, first.said, first.bar, first.low, first.high) == ("b", "0.3000 ± 0.1000", 75, 50, 100)
    assert (second.bar, second.low, second.high) == (25, 20, 30)
    assert (third.bar, third.low, third.high) == (0, 0, 2.5)
    at = strip(Score("accuracy", 0.9, (0.8, 0.95), 0.5, True))
    assert (at.value, at.span, at.baseline) == (90, (80, 95), 50)
    at = strip(Score("R2", -1.0, None, 0.0, True))
    assert (at.value, at.span, at.baseline) == (0, None, 50)
    at = strip(Score("MAE", 5.0, (4.0, 6.0), 20 / 1.05, False))
    assert (at.value, at.span, at.baseline) == (25, (20, 30), 95.24)


def test_the_same_report_is_the_same_file(iris, tmp_path):
    for name in ("a", "b"):
        write_report(tmp_path / name, iris)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_pictures_have_the_colours_of_the_page(iris):
    pictures = re.findall(r'<div class="picture".*?</svg>', rendered(iris, {}), re.DOTALL)
    assert len(pictures) == 4
    for picture in pictures:
        assert "var(--ink)" in picture
        assert "var(--series1)" in picture
        assert re.findall("#[0-9a-f]{6}", picture) == []


def test_a_plane_is_drawn(iris):
    network = Network([2, 3, 1], "tanh", loss="binary_cross_entropy", rng=0)
    X = np.random.default_rng(0).normal(size=(30, 2))
    display = DecisionBoundaryDisplay.from_function(
        lambda points: np.column_stack([1 - (p := network.predict(points)), p]),
        *(X, (X[:, 0] > 0).astype(int), ("大きさ", "$x$ <b>"), ["no", "大"]),
        side=20,
    )
    page = rendered(replace(iris, boundary=display), {})
    assert "What it answers, and the rows it learned from" in page
    assert "大きさ" in page
    assert "$x$ &lt;b&gt;" in page


def test_without_what_draws_the_command_is_named(iris, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'clearprop\[plots\]'"):
        write_report(tmp_path / "r.html", iris)
    assert not (tmp_path / "r.html").exists()
