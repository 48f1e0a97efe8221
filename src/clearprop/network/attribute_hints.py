"""What is often tried on a network, by the names that other libraries have for it, and what to write instead."""

INSTEAD = {
    "fit": "a Trainer trains it, as in Trainer(network).fit(X, y)",
    "train": "a Trainer trains it, as in Trainer(network).fit(X, y)",
    "compile": "the loss is given to Network(...), the optimizer to Trainer(network, optimizer=...)",
    "summary": "write network.info()",
    "predict_proba": "write network.predict(X), whose outputs are probabilities where the loss is cross_entropy",
    "evaluate": "write network.loss(X, y)",
    "loss_": "write network.loss(X, y)",
    "layers": "see network.weights, network.biases and network.activations, lists with an entry a layer",
    "coefs_": "write network.weights",
    "intercepts_": "write network.biases",
    "state_dict": "write network.parameters.copy()",
    "load_state_dict": "write network.parameters = values",
    "get_weights": "write network.weights",
    "set_weights": "write network.weights = values",
    "score": "write network.loss(X, y), or give network.predict(X) to a metric such as sklearn.metrics.r2_score",
    "zero_grad": "backward gives new gradients at each call",
}
