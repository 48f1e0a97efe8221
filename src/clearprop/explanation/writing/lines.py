"""Where a long formula is broken into lines: outside brackets before within them, at a sum before within a product."""

from collections.abc import Callable, Sequence

# A line that is filled to less than this share (the first number) costs more by the second.
LEAST, SHORT = 0.25, 0.25


def laid_out(pieces: Sequence[tuple[str, float]], first: int, width: int, size: Callable[[str], int]) -> list[str]:
    """Pieces put together to lines.

    Parameters
    ----------
    pieces : sequence of (str, float)
        What cannot be broken, and the cost of a break before it: how deep in brackets, a half more within a product.
    first, width : int
        What goes on the first line, and on the others.
    size : callable
        How wide a piece is.

    Examples
    --------
    >>> laid_out([("a", 0.0), ("·(b", 0.5), (" + c", 1.0), (" + d)", 1.0), (" + e", 0.0)], 14, 14, len)
    ['a·(b + c + d)', ' + e']
    >>> laid_out([("a", 0.0), ("·(b", 0.5), (" + c", 1.0), (" + d)", 1.0), (" + e", 0.0)], 8, 14, len)
    ['a', '·(b + c + d)', ' + e']
    """
    lines: list[str] = []
    rest = list(pieces)
    while rest:
        limit = width if lines else first
        ends = [size(rest[0][0])]
        while len(ends) < len(rest) and ends[-1] + size(rest[len(ends)][0]) <= limit:
            ends.append(ends[-1] + size(rest[len(ends)][0]))
        taken = len(ends)
        if taken < len(rest):
            costs = [rest[place][1] + SHORT * (ends[place - 1] < LEAST * limit) for place in range(1, taken + 1)]
            taken = max(place for place, cost in enumerate(costs, start=1) if cost == min(costs))
        lines.append("".join(text for text, _ in rest[:taken]))
        rest = rest[taken:]
    return lines
