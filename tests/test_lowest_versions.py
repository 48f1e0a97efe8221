"""The lowest versions that `make test-all` installs are the bounds that are declared, all of them."""

import re

import pytest

from .lowest_versions import PYPROJECT, constraint, lowest_versions

ROOT = PYPROJECT.parent


def test_every_declared_dependency_has_its_lowest_version():
    text = PYPROJECT.read_text(encoding="utf-8")
    constraints = lowest_versions(text)
    # Counted in the text, with no parser: a quoted line "name>=version" each, the build's own requirement aside.
    declared = re.findall(r'"([\w-]+)>=([\w.]+)[";]', text.split("[project]")[1])
    assert constraints == [f"{name}=={version}" for name, version in declared]
    assert len(constraints) == len({name.lower() for name, _ in declared}) > 20
    assert {"numpy", "scikit-learn", "typer", "matplotlib", "pandas"} <= {name for name, _ in declared}


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        ("numpy>=2.1", "numpy==2.1"),
        ("numba>=0.62; platform_system != 'Emscripten'", "numba==0.62"),
        ("scikit-learn>=1.7.0", "scikit-learn==1.7.0"),
    ],
)
def test_a_bound_is_its_lowest_version(bound, expected):
    assert constraint(bound) == expected


@pytest.mark.parametrize("bound", ["numpy", "numpy<3", "numpy>=2.1,<3", "numpy==2.1", "numpy>2"])
def test_what_has_no_one_lowest_version_is_refused(bound):
    with pytest.raises(ValueError, match="must be written as name>=version"):
        constraint(bound)


def test_what_is_developed_with_is_not_below_the_bounds():
    pinned = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").split())
    pinned = {name.lower().replace("_", "-"): version for name, version in pinned.items()}
    for lowest in lowest_versions(PYPROJECT.read_text(encoding="utf-8")):
        name, version = lowest.split("==")
        assert tuple(map(int, pinned[name.lower()].split("."))) >= tuple(map(int, version.split("."))), name
