"""Models as programs in Python that need no library."""

from clearprop.export.python.source import to_python

__all__ = ["to_python"]
