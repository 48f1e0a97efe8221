"""Whatever is chosen and asked: there is an answer, and what is refused is refused in words for people."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop.activations import ACTIVATIONS
from clearprop.initializers import INITIALIZERS
from clearprop.lab.features import FEATURES
from clearprop.lab.presets import DATASETS
from clearprop.lab.protocol import (
    Configure,
    Curve,
    Divided,
    Drawn,
    Explain,
    Frame,
    LayerChoice,
    Opened,
    Pasted,
    Preset,
    Refused,
    Seek,
    SetNumber,
    Settings,
    Step,
    Tick,
    View,
)
from clearprop.lab.session import Session
from clearprop.losses import LOSSES
from clearprop.optimizers import OPTIMIZERS
from clearprop.schedules import SCHEDULES
from tests.extent import examples


def names(registry, *more):
    return st.sampled_from([*registry, *more])


NUMBERS = st.floats(-1e3, 1e3, width=32)
DATA = st.one_of(
    st.builds(Preset, name=names(DATASETS, "nothing"), rows=st.integers(4, 60), noise=st.floats(0, 1)),
    st.builds(
        Drawn,
        points=st.lists(st.tuples(NUMBERS, NUMBERS, st.sampled_from([0.0, 1.0, 2.0, 0.5])), max_size=30),
        task=st.sampled_from(["classification", "regression"]),
    ),
    st.builds(Pasted, text=st.sampled_from(["a,b\n1,2\n3,4\n5,7\n", "a;b;c\n1;2;x\n2;3;y\n0;1;x\n", "nothing", ""])),
    st.builds(Divided, formula=st.sampled_from(["x", "1/x", "sin(5*x)", ""]), rows=st.integers(4, 60)),
    st.builds(Curve, formula=st.sampled_from(["x", "exp(x)", "y"]), rows=st.integers(4, 60)),
)
LAYERS = st.builds(
    LayerChoice,
    units=st.integers(1, 6),
    activation=names(ACTIVATIONS),
    dropout=st.sampled_from([0.0, 0.0, 0.5]),
)
SETTINGS = st.builds(
    Settings,
    data=DATA,
    features=st.lists(names(FEATURES), max_size=4, unique=True),
    standardized=st.booleans(),
    held_out=st.floats(0, 0.9),
    layers=st.lists(LAYERS, max_size=3),
    output_activation=names(ACTIVATIONS, "", "", ""),
    loss=names(LOSSES, "", "", ""),
    initializer=names(INITIALIZERS, "", ""),
    optimizer=names(OPTIMIZERS, "lbfgs"),
    learning_rate=st.sampled_from([1e-3, 0.03, 1.0, 1e6]),
    schedule=names(SCHEDULES),
    batch_size=st.sampled_from([0, 1, 7, 5_000]),
    epochs=st.sampled_from([1, 3, 1_000_000]),
    l1=st.sampled_from([0.0, 0.01, 1e6]),
    l2=st.sampled_from([0.0, 0.01, 1e6]),
    clip_norm=st.sampled_from([0.0, 0.1]),
    shuffle=st.booleans(),
    dtype=st.sampled_from(["float64", "float32"]),
    seed=st.integers(0, 2**70),
)
VIEW = View(plane=3, maps=2, row=7, axes=(1, 2))
# What NumPy and Python say, and nobody should read who has only chosen something.
INTERNAL = ("truth value", "NoneType", "keyword", "broadcast", "object has no", "positional", "dtype(", "zero-size")


def asked(session, request):
    reply, arrays = session.answer(request)
    assert len(arrays) == len(reply.arrays)
    if isinstance(reply, Refused):
        assert reply.message
        assert not any(words in reply.message for words in INTERNAL), reply.message
    return reply


@given(SETTINGS, st.data())
@examples(400)
@pytest.mark.filterwarnings("ignore")
def test_there_is_always_an_answer(settings, data):
    session = Session()
    opened = asked(session, Configure(settings=settings, view=VIEW))
    assert isinstance(opened, Opened | Refused)
    if isinstance(opened, Refused):
        return
    for _ in range(4):
        request = data.draw(
            st.one_of(
                st.builds(Tick, budget=st.just(0.5), grain=st.sampled_from(["batch", "epoch"]), view=st.just(VIEW)),
                st.builds(
                    Step,
                    grain=st.sampled_from(["operation", "layer", "sample", "batch"]),
                    direction=st.sampled_from([1, -1]),
                    view=st.just(VIEW),
                ),
                st.builds(Seek, epoch=st.integers(0, 3), batch=st.integers(0, 9), view=st.just(VIEW)),
                st.builds(
                    SetNumber,
                    name=st.sampled_from(["W1[1,1]", "b1[1]", "x[1]", "y[1]", "a1[1]", "?"]),
                    value=st.sampled_from([0.0, 1.0, 1e30, 1e300]),
                    view=st.just(VIEW),
                ),
                st.builds(Explain, name=st.sampled_from(["W1[1,1]", "loss", "z1[1]"]), row=st.just(3)),
            )
        )
        reply = asked(session, request)
        if isinstance(reply, Frame):
            assert reply.place.operation is None or reply.place.operation.equation
    frame = asked(session, Seek(epoch=0, view=VIEW))
    assert isinstance(frame, Frame)
    assert frame.loss is None or np.isfinite(frame.loss)
