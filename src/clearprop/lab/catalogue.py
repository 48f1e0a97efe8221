"""All that can be chosen, out of the registries."""

from __future__ import annotations

from clearprop.activations import ACTIVATIONS
from clearprop.initializers import INITIALIZERS
from clearprop.lab.data import DATASETS
from clearprop.lab.features import FEATURES
from clearprop.lab.formulas import FUNCTIONS
from clearprop.lab.protocol import Catalogue, Entry
from clearprop.losses import LOSSES
from clearprop.optimizers import OPTIMIZERS
from clearprop.schedules import SCHEDULES


def catalogue() -> Catalogue:
    """Names and titles."""

    def entries(names: object) -> list[Entry]:
        return [Entry(name=name, title=name, help="") for name in names]  # type: ignore[attr-defined]

    return Catalogue(
        datasets=[Entry(name=name, title=drawing.title, help="") for name, drawing in DATASETS.items()],
        features=[Entry(name=name, title=name, help="", formula=one.formula) for name, one in FEATURES.items()],
        activations=entries(ACTIVATIONS),
        losses=entries(LOSSES),
        optimizers=[
            Entry(name=name, title=name, help="", number=one.learning_rate) for name, one in OPTIMIZERS.items()
        ],
        schedules=entries(SCHEDULES),
        initializers=entries(INITIALIZERS),
        lessons=[],
        controls=[],
        functions=list(FUNCTIONS),
    )
