"""Models as programs in C99 that need no library but math.h and string.h."""

from clearprop.export.c.source import to_c

__all__ = ["to_c"]
