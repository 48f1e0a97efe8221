"""What the command line calls the library's parameters that messages name."""

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
    "recipe": "--recipe",
    "refit": "--refit",
    "max_epochs": "--epochs",
    "epochs": "--epochs",
    "patience": "--patience",
    "learning_rate": "--learning-rate",
    "clip_norm=1.0": "--clip-norm 1.0",
    "l2": "--l2",
    "every": "--checkpoint-every",
    "dropout": "--dropout",
    "decoupled_decay": "--decoupled-decay",
    "optimizer": "--optimizer",
    "missing": "--missing",
    "decimal": "--decimal",
    "thousands": "--thousands",
    "encoding": "--encoding",
    "delimiter": "--delimiter",
    "dates": "--dates",
}

# And what a training's warnings advise that is typed otherwise.
TRAINING_FLAGS = {"trainer={'clip_norm': 1.0}": "--clip-norm 1.0", "activation=": "--activation "}
