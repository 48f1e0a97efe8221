"""The same tests where nothing is compiled: the kernels as the Python that they are written in."""

import re
from pathlib import Path

import pytest

from .helpers import run_python

TESTS = Path(__file__).parents[2]
# How many tests of these files pass at least, so that none is passed over in silence.
FILES = {
    ("engines/compiled/test_registries.py",): 300,
    ("engines/compiled/test_inputs.py",): 70,
    ("engines/compiled/test_elementary.py", "engines/compiled/test_products.py", "perceptron/test_rule.py"): 100,
}
CODE = """
import sys
import pytest
from clearprop.engines.compiled import machine_code
assert not machine_code.ENABLED
failed = pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]])
assert not machine_code.ORIGINS, "it is compiled all the same"
sys.exit(failed)
"""


@pytest.mark.parametrize("files", FILES)
def test_kernels_agree_where_nothing_is_compiled(files):
    paths = [str(TESTS / name) for name in files]
    said = run_python(CODE, "--rootdir", str(TESTS.parent), *paths, NUMBA_DISABLE_JIT="1")
    (passed,) = re.findall(r"(\d+) passed", said)
    assert int(passed) > FILES[files]
