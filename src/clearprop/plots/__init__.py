"""Pictures in the style of scikit-learn's display classes: made from numbers, drawn by `plot`, into any axes."""

from clearprop.plots.activations import ActivationHistogramDisplay
from clearprop.plots.contributions import ContributionsDisplay
from clearprop.plots.decision_boundary import DecisionBoundaryDisplay
from clearprop.plots.figures import check_extra, new_figure
from clearprop.plots.loss_curve import LossCurveDisplay
from clearprop.plots.network import NetworkDisplay

__all__ = [
    "ActivationHistogramDisplay",
    "ContributionsDisplay",
    "DecisionBoundaryDisplay",
    "LossCurveDisplay",
    "NetworkDisplay",
    "check_extra",
    "new_figure",
]
