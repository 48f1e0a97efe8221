"""Scores, intervals, curves and calibration: by scikit-learn and SciPy, by bootstraps, and by hand."""

import json

import numpy as np
import pytest
from scipy.stats import binomtest, rankdata
from sklearn import metrics
from sklearn.calibration import calibration_curve

from clearprop.tables.evaluation import evaluate_classes, evaluate_numbers
from clearprop.tables.evaluation.uncertainty import area_influence, mean_share_interval, share_interval


def some_classes(k, n=300, seed=0):
    rng = np.random.default_rng(seed)
    y = np.r_[np.arange(k), rng.integers(k, size=n - k)]
    p = rng.dirichlet(np.ones(k), size=n) + 0.5 * np.eye(k)[y] * rng.random((n, 1))
    return y, p / p.sum(axis=1, keepdims=True), [f"class {i}" for i in range(k)], rng.uniform(0.2, 3, size=n)


def some_numbers(n=300, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.gamma(2, 50, size=n)
    return y, y * rng.uniform(0.6, 1.5, size=n) + rng.normal(0, 10, size=n), rng.uniform(0.2, 3, size=n)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("k", [2, 4])
def test_scores_of_classes_are_scikit_learns(k, weighted):
    y, p, names, weights = some_classes(k)
    w = weights if weighted else None
    evaluation = evaluate_classes(y, p, names, sample_weight=w)
    answers = p.argmax(axis=1)
    multi = {} if k == 2 else {"multi_class": "ovr"}
    expected = {
        "accuracy": metrics.accuracy_score(y, answers, sample_weight=w),
        "balanced accuracy": metrics.balanced_accuracy_score(y, answers, sample_weight=w),
        "log loss": metrics.log_loss(y, p, sample_weight=w),
        "ROC AUC": metrics.roc_auc_score(y, p[:, 1] if k == 2 else p, sample_weight=w, **multi),
        "Brier": metrics.brier_score_loss(y, p[:, 1] if k == 2 else p, sample_weight=w),
    }
    assert {name: score.value for name, score in evaluation.scores.items()} == pytest.approx(expected, rel=1e-12)
    np.testing.assert_array_equal(evaluation.confusion, metrics.confusion_matrix(y, answers, sample_weight=w))
    by_class = metrics.precision_recall_fscore_support(y, answers, sample_weight=w)
    for name, values in zip(("precision", "recall", "f1", "support"), by_class, strict=True):
        np.testing.assert_allclose(getattr(evaluation.by_class, name), values, rtol=1e-12)
    judged = [1] if k == 2 else range(k)
    for curve, i in zip(evaluation.precision_recall, judged, strict=True):
        assert curve.name == names[i]
        assert curve.area == pytest.approx(metrics.average_precision_score(y == i, p[:, i], sample_weight=w))
    for curve, i in zip(evaluation.roc, judged, strict=True):
        assert curve.area == pytest.approx(metrics.roc_auc_score(y == i, p[:, i], sample_weight=w))
        assert metrics.auc(curve.x, curve.y) == pytest.approx(curve.area, abs=2e-3)  # of the points that are kept


@pytest.mark.parametrize("weighted", [False, True])
def test_scores_of_quantities_are_scikit_learns(weighted):
    y, predicted, weights = some_numbers()
    w = weights if weighted else None
    evaluation = evaluate_numbers(y, predicted, sample_weight=w)
    expected = {
        "R2": metrics.r2_score(y, predicted, sample_weight=w),
        "MAE": metrics.mean_absolute_error(y, predicted, sample_weight=w),
        "RMSE": metrics.root_mean_squared_error(y, predicted, sample_weight=w),
        "median error": metrics.median_absolute_error(y, predicted, sample_weight=w),
    }
    assert {name: score.value for name, score in evaluation.scores.items()} == pytest.approx(expected, rel=1e-12)
    assert list(evaluation.scores) == list(expected)
    assert evaluation.errors.mean == pytest.approx(np.average(y - predicted, weights=w))
    assert evaluation.errors.counts.sum() == pytest.approx(len(y) if w is None else w.sum())


def test_a_case_by_hand():
    p = [[0.8, 0.2], [0.6, 0.4], [0.6, 0.4], [0.1, 0.9]]
    evaluation = evaluate_classes([0, 0, 1, 1], p, ["no", "yes"], baseline=[3, 1])
    scores = evaluation.scores
    assert scores["log loss"].value == pytest.approx(-np.log([0.8, 0.6, 0.4, 0.9]).mean())
    assert scores["log loss"].baseline == pytest.approx(-np.log([0.75, 0.75, 0.25, 0.25]).mean())
    assert scores["Brier"].value == pytest.approx((0.04 + 0.16 + 0.36 + 0.01) / 4)
    assert scores["Brier"].baseline == pytest.approx((2 * 0.0625 + 2 * 0.5625) / 4)
    assert scores["ROC AUC"].value == 3.5 / 4  # of four pairs three are in order, and one is even
    assert (scores["accuracy"].value, scores["accuracy"].baseline) == (0.75, 0.5)
    assert (scores["balanced accuracy"].value, scores["balanced accuracy"].baseline) == (0.75, 0.5)
    assert evaluation.constant == "no"
    assert evaluation.confusion.tolist() == [[2, 0], [1, 1]]
    assert evaluation.by_class.precision.tolist() == pytest.approx([2 / 3, 1])
    assert evaluation.by_class.recall.tolist() == [1, 0.5]
    assert evaluation.by_class.f1.tolist() == pytest.approx([0.8, 2 / 3])


def test_the_baseline_of_quantities_is_the_mean_trained_on():
    evaluation = evaluate_numbers([0.0, 4.0], [1.0, 4.0], baseline=1.0)
    scores = evaluation.scores
    assert (scores["MAE"].value, scores["MAE"].baseline) == (0.5, 2.0)
    assert scores["RMSE"].baseline == pytest.approx(np.sqrt(5))
    assert (scores["R2"].value, scores["R2"].baseline) == (1 - 1 / 8, 1 - 10 / 8)
    assert evaluation.constant == 1.0


def test_weights_count_as_repeated_rows():
    y, p, names, _ = some_classes(3, 60)
    times = np.arange(60) % 4
    once, often = (
        evaluate_classes(y, p, names, sample_weight=times),
        evaluate_classes(np.repeat(y, times), np.repeat(p, times, axis=0), names),
    )
    for name, score in often.scores.items():
        assert once.scores[name].value == pytest.approx(score.value)
        assert once.scores[name].baseline == pytest.approx(score.baseline)
    np.testing.assert_allclose(once.confusion, often.confusion)
    for mine, theirs in zip(once.roc, often.roc, strict=True):
        np.testing.assert_allclose(mine.area, theirs.area)
    assert once.weighted
    assert not often.weighted


@pytest.mark.parametrize(("right", "n"), [(0, 5), (30, 30), (57, 60), (1, 1)])
def test_the_interval_of_accuracy_is_wilsons(right, n):
    y = np.r_[np.zeros(right, int), np.ones(n - right, int)]
    score = evaluate_classes(y, np.tile([1.0, 0.0], (n, 1)), ["a", "b"]).scores["accuracy"]
    assert score.interval == pytest.approx(tuple(binomtest(right, n).proportion_ci(method="wilson")), abs=1e-12)


def test_of_one_group_the_interval_of_a_mean_share_is_that_of_the_share():
    assert mean_share_interval([0.3], [40.0]) == pytest.approx(share_interval(0.3, 40.0))
    low, high = mean_share_interval([0.9, 0.5], [50.0, 50.0])
    (low1, high1), (low2, high2) = share_interval(0.9, 50.0), share_interval(0.5, 50.0)
    assert low == pytest.approx(0.7 - np.hypot(0.9 - low1, 0.5 - low2) / 2)
    assert high == pytest.approx(0.7 + np.hypot(high1 - 0.9, high2 - 0.5) / 2)


def bootstrap(score, n, weights, draws=300):
    """95 % of a score over rows drawn with replacement."""
    rng = np.random.default_rng(1)
    rows = rng.integers(n, size=(draws, n))
    return np.quantile([score(chosen, weights[chosen]) for chosen in rows], [0.025, 0.975])


def agree(score, interval):
    """Ends are off by less than a quarter of the interval's half width."""
    width = interval[1] - interval[0]
    np.testing.assert_allclose(score.interval, interval, atol=0.125 * width, err_msg=score.name)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("k", [2, 3])
def test_intervals_of_classes_are_those_of_a_bootstrap(k, weighted):
    y, p, names, w = some_classes(k)
    w = w if weighted else np.ones(len(y))
    scores = evaluate_classes(y, p, names, sample_weight=w).scores
    hits, loss = np.eye(k)[y], -np.log(p[np.arange(len(y)), y])
    square = np.square(p - hits).sum(axis=1) / (2 if k == 2 else 1)
    right = p.argmax(axis=1) == y

    def area(rows, _):
        """By the sum of ranks, Mann and Whitney's."""
        judged = [1] if k == 2 else list(range(k))
        ranks, there = rankdata(p[np.ix_(rows, judged)], axis=0), hits[np.ix_(rows, judged)]
        ones = there.sum(axis=0)
        return np.mean(((ranks * there).sum(axis=0) - ones * (ones + 1) / 2) / (ones * (len(rows) - ones)))

    def recall(rows, weights):
        inside = [(y[rows] == i) * weights for i in range(k)]
        return np.mean([np.average(right[rows], weights=mass) for mass in inside])

    agree(scores["log loss"], bootstrap(lambda rows, v: np.average(loss[rows], weights=v), len(y), w))
    agree(scores["Brier"], bootstrap(lambda rows, v: np.average(square[rows], weights=v), len(y), w))
    agree(scores["accuracy"], bootstrap(lambda rows, v: np.average(right[rows], weights=v), len(y), w))
    agree(scores["balanced accuracy"], bootstrap(recall, len(y), w))
    if not weighted:  # with weights see what a row adds
        agree(scores["ROC AUC"], bootstrap(area, len(y), w))


@pytest.mark.parametrize("weighted", [False, True])
def test_intervals_of_quantities_are_those_of_a_bootstrap(weighted):
    y, predicted, w = some_numbers(600)
    w = w if weighted else np.ones(len(y))
    error = y - predicted

    def r2(rows, v):
        spread = np.square(y[rows] - np.average(y[rows], weights=v))
        return 1 - np.average(error[rows] ** 2, weights=v) / np.average(spread, weights=v)

    scores = evaluate_numbers(y, predicted, sample_weight=w).scores
    agree(scores["R2"], bootstrap(r2, len(y), w))
    agree(scores["MAE"], bootstrap(lambda rows, v: np.average(np.abs(error[rows]), weights=v), len(y), w))
    agree(scores["RMSE"], bootstrap(lambda rows, v: np.sqrt(np.average(error[rows] ** 2, weights=v)), len(y), w))
    if not weighted:
        interval = bootstrap(lambda rows, v: np.median(np.abs(error[rows])), len(y), w)
        np.testing.assert_allclose(scores["median error"].interval, interval, atol=0.3 * np.ptp(interval))


def test_what_a_row_adds_to_the_area_is_what_its_weight_changes():
    y, p, _, w = some_classes(2, 40)
    scores = p[:, 1].round(1)  # some are even
    influence = area_influence(y == 1, scores, w)
    assert np.average(influence, weights=w) == pytest.approx(0, abs=1e-12)
    step = 1e-6
    for row in range(40):
        up, down = w + step * (np.arange(40) == row), w - step * (np.arange(40) == row)
        slope = np.subtract(*(metrics.roc_auc_score(y, scores, sample_weight=v) for v in (up, down))) / (2 * step)
        assert influence[row] / w.sum() == pytest.approx(slope, rel=1e-5, abs=1e-8)


def test_calibration_is_scikit_learns():
    y, p, names, _ = some_classes(2, 150)
    bins = evaluate_classes(y, p, names).calibration
    observed, predicted = calibration_curve(y, p[:, 1], n_bins=10, strategy="quantile")
    np.testing.assert_allclose(bins.observed, observed)
    np.testing.assert_allclose(bins.predicted, predicted)
    assert bins.rows.tolist() == [15] * 10
    assert bins.error == pytest.approx(np.abs(observed - predicted).mean())
    ends = [share_interval(share, 15) for share in observed]
    np.testing.assert_allclose(np.column_stack([bins.low, bins.high]), ends)


def test_of_several_classes_calibration_is_that_of_the_answers():
    y, p, names, _ = some_classes(3, 40)
    bins = evaluate_classes(y, p, names).calibration
    assert bins.rows.tolist() == [20, 20]
    surest = np.argsort(p.max(axis=1))[20:]
    assert bins.predicted[1] == pytest.approx(p.max(axis=1)[surest].mean())
    assert bins.observed[1] == pytest.approx((p.argmax(axis=1) == y)[surest].mean())


def test_equal_predictions_are_in_one_bin():
    p = np.repeat([0.2, 0.7], [50, 10])
    y = np.r_[np.arange(50) % 5 == 0, np.arange(10) < 7].astype(int)
    bins = evaluate_classes(y, np.column_stack([1 - p, p]), ["no", "yes"]).calibration
    assert bins.rows.tolist() == [50, 10]
    assert bins.observed.tolist() == pytest.approx([0.2, 0.7])
    assert bins.error == pytest.approx(0, abs=1e-12)


def test_quantities_in_bins_and_their_errors():
    y, predicted = np.arange(100.0), np.arange(100.0) - 1
    evaluation = evaluate_numbers(y, predicted)
    assert evaluation.errors.mean == 1
    assert evaluation.errors.within == {0.5: 1.0, 0.9: 1.0}
    np.testing.assert_allclose(evaluation.calibration.observed - evaluation.calibration.predicted, 1)
    first = np.arange(evaluation.calibration.rows[0])
    half = 1.959964 * first.std(ddof=1) / np.sqrt(len(first))
    assert evaluation.calibration.high[0] == pytest.approx(first.mean() + half)


def test_curves_are_thinned_and_kept_in_shape():
    y, p, names, _ = some_classes(2, 20_000)
    evaluation = evaluate_classes(y, p, names)
    for curve in (*evaluation.roc, *evaluation.precision_recall):
        assert len(curve.x) <= 202
        assert (curve.x[0], curve.x[-1]) == (0, 1)
    curve = evaluation.roc[0]
    assert metrics.auc(curve.x, curve.y) == pytest.approx(curve.area, abs=1e-3)


def test_no_better_than_always_the_same_is_said():
    y, p = np.array([0, 1, 1, 1]), np.array([[0.1, 0.9]] * 4)
    assert evaluate_classes(y, p, ("no", "yes")).notes == ("no better than always answering yes",)
    p[0] = [0.8, 0.2]
    assert evaluate_classes(y, p, ("no", "yes")).notes == ()
    assert evaluate_numbers([1, 2, 3], [3, 2, 1]).notes == ("no better than always answering 2",)


def test_what_is_undefined_is_left_out_and_said():
    one = evaluate_classes([0], [[0.9, 0.1]], ["a", "b"])
    assert "ROC AUC" not in one.scores
    assert "no ROC AUC, since no row is of class b" in one.notes
    assert one.scores["log loss"].interval is None
    assert one.roc == ()
    some = evaluate_classes([0, 1, 1], np.full((3, 9), 1 / 9), [f"c{i}" for i in range(9)])
    assert some.notes[-1] == "no ROC AUC, since no row is of class c2, c3, c4, c5, c6 and 2 more"
    assert [curve.name for curve in some.roc] == ["c0", "c1"]
    same = evaluate_numbers([5.0, 5.0], [5.0, 6.0])
    assert "R2" not in same.scores
    assert same.notes[0] == "no R2, since the target does not vary in these rows"
    perfect = evaluate_numbers([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    assert perfect.scores["MAE"].interval is None
    assert perfect.scores["median error"].interval is None


def test_curves_of_very_many_classes_are_those_of_the_most_frequent():
    y = np.repeat(np.arange(60), np.arange(1, 61))
    evaluation = evaluate_classes(y, np.full((len(y), 60), 1 / 60), [str(i) for i in range(60)])
    assert [curve.name for curve in evaluation.roc] == [str(i) for i in range(10, 60)]


def test_answers_need_not_be_the_most_probable():
    evaluation = evaluate_classes([0, 1], [[0.9, 0.1], [0.6, 0.4]], ["no", "yes"], predicted=[0, 1])
    assert evaluation.scores["accuracy"].value == 1
    assert evaluation.confusion.tolist() == [[1, 0], [0, 1]]


def test_what_is_known_goes_into_json():
    y, p, names, w = some_classes(3, 60)
    told = json.loads(json.dumps(evaluate_classes(y, p, names, sample_weight=w).with_notes(["said"]).to_json()))
    assert told["scores"]["accuracy"] == pytest.approx(np.average(p.argmax(1) == y, weights=w))
    assert told["intervals"]["accuracy"][0] < told["scores"]["accuracy"] < told["intervals"]["accuracy"][1]
    assert told["baseline"]["ROC AUC"] == 0.5
    assert [one["class"] for one in told["by class"]] == names
    assert told["notes"] == ["said"]
    told = json.loads(json.dumps(evaluate_numbers(*some_numbers(50)[:2]).to_json(), allow_nan=False))
    assert (told["task"], told["rows"]) == ("regression", 50)
    assert sum(told["errors"]["counts"]) == 50


@pytest.mark.parametrize(
    ("arguments", "keywords", "message"),
    [
        (([], np.zeros((0, 2))), {}, "no rows"),
        (([0, 1], [[0.5, 0.5]]), {}, r"probabilities must have shape \(2, 2\), got \(1, 2\)"),
        (([0, 2], np.full((2, 2), 0.5)), {}, "whole numbers from 0 to 1"),
        (([0, 0.5], np.full((2, 2), 0.5)), {}, "whole numbers from 0 to 1"),
        (([0, 1], [[0.5, 0.5], [np.nan, 0.5]]), {}, "finite numbers, and row 1 is not"),
        (([0, 1], np.full((2, 2), 0.5)), {"sample_weight": [1, -1]}, "sample_weight must be finite numbers from 0 up"),
        (([0, 1], np.full((2, 2), 0.5)), {"sample_weight": [1]}, "sample_weight must be one number a row"),
        (([0, 1], np.full((2, 2), 0.5)), {"baseline": [1]}, r"baseline must have shape \(2,\)"),
        (([0, 1], np.full((2, 2), 0.5)), {"predicted": [1]}, "predicted must be one class's number a row"),
    ],
)
def test_what_cannot_be_judged_is_refused(arguments, keywords, message):
    with pytest.raises(ValueError, match=message):
        evaluate_classes(*arguments, ["a", "b"], **keywords)


def test_quantities_that_cannot_be_judged_are_refused():
    with pytest.raises(ValueError, match="finite numbers, and row 0 is not"):
        evaluate_numbers([np.inf, 1], [1, 1])
    with pytest.raises(ValueError, match=r"predicted must have shape \(2,\), got \(3,\)"):
        evaluate_numbers([1, 2], [1, 2, 3])
