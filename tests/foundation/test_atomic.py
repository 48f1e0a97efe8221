import os
import stat
import subprocess
import sys

import pytest

from clearprop.errors import InputError
from clearprop.foundation.atomic import _host, remove_leftovers, write_atomically

from ..extent import WHOLE


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


# -- what killed writers leave -----------------------------------------------------------------------------------------

A_DAY, A_MINUTE = 24 * 60 * 60, 60


def leftover(folder, name, age):
    path = folder / name
    path.write_text("half")
    now = folder.stat().st_mtime
    os.utime(path, (now - age, now - age))
    return path


@pytest.mark.skipif(os.name != "posix", reason="there are locks there only")
def test_leftovers_are_removed_by_the_next_that_writes(tmp_path):
    gone = [
        leftover(tmp_path, f".clearprop-{_host()}-{'0' * 16}.tmp", 0),
        leftover(tmp_path, f".clearprop-{'1' * 8}-{'0' * 16}.tmp", A_DAY + A_MINUTE),
        leftover(tmp_path, f".clearprop-{'0' * 16}.tmp", A_DAY + A_MINUTE),
    ]
    stay = [
        leftover(tmp_path, f".clearprop-{'2' * 8}-{'0' * 16}.tmp", A_DAY - A_MINUTE),
        leftover(tmp_path, f".clearprop-{'1' * 16}.tmp", A_MINUTE),
        leftover(tmp_path, ".clearprop-notes.tmp", 10 * A_DAY),
        leftover(tmp_path, f"clearprop-{_host()}-{'0' * 16}.tmp", 10 * A_DAY),
    ]
    write_atomically(tmp_path / "model", "new")
    assert [path.exists() for path in gone] == [False] * 3
    assert [path.exists() for path in stay] == [True] * 4


@pytest.mark.skipif(os.name != "posix", reason="there are locks there only")
@pytest.mark.parametrize("host", [None, "1" * 8], ids=["this host", "another host"])
def test_what_a_living_writer_holds_stays_however_old(tmp_path, host):
    import fcntl

    path = leftover(tmp_path, f".clearprop-{host or _host()}-{'0' * 16}.tmp", 100 * A_DAY)
    with path.open() as writer:
        fcntl.flock(writer.fileno(), fcntl.LOCK_EX)
        write_atomically(tmp_path / "model", "new")
        assert path.exists()
    write_atomically(tmp_path / "model", "new")
    assert not path.exists()


@pytest.mark.skipif(os.name != "posix", reason="there are links and pipes there only")
def test_links_pipes_and_folders_of_such_names_stay(tmp_path):
    (tmp_path / "mine").write_text("kept")
    names = [f".clearprop-{_host()}-{digit * 16}.tmp" for digit in "123"]
    (tmp_path / names[0]).symlink_to("mine")
    os.mkfifo(tmp_path / names[1])
    (tmp_path / names[2]).mkdir()
    remove_leftovers(tmp_path, tmp_path.stat().st_mtime + 10 * A_DAY)
    assert (tmp_path / "mine").read_text() == "kept"
    assert sorted(os.listdir(tmp_path)) == sorted(["mine", *names])


def test_a_writer_whose_file_is_taken_from_it_before_it_is_locked_begins_anew(tmp_path, monkeypatch):
    from clearprop.foundation import atomic

    held, removed = atomic._is_held, []

    def robbed_once(file, path):
        if not removed:
            path.unlink()
            removed.append(path)
        return held(file, path)

    monkeypatch.setattr(atomic, "_is_held", robbed_once)
    write_atomically(tmp_path / "model", "new")
    assert removed
    assert (tmp_path / "model").read_text() == "new"
    assert os.listdir(tmp_path) == ["model"]


KILLED = """
import sys, os
from clearprop import Network, save
networks = [Network([200, 150, 10], rng=seed) for seed in range(2)]
sys.stdout.write("ready"); sys.stdout.flush()
turn = 0
while True:
    save(networks[turn % 2], sys.argv[1]); turn += 1
    if turn == 2:
        sys.stdout.write("saved"); sys.stdout.flush()
"""


@pytest.mark.skipif(os.name != "posix", reason="processes are killed so there only")
def test_kills_while_saving_leave_a_whole_file_and_no_litter(tmp_path):
    from clearprop import Network, load, save

    path, expected = tmp_path / "model", [Network([200, 150, 10], rng=seed) for seed in range(2)]
    litter = 0
    for kill in range(200 if WHOLE else 4):
        writer = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE)
        assert writer.stdout.read(10) == b"readysaved"
        for _ in range(997 * kill % 20_000):  # to another moment each time
            pass
        writer.kill()
        writer.communicate()
        litter += len(os.listdir(tmp_path)) > 1
        found = load(path).parameters
        assert any((found == network.parameters).all() for network in expected)
    assert litter or not WHOLE  # or else none was killed while it wrote
    save(expected[0], path)
    assert os.listdir(tmp_path) == ["model"]


FULL = """
import resource, sys
from clearprop import InputError, Network, load, save
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    save(Network([100, 100, 1], rng=0), sys.argv[1])
except InputError as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="there are such limits there only")
def test_where_there_is_no_room_the_last_good_file_stays(tmp_path):
    from clearprop import Network, load, save

    save(Network([2, 3, 1], rng=0), tmp_path / "model")
    done = subprocess.run([sys.executable, "-c", FULL, tmp_path / "model"], capture_output=True, text=True, check=True)
    assert "model: cannot be written: File too large: choose another place, or make room" in done.stdout
    assert load(tmp_path / "model").layer_sizes == (2, 3, 1)
    assert os.listdir(tmp_path) == ["model"]
