"""PyTorch on a CPU: rows picked by a shuffled index, fused Adam; eager, or with model and loss compiled."""

import numpy as np
import torch
from scipy.sparse import issparse
from torch import nn
from torch.nn import functional

from peers import CannotDo

HIDDEN = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


def _model(workload, sparse):
    layers = []
    for level, (fan_in, fan_out) in enumerate(zip(workload.sizes, workload.sizes[1:], strict=False)):
        layers += [HIDDEN[workload.activation]()] if level > 0 else []
        layers.append(SparseLinear(fan_in, fan_out) if sparse and level == 0 else nn.Linear(fan_in, fan_out))
    return nn.Sequential(*layers)


class SparseLinear(nn.Module):
    """The first layer on rows of few numbers: a weighted sum of rows of its weights."""

    def __init__(self, fan_in, fan_out):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(fan_in, fan_out))
        self.bias = nn.Parameter(torch.empty(fan_out))

    def forward(self, rows):
        columns, starts, values = rows
        sums = functional.embedding_bag(columns, self.weight, starts, mode="sum", per_sample_weights=values)
        return sums + self.bias


def _picker(X):
    """From the index of a batch to its rows."""
    if issparse(X):

        def pick(index):
            rows = X[index.numpy()]
            return tuple(torch.from_numpy(part) for part in (rows.indices, rows.indptr[:-1], rows.data))

        return pick
    rows = torch.from_numpy(X)
    return lambda index: rows[index]


def _assign(model, layers, sparse):
    parameters = iter(model.parameters())
    with torch.no_grad():
        for level, (weights, biases) in enumerate(layers):
            transposed = not (sparse and level == 0)
            next(parameters).copy_(torch.from_numpy(weights.T if transposed else weights))
            next(parameters).copy_(torch.from_numpy(biases))


def _layers(model, sparse):
    numbers = [parameter.detach().numpy() for parameter in model.parameters()]
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return [(weights if sparse and level == 0 else weights.T, biases) for level, (weights, biases) in enumerate(pairs)]


def training(workload, X, y, setting, compiled=False):
    if compiled and issparse(X):
        raise CannotDo("rows of varying length are compiled anew for every batch")
    torch.set_num_threads(setting)
    sparse, classes = issparse(X), workload.output == "softmax"
    pick, targets = _picker(X), torch.from_numpy(y if classes else y[:, np.newaxis])
    model = _model(workload, sparse)
    criterion = nn.CrossEntropyLoss() if classes else nn.MSELoss()

    def batch_loss(rows, wanted):
        return criterion(model(rows), wanted)

    if compiled:
        batch_loss = torch.compile(batch_loss, dynamic=False)

    def run():
        torch.manual_seed(0)
        _assign(model, workload.initial_layers(), sparse)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
        for _ in range(workload.epochs):
            for index in torch.randperm(len(y)).split(workload.batch):
                optimizer.zero_grad()
                batch_loss(pick(index), targets[index]).backward()
                optimizer.step()
        return _layers(model, sparse)

    return run
