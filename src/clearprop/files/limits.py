"""How much a model file may hold."""

MOST_MEMBERS = 10_000
