"""The trainable share p of a unit's activation: a = z + p (f(z) - z); see `clearprop.trainable_share`."""

from clearprop.engines.compiled.elementary import like
from clearprop.engines.compiled.jit import part
from clearprop.engines.compiled.pointers import call, pointer
from clearprop.engines.compiled.vectors import fill


@part
def mix(a, z, f, p, rows, units, stride):
    """a = z + p (f - z), for so many rows."""
    for row in range(rows):
        to, of_z, of_f = pointer(a, row * stride), pointer(z, row * stride), pointer(f, row * stride)
        for j in range(units):
            to[j] = of_z[j] + p[j] * (of_f[j] - of_z[j])


@part
def through_shares(slope, z, f, d, rows, units, stride, s, p, room):
    """dL/da becomes dL/dz = dL/da (1 + p (df/dz - 1)), and f, which nobody needs any more, each row's part in dL/dp."""
    for row in range(rows):
        of_z, of_f, of_d = pointer(z, row * stride), pointer(f, row * stride), pointer(d, row * stride)
        for j in range(units):
            room[j] = of_d[j]
            of_d[j] *= p[j]
        call(slope, (of_z, of_f, of_d, 1, units, stride, s))
        for j in range(units):
            of_f[j] = room[j] * (of_f[j] - of_z[j])
            of_d[j] += room[j] - p[j] * room[j]


@part
def add_up_shares(g, parts, stride, rows, n):
    """dL/dp of n neighbours: the sum of what `through_shares` left of each row."""
    fill(g, like(0, g[0]), n)
    for row in range(rows):
        of_row = pointer(parts, row * stride)
        for j in range(n):
            g[j] += of_row[j]
