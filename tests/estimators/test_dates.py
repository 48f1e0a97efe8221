"""Dates and spans of time are no numbers: `fit` refuses them as `predict` does, in whatever they come."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import polars as pl
import pytest

from clearprop import MLPClassifier, MLPRegressor, Perceptron

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

NUMBERS, ANSWERS = np.arange(40.0), np.array([0, 1] * 20)
DAYS, SPANS = pd.date_range("2020-01-01", periods=40), pd.to_timedelta(np.arange(40), unit="D")
ROWS = {
    "pandas, dates alone": (pd.DataFrame({"day": DAYS, "other": DAYS}), "datetime64.* in column 'day'"),
    "pandas, one of dates": (pd.DataFrame({"size": NUMBERS, "day": DAYS}), "datetime64.* in column 'day'"),
    "pandas, with a time zone": (
        pd.DataFrame({"day": DAYS.tz_localize("UTC"), "size": NUMBERS}),
        "UTC.* in column 'day'",
    ),
    "pandas, spans alone": (pd.DataFrame({"span": SPANS}), "timedelta64.* in column 'span'"),
    "pandas, one of spans": (pd.DataFrame({"size": NUMBERS, "span": SPANS}), "timedelta64.* in column 'span'"),
    "polars, dates": (pl.DataFrame({"day": [date(2020, 1, 1)] * 40}), "Date in column 'day'"),
    "polars, times": (pl.DataFrame({"size": NUMBERS, "at": [datetime(2020, 1, 1)] * 40}), "Datetime.* in column 'at'"),
    "polars, spans": (pl.DataFrame({"size": NUMBERS, "span": [timedelta(1)] * 40}), "Duration.* in column 'span'"),
    "an array of dates": (DAYS.to_numpy()[:, np.newaxis], "datetime64"),
    "an array of spans": (SPANS.to_numpy()[:, np.newaxis], "timedelta64"),
    "lists of dates": ([[np.datetime64("2020-01-01")]] * 40, "datetime64"),
}


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor, Perceptron])
def test_dates_are_refused_by_fit_and_by_predict(cls, rows):
    X, words = ROWS[rows]
    message = f"^X must hold numbers, got .*{words}.*: turn it into numbers first$"
    with pytest.raises(TypeError, match=message):
        cls().fit(X, ANSWERS)
    if cls is not Perceptron:
        with pytest.raises(TypeError, match=message.replace("X", "X_val", 1)):
            cls(max_iter=1).fit(np.ones((40, np.shape(X)[1])), ANSWERS, X_val=X, y_val=ANSWERS)
    model = cls(max_iter=1).fit(np.ones((40, np.shape(X)[1])) * NUMBERS[:, np.newaxis], ANSWERS)
    with pytest.raises(TypeError, match=message):
        model.predict(X)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_columns_of_numbers_are_none(frame):
    X = frame({"size": NUMBERS, "count": np.arange(40), "there": NUMBERS > 3})
    model = MLPClassifier(max_iter=1, random_state=0).fit(X, ANSWERS)
    plain = np.column_stack([NUMBERS, np.arange(40), NUMBERS > 3])
    assert np.array_equal(model.coefs_[0], MLPClassifier(max_iter=1, random_state=0).fit(plain, ANSWERS).coefs_[0])
