"""The article's system, neuron by neuron: exact to its last printed digit, and its nine mistakes shown in numbers.

Everything here is written to be read and to be compared with the article "Introduction to Deep Learning - Part 3"
(PolarSPARC, 2023); `clearprop.Network` is the one to train with. Nothing here uses the rest of clearprop.

Notation: W2[3,1] is the weight from neuron 3 of layer 1 to neuron 1 of layer 2, counted from 1, layer 0 the input;
delta is dL/dz.
"""

from clearprop.article.activations import sigmoid, slope, step
from clearprop.article.encoding import ENCODINGS, class_targets
from clearprop.article.layer import Layer
from clearprop.article.mistakes import DEMONSTRATIONS, Mistake, Table, show_mistakes
from clearprop.article.network import NeuralNetwork
from clearprop.article.neuron import Neuron
from clearprop.article.perceptron import Perceptron
from clearprop.article.reproduction import (
    ROWS,
    TARGETS,
    TEST_ROWS,
    TEST_TARGETS,
    Comparison,
    Output,
    blobs,
    new_network,
    reproduce,
)

__all__ = [
    "DEMONSTRATIONS",
    "ENCODINGS",
    "ROWS",
    "TARGETS",
    "TEST_ROWS",
    "TEST_TARGETS",
    "Comparison",
    "Layer",
    "Mistake",
    "NeuralNetwork",
    "Neuron",
    "Output",
    "Perceptron",
    "Table",
    "blobs",
    "class_targets",
    "new_network",
    "reproduce",
    "show_mistakes",
    "sigmoid",
    "slope",
    "step",
]
