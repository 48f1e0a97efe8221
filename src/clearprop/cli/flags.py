"""What the command line calls the library's parameters that messages name."""

import re

FLAGS = {
    "task": "--task",
    "ignore": "--ignore",
    "categorical_features": "--category",
    "split_by": "--split-by",
    "members": "--members",
    "class_weight": "--class-weight",
    "validation_fraction": "--validation",
    "scoring": "--scoring",
    "random_state": "--seed",
    "cluster": "--cluster",
    "stream": "--stream",
    "recipe": "--recipe",
    "refit": "--refit",
    "max_epochs": "--epochs",
    "epochs": "--epochs",
    "patience": "--patience",
    "learning_rate": "--learning-rate",
    "trainer={'clip_norm': 1.0}": "--clip-norm 1.0",
    "trainer={'optimizer': ...}": "--optimizer",
    "trainer={'l2': ...}": "--l2",
    "l2": "--l2",
    "every": "--checkpoint-every",
    "checkpoint": "--checkpoint",
    "checkpoint_every": "--checkpoint-every",
    "dropout": "--dropout",
    "decoupled_decay": "--decoupled-decay",
    "l1": "--l1",
    "clip_norm": "--clip-norm",
    "batch_size": "--batch-size",
    "hidden_layer_sizes": "--hidden",
    "activation": "--activation",
    "initializer": "--initializer",
    "n_iter_no_change": "--patience",
    "schedule": "--schedule",
    "loss": "--loss",
    "dtype": "--dtype",
    "optimizer": "--optimizer",
    "missing": "--missing",
    "decimal": "--decimal",
    "thousands": "--thousands",
    "encoding": "--encoding",
    "delimiter": "--delimiter",
    "dates": "--dates",
    "largest": "--largest",
}

# What a training's warnings advise that is no single name.
_TYPED_OTHERWISE = {name: flag for name, flag in FLAGS.items() if "=" in name} | {"activation=": "--activation "}

# A name that is no word of prose: it has an underscore, or a value behind it.
_NAMED = re.compile(r"\b(?:([a-z]+(?:_[a-z]+)+)|([a-z]\w*)(?==))(?:=([\w.'+-]*[\w']))?")


def with_flags(text: str) -> str:
    """A text that no `Message` is, with flags where it plainly names parameters that have one.

    Examples
    --------
    >>> with_flags("lower learning_rate (0.1), give clip_norm=1.0 or plan for more than epochs=3; in all epochs")
    'lower --learning-rate (0.1), give --clip-norm 1.0 or plan for more than --epochs 3; in all epochs'
    """

    def flag(name: re.Match[str]) -> str:
        called = FLAGS.get(name[1] or name[2])
        return name[0] if called is None else f"{called} {name[3]}" if name[3] else called

    for name, typed in _TYPED_OTHERWISE.items():
        text = text.replace(name, typed)
    return _NAMED.sub(flag, text)
