"""What is in a model file, as plain values: of the file, its networks, its table, and how it was trained."""

import math
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clearprop.estimators.plain_values import NotPlainError, to_plain
from clearprop.files.container import Container, read_container
from clearprop.network.ensemble import Ensemble
from clearprop.network.network import Network
from clearprop.saving import model_of
from clearprop.training.history import History


def contents(path: Path) -> dict[str, Any]:
    """What a model file holds; InputError for a file that `clearprop.load` refuses."""
    container = read_container(path)
    model = model_of(path, container)
    return {"file": _file(path, container), **_model(model), **_left_out(container)}


def _file(path: Path, container: Container) -> dict[str, Any]:
    status = os.stat(path)
    return {
        "path": str(path),
        "kind": container.kind,
        "bytes": status.st_size,
        # Files of one content are equal byte by byte, and so do not say when they were written themselves.
        "written": datetime.fromtimestamp(status.st_mtime, UTC).isoformat(timespec="seconds"),
        "format": container.version,
        "written_by": dict(container.versions),
        "checksum": container.checksum or None,
    }


def _model(model: Any) -> dict[str, Any]:
    if isinstance(model, Network | Ensemble):
        return {"estimator": None, "network": _network(model)}
    predictor = getattr(model, "predictor_", None)
    said: dict[str, Any] = {
        "estimator": type(model).__name__,
        "parameters": _parameters(model),
        "network": _network(model.network_ if predictor is None else predictor.model),
    }
    if predictor is not None:
        return {**said, **_table(model)}
    names = getattr(model, "feature_names_in_", None)
    columns = [{"name": str(name)} for name in ([] if names is None else names)]
    said |= {"n_columns": model.n_features_in_, "columns": columns, "training": _training(model)}
    return said | ({"classes": model.classes_.tolist()} if hasattr(model, "classes_") else {})


def _network(model: Network | Ensemble) -> dict[str, Any]:
    members = len(model) if isinstance(model, Ensemble) else 1
    one = model.members[0] if isinstance(model, Ensemble) else model
    config = one.to_config()
    return {
        "members": members,
        **config,
        "inputs": config.get("inputs", []),
        "trainable_share": one.trainable_share,
        "n_parameters": members * one.layout.size,
    }


def _parameters(model: Any) -> dict[str, Any]:
    """Those that are not at their usual value."""
    usual = type(model)().get_params()
    given = {name: value for name, value in model.get_params().items() if repr(value) != repr(usual[name])}
    plain = {}
    for name, value in given.items():
        try:
            plain[name] = to_plain(value)
        except NotPlainError:
            plain[name] = repr(value)
    return plain


def _table(model: Any) -> dict[str, Any]:
    predictor, course = model.predictor_, model.course()
    treatments = {part.name: part.treatment() for part in predictor.preparation.parts}
    facts = {fact.name: fact for fact in predictor.preparation.facts}
    columns = [
        {
            "name": name,
            "kind": facts[name].kind if name in facts else None,
            "missing": facts[name].missing if name in facts else None,
            "becomes": treatments.get(name, "left out"),
            "reason": facts[name].reason if name in facts else "",
        }
        for name in predictor.columns
    ]
    said = {
        "target": predictor.target.to_config(),
        "n_columns": len(columns),
        "columns": columns,
        "temperature": predictor.temperature,
        "recipe": predictor.recipe,
    }
    if hasattr(model, "classes_"):
        said["classes"] = model.classes_.tolist()
    if course is not None:
        said["training"] = {
            "rows": course.rows,
            "judged": course.judged,
            "division": course.division,
            "members": [
                {**_epochs(history), "ending": ending, "best_epoch": best}
                for history, ending, best in zip(course.histories, course.endings, course.best_epochs, strict=True)
            ],
            "scores": {
                score.name: {"value": score.value, "interval": score.interval, "baseline": score.baseline}
                for score in course.scores
            },
            "notes": [str(note) for note in course.notes],
        }
    return said


def _training(model: Any) -> dict[str, Any]:
    told = {"epochs": int(model.n_iter_), "rows_seen": int(model.t_)}
    if hasattr(model, "updates_"):
        return {**told, "updates": len(model.updates_), "separable": model.separable_}
    best = getattr(model, "best_validation_score_", None)
    return {**_epochs(model.history_), **told, "best_validation_score": best, "ending": model._stop_reason}


def _epochs(history: History) -> dict[str, Any]:
    last = history[-1]._asdict() if len(history) else {}
    return {"epochs": len(history), "loss": last.get("loss"), "validation_loss": last.get("validation_loss")}


def _left_out(container: Container) -> dict[str, Any]:
    """What the file says that it does not hold of its estimator."""
    config = container.config
    if isinstance(config.get("extra"), dict):
        config = config["extra"].get("estimator") or config["extra"]
    parameters = config.get("parameters")
    left_out = parameters.get("left_out") if isinstance(parameters, dict) else None
    return {"left_out": left_out} if left_out else {}


def finite(value: Any) -> Any:
    """The same for JSON, which has no numbers that are not finite: None in their place."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: finite(one) for key, one in value.items()}
    return [finite(one) for one in value] if isinstance(value, list | tuple) else value
