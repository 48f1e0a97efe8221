"""The kinds of models that files hold, by the names that stand in them."""

NETWORK, ENSEMBLE, TABLE, CHECKPOINT = "network", "ensemble", "table", "checkpoint"
CLASSIFIER, REGRESSOR, PERCEPTRON = "MLPClassifier", "MLPRegressor", "Perceptron"

# What has no more than its networks.
BARE = (NETWORK, ENSEMBLE)

# What each is called in sentences.
NAMES = {
    NETWORK: "a bare network",
    ENSEMBLE: "an ensemble",
    TABLE: "a model of a table",
    CHECKPOINT: "a checkpoint",
    CLASSIFIER: "an MLPClassifier",
    REGRESSOR: "an MLPRegressor",
    PERCEPTRON: "a Perceptron",
}
