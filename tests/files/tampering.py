"""Files changed on purpose, with a checksum that is right again: what is then refused, the other checks refuse."""

import hashlib
import json
import struct

from clearprop.files.frame import BEGINNING, DIGITS, SEAL, UNSEALED


def taken_apart(content):
    """What a file says of itself, what it says of its arrays, and their bytes."""
    (length,) = struct.unpack("<Q", content[:8])
    entries = json.loads(content[8 : 8 + length])
    return json.loads(entries.pop("__metadata__")["clearprop"]), entries, content[8 + length :]


def put_together(description, entries, data):
    """The file of these parts, sealed where it has a place for a checksum; texts stand for what is no JSON."""
    inner = description if isinstance(description, str) else compact({"checksum": UNSEALED.decode(), **description})
    rest = entries if isinstance(entries, str) else compact(entries)[1:-1]
    header = BEGINNING + json.dumps(inner)[1:-1].encode() + b'"}' + (b"," if rest else b"") + rest.encode() + b"}"
    return sealed(struct.pack("<Q", len(header)) + header + data)


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def sealed(content):
    """The same content with the checksum that it has to have."""
    place = 8 + len(SEAL)
    if content[8:place] != SEAL:
        return content
    content = content[:place] + UNSEALED + content[place + DIGITS :]
    return content[:place] + hashlib.sha256(content).hexdigest().encode() + content[place + DIGITS :]


def changed(content, change):
    """A file of which a function has changed what it says of itself."""
    description, entries, data = taken_apart(content)
    description["checksum"] = UNSEALED.decode()
    change(description)
    return put_together(description, entries, data)
