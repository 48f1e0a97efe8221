"""Configurations from files, checked by msgspec against structs that declare types and bounds; none is believed.

msgspec says what is wrong in words for programmers and leaves the value out. An entry that it refuses is therefore
looked for once more here, so that a message has its place, its value and the rule. Each field of a struct is annotated
with a `msgspec.Meta` whose description ends the sentence "<value> is not ..."; its title, where there is one, is what
a message calls the field (with an empty one the message is of the whole).
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct

from clearprop.errors import InputError
from clearprop.foundation.table_cells import quoted

_REMEDY = "the file is damaged or was changed: save the model again"

Config = TypeVar("Config", bound=Struct)


def refuse(what: str, rule: str) -> InputError:
    """The error for an entry that breaks a rule.

    Examples
    --------
    >>> print(refuse("column 'age', scale", "nan is not finite"))
    column 'age', scale: nan is not finite: the file is damaged or was changed: save the model again
    """
    return InputError(f"{what}: {rule}: {_REMEDY}")


def checked(config: object, kind: type[Config], what: str) -> Config:
    """The entries of a configuration, every one of the type and within the bounds that a struct declares.

    Raises
    ------
    InputError
        An entry is missing, unknown, of another type or out of bounds; the message begins with `what`.

    Examples
    --------
    >>> from typing import Annotated
    >>> above_0 = Annotated[float, msgspec.Meta(gt=0, description="above 0")]
    >>> kind = msgspec.defstruct("Scaling", [("scale", above_0)])
    >>> checked({"scale": 2}, kind, "column 1").scale
    2.0
    >>> checked({"scale": -2}, kind, "column 1")
    Traceback (most recent call last):
    clearprop.errors.InputError: column 1, scale: -2 is not above 0: the file is damaged or was changed: save the ...
    """
    try:
        return _converted(config, kind)
    except msgspec.ValidationError:
        raise _refusal(config, kind, what) from None


def _converted(value: object, kind: type[Config]) -> Config:
    try:
        return msgspec.convert(value, kind)
    except SystemError as error:  # before msgspec 0.22, for a whole number that is too large for a float
        raise msgspec.ValidationError(str(error.__cause__)) from None
    except UnicodeError as error:  # a text with half surrogates where a number belongs
        raise msgspec.ValidationError(str(error)) from None


def _refusal(config: object, kind: type[Struct], what: str) -> InputError:
    """The error for the first entry that is wrong."""
    if not isinstance(config, dict):
        return refuse(what, f"{quoted(config)} is not a dictionary")
    fields = msgspec.structs.fields(kind)
    names = {field.name for field in fields}
    if missing := {field.name for field in fields if field.required} - config.keys():
        return refuse(what, f"there is no entry {quoted(min(missing))}")
    given = (field for field in fields if field.name in config)
    wrong = next((field for field in given if _is_wrong(config[field.name], field.type)), None)
    if wrong is None:
        return refuse(what, f"the entry {quoted(next(name for name in config if name not in names))} is unknown")
    title = get_args(wrong.type)[1].title
    place = ", ".join(filter(None, (what, wrong.name if title is None else title)))
    return refuse(place, _broken_rule(config[wrong.name], wrong.type))


def _is_wrong(value: object, kind: Any) -> bool:
    try:
        _converted(value, kind)
    except msgspec.ValidationError:
        return True
    return False


def _broken_rule(value: object, kind: Any) -> str:
    """What a value is not; of a list, what its first wrong item is not."""
    base, meta = get_args(kind)
    if base is float and (isinstance(value, bool) or not isinstance(value, int | float)):
        return f"{quoted(value)} is not a number"
    item_kind = get_args(base)[0] if get_origin(base) in (list, tuple) else None
    if isinstance(value, list) and get_origin(item_kind) is Annotated:
        wrong = [item for item in value if _is_wrong(item, item_kind)]
        if wrong:
            return _broken_rule(wrong[0], item_kind)
    return f"{quoted(value)} is not {meta.description}"
