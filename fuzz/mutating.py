"""Changes of JSON that stay JSON: a value for another one, an entry more or less, one of another place."""

import json
import random

EVIL = [
    None, True, False, 0, 1, -1, 2, 0.5, -0.0, 1e308, -1e308, 5e-324, 10**400, 2**53, 2**63, -(2**63) - 1, 2**64,
    float("nan"), float("inf"), float("-inf"), "", " ", "abc", "NaN", "1", "relu", "ReLU", "softmax", "\x00", "\ud800",
    "\u202e", "x" * 300, [], {}, [[]], [None], {"": None}, {"name": "relu"}, {"name": "elu", "alpha": -1}, [0], [1, 2],
]  # fmt: skip


def changed(text, seed):
    """The JSON with a few of its values changed; None where it is none."""
    rng = random.Random(seed)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        value = _changed(value, rng)
    return json.dumps(value).encode()


def _changed(value, rng):
    places = list(_places(value, ()))
    place = rng.choice(places)
    if not place:
        return rng.choice(EVIL) if rng.random() < 0.1 else value
    *way, last = place
    holder = value
    for key in way:
        holder = holder[key]
    kind = rng.random()
    if kind < 0.5:
        holder[last] = json.loads(json.dumps(rng.choice(EVIL)))
    elif kind < 0.65:
        del holder[last]
    elif kind < 0.75 and isinstance(holder[last], int | float) and not isinstance(holder[last], bool):
        holder[last] = holder[last] * rng.choice((-1, 2, 0.5, 1e10)) if abs(holder[last]) < 1e300 else 0
    elif kind < 0.85:
        other = value
        for key in rng.choice(places):
            other = other[key]
        holder[last] = json.loads(json.dumps(other))
    elif isinstance(holder, list):
        holder.insert(rng.randrange(len(holder) + 1), json.loads(json.dumps(rng.choice((holder[last], *EVIL)))))
    else:
        holder[rng.choice(("", "more", "name", last + " "))] = holder[last]
    return value


def _places(value, place):
    """The way to each value, the whole itself first; of long lists the first few."""
    yield place
    if len(place) > 12:
        return
    if isinstance(value, dict):
        for key, item in list(value.items())[:100]:
            yield from _places(item, (*place, key))
    elif isinstance(value, list):
        for number, item in enumerate(value[:20]):
            yield from _places(item, (*place, number))
