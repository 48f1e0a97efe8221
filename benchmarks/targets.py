"""What is to be reached as it comes: how many times as fast as a peer, and how close to the bare products."""

from peers import ARTICLE, JAX, PRODUCTS, PYTORCH, PYTORCH_COMPILED, SCIKIT_LEARN

#: The peer's time over ours, at least, with each instruction set.
AT_LEAST = {
    "tiny": {SCIKIT_LEARN: 120.0, JAX: 5.0, PYTORCH: 200.0, PYTORCH_COMPILED: 1.0},
    "digits": {SCIKIT_LEARN: 7.0, JAX: 1.8, PYTORCH: 8.0, PYTORCH_COMPILED: 1.0},
    "tab": {SCIKIT_LEARN: 3.5, JAX: 1.6, PYTORCH: 3.0, PYTORCH_COMPILED: 1.0},
    "mnist": {SCIKIT_LEARN: 2.8, JAX: 1.2, PYTORCH: 2.0, PYTORCH_COMPILED: 1.0},
    "wide": {SCIKIT_LEARN: 1.4, JAX: 1.1, PYTORCH: 1.1, PYTORCH_COMPILED: 1.0},
    "deep": {SCIKIT_LEARN: 3.0, JAX: 1.5, PYTORCH: 1.8, PYTORCH_COMPILED: 1.0},
    "sigmoid": {SCIKIT_LEARN: 3.0, JAX: 1.5, PYTORCH: 1.8, PYTORCH_COMPILED: 1.0},
    "sparse": {SCIKIT_LEARN: 1.0, PYTORCH: 1.0},
    "digits-64": {SCIKIT_LEARN: 2.0},
    "tab-64": {SCIKIT_LEARN: 2.0},
    "mnist-64": {SCIKIT_LEARN: 2.0},
    "predict": {SCIKIT_LEARN: 1.0},
    "predict-one": {SCIKIT_LEARN: 1.0},
    "article": {ARTICLE: 50.0},
    "perceptron": {SCIKIT_LEARN: 1.0},
    "perceptron-75": {SCIKIT_LEARN: 1.0, ARTICLE: 500.0},
    "search": {SCIKIT_LEARN: 1.0},
}
#: Our time over that of the bare products, at most.
AT_MOST = {"digits": {PRODUCTS: 2.2}, "tab": {PRODUCTS: 1.25}, "mnist": {PRODUCTS: 1.3}, "wide": {PRODUCTS: 1.1}}
#: Seconds from the start of a process to the end of its first training after installation, at most.
FIRST_FIT = 0.6
#: Megabytes by which the peak of ours may be above scikit-learn's.
MEMORY = 20
#: How many times as fast two jobs are as one, at least.
TWO_JOBS = 1.8
