"""How a class becomes the two numbers that the outputs are trained towards.

The article's prose and its program disagree, and both are here under their names. The program turns class 0 into
[0.05, 0.95], so that the larger number stands at index 1, while its `predict` takes the index of the larger
output for the class.
"""

#: Encoding name -> class -> wanted values of output 1 and output 2.
ENCODINGS: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "article": ((0.05, 0.95), (0.95, 0.05)),
    "prose": ((0.95, 0.05), (0.05, 0.95)),
}


def class_targets(label: int, encoding: str = "article") -> list[float]:
    """Give the wanted values of the two outputs for a class.

    Parameters
    ----------
    label : int
        The class, 0 or 1.
    encoding : {"article", "prose"}
        As the article's program has it, or as its prose does.

    Returns
    -------
    list of 2 floats

    Notes
    -----
    Source: the article's transformer of targets, and the sentence before it.

    Examples
    --------
    >>> class_targets(0), class_targets(0, "prose")
    ([0.05, 0.95], [0.95, 0.05])
    """
    return list(ENCODINGS[encoding][label])
