"""What the command line calls the library's parameters that messages name."""

FLAGS = {
    "task": "--task",
    "ignore": "--ignore",
    "categories": "--category",
    "max_categories": "--max-categories",
    "learning_rate": "--learning-rate",
    "clip_norm=1.0": "--clip-norm 1.0",
    "l2": "--l2",
    "optimizer": "--optimizer",
}
