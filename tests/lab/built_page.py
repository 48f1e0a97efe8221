"""The page's script, which Node bundles: the tests that use it are skipped where it was not built."""

from clearprop.lab.assets import SCRIPT, STATIC

from ..outside import missing


def need_page():
    """Skip where the page was not built."""
    if not (STATIC / SCRIPT).exists():
        missing("Node, which builds the lab's page,")
