"""Files that are no tables in text: told by their first bytes, named, and never opened."""

from __future__ import annotations

from clearprop.errors import InputError

_TEXT = "export the table as CSV"
_SIGNATURES = (
    (b"%PDF", f"a PDF: {_TEXT}"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"SQLite format 3\0", "a database (SQLite): export its table as CSV"),
    (b"\x89HDF\r\n", f"an HDF5 file: {_TEXT}"),
    (b"\x93NUMPY", "a NumPy array: read it by numpy.load, and pass it in Python"),
    (b"RDX", f"data of R: {_TEXT} (in R: write.csv)"),
    (b"X\n\0\0\0", f"data of R: {_TEXT} (in R: write.csv)"),
    (b"$FL2", f"data of SPSS: {_TEXT}"),
    (b"<stata_dta>", f"data of Stata: {_TEXT}"),
    (b"Obj\x01", f"an Avro file: {_TEXT}"),
    (b"ORC", f"an ORC file: {_TEXT}"),
    (b"FEA1", "a Feather file of version 1: write it in version 2"),
    (b"7z\xbc\xaf", "an archive (7z): unpack it and name the file in it"),
    (b"Rar!", "an archive (RAR): unpack it and name the file in it"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\0", "a program"),
    (b"{\\rtf", f"a text document (RTF): {_TEXT}"),
    (b"<?xml", f"XML: {_TEXT}"),
    (b"version https://git-lfs", "a pointer of Git LFS: fetch the file itself (git lfs pull)"),
)
_BEGINNINGS = (
    (b"<!doctype html", "a web page, most often since what was fetched asks for a login: fetch the file itself"),
    (b"<html", "a web page, most often since what was fetched asks for a login: fetch the file itself"),
    (b"@relation", "an ARFF file: export the table as CSV"),
)


def refuse_foreign(shown: str, head: bytes) -> None:
    """Raise an InputError for the beginning of a file that is of another kind, naming the kind and the remedy."""
    kind = _kind(head)
    if kind is not None:
        raise InputError(f"{shown}: this is no table in text but {kind}")


def _kind(head: bytes) -> str | None:
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return "a pickle, which is never opened, as that runs what is in it: write the table as CSV or Parquet"
    if head[257:262] == b"ustar":
        return "an archive (tar): unpack it and name the file in it"
    start = head[:64].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return next((kind for beginning, kind in _BEGINNINGS if start.startswith(beginning)), None)
