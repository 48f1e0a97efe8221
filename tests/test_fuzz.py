"""Every target takes its seeds, and a bounded number of inputs that the fuzzer makes of them; `make fuzz` goes on."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fuzz.mutating import changed
from fuzz.targets import TARGETS

from .extent import SEED, WHOLE
from .outside import missing

ROOT = Path(__file__).parent.parent


def fuzzed(folder, name, *options):
    """What is said of a run."""
    if importlib.util.find_spec("atheris") is None:
        missing("atheris")
    command = [sys.executable, "-m", "fuzz", name, f"-seed={SEED + 1}", f"-artifact_prefix={folder}/", *options]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )


def test_only_documented_errors_come_out(tmp_path):
    done = fuzzed(tmp_path, "all", f"-runs={50_000 if WHOLE else 2_000}")
    assert done.returncode == 0, done.stderr[-4_000:]
    assert "Done " in done.stderr


def test_what_is_read_wrongly_is_found(tmp_path):
    """Else a run that finds nothing would say nothing."""
    (tmp_path / "input").write_bytes(b"anything")
    done = fuzzed(tmp_path, "broken", str(tmp_path / "input"))
    assert done.returncode != 0
    assert "KeyError: 'broken'" in done.stderr


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_are_taken(name):
    seeds = TARGETS[name].seeds()
    assert seeds
    for seed in seeds:
        TARGETS[name].read(seed)


def test_changes_of_json_are_json_and_differ():
    import json

    text = b'{"network": {"layer_sizes": [2, 3, 1], "loss": {"name": "squared_error"}}}'
    made = {changed(text, seed) for seed in range(200)}
    assert len(made) > 150
    for one in made:
        json.loads(one)
    assert changed(b"{", 0) is None
