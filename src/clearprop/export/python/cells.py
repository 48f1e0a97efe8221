"""Definitions in plain Python of what reads a cell: a number, a truth, a category, a date."""

CELL = '''\
def cell(cells, column, categories=()):
    """A cell of the row, without white space around it; None where it is missing."""
    value = cells.get(column)
    if isinstance(value, str):
        value = value.strip()
        return None if value in MISSING and value not in categories else value
    return None if value is None or value != value else value  # only NaN is not equal to itself'''

NUMBER = '''\
def number(cells, column):
    """A number, or a text that is one; None where it is missing."""
    value = cell(cells, column)
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("%s: %r is no number" % (column, value))'''

NUMBER_OR_TEXT = '''\
def number(cells, column, missing=()):
    """A number, or a text that is one; None where it is missing."""
    value = cell(cells, column)
    if value is None or (isinstance(value, str) and spelled(value) in missing):
        return None
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("%s: %r is no number" % (column, value))'''

PLAIN = '''\
def plain(text):
    """A number as Python reads it, of one as in the table: {decimal} before fractions, {thousands} in thousands."""
    whole, point, fraction = text.partition({decimal})
    first, *rest = {split}
    digits = first.lstrip("+-")
    if rest and (not 1 <= len(digits) <= 3 or digits[0] == "0"):
        raise ValueError
    if any(len(one) != 3 or not one.isdigit() for one in rest) or "." in first + fraction:
        raise ValueError
    return first + "".join(rest) + ("." + fraction if point else "")'''

SCALED = '''\
def scaled(x, missing, center, scale, low, high, origin=0):
    """(x - center) / scale; of a missing x the number in its place, of one beyond all bounds the nearest known."""
    x = missing if x is None else float(x - origin)
    if x > 1e100:
        x = high
    elif x < -1e100:
        x = low
    return min(max((x - center) / scale, -1e6), 1e6)'''

BENT = '''\
def bent(z):
    """z, bent towards 3 where it is far out."""
    return z / math.sqrt((z / 3.0) ** 2 + 1.0)'''

TRUTH = '''\
def truth(cells, column):
    """1.0 for true, -1.0 for false, 0.0 where it is missing."""
    value = cell(cells, column)
    if value is None:
        return 0.0
    word = spelled(value).lower()
    if word in ("true", "yes", "y", "1"):
        return 1.0
    if word in ("false", "no", "n", "0"):
        return -1.0
    raise ValueError("%s: %r is neither true nor false" % (column, value))'''

SPELLED = '''\
def spelled(value):
    """The one spelling of a cell: 1, 1.0 and "1.0" are "1", TRUE is "True"."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(int(value)) if abs(value) < 1e21 and value == int(value) else repr(float(value))
    value = str(value)
    if value.lower() in ("true", "false"):
        return "True" if value.lower() == "true" else "False"
    whole, point, zeros = value.partition(".")
    digits = whole[1:] if whole[:1] == "-" else whole
    if point and digits.isdigit() and not zeros.strip("0") and (digits == "0" or digits[0] != "0"):
        return "0" if digits == "0" else whole
    return value'''

PLACE = '''\
def place(cells, column, categories, missing):
    """The place of a cell's category, from 0; -1 for one that is not known."""
    value = cell(cells, column, categories)
    if value is None:
        return missing
    text = spelled(value)
    if text in categories:
        return categories.index(text)
    return -1'''

PLACE_OF_NUMBERS = '''\
def place(cells, column, categories, missing):
    """The place of a cell's category, from 0, by its spelling or else by the number it is; -1 for one not known."""
    value = cell(cells, column, categories)
    if value is None:
        return missing
    text = spelled(value)
    if text in categories:
        return categories.index(text)
    number = plain_number(text)
    same = [i for i, one in enumerate(categories) if number is not None and plain_number(one) == number]
    return same[0] if len(same) == 1 else -1


def plain_number(text):
    """The number that a text spells; None for other texts, and for codes such as 007."""
    digits = "" if text is None else text.lstrip("+-")
    if not digits or digits.strip("0123456789.eE+-") or (digits[0] == "0" and digits[1:2].isdigit()):
        return None
    try:
        return float(text)
    except ValueError:
        return None'''

ONE_HOT = '''\
def one_hot(place, width):
    """Zeros with a 1 at a place; zeros alone for the place -1."""
    return [1.0 if i == place else 0.0 for i in range(width)]'''

MOMENT = '''\
def moment(cells, column, zoned):
    """A date as microseconds since 1970, in UTC if it has a time zone, as it must or may not; None if it is missing.

    A date is a text such as 2024-03-31, 2024-03-31 14:30 or 2024-03-31T14:30:00.5+02:00, or a number of seconds.
    """
    value = cell(cells, column)
    if value is None:
        return None
    if isinstance(value, (int, float)):
        return int(round(value * 1000000))
    text = value if isinstance(value, str) else value.isoformat()
    try:
        year, month, day = [int(part) for part in text[:10].split("-")]
        clock, offset, has_zone = text[11:].replace(",", "."), 0, text[11:].strip("0123456789:,.") != ""
        if text[10:11] not in ("", "T", " "):
            raise ValueError
        if clock[-1:] == "Z":
            clock = clock[:-1]
        for sign in "+-":
            if sign in clock:
                clock, zone = clock.split(sign)
                minutes = int(zone[:2]) * 60 + int(zone.replace(":", "")[2:] or "0")
                offset = minutes if sign == "+" else -minutes
        hour, minute, second = ([float(part) for part in clock.split(":")] + [0.0])[:3] if clock else (0.0, 0.0, 0.0)
        days = days_since_1970(year, month, day)
        if calendar(days) != (year, month - 1, day - 1) or hour > 23 or minute > 59 or second >= 60:
            raise ValueError
    except (ValueError, IndexError):
        raise ValueError("%s: %r is no date, such as 2024-03-31" % (column, value))
    if has_zone != zoned:
        has, had = ("no", "one") if zoned else ("a", "none")
        raise ValueError("%s: %r has %s time zone, and the dates of training had %s" % (column, value, has, had))
    seconds = days * 86400 + int(hour) * 3600 + int(minute) * 60 - offset * 60
    return seconds * 1000000 + int(round(second * 1000000))


def days_since_1970(year, month, day):
    """How many days a date is after the 1st of January 1970, by years that begin in March."""
    year, month = (year, month - 3) if month > 2 else (year - 1, month + 9)
    leap_days = year // 4 - year // 100 + year // 400
    return 365 * year + leap_days + (153 * month + 2) // 5 + day - 1 - 719468'''

YEAR_FIRST = '''\
def year_first(text):
    """A date as in ISO 8601, of one that is {order}, as in the table; one with the year in front as it is."""
    date, blank, clock = text.replace("T", " ").partition(" ")
    parts = date.replace("/", "-").replace(".", "-").split("-")
    if len(parts) != 3 or len(parts[0]) > 2:
        return text
    {parts}, year = parts
    if len(year) == 2:
        year = ("20" if int(year) < 69 else "19") + year
    return "%s-%02d-%02d%s%s" % (year, int(month), int(day), blank, clock)'''

CALENDAR = '''\
def calendar(days):
    """Year, month from 0 and day of the month from 0, of a number of days since 1970.

    Years are counted from March, so that a leap day is a year's last; 400 of them are always 146097 days.
    """
    cycle, rest = divmod(days + 719468, 146097)
    year = (rest - rest // 1460 + rest // 36524 - rest // 146096) // 365
    rest -= 365 * year + year // 4 - year // 100
    month = (5 * rest + 2) // 153
    return 400 * cycle + year + (month > 9), (month + 2) % 12, rest - (153 * month + 2) // 5'''

CIRCLE = '''\
def circle(turns):
    """The sine and the cosine of a share of a whole turn, which stands for what comes round again."""
    return [math.sin(2.0 * math.pi * turns), math.cos(2.0 * math.pi * turns)]'''

WALL = '''\
def wall(moment, hours, offsets):
    """What the clocks of a time zone show: before the first of these hours since 1970 UTC and offsets[0] seconds."""
    passed = 0
    while passed < len(hours) and hours[passed] <= moment // 3600000000:
        passed += 1
    return moment + offsets[passed] * 1000000'''
