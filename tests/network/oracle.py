"""Both passes, one float at a time."""

import math

SCALAR = {
    "sigmoid": (lambda z: 1 / (1 + math.exp(-z)), lambda z: math.exp(-z) / (1 + math.exp(-z)) ** 2),
    "tanh": (math.tanh, lambda z: 1 / math.cosh(z) ** 2),
    "relu": (lambda z: max(z, 0.0), lambda z: float(z > 0)),
    "identity": (lambda z: z, lambda z: 1.0),
}


def scalar_passes(network, X, y, weight, masks):
    """z, a, deltas and gradients as lists of lists, by the definition of the loss with its sum over the outputs."""
    names, n_layers = [f.name for f in network.activations], len(network.weights)
    W = [[[float(w) for w in row] for row in layer] for layer in network.weights]
    b = [[float(one) for one in layer] for layer in network.biases]
    z_all, a_all, delta_all = ([[] for _ in range(n_layers)] for _ in range(3))
    dW = [[[0.0] * len(layer[0]) for _ in layer] for layer in W]
    db = [[0.0] * len(layer) for layer in b]
    loss, dX = 0.0, []
    for row, (x, target) in enumerate(zip(X, y, strict=True)):
        fed, zs, outs = [list(x)], [], []
        for layer in range(n_layers):
            z = [
                b[layer][j] + sum(fed[-1][i] * W[layer][i][j] for i in range(len(W[layer])))
                for j in range(len(b[layer]))
            ]
            a = [SCALAR[names[layer]][0](one) for one in z]
            zs.append(z)
            outs.append(a)
            mask = masks[layer]
            fed.append(a if mask is None else [one * float(m) for one, m in zip(a, mask[row], strict=True)])
        share = weight[row] / sum(weight)
        loss += share * sum((one - t) ** 2 / 2 for one, t in zip(outs[-1], target, strict=True))
        to_a = [share * (one - t) for one, t in zip(outs[-1], target, strict=True)]
        for layer in reversed(range(n_layers)):
            delta = [g * SCALAR[names[layer]][1](one) for g, one in zip(to_a, zs[layer], strict=True)]
            for j, d in enumerate(delta):
                db[layer][j] += d
                for i, into in enumerate(fed[layer]):
                    dW[layer][i][j] += into * d
            to_a = [sum(W[layer][i][j] * d for j, d in enumerate(delta)) for i in range(len(W[layer]))]
            if layer > 0 and masks[layer - 1] is not None:
                to_a = [g * float(m) for g, m in zip(to_a, masks[layer - 1][row], strict=True)]
            delta_all[layer].append(delta)
        for layer in range(n_layers):
            z_all[layer].append(zs[layer])
            a_all[layer].append(outs[layer])
        dX.append(to_a)
    return loss, z_all, a_all, delta_all, dW, db, dX
