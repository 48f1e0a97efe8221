"""Files of version 1, and what they say as those of today do."""

from __future__ import annotations

from typing import Any

import msgspec

from clearprop.files.configs import Members, NetworkConfig
from clearprop.files.model_kinds import ENSEMBLE, TABLE
from clearprop.foundation.configs import checked

_NETWORK = {field.name for field in msgspec.structs.fields(NetworkConfig)}


def of_first_version(kind: str, said: dict[str, Any]) -> dict[str, Any]:
    """A description in today's words; InputError if the number of members is none.

    What a network's description had more was passed over then. How many members there are stood in `extra`, where an
    ensemble had nothing else, and a table's model what answers.
    """
    network, extra, members = said["network"], said["extra"], None
    if isinstance(network, dict):
        network = {name: value for name, value in network.items() if name in _NETWORK}
    if kind == ENSEMBLE:
        extra, members = {}, checked(extra, Members, "extra").members
    elif isinstance(extra, dict) and "members" in extra:
        members = checked({"members": extra["members"]}, Members, "extra").members
        extra = {name: value for name, value in extra.items() if name != "members"}
    if kind == TABLE:
        extra = {"predictor": extra}
    return {"network": network, "extra": extra, "members": members}
