"""A network whose numbers can be worked out by hand."""

from clearprop import Network


def network_by_hand():
    """2-2-1, tanh and identity, with weights whose sums come out even."""
    network = Network([2, 2, 1], "tanh", rng=0)
    network.weights[0] = [[1.0, -0.5], [0.5, 2.0]]
    network.biases[0] = [0.25, -1.0]
    network.weights[1] = [[2.0], [-3.0]]
    network.biases[1] = [0.125]
    return network
