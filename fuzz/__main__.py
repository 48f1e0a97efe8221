"""Fuzz one target, or all of them in turn: python -m fuzz TARGET [options of libFuzzer].

An input that is read wrongly is left in the folder, as libFuzzer says; to read it once more, give its name.
"""

import os
import sys
import tempfile
import warnings
from pathlib import Path

import atheris

# The readers, whose branches the fuzzer is to see; other libraries are as they are.
READERS = [
    "clearprop.files", "clearprop.foundation", "clearprop.saving", "clearprop.serving", "clearprop.tables",
    "clearprop.estimators", "clearprop.lab.wire", "clearprop.lab.protocol", "clearprop.lab.links",
    "clearprop.lab.formulas", "clearprop.lab.pasted", "clearprop.lab.rows", "clearprop.activations",
    "clearprop.losses", "clearprop.inputs", "clearprop.network", "json",
]  # fmt: skip
MOST_BYTES = 20_000

with atheris.instrument_imports(include=READERS, enable_loader_override=False):
    from fuzz.mutating import changed
    from fuzz.targets import TARGETS


def chosen(name):
    """The reader, its seeds, and whether an input is JSON; of all targets, the first byte says of which an input is."""
    if name != "all":
        target = TARGETS[name]
        return target.read, target.seeds(), lambda data: target.is_json
    each = list(TARGETS.values())

    def read(data):
        if data:
            each[data[0] % len(each)].read(data[1:])

    seeds = [bytes([place]) + seed for place, target in enumerate(each) for seed in target.seeds()]
    return read, seeds, lambda data: bool(data) and each[data[0] % len(each)].is_json


def main():
    """Fuzz until libFuzzer has done what it is told to."""
    name, *options = sys.argv[1:]
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", RuntimeWarning)  # of NumPy, on what it was not meant for
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with atheris.instrument_imports(include=READERS, enable_loader_override=False):
        read, seeds, is_json = chosen(name)
        for seed in seeds:  # what is taken must be taken, and all that it needs is imported here
            read(seed)
    front = 1 if name == "all" else 0

    def mutate(data, most, seed):
        if is_json(data) and seed % 4 and (text := changed(data[front:], seed)) is not None and len(text) < most:
            return data[:front] + text
        return atheris.Mutate(data, len(data) if len(data) < most else most)

    with tempfile.TemporaryDirectory() as folder:
        for place, seed in enumerate(seeds):
            (Path(folder) / f"seed-{place}").write_bytes(seed)
        given = [option for option in options if not option.startswith("-")]
        atheris.Setup(
            [
                sys.argv[0],
                f"-max_len={MOST_BYTES}",
                "-timeout=10",
                "-rss_limit_mb=3000",
                *options,
                *([] if given else [folder]),
            ],
            read,
            custom_mutator=mutate,
            internal_libfuzzer=True,
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
