"""A body in, an answer out: what happens in a thread, away from the server's loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from clearprop.errors import worded
from clearprop.serving.protocol import Answers, encoded
from clearprop.serving.requests import (
    READING,
    Refused,
    json_value,
    reading_settings,
    table_of_cells,
    table_of_csv,
    table_of_json,
    taken_keep_going,
    text_of,
)
from clearprop.serving.served import Served
from clearprop.tables.answers import answer_columns, emptied
from clearprop.tables.notes import in_front
from clearprop.tables.predictor import Predictions
from clearprop.tables.table import Table
from clearprop.tables.writing import csv_text

JSON, CSV = "application/json", "text/csv"
NAMES = {name: f"the query parameter {name}" for name in READING}


@dataclass(frozen=True)
class Reply:
    """What is sent back."""

    content_type: str
    body: bytes
    notes: list[str]


def reply(served: Served, content_type: str, body: bytes, query: Mapping[str, list[bytes]], wanted: str) -> Reply:
    """The answers for the rows in a body, in the form that is wanted.

    Raises
    ------
    Refused
        It cannot be answered; the message is what the command line would say.
    """
    settings = reading_settings(query)
    if content_type == JSON and (of_texts := [name for name in settings if name != "keep_going"]):
        raise Refused(400, f"the query parameter {of_texts[0]} is for text/csv: leave it out")
    keep_going = taken_keep_going(settings)
    text = text_of(body)
    with refusing():
        if content_type == CSV:
            table = table_of_csv(text, served, settings, keep_going)
        else:
            table = table_of_json(json_value(text), served)
        predictions, notes = predicted(served, table, keep_going)
        if wanted == JSON:
            return Reply(JSON, encoded(answers(served, predictions, notes)), notes)
        columns = answer_columns(predictions, served.target, served.classes)
        csv = csv_text([name for name, _ in columns], [cells for _, cells in columns])
        return Reply(f"{CSV}; charset=utf-8", csv.encode(), notes)


def answers(served: Served, predictions: Predictions, notes: list[str]) -> Answers:
    """The answers as they are sent."""
    probabilities = None
    if predictions.probabilities is not None:
        assert served.classes is not None
        by_class = zip(served.classes, predictions.probabilities.T, strict=True)
        probabilities = {str(label): emptied(column, predictions.left_empty) for label, column in by_class}
    return Answers(served.target, emptied(predictions.values, predictions.left_empty), probabilities, notes)


def of_cells(served: Served, cells: list[str]) -> Answers:
    """The answer for a row of texts.

    Raises
    ------
    Refused
        A cell cannot be taken.
    """
    with refusing():
        return answers(served, *predicted(served, table_of_cells(cells, served), keep_going=False))


def predicted(served: Served, table: Table, keep_going: bool) -> tuple[Predictions, list[str]]:
    """The answers for a table, and all that is to be said of it."""
    with np.errstate(all="ignore"):
        predictions = served.predict(table, keep_going)
    said = in_front([*table.notes, *predictions.notes])
    return predictions, [worded(note, NAMES) for note in said]


@contextmanager
def refusing() -> Iterator[None]:
    """Within this context what the library refuses is a request that cannot be answered."""
    try:
        yield
    except (ValueError, TypeError, OverflowError) as error:
        said = next(iter(error.args), None)
        raise Refused(422, worded(said, NAMES) if isinstance(said, str) else str(error)) from error
