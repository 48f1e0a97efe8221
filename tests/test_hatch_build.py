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
def module():
    """The hook, as it is found when the package is built."""
    spec = importlib.util.spec_from_file_location("hatch_build", PLACE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def build(module, tmp_path, monkeypatch):
    """Bundle in a folder like a clone; the commands that were run, and what was warned of."""
    lab = tmp_path / "src" / "clearprop" / "lab"
    (lab / "frontend" / "src" / "parts").mkdir(parents=True)
    (lab / "frontend" / "src" / "parts" / "a.ts").write_text("")
    monkeypatch.setattr(module, "SOURCES", tmp_path / "src")
    monkeypatch.setattr(module, "FRONTEND", lab / "frontend")
    monkeypatch.setattr(module, "PAGE", lab / "static")

    def run(npm="/bin/npm", status=0):
        commands, warnings = [], []

        def ran(command, **where):
            assert where["cwd"] == lab / "frontend"
            commands.append(command[1:])
            return SimpleNamespace(returncode=status, stdout="", stderr="no registry")

        monkeypatch.setattr(module.shutil, "which", lambda name: npm)
        monkeypatch.setattr(subprocess, "run", ran)
        hook = module.BuildHook.__new__(module.BuildHook)
        monkeypatch.setattr(module.BuildHook, "app", SimpleNamespace(display_warning=warnings.append), raising=False)
        hook._bundle_page()
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


def test_a_page_that_came_with_the_sources_needs_no_node(build):
    bundled(build.lab, 0)  # as in an archive, in which all files have one date
    assert build(npm=None) == ([], [])


def test_a_bundling_that_fails_holds_up_nothing(build):
    commands, (warning,) = build(status=1)
    assert commands == [["ci"]]
    assert "no registry" in warning


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["linux_x86_64", "manylinux_2_36_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"], 2),
        (["manylinux_2_36_aarch64", "manylinux_2_17_aarch64", "linux_aarch64"], 1),
        (["musllinux_1_2_x86_64", "linux_x86_64"], 0),
        (["macosx_14_0_arm64", "macosx_14_0_universal2", "macosx_11_0_arm64", "macosx_11_0_universal2"], 2),
        (["win_amd64"], 0),
    ],
)
def test_a_wheel_with_kernels_is_for_all_systems_that_can_run_them(module, tags, expected):
    assert module._platform(tags) == tags[expected]


@pytest.mark.parametrize("current", [True, False])
def test_kernels_of_these_sources_make_a_wheel_of_a_system(module, tmp_path, monkeypatch, current):
    """Kernels of other sources are none: a wheel that has only such is for every system, and has none in it."""
    from clearprop.engines.compiled import cache
    from clearprop.engines.compiled.instructions import AVX2, BUILT

    monkeypatch.setattr("clearprop.engines.compiled.instructions.of_this_machine", lambda: [AVX2])
    monkeypatch.setattr(module, "SOURCES", tmp_path)
    for one in BUILT:
        folder = tmp_path / module.PLACE / one.folder
        folder.mkdir(parents=True)
        (folder / f"f.0123456789abcdef.{one.name}.code").touch()
        (folder / f"f.{cache.SOURCES if current else 'fedcba9876543210'}.{one.name}.code").touch()
    failing = SimpleNamespace(returncode=1, communicate=lambda: ("", "no Numba"))
    monkeypatch.setattr(module.BuildHook, "_compile", staticmethod(lambda *given: failing))
    warnings, data = [], {"artifacts": []}
    monkeypatch.setattr(module.BuildHook, "app", SimpleNamespace(display_warning=warnings.append), raising=False)
    module.BuildHook.__new__(module.BuildHook)._compile_kernels(data)
    file = (module.PLACE / AVX2.folder / f"f.{cache.SOURCES}.{AVX2.name}.code").as_posix()
    if current:
        assert data.pop("tag").startswith("py3-none-")
        assert data == {"artifacts": [f"/{tmp_path.name}/{file}"], "pure_python": False}
        assert warnings == []
    else:
        assert data == {"artifacts": []}
        assert warnings == [f"the kernels for {AVX2.name} were not compiled: no Numba"]
