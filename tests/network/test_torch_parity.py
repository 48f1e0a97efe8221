"""Value and every gradient of whole networks against PyTorch's autograd, in float64.

PyTorch is no dependency: see `outside`.
"""

import math

import numpy as np
import pytest

from clearprop import ACTIVATIONS, LOSSES, OPTIMIZERS, Network, Penalty, Trainer
from clearprop.inputs import Lookup, Periodic, Plain, Scale
from clearprop.losses import BinaryCrossEntropy, CrossEntropy

from ..outside import import_torch
from ..strategies import quiet_network, targets_for

torch = import_torch()
F = torch.nn.functional

TORCH_ACTIVATIONS = {
    "identity": lambda z: z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": F.relu,
    "leaky_relu": lambda z: F.leaky_relu(z, 0.01),
    "elu": F.elu,
    "selu": F.selu,
    "gelu": lambda z: F.gelu(z, approximate="none"),
    "silu": F.silu,
    "mish": F.mish,
    "softplus": lambda z: F.softplus(z, threshold=700),  # by default it is cut off to z at 20
    "softsign": F.softsign,
    # F.hardsigmoid holds 1/6 as a float32, whatever its argument: 3e-8 off
    "hard_sigmoid": lambda z: F.relu6(z + 3) / 6,
    "exponential": torch.exp,
    "softmax": lambda z: torch.softmax(z, dim=-1),
}
NO_TORCH_ACTIVATION = {"step": "torch.heaviside has no derivative: autograd refuses it"}

# Each gives l by row and output, of the outputs a, so that its derivative is autograd's alone.
TORCH_LOSSES = {
    "squared_error": lambda a, y: F.mse_loss(a, y, reduction="none") / 2,
    "absolute_error": lambda a, y: F.l1_loss(a, y, reduction="none"),
    "huber": lambda a, y: F.huber_loss(a, y, reduction="none", delta=1.0),
    # PyTorch's leaves out what does not depend on a
    "poisson": lambda a, y: (
        F.poisson_nll_loss(a, y, log_input=False, eps=0, reduction="none") + torch.special.xlogy(y, y) - y
    ),
    "binary_cross_entropy": lambda a, y: F.binary_cross_entropy(a, y, reduction="none"),
    "cross_entropy": lambda a, y: F.nll_loss(a.log(), y.argmax(dim=1), reduction="none")[:, None],
    "hinge": lambda a, y: F.margin_ranking_loss(a, torch.zeros_like(a), y, margin=1.0, reduction="none"),
    "perceptron": lambda a, y: F.margin_ranking_loss(a, torch.zeros_like(a), y, margin=0.0, reduction="none"),
}
NO_TORCH_LOSS = {
    "log_cosh": "torch.nn has none; tests/test_gradients.py checks it by the complex step",
    "quantile": "torch.nn has none; tests/test_gradients.py checks it by the complex step",
}
# The same from the weighted sums z, where PyTorch has a function for it and clearprop computes so too.
FROM_LOGITS = {
    "poisson": lambda z, y: F.poisson_nll_loss(z, y, log_input=True, reduction="none") + torch.special.xlogy(y, y) - y,
    "binary_cross_entropy": lambda z, y: F.binary_cross_entropy_with_logits(z, y, reduction="none"),
    "cross_entropy": lambda z, y: F.cross_entropy(z, y, reduction="none")[:, None],
}

# Autograd and clearprop add in another order: 1e-10 of the greatest entry of each array (of 1e-3 where all cancel).
TOLERANCE = 1e-10


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def suits(output, loss):
    """Whether the activation stays inside the loss's domain; outside, PyTorch gives NaN or cuts off elsewhere."""
    low, high = LOSSES[loss].output_domain
    a_low, a_high = ACTIVATIONS.resolve(output).output_range
    return output in TORCH_ACTIVATIONS and a_low >= low and a_high <= high and not (output == "relu" and low == 0)


PAIRS = [(loss, output) for loss in TORCH_LOSSES for output in TORCH_ACTIVATIONS if suits(output, loss)]


def torch_value_and_gradients(network, X, y, weight, penalty, from_logits):
    """L and dL/d(each layer's W, b) and dL/dX by autograd, from copies of the numbers alone."""
    x = torch.tensor(X, requires_grad=True)
    target = torch.tensor(y)
    layers = [
        (torch.tensor(W.copy(), requires_grad=True), torch.tensor(b.copy(), requires_grad=True))
        for W, b in zip(network.weights, network.biases, strict=True)
    ]
    a = x
    for (W, b), activation in zip(layers, network.activations, strict=True):
        z = a @ W + b
        a = TORCH_ACTIVATIONS[activation.name](z)
    name = network.loss_function.name
    values = FROM_LOGITS[name](z, target) if from_logits else TORCH_LOSSES[name](a, target)
    w = torch.ones(len(X), dtype=torch.float64) if weight is None else torch.tensor(weight)
    loss = (values.sum(dim=1) * w).sum() / w.sum()
    if penalty is not None:
        loss = loss + sum(penalty.l1 * W.abs().sum() + penalty.l2 / 2 * (W * W).sum() for W, _ in layers) / w.sum()
    loss.backward()
    return (
        loss.item(),
        [(W.grad.numpy(), b.grad.numpy()) for W, b in layers],
        x.grad.numpy() if x.grad is not None else np.zeros_like(X),
    )


def agree(ours, theirs, what):
    scale = max(np.abs(ours).max(), np.abs(theirs).max())
    assert np.isfinite(ours).all(), what
    assert ours.shape == theirs.shape, what
    assert np.abs(ours - theirs).max() <= TOLERANCE * max(scale, 1e-3), what


def compare(rng, hidden, output, loss, n_layers):
    """One network of random sizes on random rows: all numbers, with and without weights and penalty."""
    k = int(rng.integers(2, 5)) if "softmax" in (output, LOSSES[loss].output_activation) else int(rng.integers(1, 5))
    sizes = [*(int(size) for size in rng.integers(2, 8, size=n_layers)), k]
    network = quiet_network(sizes, hidden, output, loss, "glorot_normal", rng=rng)
    network.parameters += rng.normal(scale=0.1, size=network.parameters.size)
    if hidden == "exponential":
        network.parameters *= 0.3  # six of them on top of each other leave the floats
    rows = int(rng.integers(1, 12))
    X, y = rng.normal(size=(rows, sizes[0])), targets_for(loss, rng, rows, k)
    if output == "hard_sigmoid":
        network.weights[-1] *= 0.3  # inside, not at an end of the interval
    weights = [None, rng.uniform(0.2, 3, size=rows)]
    penalties = [None, Penalty(l2=0.3), Penalty(l1=0.2), Penalty(l1=0.05, l2=0.7)]
    from_logits = loss in FROM_LOGITS and output == LOSSES[loss].output_activation
    for weight in weights:
        for penalty in penalties:
            case = f"{[a.name for a in network.activations]}, {sizes}, {loss}, {weight}, {penalty}"
            value, layers, inputs = torch_value_and_gradients(network, X, y, weight, penalty, from_logits)
            trace = network.forward(X)
            gradients = network.backward(trace, y, weight, penalty)
            ours = network.loss_of(trace, y, weight, penalty)
            assert ours == pytest.approx(value, rel=TOLERANCE, abs=1e-14), case
            for layer, (W, b) in enumerate(layers):
                agree(gradients.weights[layer], W, f"W{layer + 1}: {case}")
                agree(gradients.biases[layer], b, f"b{layer + 1}: {case}")
            agree(gradients.inputs, inputs, f"inputs: {case}")


def test_every_entry_is_mapped_or_has_a_reason():
    assert set(TORCH_ACTIVATIONS) | set(NO_TORCH_ACTIVATION) == set(ACTIVATIONS)
    assert not set(TORCH_ACTIVATIONS) & set(NO_TORCH_ACTIVATION)
    assert set(TORCH_LOSSES) | set(NO_TORCH_LOSS) == set(LOSSES)
    assert not set(TORCH_LOSSES) & set(NO_TORCH_LOSS)
    assert {loss for loss, _ in PAIRS} == set(TORCH_LOSSES)
    assert {output for _, output in PAIRS} == set(TORCH_ACTIVATIONS)
    assert all(suits(LOSSES[loss].output_activation, loss) for loss in TORCH_LOSSES)


def test_the_reasons_hold():
    z = torch.tensor([-1.0, 1.0], requires_grad=True)
    with pytest.raises(RuntimeError, match=r"not implemented|derivative"):
        torch.heaviside(z, torch.zeros(())).sum().backward()
    for name in ("cosh", "quantile", "pinball"):
        assert not any(name in known.lower() for known in dir(torch.nn) + dir(F) if "loss" in known.lower())


@pytest.mark.parametrize("n_layers", range(1, 7))
@pytest.mark.parametrize("hidden", TORCH_ACTIVATIONS)
def test_every_hidden_activation_at_every_depth(hidden, n_layers):
    rng = np.random.default_rng([n_layers, sum(map(ord, hidden))])
    loss = ["squared_error", "binary_cross_entropy", "cross_entropy"][n_layers % 3]
    compare(rng, hidden, LOSSES[loss].output_activation, loss, n_layers)


@pytest.mark.parametrize(("loss", "output"), PAIRS)
def test_every_loss_with_every_output_activation(loss, output):
    rng = np.random.default_rng([sum(map(ord, loss)), sum(map(ord, output))])
    for n_layers in (1, int(rng.integers(2, 7))):
        hidden = [str(name) for name in rng.choice(sorted(set(TORCH_ACTIVATIONS) - {"exponential"}), n_layers - 1)]
        compare(rng, hidden, output, loss, n_layers)


@pytest.mark.parametrize("loss", FROM_LOGITS)
def test_losses_from_great_logits(loss):
    """Sums of 30 and more, where a loss taken from rounded outputs would have lost its digits."""
    rng = np.random.default_rng(12)
    network = quiet_network([3, 4], loss=loss, initializer="normal", rng=rng)
    network.parameters[:] = rng.normal(scale=10, size=network.parameters.size)
    X, y = rng.normal(scale=2, size=(9, 3)), targets_for(loss, rng, 9, 4)
    value, layers, inputs = torch_value_and_gradients(network, X, y, None, None, True)
    gradients = network.backward(network.forward(X), y)
    assert network.loss(X, y) == pytest.approx(value, rel=1e-13)
    agree(gradients.weights[0], layers[0][0], "W1")
    agree(gradients.biases[0], layers[0][1], "b1")
    agree(gradients.inputs, inputs, "inputs")


def test_dropout_masks_reach_the_gradient_as_autograd_has_it():
    rng = np.random.default_rng(6)
    network = quiet_network([4, 6, 5, 2], ["tanh", "silu"], rng=rng)
    X, y = rng.normal(size=(7, 4)), rng.normal(size=(7, 2))
    masks = [(rng.random((7, 6)) >= 0.5) / 0.5, (rng.random((7, 5)) >= 0.25) / 0.75, None]
    gradients = network.backward(network.forward(X, masks), y)
    leaves = [
        torch.tensor(array.copy(), requires_grad=True)
        for layer in zip(network.weights, network.biases, strict=True)
        for array in layer
    ]
    a = torch.tensor(X)
    for layer, name in enumerate(["tanh", "silu", "identity"]):
        a = TORCH_ACTIVATIONS[name](a @ leaves[2 * layer] + leaves[2 * layer + 1])
        a = a if masks[layer] is None else a * torch.tensor(masks[layer])
    (((a - torch.tensor(y)) ** 2).sum(dim=1) / 2).mean().backward()
    for layer in range(3):
        agree(gradients.weights[layer], leaves[2 * layer].grad.numpy(), f"W{layer + 1}")
        agree(gradients.biases[layer], leaves[2 * layer + 1].grad.numpy(), f"b{layer + 1}")


# Whole trainings, with the optimisers whose steps PyTorch defines alike (test_optimizers.py says why not the others).
TORCH_OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.05),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.05, eps=1e-10),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.05, alpha=0.9, eps=1e-8),
}


@pytest.mark.parametrize("name", TORCH_OPTIMIZERS)
def test_a_whole_training_is_pytorchs(name):
    assert name in OPTIMIZERS
    rng = np.random.default_rng(21)
    network = quiet_network([3, 5, 3], "tanh", loss="cross_entropy", rng=rng)
    X, classes = rng.normal(size=(30, 3)), rng.integers(3, size=30)
    leaves = [
        torch.tensor(array.copy(), requires_grad=True)
        for layer in zip(network.weights, network.biases, strict=True)
        for array in layer
    ]
    optimizer = TORCH_OPTIMIZERS[name](leaves)
    losses = []
    for _ in range(8):
        total = 0.0
        for start in range(0, 30, 8):
            optimizer.zero_grad()
            x, y = torch.tensor(X[start : start + 8]), torch.tensor(classes[start : start + 8])
            loss = F.cross_entropy(torch.tanh(x @ leaves[0] + leaves[1]) @ leaves[2] + leaves[3], y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        losses.append(total / 30)
    trainer = Trainer(
        network, optimizer=name, learning_rate=0.05, batch_size=8, epochs=8, shuffle=False, patience=None, rng=0
    )
    history = trainer.fit(X, classes)
    assert history.loss == pytest.approx(losses, rel=1e-10)
    ours = np.concatenate(
        [array.ravel() for layer in zip(network.weights, network.biases, strict=True) for array in layer]
    )
    theirs = np.concatenate([leaf.detach().numpy().ravel() for leaf in leaves])
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
    assert math.isfinite(history.loss[-1])


# A whole network as RealMLP is one: factors, tables, waves, shares, smoothed labels, and groups of parameters.
PARTS = (Plain(1), Scale(3), Lookup(5, 2), Periodic(2, 4, 3, 0.3), Lookup(3, 2))
FEATURES = 1 + 3 + 2 + 8 + 2


def torch_features(X, named):
    """What the inputs make of the columns, by PyTorch's own functions."""
    found = [X[:, :1], X[:, 1:4] * named["s2"]]
    found.append(F.embedding(X[:, 4].long(), named["E3"]))
    for k in range(2):
        x = X[:, 5 + k : 6 + k]
        found += [x, torch.cos(2 * torch.pi * x * named["c4"][k] + named["phi4"][k]) @ named["V4"][k] + named["v4"][k]]
    found.append(F.embedding(X[:, 7].long(), named["E5"]))
    return torch.cat(found, dim=1)


def torch_network(X, named, hidden):
    a = torch_features(X, named)
    for layer, name in enumerate(hidden, start=1):
        z = a @ named[f"W{layer}"] + named[f"b{layer}"]
        a = torch.lerp(z, TORCH_ACTIVATIONS[name](z), named[f"p{layer}"])
    last = len(hidden) + 1
    return a @ named[f"W{last}"] + named[f"b{last}"]


def realmlp_case(seed=0, n=60):
    rng = np.random.default_rng(seed)
    hidden = ["selu", "mish"]
    network = Network(
        [FEATURES, 8, 7, 4],
        hidden,
        loss=CrossEntropy(smoothing=0.1),
        initializer=["lecun_normal", "lecun_normal", "zeros"],
        rng=seed,
        inputs=PARTS,
        trainable_share=True,
    )
    X = np.column_stack(
        [rng.normal(size=(n, 4)), rng.integers(5, size=n), rng.normal(size=(n, 2)), rng.integers(3, size=n)]
    )
    network.initialize_from(X, rng=seed)
    leaves = {
        name: torch.tensor(array.copy(), requires_grad=True)
        for name, array in network.layout.named_views(network.parameters).items()
    }
    return network, hidden, leaves, X, rng.integers(4, size=n)


def test_a_whole_network_with_inputs_is_pytorchs():
    network, hidden, leaves, X, y = realmlp_case()
    rng = np.random.default_rng(1)
    for name, leaf in leaves.items():
        with torch.no_grad():
            leaf += torch.tensor(rng.normal(scale=0.2, size=leaf.shape))
        network.layout.named_views(network.parameters)[name][...] = leaf.detach().numpy()
    x = torch.tensor(X, requires_grad=True)
    z = torch_network(x, leaves, hidden)
    loss = F.cross_entropy(z, torch.tensor(y), label_smoothing=0.1)
    loss.backward()
    trace = network.forward(X)
    gradients = network.backward(trace, y)
    agree(trace.features, torch_features(x, leaves).detach().numpy(), "features")
    agree(trace.z[-1], z.detach().numpy(), "z")
    assert network.loss(X, y) == pytest.approx(loss.item(), rel=TOLERANCE)
    for name, ours in network.layout.named_views(gradients.flat).items():
        agree(ours, leaves[name].grad.numpy(), name)
    agree(gradients.inputs, x.grad.numpy(), "inputs")
    smoothed = BinaryCrossEntropy(smoothing=0.3)
    targets = np.eye(4)[y]
    theirs = F.binary_cross_entropy_with_logits(z, torch.tensor(targets * 0.7 + 0.15), reduction="none").sum(dim=1)
    agree(smoothed.value_from_logits(trace.z[-1], targets), theirs.detach().numpy(), "binary")


def test_a_training_by_groups_with_schedules_is_pytorchs():
    network, hidden, leaves, X, y = realmlp_case(2)
    rates = {"s": 6.0, "b": 0.1, "p": 0.1, "c": 0.1, "phi": 0.1, "V": 0.1, "v": 0.1}
    kinds = {span.name: span.kind for span in network.layout.spans}
    epochs, batch, base, decay = 6, 20, 0.03, 0.2
    optimizer = torch.optim.AdamW(
        [
            {"params": [leaf], "lr": base * rates.get(kinds[name], 1.0), "weight_decay": decay * (kinds[name] in "WEV")}
            for name, leaf in leaves.items()
        ],
        betas=(0.9, 0.95),
        eps=1e-300,  # of which each has its own place in the formula
    )
    total, step = epochs * 3, 0
    for _ in range(epochs):
        for start in range(0, 60, batch):
            t = step / total
            wave = 0.5 * (1 - math.cos(2 * math.pi * math.log2(1 + 15 * t)))
            late = 1.0 if t < 0.5 else 0.5 * (1 + math.cos(math.pi * (t - 0.5) / 0.5))
            for group, name in zip(optimizer.param_groups, leaves, strict=True):
                group["lr"] = base * rates.get(kinds[name], 1.0) * wave
                group["weight_decay"] = decay * (kinds[name] in "WEV") * late
            optimizer.zero_grad()
            rows = slice(start, start + batch)
            z = torch_network(torch.tensor(X[rows]), leaves, hidden)
            F.cross_entropy(z, torch.tensor(y[rows]), label_smoothing=0.1).backward()
            optimizer.step()
            step += 1
    Trainer(
        network,
        optimizer=OPTIMIZERS["adam"](beta_2=0.95, epsilon=1e-300),
        learning_rate=base,
        schedule="coslog4",
        decoupled_decay=decay,
        decay_schedule="flat_cosine",
        rates=rates,
        batch_size=batch,
        epochs=epochs,
        shuffle=False,
        patience=None,
        rng=0,
    ).fit(X, y)
    for name, ours in network.layout.named_views(network.parameters).items():
        np.testing.assert_allclose(ours, leaves[name].detach().numpy(), rtol=1e-8, atol=1e-10, err_msg=name)
