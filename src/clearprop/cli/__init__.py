"""The command line: `clearprop COMMAND`. One file a command; heavy imports stand inside the functions."""

import io
import os
import sys

import typer

from clearprop import __version__
from clearprop.cli.article import article
from clearprop.cli.bench import bench
from clearprop.cli.demo import demo
from clearprop.cli.evaluate import evaluate
from clearprop.cli.explain import explain
from clearprop.cli.predict import predict
from clearprop.cli.train import train

app = typer.Typer(
    name="clearprop",
    help="The neural network you can see through: train, judge and apply small networks, and see every number.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (demo, article, train, predict, evaluate, explain, bench):
    app.command()(command)


INTERRUPTED = 130  # what the shell calls a program that Ctrl-C ended


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"clearprop {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print the version."),
) -> None:
    pass


def main() -> None:
    """Run the command line: what goes wrong is one line on standard error and exit status 2.

    With the environment variable CLEARPROP_TRACEBACK set, errors show where they came from.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a sign that the terminal cannot show is no reason to fail
    try:
        app()
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            typer.echo("clearprop: interrupted; what was not finished is not written", err=True)
        raise
    except BrokenPipeError:
        # Whoever read the output has gone; what was to be written is written by then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (ValueError, TypeError, ArithmeticError, ImportError, OSError, MemoryError) as error:
        if os.environ.get("CLEARPROP_TRACEBACK"):
            raise
        message = " ".join(str(error).split()) or type(error).__name__
        typer.echo(f"clearprop: {message}", err=True)
        sys.exit(2)
