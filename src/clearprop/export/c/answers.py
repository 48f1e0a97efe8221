"""What makes an answer of the networks' outputs, in C."""

from __future__ import annotations

from collections.abc import Iterator

from clearprop.errors import InputError
from clearprop.export.answers import Array, Classes, Labels, Quantities
from clearprop.export.c.columns import LONGEST_STRING, ColumnsText
from clearprop.export.c.language import TYPE_OF_LABELS, Language
from clearprop.export.c.network import NetworkText
from clearprop.export.model import Model
from clearprop.export.names import c_string, in_c_comment
from clearprop.export.numerals import counted, digits, lines
from clearprop.foundation.table_cells import quoted


class AnswerText:
    """The texts that make an answer.

    Attributes
    ----------
    functions : list of str
        Definitions, `predict` the last.
    """

    def __init__(self, model: Model, language: Language, network: NetworkText, columns: ColumnsText | None) -> None:
        self.model, self.language, self.network, self.columns = model, language, network, columns
        self.functions: list[str] = []
        answer = model.answer
        if isinstance(answer, Classes | Labels):
            self.functions.append("\n".join(self._label(answer.labels)))
        self.functions.append("\n".join(self._predict()))

    def _predict(self) -> Iterator[str]:
        match self.model.answer:
            case Quantities() as answer:
                return self._quantities(answer)
            case Classes() as answer:
                # What it calls is defined while it is written, and stands in front of it.
                return iter(list(self._classes(answer)))
            case Labels() as answer:
                return self._labels(answer)

    @property
    def number(self) -> str:
        """The type of the numbers that are answered."""
        return "double" if self.columns is not None else self.language.real

    @property
    def given(self) -> str:
        """The parameter that a row is given by."""
        if self.columns is not None:
            return f"const struct {self.language.prefix}_row *row"
        return f"const {self.language.real} *x"

    def _label(self, labels: Array) -> Iterator[str]:
        """The definition of what says which class a number means."""
        p, kind = self.language.prefix, labels.dtype.kind
        what = "class" if isinstance(self.model.answer, Classes) else "label"
        type_ = TYPE_OF_LABELS[kind]
        texts = list(map(_string, labels.tolist())) if kind == "U" else _numbers(labels)
        yield f"/* The {what} of a number from 0 to {len(labels) - 1}. */"
        yield f"static inline {type_}{p}_{what}(int number)"
        yield "{"
        head = (
            f"    static {'const char *const' if kind == 'U' else f'const {type_.strip()}'} names[{len(labels)}] = {{"
        )
        listed = list(lines(texts, "        "))
        yield from [f"{head}{listed[0].strip()}}};"] if len(listed) == 1 else [head, *listed, "    };"]
        yield "    return names[number];"
        yield "}"

    def _inputs(self) -> Iterator[str]:
        if self.columns is not None:
            yield f"    {self.language.real} x[{self.columns.width}];"

    def _read(self) -> Iterator[str]:
        if self.columns is not None:
            yield f"    {self.language.prefix}_inputs(row, x);"

    def _members(self, statements: Iterator[str]) -> Iterator[str]:
        """Statements for each member, which add to what is 0 at first; or for the only one."""
        if not self.network.several:
            yield from (f"    {line}" for line in statements)
            return
        yield f"    for (int m = 0; m < {len(self.model.networks)}; m++) {{"
        yield from (f"        {line}" for line in statements)
        yield "    }"

    def _quantities(self, answer: Quantities) -> Iterator[str]:
        p, real, count, members = (
            self.language.prefix,
            self.language.real,
            self.network.outputs,
            len(self.model.networks),
        )
        what = in_c_comment(self.model.predicted)
        if self.columns is not None:
            yield f"/* The prediction of {what} for a row of the table. */"
            yield f"static inline double {p}_predict({self.given})"
            yield "{"
            yield from self._inputs()
            yield f"    {real} out[1];"
            yield "    double sum = 0;"
            yield from self._read()
            yield from self._members(iter([self.network.call("x", "out"), "sum += out[0];"]))
            found = f"sum / {members}.0" if members > 1 else "sum"
            found = (
                found
                if (answer.scale, answer.mean) == (1, 0)
                else f"{found} * {digits(answer.scale)} + {digits(answer.mean)}"
            )
            if answer.limits is not None:
                found = f"fmin(fmax({found}, {digits(answer.limits[0])}), {digits(answer.limits[1])})"
            yield f"    return {found};"
            yield "}"
            return
        given = counted(self.model.first.n_columns, "number")
        yield f"/* The {counted(count, 'prediction')}, written to out, for the {given} x. */"
        yield f"static inline void {p}_predict({self.given}, {real} *out)"
        yield "{"
        yield from self._mean("out", count)
        yield "}"

    def _mean(self, to: str, count: int) -> Iterator[str]:
        """Statements that write the mean of the members' outputs to an array."""
        if not self.network.several:
            yield f"    {self.network.call('x', to)}"
            return
        yield f"    {self.language.real} a[{count}];"
        yield f"    for (int k = 0; k < {count}; k++) {{"
        yield f"        {to}[k] = 0;"
        yield "    }"
        added = f"    {to}[k] += a[k] / {len(self.model.networks)};"
        yield from self._members(
            iter([self.network.call("x", "a"), f"for (int k = 0; k < {count}; k++) {{", added, "}"])
        )

    def _classes(self, answer: Classes) -> Iterator[str]:
        p, real, count = self.language.prefix, self.language.real, self.network.outputs
        numbers = "probabilities" if answer.probable else "scores"
        classes = len(answer.labels)
        what = f" of {in_c_comment(self.model.target)}" if self.model.target else ""
        row = (
            "a row of the table"
            if self.columns is not None
            else f"the {counted(self.model.first.n_columns, 'number')} x"
        )
        yield f"/* The class{what} for {row}, by its number; and the {numbers} of all {classes}. */"
        yield f"static inline int {p}_predict({self.given}, {self.number} *{numbers})"
        yield "{"
        yield from self._inputs()
        if answer.given == "logits":
            yield from self._of_logits(answer, numbers)
        elif count > 1 and answer.given != "shares" and self.number == real:
            yield "    int best = 0;"
            yield from self._read()
            yield from self._mean(numbers, count)
            yield from _best(numbers, classes)
        else:
            yield f"    {real} mean[{count}];"
            if answer.given == "shares":
                yield f"    {real} sum = 0;"
            yield "    int best = 0;"
            yield from self._read()
            yield from self._mean("mean", count)
            yield from self._of_outputs(answer, numbers)
        yield "    return best;"
        yield "}"

    def _of_logits(self, answer: Classes, numbers: str) -> Iterator[str]:
        """Statements that add up the members' probabilities; the definition of what adds one goes before."""
        p, count, classes = self.language.prefix, self.network.outputs, len(answer.labels)
        self.functions.append("\n".join(self._softmax(answer)))
        yield f"    {self.language.real} z[{count}];"
        yield "    int best = 0;"
        yield from self._read()
        yield f"    for (int k = 0; k < {classes}; k++) {{"
        yield f"        {numbers}[k] = 0;"
        yield "    }"
        yield from self._members(iter([self.network.call("x", "z"), f"{p}_add_probabilities(z, {numbers});"]))
        yield from _best(numbers, classes)

    def _softmax(self, answer: Classes) -> Iterator[str]:
        """The definition of what adds a member's probabilities to those of the others."""
        count, members = self.network.outputs, len(self.model.networks)
        temperature, share = digits(answer.temperature), digits(1 / members)
        given = f"const {self.language.real} *z, double *probabilities"
        yield f"/* Adds the probabilities that {'a member' if members > 1 else 'the network'} gives by its sums z. */"
        yield f"static inline void {self.language.prefix}_add_probabilities({given})"
        yield "{"
        if count == 1:
            yield f"    probabilities[0] += {share} / (1.0 + exp(z[0] / {temperature}));"
            yield f"    probabilities[1] += {share} / (1.0 + exp(-z[0] / {temperature}));"
        else:
            yield f"    double powers[{count}], total = 0, largest = z[0];"
            yield f"    for (int k = 1; k < {count}; k++) {{"
            yield "        largest = z[k] > largest ? z[k] : largest;"
            yield "    }"
            yield f"    for (int k = 0; k < {count}; k++) {{"
            yield f"        powers[k] = exp((z[k] - largest) / {temperature});"
            yield "        total += powers[k];"
            yield "    }"
            yield f"    for (int k = 0; k < {count}; k++) {{"
            yield f"        probabilities[k] += {share} * powers[k] / total;"
            yield "    }"
        yield "}"

    def _of_outputs(self, answer: Classes, numbers: str) -> Iterator[str]:
        count, classes, f = self.network.outputs, len(answer.labels), self.language.suffix
        if count == 1:
            whole = 1.0 if answer.probable or answer.threshold is None else 2 * answer.threshold
            yield f"    {numbers}[0] = {digits(whole)}{f} - mean[0];"
            yield f"    {numbers}[1] = mean[0];"
            if answer.threshold is None:
                yield from _best(numbers, classes)
            else:
                yield f"    best = mean[0] > {digits(answer.threshold)}{f} ? 1 : 0;"
            return
        if answer.given == "shares":
            yield f"    for (int k = 0; k < {count}; k++) {{"
            yield "        sum += mean[k];"
            yield "    }"
        value = f"sum > 0 ? mean[k] / sum : 1.0{f} / {count}" if answer.given == "shares" else "mean[k]"
        yield f"    for (int k = 0; k < {count}; k++) {{"
        yield f"        {numbers}[k] = {value};"
        yield "    }"
        yield from _best("mean", classes)

    def _labels(self, answer: Labels) -> Iterator[str]:
        p, real, count, f = self.language.prefix, self.language.real, self.network.outputs, self.language.suffix
        numbers = "probabilities" if answer.probable else "scores"
        yield f"/* Which of the {count} labels the numbers x have, 1 or 0 each, and the labels' {numbers}. */"
        yield f"static inline void {p}_predict({self.given}, int *labels, {real} *{numbers})"
        yield "{"
        yield from self._mean(numbers, count)
        yield f"    for (int k = 0; k < {count}; k++) {{"
        yield f"        labels[k] = {numbers}[k] > {digits(answer.threshold)}{f} ? 1 : 0;"
        yield "    }"
        yield "}"


def _best(numbers: str, count: int) -> Iterator[str]:
    yield f"    for (int k = 1; k < {count}; k++) {{"
    yield f"        best = {numbers}[k] > {numbers}[best] ? k : best;"
    yield "    }"


def _numbers(labels: Array) -> list[str]:
    if labels.dtype.kind == "f":
        return list(map(digits, labels.tolist()))
    return [f"{int(value)}LL" if abs(int(value)) >= 2**31 else str(int(value)) for value in labels.tolist()]


def _string(text: str) -> str:
    if len(text.encode()) > LONGEST_STRING:
        raise InputError(
            f"the class {quoted(text)} is longer than {LONGEST_STRING:,} bytes, which no string of C99 is: export to "
            "another form, or give it a shorter name in training"
        )
    return c_string(text)
