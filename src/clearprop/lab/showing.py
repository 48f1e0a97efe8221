"""`Lab`: a network that is watched, in a notebook or in a file."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

from clearprop.errors import InputError, MissingExtraError
from clearprop.foundation.near_names import did_you_mean, near

if TYPE_CHECKING:
    from clearprop.lab.protocol import Settings
    from clearprop.lab.session import Session
    from clearprop.network.network import Network


class Lab:
    """A network in a page: watch it learn, step it forwards and back, click any weight and see why.

    At the end of a cell it shows itself in Jupyter, VS Code and marimo (the extra `notebook`); `to_html` writes a
    recorded training as one file. `clearprop lab` opens the same page in the browser.

    Parameters
    ----------
    model : Network, Trainer, its training, estimator, pipeline, or model of a table, optional
        What is shown. It stays as it is: the lab trains a copy. Without one a new network is trained. A training, and
        an `MLPClassifier` or `MLPRegressor`, goes on with its own settings from where it stands, unless others are
        given; one that is not fitted begins as its `fit` would.
    X : array-like of shape (n, features), or Table
        The rows that it learns from, as the model takes them.
    y : array-like of shape (n,) or (n, outputs)
        Their targets. Left out where X is a table with the target in it. Without X and y: `data`.
    **settings
        What the page begins with: `data="moons"`, `layers=[8, 8]`, `activation="relu"` (of all of them),
        `optimizer="sgd"`, `learning_rate=0.1`, `batch_size=10`, `features=["x1", "x1^2"]`, `held_out=0.3`, `seed=0` and
        whatever else `settings` has.

    Raises
    ------
    InputError
        There is no such setting, a value is none that it can have, or model and rows do not fit.

    Examples
    --------
    >>> from clearprop import Lab, Network
    >>> lab = Lab(Network([2, 3, 1], "tanh", loss="binary_cross_entropy", rng=0), [[0, 1], [1, 1]], [1, 0])
    >>> lab
    Lab: 2-3-1, tanh, sigmoid; binary_cross_entropy, adam; 2 rows; epoch 0
    >>> Lab(data="moons", layers=[8, 8], activation="relu").settings.layers[1].activation
    'relu'
    """

    def __init__(self, model: Any = None, X: Any = None, y: Any = None, **settings: Any) -> None:
        from clearprop.lab.given import given
        from clearprop.lab.refusals import Refusal
        from clearprop.lab.runs import run_of
        from clearprop.lab.session import Session

        try:
            run = None if settings else run_of(model, X, y)
            if run is not None:
                self._session = Session(run=run)
                return
            rows, usual = given(model, X, y)
            self._session = Session(rows, _changed(usual, settings))
        except Refusal as refusal:
            raise InputError(f"{refusal.field}: {refusal.message}" if refusal.field else refusal.message) from None

    @property
    def session(self) -> Session:
        """What answers the page."""
        return self._session

    @property
    def settings(self) -> Settings:
        """What is chosen now."""
        return self._session.state.settings

    @property
    def network(self) -> Network:
        """The network as it stands now; what the page does to it is seen here."""
        return self._session.state.network

    @cached_property
    def widget(self) -> Any:
        """The page as an anywidget.

        Raises
        ------
        MissingExtraError
            anywidget is not installed.
        """
        try:
            from clearprop.lab.widget import LabWidget
        except ImportError as error:
            raise MissingExtraError("anywidget", "notebook", "a lab in a notebook") from error
        from clearprop.lab.replay import Recordable

        return LabWidget(Recordable(self._session))

    def to_html(self, path: str | os.PathLike[str], epochs: int = 200) -> None:
        """Record a training of so many epochs from the start, and write it as one file that replays it.

        The file needs no server and no Python, and loads nothing from anywhere. The lab itself stays where it is.

        Parameters
        ----------
        path : path
        epochs : int
            How long to train, at most.

        Raises
        ------
        InputError
            The page is not built, or the file cannot be written.
        """
        from clearprop.lab.replay import write_replay

        write_replay(path, self._session, epochs)

    def __repr__(self) -> str:
        live = self._session.state
        names = [activation.name for activation in live.network.activations]
        sizes = "-".join(map(str, live.network.layer_sizes))
        loss, optimizer = live.network.loss_function.name, live.trainer.optimizer.name
        epoch = self._epoch()
        rows = len(live.data)
        return f"Lab: {sizes}, {', '.join(names)}; {loss}, {optimizer}; {rows:,} rows; epoch {epoch}"

    def _epoch(self) -> int:
        from clearprop.lab.protocol import Frame, Look, View

        frame, _ = self._session.answer(Look(view=View(plane=0, maps=0, row=self._session.state.row)))
        assert isinstance(frame, Frame)
        return frame.place.epoch

    def _repr_mimebundle_(self, **wanted: Any) -> Any:
        """Jupyter and VS Code; where the page cannot be shown, how it could be."""
        try:
            return self.widget._repr_mimebundle_(**wanted)
        except (MissingExtraError, InputError) as error:
            return {"text/plain": f"{self!r}\n{error}"}

    def _display_(self) -> Any:
        """Marimo."""
        return self.widget


def _changed(settings: Settings, changes: dict[str, Any]) -> Settings:
    """The settings with these in the place of some; an activation is that of all hidden layers."""
    import msgspec

    from clearprop.lab.protocol import Settings

    changes = dict(changes)
    activation = changes.pop("activation", None)
    known = Settings.__struct_fields__
    for name in changes:
        if name not in known:
            hint = did_you_mean(near(name, [*known, "activation"]))
            raise InputError(f"the lab has no setting {name!r}{hint}: take {', '.join(known)} or activation")
    whole = {**msgspec.to_builtins(settings), **msgspec.to_builtins(changes)}
    if "layers" in changes:
        whole["weights"] = changes.get("weights")
        whole["layers"] = [{"units": layer} if isinstance(layer, int) else layer for layer in whole["layers"]]
    if activation is not None:
        whole["layers"] = [{**layer, "activation": activation} for layer in whole["layers"]]
    if isinstance(whole["data"], str):
        whole["data"] = {"type": "preset", "name": whole["data"]}
    try:
        return msgspec.convert(whole, Settings)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        raise InputError(f"{where.rstrip('`')}: {what}" if where else what) from None
