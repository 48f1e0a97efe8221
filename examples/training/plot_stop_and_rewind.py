"""
Stop, rewind, and go another way
================================

A snapshot holds all that training needs to go on, bit for bit. From the same moment, one run goes on as it was and one
at a tenth of the rate.
"""

from matplotlib import pyplot
from sklearn.datasets import load_digits

from clearprop import Network, Trainer

X, y = load_digits(return_X_y=True)
network = Network([64, 32, 10], "relu", loss="cross_entropy", rng=0)
trainer = Trainer(network, optimizer="sgd", learning_rate=0.5, batch_size=16, epochs=30, patience=None, rng=0)
training = trainer.start(X / 16, y)
for _ in range(10):
    training.run_epoch()
snapshot = training.snapshot()

figure, ax = pyplot.subplots(figsize=(8, 4.5), layout="constrained")
for rate in (0.5, 0.05):
    training.restore(snapshot)
    trainer.learning_rate = rate
    history = training.run()
    ax.semilogy(range(1, 31), history.loss, label=f"rate {rate:g} from epoch 11 on")
ax.axvline(10, color="grey", linewidth=0.8)
ax.set(xlabel="epoch", ylabel="loss")
ax.legend(frameon=False)
