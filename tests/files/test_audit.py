"""Nothing is run while a file is loaded: Python's audit sees no import, compilation, pickle or network."""

import subprocess
import sys
from pathlib import Path

import pytest

from clearprop import InputError, load

from .tampering import changed

GOLDEN = Path(__file__).parents[1] / "golden"
FILES = sorted(GOLDEN.rglob("*.model"))

# What a first load of each kind has loaded is clearprop's own and its libraries'; the next ones need nothing more.
PROGRAM = """
import sys
import clearprop

def load(path):
    try:
        clearprop.load(path)
    except clearprop.InputError:
        pass

paths = sys.argv[1:]
for path in paths:
    load(path)
told = []
WATCHED = ("import", "exec", "compile", "pickle", "marshal", "socket", "subprocess", "os.system", "os.exec", "os.fork",
           "os.posix_spawn", "ctypes", "urllib", "code")
def hook(event, arguments):
    if event.startswith(WATCHED):
        told.append((event, str(arguments)[:80]))
    if event == "open" and arguments[1] and set(str(arguments[1])) & set("wax+"):
        told.append((event, str(arguments)[:80]))
sys.addaudithook(hook)
for path in paths:
    load(path)
seen = list(told)
compile("1", "a", "eval")
assert told[len(seen):], "the hook is at work"
print(seen)
"""


def seen_in(paths):
    command = [sys.executable, "-c", PROGRAM, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_nothing_is_run_by_good_files():
    assert len(FILES) >= 10
    assert seen_in(FILES) == "[]"


@pytest.mark.parametrize("name", ["os.system", "builtins.eval"])
def test_names_of_functions_are_names_and_nothing_else(tmp_path, name):
    def named(description):
        description["config"]["network"]["activations"][0] = {"name": name}

    bad = tmp_path / "m"
    bad.write_bytes(changed((GOLDEN / "2" / "network.model").read_bytes(), named))
    with pytest.raises(InputError, match=f"unknown activation '{name}'"):
        load(bad)
    assert seen_in([GOLDEN / "2" / "network.model", bad]) == "[]"
