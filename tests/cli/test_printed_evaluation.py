"""Scores on a terminal: value, interval and baseline in a row, and which class is taken for which."""

import io

import numpy as np
from rich.console import Console

from clearprop.cli.console import print_evaluation
from clearprop.tables.evaluation import evaluate_classes, evaluate_numbers


def printed(evaluation, width=100):
    to = Console(file=io.StringIO(), width=width, highlight=False, markup=False, emoji=False)
    print_evaluation(evaluation, "rows of t.csv", to)
    return [" ".join(line.split()) for line in to.file.getvalue().splitlines()]


def test_classes():
    y = np.arange(40) % 2
    answers = np.where(np.arange(40) < 30, y, 1 - y)
    lines = printed(evaluate_classes(y, 0.2 + 0.6 * np.eye(2)[answers], ["no", "yes"]))
    assert lines[0] == "On 40 rows of t.csv:"
    assert lines[1] == "score value 95 % interval baseline"
    assert "accuracy 0.7500 0.5981 to 0.8581 0.5000" in lines
    assert "no 15 5" in lines
    assert "yes 5 15" in lines


def test_weights_and_what_has_no_interval():
    lines = printed(evaluate_classes([0, 1], [[0.9, 0.1], [0.1, 0.9]], ["no", "yes"], sample_weight=[0.25, 0.5]))
    assert "log loss 0.1054 0.6365" in lines
    assert "no 0.25 0" in lines


def test_quantities():
    lines = printed(evaluate_numbers([20_000.0, 40_000.0, 60_000.0], [21_000.0, 39_000.0, 61_000.0]))
    assert lines[3:] == [
        "R2 0.9962 0.9900 to 0.9986 0.0000",
        "MAE 1000.0000 13333.3",
        "RMSE 1000.0000 16329.9",
        "median error 1000.0000 20000",
    ]
