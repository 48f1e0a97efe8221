"""What the parts of a program in C have in common: the prefix of its names, and how its numbers are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from string import Template
from typing import Any

import numpy.typing as npt

from clearprop.export.numerals import all_digits, digits, lines

Array = npt.NDArray[Any]


# The type that a class's name is returned in, by the kind of the labels.
TYPE_OF_LABELS = {"U": "const char *", "f": "double ", "b": "int ", "i": "long long "}


@dataclass(frozen=True)
class Language:
    """How a program is written.

    Attributes
    ----------
    prefix : str
        With which all its names begin.
    real : {"double", "float"}
        In which the networks are computed.
    """

    prefix: str
    real: str

    @property
    def suffix(self) -> str:
        """What stands behind a number, and a function of math.h, of this type."""
        return "f" if self.real == "float" else ""

    def text(self, template: str) -> str:
        """A template of which ${p} is the prefix, ${real} the type and ${f} the suffix."""
        return Template(template).substitute(p=self.prefix, real=self.real, f=self.suffix)

    def number(self, value: Any) -> str:
        """A number of the networks."""
        return f"{digits(value)}{self.suffix}"

    def array(self, name: str, values: Array, kind: str | None = None) -> str:
        """The definition of a constant array."""
        shape = "".join(f"[{length}]" for length in values.shape)
        head = f"static const {kind or self.real} {self.prefix}_{name}{shape} = "
        body = list(self._braces(values, ""))
        return "\n".join([head + body[0], *body[1:]]) + ";"

    def _braces(self, values: Array, indent: str) -> Iterator[str]:
        if values.ndim > 1:
            yield f"{indent}{{"
            for row in values:
                inner = list(self._braces(row, f"{indent}    "))
                yield from inner[:-1]
                yield f"{inner[-1]},"
            yield f"{indent}}}"
            return
        suffix = self.suffix if values.dtype.kind == "f" and values.dtype.itemsize == 4 else ""
        texts = [f"{one}{suffix}" for one in all_digits(values)] if values.dtype.kind == "f" else map(str, values)
        found = list(lines(texts, f"{indent}    "))
        if len(found) == 1:
            yield f"{indent}{{{found[0].strip()}}}"
        else:
            yield from (f"{indent}{{", *found, f"{indent}}}")
