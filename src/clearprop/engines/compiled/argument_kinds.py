"""Of which kinds the arguments of kernels are, as C has them.

N is a whole number, D a float64, X the network's dtype; of each there is a pointer; and `Pointers` is one to a named
tuple of pointers.
"""

from __future__ import annotations

from dataclasses import dataclass

N, D, N_POINTER, D_POINTER, X_POINTER, NOTHING = "n", "d", "n*", "d*", "x*", "nothing"


@dataclass(frozen=True)
class Pointers:
    """A pointer to the pointers that a named tuple's fields are: which tuple, and the kind of each field."""

    of: type
    kinds: tuple[str, ...]

    @classmethod
    def to(cls, of: type, **kinds: str) -> Pointers:
        """The kinds given by the fields' names, each once."""
        fields: tuple[str, ...] = of._fields  # type: ignore[attr-defined]
        assert set(kinds) == set(fields), "each field has a kind"
        return cls(of, tuple(kinds[field] for field in fields))


Kind = str | Pointers
