import os
import stat
import subprocess
import sys

import pytest

from clearprop.errors import InputError
from clearprop.foundation.atomic import write_atomically


def test_writes_bytes_and_text_as_they_are(tmp_path):
    write_atomically(tmp_path / "a.bin", b"\x00\r\n\xff")
    write_atomically(tmp_path / "a.txt", "δ\r\n\n")
    assert (tmp_path / "a.bin").read_bytes() == b"\x00\r\n\xff"
    assert (tmp_path / "a.txt").read_bytes() == b"\xce\xb4\r\n\n"
    assert sorted(os.listdir(tmp_path)) == ["a.bin", "a.txt"]


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "model"
    write_atomically(path, "old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"model: cannot be written: No space left on device: choose another"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["model"]


def test_an_interruption_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "model"
    write_atomically(path, "old")

    def interrupted(source, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["model"]


def test_a_process_killed_while_writing_leaves_the_old_file(tmp_path):
    path = tmp_path / "model"
    path.write_text("old")
    program = (
        "import os, signal, sys; from clearprop.foundation.atomic import write_atomically\n"
        "os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_atomically(sys.argv[1], 'new')"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert killed.returncode == -9
    assert path.read_text() == "old"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none/a.csv", r"the folder '.*none' does not exist: create it"),
        (".", "it is a folder: add the name of a file"),
        ("file/a.csv", "Not a directory: choose another place"),
        ("x" * 300, "File name too long"),
    ],
)
def test_places_that_cannot_be_written_to(tmp_path, name, message):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=message):
        write_atomically(tmp_path / name, "")
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match="permission is denied: choose a folder"):
            write_atomically(tmp_path / "a.csv", "")
    finally:
        tmp_path.chmod(0o700)


def test_text_that_utf8_cannot_write(tmp_path):
    with pytest.raises(InputError, match=r"character 3 of the text \('\\ud800'\) is half of a surrogate pair"):
        write_atomically(tmp_path / "a.txt", "ab\ud800")
    assert os.listdir(tmp_path) == []


def test_permissions_are_those_of_the_file_replaced_or_of_any_new_file(tmp_path):
    (tmp_path / "any").write_text("")
    write_atomically(tmp_path / "new", "")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == stat.S_IMODE((tmp_path / "any").stat().st_mode)
    (tmp_path / "new").chmod(0o600)
    write_atomically(tmp_path / "new", "again")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600


def test_a_link_is_followed(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_atomically(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_pipe_is_written_into_and_stays_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_atomically(pipe, "content")
    assert os.read(reader, 100) == b"content"
    os.close(reader)
    assert pipe.is_fifo()
