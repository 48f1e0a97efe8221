"""The perceptron: its rule, the log of its updates, and what can be known of the rows that it learns from."""
