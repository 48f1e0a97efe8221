"""What kernels do with n numbers at a pointer: copies, multiples, sums."""

from clearprop.engines.compiled.elementary import like
from clearprop.engines.compiled.jit import part, total


@part
def copy(target, source, n):
    """Copy n numbers."""
    for i in range(n):
        target[i] = source[i]


@part
def fill(target, number, n):
    """Have n numbers be the same."""
    for i in range(n):
        target[i] = number


@part
def add_times(target, factor, values, n):
    """target += factor * values."""
    for j in range(n):
        target[j] += factor * values[j]


@total
def sum_of(values, n):
    """The sum of n numbers."""
    result = 0.0
    for i in range(n):
        result += values[i]
    return result


@total
def sum_of_squares(values, n):
    """The sum of the squares of n numbers."""
    squares = 0.0
    for i in range(n):
        squares += values[i] * values[i]
    return squares


@total
def sum_of_sizes(values, n):
    """The sum of n numbers without their signs."""
    sizes = 0.0
    for i in range(n):
        sizes += abs(values[i])
    return sizes


@total
def sum_of_products(one, other, n):
    """The sum of the products of n numbers with n others, in their own dtype."""
    products = like(0, one[0])
    for i in range(n):
        products += one[i] * other[i]
    return products
