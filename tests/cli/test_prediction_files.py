"""Predictions are written in pieces: however many rows there are, only so many are texts at a time."""

import numpy as np

from clearprop.cli import prediction_files
from clearprop.tables.column import Column, objects
from clearprop.tables.writing import csv_text


def test_a_long_table_is_written_in_pieces_that_are_the_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(prediction_files, "AT_A_TIME", 10)
    n = 95
    town = Column("town", "text", np.arange(n) % 2, np.arange(n) % 7 == 0, texts=objects(["Ulm", "Bad, Ems"]))
    answers = np.random.default_rng(0).normal(size=n).tolist()
    written = []
    prediction_files._csv(written.append, tmp_path / "p.csv")(["town", "price"], [town, answers])
    cells = [None if k % 7 == 0 else ["Ulm", "Bad, Ems"][k % 2] for k in range(n)]
    assert "".join(written) == csv_text(["town", "price"], [cells, answers])
    assert [text.count("\n") for text in written] == [11, *[10] * 8, 5]
