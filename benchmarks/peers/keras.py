"""Keras on JAX: `Sequential`, `compile`, `fit`."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from scipy.sparse import issparse

from peers import CannotDo


def training(workload, X, y, setting):
    if issparse(X):
        raise CannotDo("its JAX layers take no sparse rows")
    *hidden, n_outputs = workload.sizes[1:]
    softmax = workload.output == "softmax"
    layers = [keras.layers.Dense(units, activation=workload.activation) for units in hidden]
    model = keras.Sequential([keras.Input((workload.sizes[0],)), *layers, keras.layers.Dense(n_outputs)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True) if softmax else "mean_squared_error"
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss)
    model.optimizer.build(model.trainable_variables)

    def run():
        # The model stays, since a new one would be compiled anew.
        model.set_weights([numbers for layer in workload.initial_layers() for numbers in layer])
        for variable in model.optimizer.variables[:1] + model.optimizer.variables[2:]:  # the second is the rate
            variable.assign(np.zeros(variable.shape, dtype=variable.dtype))
        model.fit(X, y, batch_size=workload.batch, epochs=workload.epochs, verbose=0)
        numbers = model.get_weights()
        return list(zip(numbers[::2], numbers[1::2], strict=True))

    return run
