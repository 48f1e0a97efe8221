"""What is no path is refused wherever one is taken, before the system takes a number for an open file."""

import io
import os

import pytest

from clearprop import Checkpoints, Network, TableClassifier, load, read_table, save
from clearprop.errors import InputError
from clearprop.foundation.atomic import write_atomically
from clearprop.foundation.paths import checked_path
from clearprop.tables.report import save_figure
from clearprop.tables.writing import write_csv

NETWORK = Network([2, 3, 1], rng=0)
TAKERS = {
    "load": load,
    "save": lambda path: save(NETWORK, path),
    "Network.save": NETWORK.save,
    "read_table": read_table,
    "write_csv": lambda path: write_csv(path, ["a"], [[1]]),
    "write_atomically": lambda path: write_atomically(path, "text"),
    "Checkpoints": Checkpoints,
}
NONE = {
    "None": (None, "must be a str or a path, got None: name a"),
    "a number": (3, "must be a str or a path, got 3: name a"),
    "True": (True, "must be a str or a path, got True: name a"),
    "a list": (["model"], r"must be a str or a path, got \['model'\]: name a"),
    "bytes": (b"model", "must be a str or a path, got b'model': name a"),
    "an open file": (io.BytesIO(), "must be a str or a path, got <_io.BytesIO .* by its path, not opened"),
}
NO_NAMES = {"nothing": "", "a NUL": "mo\0del"}


@pytest.mark.parametrize("taker", TAKERS)
@pytest.mark.parametrize("given", NONE)
def test_what_is_no_path_is_refused(taker, given):
    value, message = NONE[given]
    with pytest.raises(InputError, match=message):
        TAKERS[taker](value)


@pytest.mark.parametrize("taker", TAKERS)
@pytest.mark.parametrize("given", NO_NAMES)
def test_what_no_file_can_be_called_is_refused(taker, given, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        InputError, match=r"(path|folder) '.*' is no name of a file, and cannot be read or writ.*: name a"
    ):
        TAKERS[taker](NO_NAMES[given])
    assert os.listdir(tmp_path) == []


def test_a_stream_of_files_is_asked_likewise():
    with pytest.raises(InputError, match="is no name of a file"):
        TableClassifier(stream=True).fit("a\0b", "y")


def test_a_number_closes_no_file_that_is_open():
    """`open` takes True for standard output, and closes it behind itself."""
    descriptor = os.open(os.devnull, os.O_RDONLY)
    for number in (descriptor, True):
        with pytest.raises(InputError):
            load(number)
        os.fstat(number)
    os.close(descriptor)


def test_what_is_a_path_comes_back(tmp_path):
    assert checked_path(str(tmp_path)) == checked_path(tmp_path) == tmp_path


def test_a_picture_too(tmp_path):
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    with pytest.raises(InputError, match="got 3: name a file"):
        save_figure(Figure(), 3)
