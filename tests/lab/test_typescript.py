"""The page's types are the protocol's."""

import re
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import fields

from clearprop.lab import protocol
from clearprop.lab.controls import CONTROLS
from clearprop.lab.typescript import BASES, source

# In the tree: an installed package has no sources of the page.
PLACE = Path(__file__).parents[2] / "src" / "clearprop" / "lab" / "frontend" / "src" / "protocol.ts"


def test_the_file_is_current():
    assert PLACE.read_text(encoding="utf-8") == source(), "run  python -m clearprop.lab.typescript"


STRUCTS = [
    value
    for value in vars(protocol).values()
    if isinstance(value, type) and issubclass(value, Struct) and value not in {Struct, *BASES}
]


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_each_struct_has_its_fields_and_its_tag(struct):
    (body,) = re.findall(rf"export interface {struct.__name__} \{{\n(.*?)\}}", source(), re.DOTALL)
    names = re.findall(r"^  (\w+)\??:", body, re.MULTILINE)
    tag = [] if struct.__struct_config__.tag is None else [struct.__struct_config__.tag_field]
    assert names == tag + list(struct.__struct_fields__)
    left_out = re.findall(r"^  (\w+)\?:", body, re.MULTILINE)
    with_default = [field.name for field in fields(struct) if not field.required]
    assert left_out == (with_default if issubclass(struct, protocol.Request) else [])


@pytest.mark.parametrize(
    "line",
    [
        '  type: "preset";',
        "  points: [number, number, number][];",
        "  weights: number[] | null;",
        "  data: Preset | Drawn | Pasted | Divided | Curve | Given;",
        "  change: Record<string, unknown>;",
        "  losses: (number | null)[];",
        "  view?: View;",
        "  settings: Settings;",
        f"export type Control = {' | '.join(f'{chr(34)}{control.name}{chr(34)}' for control in CONTROLS)};",
    ],
)
def test_types_are_written_as_typescript_has_them(line):
    assert line in source().splitlines()
