"""The lowest version that pyproject.toml allows of every dependency, extras included, as constraints for pip.

`python tests/lowest_versions.py` prints them; `make test-all` installs them.
"""

import re
import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
BOUND = re.compile(r"(?P<name>[\w.-]+)>=(?P<version>[\w.]+)(; .*)?")


def lowest_versions(pyproject):
    """From pyproject.toml, as a text, to name==version for each dependency; one that has no lower bound is refused."""
    project = tomllib.loads(pyproject)["project"]
    extras = project["optional-dependencies"].values()
    bounds = [*project["dependencies"], *(bound for extra in extras for bound in extra)]
    return [constraint(bound) for bound in bounds]


def constraint(bound):
    found = BOUND.fullmatch(bound)
    if found is None:
        raise ValueError(f"pyproject.toml: {bound!r} must be written as name>=version, so that its lowest is known")
    return f"{found['name']}=={found['version']}"


if __name__ == "__main__":
    sys.stdout.write("\n".join(lowest_versions(PYPROJECT.read_text(encoding="utf-8"))) + "\n")
