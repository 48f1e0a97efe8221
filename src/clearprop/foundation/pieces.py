"""Long work is done in pieces, and something may be called before each: to see whether it is still wanted."""


def nothing() -> None:
    """What is called before each piece of a work that nobody may want to break off."""
