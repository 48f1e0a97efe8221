"""How the model is used: commands to type, and lines of Python."""

from __future__ import annotations

import shlex

from clearprop.tables.report.data import ReportData


def commands(data: ReportData) -> list[tuple[str, str]]:
    """What each command is for, and the command; none where the model is in no file."""
    if data.model_path is None:
        return []
    model = shlex.quote(data.model_path)
    return [
        ("Answer new rows", f"clearprop predict {model} NEW.csv --out predictions.csv"),
        ("See why one row gets its answer", f"clearprop explain {model} NEW.csv --row 1"),
        ("Judge it by rows whose answers are known", f"clearprop evaluate {model} KNOWN.csv"),
    ]


def python(data: ReportData) -> str:
    """The same in Python."""
    loaded = "model.model" if data.model_path is None else data.model_path
    reading = ["'NEW.csv'", *(f"{name}={value!r}" for name, value in data.notation.items())]
    saved = ["model.save('model.model')  # the fitted estimator", ""] if data.model_path is None else []
    return "\n".join(
        [
            *saved,
            "import clearprop",
            "",
            f"model = clearprop.load({loaded!r})",
            f"new = clearprop.read_table({', '.join(reading)})  # or a dataframe",
            "model.predict(new)",
            *(["model.predict_proba(new)"] if data.evaluation.task == "classification" else []),
            "model.explain(new, row=0)",
        ]
    )
