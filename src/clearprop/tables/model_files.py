"""`TableClassifier` and `TableRegressor` in model files: what answers, the parameters, and how it was learned."""

from __future__ import annotations

import os
from typing import Any

from sklearn.utils.validation import check_is_fitted

from clearprop.estimators.kept_parameters import estimator_of, parameters_to_plain
from clearprop.estimators.labels import labels_of_plain, labels_to_plain
from clearprop.estimators.model_files import check_own_class
from clearprop.files.model_file import ModelFile
from clearprop.foundation.table_cells import quoted
from clearprop.tables.course import Course
from clearprop.tables.predictor import TablePredictor

ESTIMATOR = "estimator"


def save_table_estimator(estimator: Any, path: str | os.PathLike[str]) -> None:
    """Write a fitted estimator to a file.

    Raises
    ------
    InputError
        The file cannot be written.
    ValueError, TypeError
        It is not fitted, of a class of the user's own, or has an activation or loss that no file holds.
    """
    check_is_fitted(estimator)
    check_own_class(estimator)
    course: Course | None = estimator.course()
    said: dict[str, Any] = {
        "parameters": parameters_to_plain(estimator),
        "course": None if course is None else course.to_config(),
    }
    if hasattr(estimator, "classes_"):
        try:
            said["classes"] = labels_to_plain(estimator.classes_)
        except ValueError:  # dates, say: they are answered as the table has them
            said["classes"] = None
    tensors = {} if course is None else course.tensors()
    estimator.predictor_.file(said, tensors).write(path)


def load_table_estimator(cls: Any, path: str | os.PathLike[str], file: ModelFile, predictor: TablePredictor) -> Any:
    """The fitted estimator of this class in a file that has been read.

    Raises
    ------
    InputError
        The file's parts do not belong together, or one cannot be.
    """
    from clearprop.files.frame import damaged

    try:
        return _loaded(cls, file, predictor)
    except (TypeError, ValueError) as error:
        raise damaged(path, error) from error


def _loaded(cls: Any, file: ModelFile, predictor: TablePredictor) -> Any:
    from clearprop.foundation.configs import checked
    from clearprop.tables.course_config import EstimatorConfig

    if file.extra.get(ESTIMATOR) is None:
        if file.tensors:
            raise ValueError(f"the array {quoted(min(file.tensors))}, which such a model has not")
        return cls.from_predictor(predictor)
    said = checked(file.extra[ESTIMATOR], EstimatorConfig, "estimator")
    estimator = estimator_of(cls, said.parameters)
    estimator.take_up(predictor, _labels(said.classes))
    if said.course is not None:
        estimator.keep_course(Course.from_config(said.course, file.tensors, len(predictor.networks)))
    elif file.tensors:
        raise ValueError(f"the array {quoted(min(file.tensors))}, which such a model has not")
    return estimator


def _labels(classes: Any) -> Any:
    from clearprop.estimators.model_configs import LabelsConfig
    from clearprop.foundation.configs import checked

    if classes is None:
        return None
    said = checked(classes, LabelsConfig, "classes")
    return labels_of_plain(said.dtype, said.labels)
