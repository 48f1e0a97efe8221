"""
The article's network: its step, and the gradient
=================================================

The article's program goes back once an epoch, with the numbers of its last row, where the gradient is a sum over all
rows. Its steps are far too short, and its loss comes to rest before anything is learned. With the right gradient the
classes are learned the wrong way round, as its code encodes them in reverse of its text.
"""

import numpy as np
from matplotlib import pyplot

from clearprop.article import ROWS, TARGETS, new_network

first = new_network(epochs=1)
before = np.array(first.parameters[0])
first.fit(ROWS, TARGETS)
step = (before - np.array(first.parameters[0])).ravel() / first.eta
gradient = np.array(new_network().loss_gradient(ROWS, TARGETS)[0]).ravel()

figure, (left, middle, right) = pyplot.subplots(1, 3, figsize=(14, 4), layout="constrained")
place = np.arange(6)
left.bar(place - 0.2, step, width=0.4, color="#d55e00", label="the article's step")
left.bar(place + 0.2, gradient, width=0.4, color="#0072b2", label="the gradient")
left.set_xticks(place, ["b1[1]", "W1[1,1]", "W1[2,1]", "b1[2]", "W1[1,2]", "W1[2,2]"])
left.set(yscale="log", title="hidden layer, first epoch")
left.legend(frameon=False)

variants = {
    "the article's": ({}, "-"),
    "gradient, code's encoding": ({"gradient": "exact"}, "--"),
    "gradient, text's encoding": ({"gradient": "exact", "encoding": "prose"}, ":"),
}
for name, (settings, style) in variants.items():
    network, losses, rights = new_network(epochs=1, **settings), [], []
    for _ in range(1000):
        network.fit(ROWS, TARGETS)
        losses.append(network.loss(ROWS, TARGETS))
        rights.append(np.mean(np.array(network.predict(ROWS)) == TARGETS))
    middle.plot(losses, style, label=name)
    right.plot(rights, style, label=name)
middle.set(xlabel="epoch", ylabel="half squared error, of ten rows", title="loss")
right.set(xlabel="epoch", ylabel="share of rows", title="right answers", ylim=(-0.05, 1.05))
right.legend(frameon=False)
