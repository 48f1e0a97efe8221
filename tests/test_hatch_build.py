"""The build's hook: the page is bundled where Node is there and the page is old; where not, all else is built."""

import importlib.util
import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("hatchling")
PLACE = Path(__file__).resolve().parent.parent / "hatch_build.py"


@pytest.fixture
def build(tmp_path, monkeypatch):
    """Bundle in a folder like a clone; the commands that were run, what was warned of, and the files for the wheel."""
    spec = importlib.util.spec_from_file_location("hatch_build", PLACE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    lab = tmp_path / "src" / "clearprop" / "lab"
    (lab / "frontend" / "src" / "parts").mkdir(parents=True)
    (lab / "frontend" / "src" / "parts" / "a.ts").write_text("")
    monkeypatch.setattr(module, "SOURCES", tmp_path / "src")
    monkeypatch.setattr(module, "FRONTEND", lab / "frontend")
    monkeypatch.setattr(module, "PAGE", lab / "static")

    def run(npm="/bin/npm", status=0):
        commands, warnings, data = [], [], {"artifacts": []}

        def ran(command, **where):
            assert where["cwd"] == lab / "frontend"
            commands.append(command[1:])
            return SimpleNamespace(returncode=status, stdout="", stderr="no registry")

        monkeypatch.setattr(module.shutil, "which", lambda name: npm)
        monkeypatch.setattr(subprocess, "run", ran)
        hook = module.BuildHook.__new__(module.BuildHook)
        monkeypatch.setattr(module.BuildHook, "app", SimpleNamespace(display_warning=warnings.append), raising=False)
        hook._bundle_page(data)
        assert data["artifacts"] == ["/src/clearprop/lab/static/"]
        return commands, warnings

    run.lab = lab
    return run


def bundled(lab, age):
    """A page that was bundled so many seconds after its sources were changed."""
    (lab / "static").mkdir()
    (lab / "static" / "lab.js").write_text("")
    source = (lab / "frontend" / "src" / "parts" / "a.ts").stat().st_mtime
    os.utime(lab / "static" / "lab.js", (source + age, source + age))


def test_a_page_that_is_not_there_is_bundled(build):
    assert build() == ([["ci"], ["run", "build"]], [])


@pytest.mark.parametrize(("age", "commands"), [(10, []), (-10, [["ci"], ["run", "build"]])])
def test_a_page_is_bundled_again_when_a_source_has_changed(build, age, commands):
    bundled(build.lab, age)
    assert build() == (commands, [])


def test_without_node_all_else_is_built(build):
    commands, (warning,) = build(npm=None)
    assert commands == []
    assert "Node is not installed" in warning


def test_a_bundling_that_fails_holds_up_nothing(build):
    commands, (warning,) = build(status=1)
    assert commands == [["ci"]]
    assert "no registry" in warning
