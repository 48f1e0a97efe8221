"""What the compiled engine is to reach: how many times as fast as a peer, and how close to the bare products."""

from peers import ARTICLE, JAX, PRODUCTS, PYTORCH, PYTORCH_COMPILED, SCIKIT_LEARN

_NOT_BEHIND_PYTORCH = {PYTORCH: 1.0, PYTORCH_COMPILED: 1.0}

#: The peer's time over ours, at least.
AT_LEAST = {
    "tiny": {SCIKIT_LEARN: 150.0, JAX: 5.0, **_NOT_BEHIND_PYTORCH},
    "digits": {SCIKIT_LEARN: 7.0, JAX: 1.6, **_NOT_BEHIND_PYTORCH},
    "tab": {SCIKIT_LEARN: 8.0, JAX: 2.0, **_NOT_BEHIND_PYTORCH},
    "mnist": {SCIKIT_LEARN: 4.0, JAX: 1.2, **_NOT_BEHIND_PYTORCH},
    "wide": {SCIKIT_LEARN: 1.5, JAX: 1.0, **_NOT_BEHIND_PYTORCH},
    "deep": {SCIKIT_LEARN: 5.0, JAX: 1.5, **_NOT_BEHIND_PYTORCH},
    "sigmoid": {SCIKIT_LEARN: 5.0, JAX: 1.5, **_NOT_BEHIND_PYTORCH},
    "sparse": {SCIKIT_LEARN: 1.0, **_NOT_BEHIND_PYTORCH},
    "digits-64": {SCIKIT_LEARN: 2.0},
    "tab-64": {SCIKIT_LEARN: 2.0},
    "mnist-64": {SCIKIT_LEARN: 2.0},
    "predict": {SCIKIT_LEARN: 1.0},
    "predict-one": {SCIKIT_LEARN: 1.0},
    "article": {ARTICLE: 50.0},
    "perceptron": {SCIKIT_LEARN: 1.0},
    "perceptron-75": {SCIKIT_LEARN: 1.0, ARTICLE: 500.0},
}
#: Our time over that of the bare products, at most.
AT_MOST = {"digits": {PRODUCTS: 2.0}, "tab": {PRODUCTS: 1.3}, "mnist": {PRODUCTS: 1.4}, "wide": {PRODUCTS: 1.1}}
#: Seconds from the start of a process to the end of its first training, at most.
FIRST_FIT_WARM, FIRST_FIT_COLD = 1.5, 12.0
