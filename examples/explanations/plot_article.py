"""
The article's network, as it learned
====================================

The article's system, neuron by neuron: its loss after each of its hundred epochs, by the update that the article writes
and by the exact gradient. Every digit that the article printed comes out.
"""

from matplotlib import pyplot

from clearprop import article

figure, ax = pyplot.subplots(figsize=(8, 4.5), layout="constrained")
for gradient in ("article", "exact"):
    network, losses = article.new_network(gradient=gradient, epochs=1), []
    for _ in range(100):
        losses.append(network.loss(article.ROWS, article.TARGETS))
        network.fit(article.ROWS, article.TARGETS)
    ax.plot(losses, label=f"gradient={gradient!r}")
ax.set(xlabel="epoch", ylabel="half squared error")
ax.legend(frameon=False)

for output in article.reproduce():
    print("equal to the last digit:", output.matches)
