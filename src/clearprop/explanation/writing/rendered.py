"""What can be shown as one document, in every form."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from clearprop.explanation.writing.document import MOST, Document
from clearprop.explanation.writing.json import json_text
from clearprop.explanation.writing.latex import document_latex, equation_latex
from clearprop.explanation.writing.text import document_text, sections_text

if TYPE_CHECKING:
    from rich.text import Text


class Rendered(ABC):
    """One document, many forms. Every form takes `digits`, the significant digits of its numbers, and `most`.

    `most` is how many summands, paths, deltas of a layer and rows are listed; the rest is summed up. None lists all.
    """

    @abstractmethod
    def document(self, most: int | None = MOST) -> Document:
        """Sections for the renderers."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Plain values, as `to_json` writes them."""

    def to_text(
        self, *, digits: int = 6, most: int | None = MOST, width: int = 80, sections: Sequence[str] | None = None
    ) -> str:
        """Unicode text for a terminal, `width` characters a line where that can be; or of these sections the content.

        Raises
        ------
        InputError
            There is no section of that title.
        """
        document = self.document(most)
        if sections is None:
            return document_text(document, digits, width)
        return sections_text(document, sections, digits, width)

    def to_latex(self, *, digits: int = 6, most: int | None = MOST, standalone: bool = False) -> str:
        """LaTeX with amsmath; with `standalone`, a whole file to compile."""
        return document_latex(self.document(most), digits, standalone)

    def to_markdown(self, *, digits: int = 6, most: int | None = MOST) -> str:
        """Markdown with its formulas in $...$."""
        from clearprop.explanation.writing.markdown import document_markdown

        return document_markdown(self.document(most), digits)

    def to_html(self, *, digits: int = 6, most: int | None = MOST, standalone: bool = True) -> str:
        """A page of its own, its formulas in MathML, that loads nothing; without `standalone`, the part for a page."""
        from clearprop.explanation.writing.html import document_html

        return document_html(self.document(most), digits, standalone)

    def to_json(self, *, indent: int | None = 2) -> str:
        """JSON; its schema is `clearprop.explanation.SCHEMA`. A number that is not finite becomes null."""
        return json_text(self.to_dict(), indent)

    def _repr_html_(self) -> str:
        return self.to_html(standalone=False)

    def _repr_latex_(self) -> str:
        return f"${equation_latex(self.document().headline, 6)}$"

    def __rich__(self) -> "Text":
        from rich.text import Text

        # A Text is printed as it is, so that brackets in names are no markup.
        return Text(self.to_text())

    def __str__(self) -> str:
        return self.to_text()
