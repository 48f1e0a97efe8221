"""The protocol's types for the page: `python -m clearprop.lab.typescript` writes frontend/src/protocol.ts."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import msgspec.inspect as types

from clearprop.lab import protocol
from clearprop.lab.controls import CONTROLS

PLACE = Path(__file__).parent / "frontend" / "src" / "protocol.ts"
HEADER = "// Written by `python -m clearprop.lab.typescript` from protocol.py and controls.py: change those.\n"

# What has no message of its own, and what is a name for several.
BASES = {protocol.Choice, protocol.Request, protocol.Reply}
UNIONS = {str(name): getattr(protocol, name) for name in ("Data", "Grain", "AnyRequest", "AnyReply")}

_PLAIN: dict[type[types.Type], str] = {
    types.NoneType: "null",
    types.BoolType: "boolean",
    types.IntType: "number",
    types.FloatType: "number",
    types.StrType: "string",
    types.AnyType: "unknown",
    types.RawType: "unknown",
}


def source() -> str:
    """All of the protocol's structs and unions as TypeScript."""
    structs = [value for value in vars(protocol).values() if isinstance(value, type) and value not in BASES]
    controls = " | ".join(json.dumps(control.name) for control in CONTROLS)
    parts = [HEADER, f"/** Of `Catalogue.controls`. */\nexport type Control = {controls};\n"]
    parts += [f"export type {name} = {_written(types.type_info(union))};\n" for name, union in UNIONS.items()]
    parts += [_interface(value) for value in structs if value.__module__ == protocol.__name__]
    return "\n".join(parts)


def _interface(struct: type[msgspec.Struct]) -> str:
    """A struct as an interface. Of a request, what has a default may be left out."""
    info: Any = types.type_info(struct)
    said = (struct.__doc__ or "").strip().splitlines()[0]
    lines = [f"/** {said} */", f"export interface {struct.__name__} {{"]
    if info.tag is not None:
        lines.append(f"  {info.tag_field}: {json.dumps(info.tag)};")
    for field in info.fields:
        optional = "" if field.required or not issubclass(struct, protocol.Request) else "?"
        lines.append(f"  {field.encode_name}{optional}: {_written(field.type)};")
    return "\n".join([*lines, "}\n"])


def _written(info: Any) -> str:
    """A type as TypeScript has it."""
    if type(info) in _PLAIN:
        return _PLAIN[type(info)]
    match info:
        case types.Metadata(type=inner):
            return _written(inner)
        case types.StructType(cls=struct):
            return str(struct.__name__)
        case types.LiteralType(values=values):
            return " | ".join(json.dumps(value) for value in values)
        case types.UnionType(types=members):
            return " | ".join(_written(member) for member in members)
        case types.TupleType(item_types=items):
            return f"[{', '.join(map(_written, items))}]"
        case types.ListType(item_type=item):
            written = _written(item)
            return f"({written})[]" if " | " in written else f"{written}[]"
        case types.DictType(value_type=item):
            return f"Record<string, {_written(item)}>"
    raise TypeError(f"{info}: the page has no type for it; say in typescript.py how it is written")


if __name__ == "__main__":
    PLACE.parent.mkdir(parents=True, exist_ok=True)
    PLACE.write_text(source(), encoding="utf-8")
    sys.stdout.write(f"{PLACE}\n")
