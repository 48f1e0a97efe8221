"""Sessions for tests, and oracles that share no code with them."""

import numpy as np

from clearprop import Network, Trainer
from clearprop.lab.protocol import Configure, LayerChoice, Look, Refused, Seek, Settings, View
from clearprop.lab.session import Session

PLAIN = View(plane=0, maps=0)
SMALL = Settings(layers=[LayerChoice(units=3)], batch_size=32)


def answered(session, request):
    """The reply and its arrays by name; what is refused fails the test."""
    reply, arrays = session.answer(request)
    assert not isinstance(reply, Refused), reply.message
    return reply, dict(zip([info.name for info in reply.arrays], arrays, strict=True))


def refused(session, request):
    reply, arrays = session.answer(request)
    assert isinstance(reply, Refused), reply
    assert arrays == []
    return reply


def session_of(settings=SMALL):
    session = Session()
    answered(session, Configure(settings=settings, view=PLAIN))
    return session


def look(session, **view):
    return answered(session, Look(view=View(**{"plane": 0, "maps": 0} | view)))


def at(session, epoch, batch=0):
    """The parameters there."""
    return answered(session, Seek(epoch=epoch, batch=batch, view=PLAIN))[1]["parameters"]


def plain_training(session, settings):
    """The same by `Network` and `Trainer` alone, on the session's rows, before the first batch."""
    live = session.state
    loss = settings.loss or live.network.loss_function
    network = Network(
        live.network.layer_sizes,
        [layer.activation for layer in settings.layers],
        settings.output_activation or None,
        loss,
        settings.initializer or None,
        settings.dtype,
        settings.seed,
    )
    trainer = Trainer(
        network,
        optimizer=settings.optimizer,
        learning_rate=settings.learning_rate,
        schedule=settings.schedule,
        batch_size=settings.batch_size or len(live.data),
        epochs=settings.epochs,
        shuffle=settings.shuffle,
        l1=settings.l1,
        l2=settings.l2,
        dropout=[layer.dropout for layer in settings.layers],
        clip_norm=settings.clip_norm or None,
        patience=None,
        keep_best=False,
        engine="numpy",
        rng=settings.seed,
    )
    held = (live.inputs[live.held_out], live.targets[live.held_out])
    return trainer.start(
        live.inputs[live.trained], live.targets[live.trained], validation=held if len(live.held_out) else None
    )


def same(left, right):
    """Equal to the bit, NaN where NaN is."""
    assert left.keys() == right.keys()
    for name in left:
        np.testing.assert_array_equal(left[name], right[name], err_msg=name)
