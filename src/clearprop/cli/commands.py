"""The commands, put together: one file each; heavy imports stand inside the functions."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import is_dataclass
from typing import Any

import typer
from typer.core import TyperGroup

from clearprop import __version__
from clearprop.cli.article import article
from clearprop.cli.bench import bench
from clearprop.cli.demo import demo
from clearprop.cli.evaluate import evaluate
from clearprop.cli.explain import explain
from clearprop.cli.export import export
from clearprop.cli.inspect import inspect as inspect_model
from clearprop.cli.lab import lab
from clearprop.cli.predict import predict
from clearprop.cli.serve import serve
from clearprop.cli.train import train
from clearprop.printable import printable

# What Typer raises where the words of a command line are wrong, wherever it has it from.
UsageError: type[Any] = typer.BadParameter.__mro__[1]


class Commands(TyperGroup):
    """Typer's commands; what they say of words that they do not understand shows these printable."""

    def make_context(self, *arguments: Any, **settings: Any) -> Any:
        """The command line taken apart."""
        with _printable_complaints():
            return super().make_context(*arguments, **settings)

    def invoke(self, ctx: Any) -> Any:
        """Find the command, take its part of the line apart, and run it."""
        with _printable_complaints():
            return super().invoke(ctx)


@contextmanager
def _printable_complaints() -> Iterator[None]:
    try:
        yield
    except UsageError as error:
        error.message = printable(error.message)
        raise


def _with_records_taken_apart(run: Callable[..., None]) -> Callable[..., None]:
    """The function that Typer makes a command of: records of options among its parameters stand for their fields."""
    signature = inspect.signature(run, eval_str=True)
    options = list(_options_of(signature))

    def command(**values: Any) -> None:
        run(**_put_together(signature, values))

    command.__name__, command.__doc__ = run.__name__, run.__doc__
    command.__annotations__ = {option.name: option.annotation for option in options}
    command.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]
    return command


def _is_record(annotation: Any) -> bool:
    return is_dataclass(annotation)


def _options_of(signature: inspect.Signature) -> Iterator[inspect.Parameter]:
    for parameter in signature.parameters.values():
        if _is_record(parameter.annotation):
            yield from _options_of(inspect.signature(parameter.annotation))
        else:
            yield parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)


def _put_together(signature: inspect.Signature, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: kind(**_put_together(inspect.signature(kind), values)) if _is_record(kind) else values[name]
        for name, parameter in signature.parameters.items()
        for kind in (parameter.annotation,)
    }


app = typer.Typer(
    name="clearprop",
    cls=Commands,
    help="The neural network you can see through: train, judge and apply small networks, and see every number.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    demo,
    article,
    train,
    predict,
    evaluate,
    explain,
    inspect_model,
    export,
    serve,
    lab,
    bench,
):
    app.command()(_with_records_taken_apart(command))


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"clearprop {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print the version."),
) -> None:
    pass
