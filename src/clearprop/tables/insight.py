"""What a fitted estimator of tables tells of itself: networks, course of training, honest scores, importances, why."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clearprop.explanation.explaining import explain
from clearprop.explanation.explanation import Explanation
from clearprop.network.ensemble import Ensemble
from clearprop.network.network import Network
from clearprop.tables.course import Course
from clearprop.tables.importances import ColumnImportances, column_importances
from clearprop.tables.learning import HeldOut, Learned
from clearprop.tables.predictor import TablePredictor
from clearprop.tables.recipe import Recipe
from clearprop.tables.scoring import Score
from clearprop.training.history import History

Array = npt.NDArray[Any]


class TableInsight:
    """What can be asked of an estimator that has learned a table.

    Rows are not in a model's file: what would need them is an AttributeError of one that was loaded.
    """

    predictor_: TablePredictor
    scoring: Any
    n_features_in_: int
    _importances: ColumnImportances | None
    _n_rows: int

    def _keep(self, learned: Learned, n_rows: int) -> None:
        """Have what was learned of a table with so many rows."""
        self._learned, self._importances, self._n_rows = learned, None, n_rows
        self.__dict__.pop("_course", None)

    @property
    def training_(self) -> Learned:
        """All that is known of the training: division of the rows, histories, endings, rows kept out."""
        learned = vars(self).get("_learned")
        if learned is None:
            raise AttributeError(
                f"this {type(self).__name__} is not fitted, or was loaded from a file, which holds no rows of training"
            )
        return learned

    def course(self) -> Course | None:
        """How it was learned, without the rows; None of what was loaded from a file that does not say it."""
        learned: Learned | None = vars(self).get("_learned")
        if learned is None:
            return vars(self).get("_course")
        scores = () if learned.held_out is None else tuple(self.evaluation_.scores.values())
        return Course(
            learned.recipe,
            len(learned.rows),
            0 if learned.held_out is None else len(learned.held_out.truth),
            learned.division.how,
            learned.histories,
            learned.endings,
            learned.best_epochs,
            learned.batch_size,
            learned.notes,
            scores,
        )

    def keep_course(self, course: Course) -> None:
        """Have been learned so, as a file says."""
        self._course = course

    @property
    def _told(self) -> Learned | Course:
        """What tells of training, with its rows or without."""
        course: Course | None = vars(self).get("_course")
        return self.training_ if course is None else course

    # -- networks and their training -------------------------------------------------------------------------------

    @property
    def network_(self) -> Network:
        """The network, of one member."""
        if isinstance(self.predictor_.model, Ensemble):
            members = len(self.predictor_.model)
            raise AttributeError(f"there are {members} members: see ensemble_.members, or give members=1")
        return self.predictor_.model

    @property
    def ensemble_(self) -> Ensemble:
        """The members, where there are several."""
        if not isinstance(self.predictor_.model, Ensemble):
            raise AttributeError("there is one member: see network_")
        return self.predictor_.model

    @property
    def history_(self) -> History:
        """Losses and scores by epoch, of the first member."""
        return self._told.histories[0]

    @property
    def histories_(self) -> list[History]:
        """Losses and scores by epoch, of each member."""
        return self._told.histories

    @property
    def recipe_(self) -> Recipe:
        """The settings, as they were followed."""
        return self._told.recipe

    @property
    def notes_(self) -> list[str]:
        """What was found out about the table, and done about it."""
        return self._told.notes

    def settings(self) -> dict[str, str]:
        """What was trained, and how, for people: from what it is to how it is."""
        recipe, members = self.recipe_, len(self.predictor_.networks)
        hidden = ", ".join(map(str, recipe.hidden)) or "none"
        optimizer = recipe.trainer.get("optimizer", "adam")
        shown = {
            "recipe": recipe.name,
            "members": f"{members}, averaged" if members > 1 else "1",
            "hidden layers": f"{hidden} ({recipe.activation})" if recipe.hidden else hidden,
            "labels smoothed by": f"{recipe.smoothing:g}" if recipe.smoothing else "",
            "optimiser": optimizer if isinstance(optimizer, str) else optimizer.name,
            "learning rate": _rate(self.history_, recipe.trainer.get("learning_rate")),
            "batches": f"of {self._told.batch_size:,} rows",
            "temperature": "" if self.predictor_.temperature is None else f"{self.predictor_.temperature:.4g}",
        }
        return {label: text for label, text in shown.items() if text}

    # -- rows that were kept out -------------------------------------------------------------------------------------

    @property
    def _held_out(self) -> HeldOut:
        held_out = self.training_.held_out
        if held_out is None:
            raise AttributeError("no rows were kept out of training: give more rows, or validation_fraction above 0")
        return held_out

    @property
    def held_out_rows_(self) -> Array:
        """The rows given to `fit` that some member was not trained on, by their places."""
        return self._held_out.rows

    @property
    def evaluation_(self) -> Any:
        """The scores on rows by members that were not trained on them."""
        from clearprop.tables.evaluating import evaluate_answers

        held_out = self._held_out
        target, share = self.predictor_.target, self.predictor_.share
        return evaluate_answers(target, held_out.truth, held_out.answers, held_out.weight, share)

    @property
    def oof_score_(self) -> float:
        """The score of all rows, each by the members that were not trained on it."""
        held_out = self._out_of_fold
        score = Score(self.predictor_.target, self.scoring)
        return score.of_answers(held_out.truth, held_out.answers, held_out.weight)

    @property
    def _out_of_fold(self) -> HeldOut:
        if not self.training_.division.out_of_fold:
            raise AttributeError("there are no folds: give members=5, say; of rows kept out see evaluation_")
        return self._held_out

    def _of_all_rows(self, answers: Array) -> Array:
        """Answers out of fold in the places of the rows given; NaN for rows that were left out."""
        placed = np.full((self._n_rows, *answers.shape[1:]), np.nan)
        placed[self._out_of_fold.rows] = answers
        return placed

    @property
    def feature_importances_(self) -> Array:
        """How much of the score is lost where a column is shuffled in rows kept out, shape (`n_features_in_`,).

        It is computed when it is first asked for, in the order of the columns given; 0 for columns left out.
        """
        found = self.column_importances()
        lost = dict(zip(found.names, found.means.tolist(), strict=True))
        return np.array([lost.get(name, 0.0) for name in self.predictor_.columns])

    def column_importances(self) -> ColumnImportances:
        """`feature_importances_` with its deviations, and the columns' names."""
        judges = self.training_.judges
        if self._importances is None:
            if judges is None:
                raise AttributeError(
                    "no rows were kept out of training to measure importances by: give validation_fraction above 0, "
                    "or see sklearn.inspection.permutation_importance(model, X, y)"
                )
            self._importances = column_importances(self.predictor_, judges, self.scoring)
        return self._importances

    # -- why ---------------------------------------------------------------------------------------------------------

    def explain(
        self, X: Any, row: int | None = None, name: str = "prediction", y: Any = None, **settings: Any
    ) -> Explanation:
        """Why the model answers as it does for a row, in the table's own names and units.

        Parameters
        ----------
        X : dataframe, array of shape (n, columns), or Table
            A row, or rows of which `row` is explained.
        row : int, optional
            From 0.
        name : str
            "prediction", or any number of the network, such as "W2[3,1]"; see `clearprop.explain`.
        y : array-like, optional
            The answers that would be right; needed for gradients and the loss.
        settings
            See `clearprop.explain`.

        Raises
        ------
        InputError
            See `clearprop.explain`.
        """
        return explain(self, X, y, name, row=row, **settings)


def _rate(history: History, given: float | None) -> str:
    """The learning rate in words: one that begins low is known by its height, which no epoch may show quite."""
    rates = [record.rate for record in history]
    if not rates:
        return ""
    if min(rates) == max(rates):
        return f"{rates[0]:.4g}"
    return f"{rates[0]:.4g} at first" if rates[0] == max(rates) else f"up to {given or max(rates):.4g}"
