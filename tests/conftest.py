"""Every test that takes an engine is run with each of them."""

import pytest

from clearprop.engines import ENGINES


@pytest.fixture(params=list(ENGINES))
def engine(request):
    return request.param
