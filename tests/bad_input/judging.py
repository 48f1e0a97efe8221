"""What every error must be: short, with the name of what is wrong, the rule and a remedy."""

import re

MOST = 600
# Words by which a message says what may be, or what to do.
# scikit-learn's own words, for which programs look, are kept as they are.
SCIKIT_LEARNS = re.compile(
    r"Found array with|feature\(s\) \(shape|Input \w+ contains|inconsistent numbers of samples|requires y to be passed|"
    r"Expected 2D array|np.matrix is not supported|Solver produced non-finite|should have at least 1 dimension|"
    r"Negative values in data|Sample weights must|number of classes has to be greater"
)
REMEDY = re.compile(
    r": |must |There are|did you mean|should |[Gg]ive |[Ee]xpect|has to be|not supported|[Rr]eshape|instead|Use "
)
# What the core calls what estimators, or scikit-learn, call otherwise.
ALSO_CALLED = {
    "X": ["the table", "no such file"],
    "y": ["the target"],
    "hidden_layer_sizes": ["layer_sizes"],
    "output_activation": ["activation"],
    "output_weights": ["weights of layer", "bias_weights"],
    "dropout_schedule": ["schedule"],
    "decay_schedule": ["schedule"],
    "split_by": ["column"],
    "ignore": ["column"],
    "categorical_features": ["column"],
    "columns": ["column"],
    "output": ["names nothing"],
    "networks": ["ensemble"],
    "model": ["model", "explain", "attribute"],
    "path": ["no such file", "file"],
    "loss": ["loss"],
}


def assert_told(error, name):
    """The error is one for users, and tells them of this parameter or argument."""
    said = str(error)
    assert isinstance(error, ValueError | TypeError | ImportError), f"{type(error).__name__}: {said[:200]}"
    if SCIKIT_LEARNS.search(said):
        return
    assert len(said) <= MOST, f"{len(said)} characters: {said[:200]}"
    called = "|".join(map(re.escape, [name, *ALSO_CALLED.get(name, ())]))
    assert re.search(rf"\b({called})", said, re.IGNORECASE), f"{name} is not named: {said}"
    assert REMEDY.search(said), f"neither rule nor remedy: {said}"
    assert "Traceback" not in said
