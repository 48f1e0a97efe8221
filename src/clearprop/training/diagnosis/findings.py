"""What is wrong with a training: findings with evidence and remedy, and the names by which remedies call settings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import overload

from clearprop.penalties import Penalty


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: its name, the evidence in numbers, and what to do about it."""

    name: str
    evidence: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.name}: {self.evidence}. Remedy: {self.remedy}."


class Diagnosis(Sequence[Finding]):
    """The findings, most fundamental first.

    Examples
    --------
    >>> print(Diagnosis([Finding("one class", "all 4 targets are 1", "give rows of another class too")]))
    one class: all 4 targets are 1. Remedy: give rows of another class too.
    >>> print(Diagnosis([]))
    Nothing was found that keeps it from learning.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = list(findings)

    def hints(self) -> str:
        """The findings as the end of a warning; empty where there are none."""
        return "".join(f" {finding}" for finding in self.findings[:2])

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> "Diagnosis": ...
    def __getitem__(self, index: int | slice) -> "Finding | Diagnosis":
        return Diagnosis(self.findings[index]) if isinstance(index, slice) else self.findings[index]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __str__(self) -> str:
        return "\n".join(map(str, self.findings)) or "Nothing was found that keeps it from learning."

    def __repr__(self) -> str:
        return f"<Diagnosis: {', '.join(finding.name for finding in self.findings) or 'nothing found'}>"


@dataclass(frozen=True)
class Names:
    """What users call the settings that remedies name, and how they scale and weigh rows."""

    rate: str
    l2: str
    epochs: str
    tolerance: str
    patience: str
    seed: str
    optimizer: str
    clip: str
    scale_inputs: str
    scale_targets: str
    weigh_classes: str


ESTIMATOR = Names(
    rate="learning_rate_init",
    l2="alpha",
    epochs="max_iter",
    tolerance="tol",
    patience="n_iter_no_change",
    seed="random_state",
    optimizer="solver",
    clip="clip_norm=1.0",
    scale_inputs="put a StandardScaler before it: make_pipeline(StandardScaler(), model)",
    scale_targets="wrap it: TransformedTargetRegressor(model, transformer=StandardScaler())",
    weigh_classes="give class_weight='balanced'",
)
TRAINER = Names(
    rate="learning_rate",
    l2="l2",
    epochs="epochs",
    tolerance="tolerance",
    patience="patience",
    seed="rng",
    optimizer="optimizer",
    clip="clip_norm=1.0",
    scale_inputs="scale the columns, as in X = (X - X.mean(axis=0)) / X.std(axis=0)",
    scale_targets="scale them, as in y = (y - y.mean(axis=0)) / y.std(axis=0)",
    weigh_classes="give the rows of the rare classes a greater sample_weight",
)
# Of estimators of tables, which scale all columns and targets themselves.
TABLES = Names(
    rate="learning_rate",
    l2="l2",
    epochs="max_epochs",
    tolerance="trainer={'tolerance': ...}",
    patience="n_iter_no_change",
    seed="random_state",
    optimizer="trainer={'optimizer': ...}",
    clip="trainer={'clip_norm': 1.0}",
    scale_inputs="take another recipe",
    scale_targets="take another recipe",
    weigh_classes="give class_weight='balanced'",
)


@dataclass(frozen=True)
class Settings:
    """What remedies may name, since it has an effect, and how training began and ended.

    Parameters
    ----------
    rate : float, optional
        The learning rate; None where the solver finds its steps itself.
    clipped : bool
        Whether gradients are clipped already.
    layers : bool
        Whether the model can be given a hidden layer.
    penalty : Penalty
    decay : float
        The decoupled decay.
    batch_size : int, optional
        The most rows a batch; None for all.
    first_loss : float, optional
        The loss before the first step, without penalty.
    stop_reason : str
        The trainer's; empty where training has not ended.
    names : Names
    """

    rate: float | None = None
    clipped: bool = False
    layers: bool = True
    penalty: Penalty = field(default_factory=Penalty)
    decay: float = 0.0
    batch_size: int | None = None
    first_loss: float | None = None
    stop_reason: str = ""
    names: Names = ESTIMATOR

    @property
    def lower_rate(self) -> str:
        """The remedy for too large steps."""
        if self.rate is None:
            return f"begin elsewhere by another {self.names.seed}"
        return f"lower {self.names.rate} ({self.rate:g})"

    def shrinkage(self, n_rows: int, weight: float) -> dict[str, float]:
        """By how much of itself each penalty draws a weight of size 1 towards 0, in steps of rate 1.

        Parameters
        ----------
        n_rows : int
            Rows that are trained on.
        weight : float
            The sum of their weights.
        """
        batch = weight * min(self.batch_size or n_rows, n_rows) / n_rows
        return {
            self.names.l2: self.penalty.l2 / batch,
            "l1": self.penalty.l1 / batch,
            "decoupled_decay": 0.0 if self.rate is None else self.decay,
        }

    def strength(self, name: str) -> float:
        """The setting of a penalty by its name in `shrinkage`."""
        return {self.names.l2: self.penalty.l2, "l1": self.penalty.l1}.get(name, self.decay)
