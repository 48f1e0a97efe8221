"""Every command that reads a file, given what is none: one line, exit status 2, nothing written."""

import gzip
import os

import pytest

CONTENT = {
    "empty": (b"", "the file is empty"),
    "blank": (b"\n\n  \n", "the file is empty"),
    "names alone": (b"size,age,price,y\n", "there are column names and no rows"),
    "binary": (bytes(range(256)) * 40, "NUL byte"),
    "a program": (b"\x7fELF" + b"\0" * 500, "this is no table in text but a program"),
    "a pickle": (b"\x80\x04K\x01.", "a pickle, which is never opened"),
    "a damaged gzip": (gzip.compress(b"a,y\n1,2\n" * 99)[:-20], "the gzip file is cut short or damaged"),
    "ragged": (b"size,age,price,y\n1,2,3,4\n1,2\n", "line 3"),
    "a quote": (b'size,age,price,y\n1,"2,3,4\n', "is never closed"),
    "deep JSON": (b'[{"a":' + b"[" * 10**5, "brackets stand more than 64 deep"),
}
COMMANDS = {
    "train": ["train", "FILE", "--target", "y", "--out", "new"],
    "predict": ["predict", "m", "FILE", "--out", "new"],
    "evaluate": ["evaluate", "m", "FILE"],
    "explain": ["explain", "m", "FILE", "--row", "1", "--out", "new"],
}


@pytest.fixture
def model(run, houses):
    assert run("train", houses, "--recipe", "plain", "--target", "price", "--out", "m", "--epochs", 1)[0] == 0


def given(command, file):
    return [file if word == "FILE" else word for word in COMMANDS[command]]


@pytest.mark.parametrize("command", COMMANDS)
def test_files_that_are_no_tables(model, refused, tmp_path, command):
    for case, (content, message) in CONTENT.items():
        (tmp_path / "file").write_bytes(content)
        said = refused(*given(command, "file"))
        assert message in said, (case, said)
        assert len(said) < 700
    (tmp_path / "folder").mkdir()
    assert "this is a folder: name a file in it" in refused(*given(command, "folder"))
    assert "there is no such file" in refused(*given(command, "nothing"))
    assert "is no name of a file" in refused(*given(command, "x" * 5000))
    assert refused(*given(command, "nothing*.csv")).startswith("clearprop: nothing*.csv: no file has such a name")


@pytest.mark.parametrize("command", ["predict", "evaluate", "explain"])
def test_files_that_are_no_models(refused, tmp_path, command):
    (tmp_path / "t.csv").write_text("a,y\n1,2\n")
    for content, _ in CONTENT.values():
        (tmp_path / "m").write_bytes(content)
        assert len(refused(*given(command, "t.csv"))) < 700
    (tmp_path / "m").unlink()
    (tmp_path / "m").mkdir()
    refused(*given(command, "t.csv"))


@pytest.mark.skipif(os.name != "posix", reason="there are no pipes with names")
def test_a_pipe_with_a_name_is_read_like_a_file(model, run, refused, tmp_path):
    import threading

    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(b"size,age\n100,3\n"))
    writer.start()
    status, _, _ = run("predict", "m", "pipe", "--out", "answers.csv")
    writer.join()
    assert status == 0
    assert (tmp_path / "answers.csv").read_text().count("\n") == 2


def test_what_comes_to_more_than_it_may_names_the_flag(refused, run, tmp_path):
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"size,age,price\n" + b"1,2,3\n4,5,7\n3,1,4\n" * 20_000))
    told = refused(*given("train", "t.csv.gz"), "--largest", "100KB")
    assert "comes to more than 100 KiB unpacked: where it is meant to, pass --largest 1MB" in told
    assert "--largest must be a size such as 500MB or 4GB, got 'much'" in refused(
        *given("train", "t.csv.gz"), "--largest", "much"
    )
