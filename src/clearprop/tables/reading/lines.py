"""On which line of its file each row begins."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
import numpy.typing as npt


class Lines:
    """Lines by row: of stretches of rows, each a line long, only the first is kept.

    Examples
    --------
    >>> lines = Lines()
    >>> lines.extend(3, 2)
    >>> lines.extend(2, np.array([5, 9]))
    >>> [lines(row) for row in range(5)], len(lines)
    ([2, 3, 4, 5, 9], 5)
    """

    def __init__(self) -> None:
        self._first_rows: list[int] = []
        self._lines: list[int | npt.NDArray[np.integer]] = []
        self._n_rows = 0

    def __len__(self) -> int:
        return self._n_rows

    def extend(self, n_rows: int, lines: int | npt.NDArray[np.integer]) -> None:
        """Add rows: the line of the first if each is a line long, else the line of each."""
        self._first_rows.append(self._n_rows)
        self._lines.append(lines)
        self._n_rows += n_rows

    def __call__(self, row: int) -> int:
        """The line, from 1, on which a row, from 0, begins."""
        stretch = bisect_right(self._first_rows, row) - 1
        lines, offset = self._lines[stretch], row - self._first_rows[stretch]
        return lines + offset if isinstance(lines, int) else int(lines[offset])
