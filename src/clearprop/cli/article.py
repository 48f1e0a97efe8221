"""`clearprop article`: the article's six outputs computed again, its nine mistakes, or its derivation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from clearprop.cli.formats import Format, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console
    from rich.table import Table as RichTable

    from clearprop.article import Mistake, Output
    from clearprop.article import Table as Numbers


def article(
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    errors: Annotated[bool, typer.Option("--errors", help="Walk through the article's nine mistakes.")] = False,
    derivation: Annotated[
        bool, typer.Option("--derivation", help="Derive equations 1 to 46, with numbers, corrected.")
    ] = False,
    format: Annotated[Format, typer.Option(help="What to write the derivation as.")] = Format.text,
) -> None:
    """Compute the article's six outputs and compare them with its printed digits.

    The exit status is 1 if an output differs, with --errors if a mistake could not be shown, and with --derivation if
    an equation is not what the network computes.
    """
    if errors and derivation:
        raise typer.BadParameter("give either --errors or --derivation")
    show = _errors if errors else _outputs
    good = _derivation(Format.json if json else format) if derivation else show(json)
    if not good:
        raise typer.Exit(1)


def _derivation(format: Format) -> bool:
    """Print the article's derivation; say whether every equation is what the network computes."""
    from clearprop.explanation import ArticleDerivation

    derivation = ArticleDerivation()
    write(derivation, format)
    return derivation.worst_error() < 1e-12 and derivation.worst_difference() < 1e-6


def _outputs(as_json: bool) -> bool:
    """Print the six outputs; say whether all are the article's."""
    from clearprop.article import reproduce

    outputs = reproduce()
    if as_json:
        _print_json([{"output": o.number, "values": o.values, "matches": o.matches} for o in outputs])
    else:
        console = _console()
        for output in outputs:
            _print_output(console, output)
        matching = sum(output.matches for output in outputs)
        console.print(
            f"{mark(console, matching == len(outputs))} {matching} of {len(outputs)} outputs are the article's, "
            "to the last printed digit."
        )
    return all(output.matches for output in outputs)


def print_outputs_in_brief(outputs: Sequence[Output]) -> None:
    """Print a line an output: its mark, its title and its first numbers."""
    console = _console()
    for output in outputs:
        numbers = [f"{row.name} {row.computed}" for row in output.comparisons()]
        shown = ", ".join(numbers[-2:] if len(numbers) > 2 else numbers)
        console.print(
            f"{mark(console, output.matches)} Output {output.number}: {output.title}: {shown}", soft_wrap=True
        )


def _print_output(console: Console, output: Output) -> None:
    from rich import box
    from rich.table import Table

    console.print(f"[bold]Output {output.number}: {output.title}[/]")
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    # One width in all six tables where the terminal has room for it; digits are folded, never cut.
    widths = (18, 22, 22) if console.width >= 80 else (None, None, None)
    table.add_column("number", min_width=widths[0], overflow="fold")
    table.add_column("computed", justify="right", min_width=widths[1], overflow="fold")
    table.add_column("in the article", justify="right", min_width=widths[2], overflow="fold")
    table.add_column("same", justify="center")
    for row in output.comparisons():
        table.add_row(row.name, row.computed, row.printed, mark(console, row.matches))
    console.print(table)
    console.print()


def _errors(as_json: bool) -> bool:
    """Print the nine mistakes, each as soon as it is computed; say whether all were shown."""
    if as_json:
        mistakes = list(_mistakes())
        _print_json([mistake.as_dict() for mistake in mistakes])
        return all(mistake.shown for mistake in mistakes)
    console = _console()
    good = True
    for mistake in _mistakes():
        _print_mistake(console, mistake)
        good = good and mistake.shown
    return good


def _mistakes() -> Iterator[Mistake]:
    """Compute the mistakes behind a spinner on standard error, which a pipe does not show."""
    from rich.console import Console

    from clearprop.article import DEMONSTRATIONS

    screen = Console(stderr=True)
    for number, demonstration in enumerate(DEMONSTRATIONS, start=1):
        slow = " (10,000 epochs: some seconds)" if number == 2 else ""
        with screen.status(f"Computing error {number} of {len(DEMONSTRATIONS)}{slow}", spinner="line"):
            mistake = demonstration()
        yield mistake


def _print_mistake(console: Console, mistake: Mistake) -> None:
    from rich.text import Text

    console.rule(Text(f"Error {mistake.number}: {mistake.title}", style="bold"), align="left")
    for heading, sentence in (("The article: ", mistake.article), ("Right: ", mistake.right)):
        console.print()
        console.print(Text.assemble((heading, "bold"), sentence))
    for numbers in mistake.tables:
        console.print()
        console.print(Text(numbers.title, style="italic"))
        console.print(_rich_table(numbers))
    verdict = "Shown by these numbers." if mistake.shown else "NOT shown by these numbers."
    console.print(f"\n{mark(console, mistake.shown)} {verdict}\n")


def _rich_table(numbers: Numbers) -> RichTable:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    for position, column in enumerate(numbers.columns):
        is_number = any(not isinstance(row[position], str) for row in numbers.rows)
        table.add_column(Text(column.heading), justify="right" if is_number else "left", overflow="fold")
    for cells in numbers.cells():
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _console() -> Console:
    from rich.console import Console

    # No highlighting: numbers keep one colour, and the marks stand out.
    return Console(highlight=False)


def mark(console: Console, good: bool) -> str:
    """A tick or a cross that needs neither colour nor, where the output cannot carry them, the signs themselves."""
    signs = ("✓", "✗") if console.encoding.startswith("utf") else ("ok", "NO")
    return f"[green]{signs[0]}[/]" if good else f"[bold red]{signs[1]}[/]"


def _print_json(records: list[dict[str, object]]) -> None:
    import json

    typer.echo(json.dumps(records, indent=2, allow_nan=False))
