"""Columns put together from the pieces in which they are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clearprop.tables.column import Column

if TYPE_CHECKING:
    import polars as pl

_EXACT = 2**53  # whole numbers up to it are exact in float64


class Numbers:
    """A column of numbers that grows: float64, or int64 from the first on that float64 does not hold.

    Memory that is asked for and not yet written takes no room, so that a good guess of the rows costs nothing.
    """

    def __init__(self, expected: int) -> None:
        self._values: npt.NDArray[Any] = np.empty(max(expected, 16))
        self._missing: npt.NDArray[np.bool_] | None = None  # of whole numbers, which have no NaN
        self._n = 0

    def add(self, piece: pl.Series) -> None:
        """Append numbers, floating or whole."""
        end = self._n + len(piece)
        if end > len(self._values):
            self._resize(max(end, len(self._values) * 5 // 4))
        if piece.dtype.is_integer():
            self._add_whole(piece, end)
        else:
            if self._missing is not None:
                self._values = self._floats()
                self._missing = None
            self._values[self._n : end] = piece.to_numpy()
        self._n = end

    def column(self, name: str) -> Column:
        """What has been appended."""
        self._resize(self._n)
        missing = np.isnan(self._values) if self._missing is None else self._missing
        return Column(name, "number", self._values, missing if missing.any() else None)

    def _add_whole(self, piece: pl.Series, end: int) -> None:
        if self._missing is None and not _is_exact(piece):
            known = self._values[: self._n]
            self._missing = np.zeros(len(self._values), dtype=bool)
            self._missing[: self._n] = np.isnan(known)
            if (np.trunc(known[~self._missing[: self._n]]) == known[~self._missing[: self._n]]).all():
                self._values = np.empty(len(self._values), dtype=np.int64)
                self._values[: self._n] = np.nan_to_num(known)
            else:
                self._missing = None
        if self._missing is None:
            self._values[self._n : end] = piece.to_numpy()
        else:
            self._values[self._n : end] = piece.fill_null(0).to_numpy()
            self._missing[self._n : end] = piece.is_null().to_numpy()

    def _floats(self) -> npt.NDArray[np.float64]:
        assert self._missing is not None
        values = self._values.astype(np.float64)
        values[self._missing] = np.nan
        return values

    def _resize(self, size: int) -> None:
        self._values.resize(size, refcheck=False)
        if self._missing is not None:
            self._missing.resize(size, refcheck=False)


def _is_exact(piece: pl.Series) -> bool:
    """Whether float64 holds all of these whole numbers."""
    least, most = piece.min(), piece.max()
    return least is None or (least >= -_EXACT and most <= _EXACT)  # type: ignore[operator, return-value]


@dataclass(frozen=True, eq=False)
class Texts:
    """A column of texts as they stand in a file, each different one once.

    Attributes
    ----------
    name : str
    codes : array of int32, shape (n,)
        Which of the texts each cell has; -1 where it is empty.
    texts : polars.Series of str, shape (distinct,)
    """

    name: str
    codes: npt.NDArray[np.int32]
    texts: pl.Series

    def without_last(self) -> Texts:
        """The column without its last row, and without the text that only this has."""
        codes = self.codes[:-1]
        used = np.bincount(codes[codes >= 0], minlength=len(self.texts)) > 0
        places = np.append(np.cumsum(used) - 1, -1).astype(np.int32)
        return Texts(self.name, places[codes], self.texts.filter(used))

    def row_of(self, text: int) -> int:
        """The first row that has a text."""
        return int(np.argmax(self.codes == text))


class TextPieces:
    """A column of texts that grows: of each piece the different ones are kept, unless most of them differ."""

    def __init__(self) -> None:
        self._texts: list[pl.Series] = []
        self._codes: list[npt.NDArray[np.int32] | None] = []  # None of a piece that is kept whole

    def add(self, piece: pl.Series) -> None:
        """Append texts; nulls are empty cells."""
        texts = piece.unique(maintain_order=True).drop_nulls()
        is_kept = 4 * len(texts) > len(piece)
        self._texts.append(piece if is_kept else texts)
        self._codes.append(None if is_kept else _codes(piece, texts))

    def column(self, name: str) -> Texts:
        """What has been appended, the texts in the order in which they are met."""
        import polars as pl

        every = pl.concat(self._texts)
        texts = every.unique(maintain_order=True).drop_nulls()
        places, start = _codes(every, texts), 0
        of_pieces = []
        for of_piece, codes in zip(self._texts, self._codes, strict=True):
            own = places[start : start + len(of_piece)]
            start += len(of_piece)
            of_pieces.append(own if codes is None else np.append(own, np.int32(-1))[codes])
        return Texts(name, np.concatenate(of_pieces), texts)


def _codes(piece: pl.Series, texts: pl.Series) -> npt.NDArray[np.int32]:
    """The place of each text among the different ones; -1 for none."""
    import polars as pl

    if not len(texts):
        return np.full(len(piece), -1, dtype=np.int32)
    if len(texts) == len(piece):  # each once, in their order
        return np.arange(len(piece), dtype=np.int32)
    codes = piece.cast(pl.Enum(texts)).to_physical()
    if codes.null_count():
        codes = codes.cast(pl.Int32).fill_null(-1)
    return codes.to_numpy().astype(np.int32)
