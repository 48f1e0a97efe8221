import pytest

from clearprop.article import show_mistakes


@pytest.fixture(scope="session")
def mistakes():
    """The nine demonstrations, computed once: the second takes some seconds."""
    return list(show_mistakes())
