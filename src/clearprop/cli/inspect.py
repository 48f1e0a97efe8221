"""`clearprop inspect`: what is in a model file."""

from pathlib import Path
from typing import Annotated, Any

import typer

# So many classes, columns or parameters are shown, and then how many more there are.
MOST_CLASSES, MOST_COLUMNS = 12, 100


def inspect(
    model: Annotated[Path, typer.Argument(help="A model file, of `clearprop train` or of Python's `save`.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON, of all columns, for programs.")] = False,
) -> None:
    """Show what is in a model file: layers, columns and what becomes of them, classes, scores, versions, checksum.

    The file is checked in full, and nothing in it is run.

    Example: clearprop inspect flowers.model
    """
    from clearprop.cli.model_contents import contents, finite

    told = contents(model)
    if json:
        import json as json_format

        typer.echo(json_format.dumps(finite(told), indent=2))
        return
    _print(told)


def _print(told: dict[str, Any]) -> None:
    from clearprop.cli.console import console, header, say

    file = told["file"]
    say(f"{file['path']}: {_what(told)}", style="bold")
    rows = [*_of_model(told), *_of_training(told.get("training", {})), *_of_file(file)]
    rows += [(f"not kept: {name}", why) for name, why in told.get("left_out", {}).items()]
    width = max(len(label) for label, _ in rows)
    for label, text in rows:
        say(f"  {label:{width}}  {text}")
    if told.get("training", {}).get("scores"):
        header("Scores, by rows kept out of training")
        console.print(_scores(told["training"]["scores"]))
    if told.get("columns") and "target" in told:
        header("Columns")
        for column in told["columns"][:MOST_COLUMNS]:
            say(f"  {column['name']} ({_of_column(column)}): {column['becomes']}")
        if len(told["columns"]) > MOST_COLUMNS:
            say(f"  and {len(told['columns']) - MOST_COLUMNS:,} more, which --json lists")


def _what(told: dict[str, Any]) -> str:
    from clearprop.files.model_kinds import NAMES

    name, kind = told["estimator"], told["file"]["kind"]
    return NAMES[kind] if name is None or name == kind else f"{NAMES[kind]} ({name})"


def _of_model(told: dict[str, Any]) -> list[tuple[str, str]]:
    network = told["network"]
    members = f"{network['members']} members, averaged; each " if network["members"] > 1 else ""
    share = ", with a trainable share" if network["trainable_share"] else ""
    rows = [
        ("layers", f"{members}{'-'.join(map(str, network['layer_sizes']))}"),
        ("activations", ", ".join(map(_function, network["activations"])) + share),
        ("loss", _function(network["loss"])),
        ("parameters", f"{network['n_parameters']:,}, {network['dtype']}"),
    ]
    if network["inputs"]:
        rows.append(("inputs", ", ".join(map(_function, network["inputs"]))))
    target = told.get("target")
    if target is not None:
        quantity = "" if "classes" in told else f", a quantity from {target['low']:g} to {target['high']:g}"
        rows.append(("target", f"{target['name']}{quantity}"))
    if "classes" in told:
        rows.append(("classes", _listed([str(label) for label in told["classes"]], MOST_CLASSES)))
    if told.get("temperature") is not None:
        rows.append(("temperature", f"{told['temperature']:.4g}"))
    if "n_columns" in told:
        names = [column["name"] for column in told["columns"]]
        shown = "" if target is not None or not names else f": {_listed(names, MOST_CLASSES)}"
        rows.append(("columns", f"{told['n_columns']:,}{shown}"))
    if told.get("parameters"):
        rows.append(("settings", ", ".join(f"{name}={_value(value)}" for name, value in told["parameters"].items())))
    return rows


def _of_training(training: dict[str, Any]) -> list[tuple[str, str]]:
    if not training:
        return []
    rows = []
    if "rows" in training:
        judged = f"; {training['judged']:,} judged ({training['division']})" if training["judged"] else ""
        rows.append(("learned from", f"{training['rows']:,} rows{judged}"))
    several = training.get("members", [training])
    for number, one in enumerate(several, start=1):
        label = "training" if len(several) == 1 else f"member {number}"
        rows.append((label, _course(one)))
    return rows


def _course(one: dict[str, Any]) -> str:
    parts = [f"{one['epochs']:,} epochs"]
    for name, label in (("loss", "loss"), ("validation_loss", "validation loss"), ("best_validation_score", "score")):
        if one.get(name) is not None:
            parts.append(f"{label} {one[name]:.4g}")
    if "updates" in one:
        parts.append(f"{one['updates']:,} updates")
    return ", ".join(parts) + (f"; {one['ending']}" if one.get("ending") else "")


def _of_file(file: dict[str, Any]) -> list[tuple[str, str]]:
    by = ", ".join(f"{name} {version}" for name, version in file["written_by"].items()) or "an earlier clearprop"
    return [
        ("file", f"{file['bytes']:,} bytes, format {file['format']}, of {file['written'][:16].replace('T', ' ')} UTC"),
        ("written by", by),
        ("checksum", f"{file['checksum']}, as it should be" if file["checksum"] else "none, in this format"),
    ]


def _scores(scores: dict[str, Any]) -> Any:
    from rich import box
    from rich.table import Table

    from clearprop.printable import printable

    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column("score")
    for heading in ("value", "95 % interval", "baseline"):
        table.add_column(heading, justify="right")
    for name, score in scores.items():
        interval = "" if score["interval"] is None else " to ".join(f"{end:.4g}" for end in score["interval"])
        baseline = "" if score["baseline"] is None else f"{score['baseline']:.4g}"
        table.add_row(printable(name), f"{score['value']:.4g}", interval, baseline)
    return table


def _function(config: dict[str, Any]) -> str:
    """A function's name, and its parameters where it has some."""
    given = ", ".join(f"{name}={value}" for name, value in config.items() if name != "name" and value is not None)
    return f"{config['name']}({given})" if given else str(config["name"])


def _value(plain: Any) -> str:
    """A plain value as Python has it."""
    from clearprop.estimators.plain_values import from_plain

    return repr(from_plain(plain))


def _of_column(column: dict[str, Any]) -> str:
    missing = f", {column['missing']:,} missing" if column["missing"] else ""
    return f"{column['kind'] or 'column'}{missing}"


def _listed(names: list[str], most: int) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
