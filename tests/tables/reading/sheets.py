"""Workbooks as LibreOffice and Excel pack them, made by hand: rows that are repeated, cells that stand apart."""

import io
import struct
import zipfile

_URN = "urn:oasis:names:tc:opendocument:xmlns"


def ods_cell(value, times=1):
    repeated = f' table:number-columns-repeated="{times}"' if times > 1 else ""
    if value is None:
        return f"<table:table-cell{repeated}/>"
    kind = 'string"' if isinstance(value, str) else f'float" office:value="{value}"'
    return f'<table:table-cell office:value-type="{kind}{repeated}><text:p>{value}</text:p></table:table-cell>'


def ods_row(*cells, times=1):
    repeated = f' table:number-rows-repeated="{times}"' if times > 1 else ""
    return f"<table:table-row{repeated}>{''.join(cells)}</table:table-row>"


def ods(*rows):
    """A workbook of OpenDocument with these rows."""
    names = " ".join(f'xmlns:{name}="{_URN}:{name}:1.0"' for name in ("office", "table", "text"))
    body = f'<office:body><office:spreadsheet><table:table table:name="S">{"".join(rows)}</table:table>'
    content = f"<office:document-content {names}>{body}</office:spreadsheet></office:body></office:document-content>"
    return _archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{_URN}:manifest:1.0"></manifest:manifest>',
            "content.xml": content,
        }
    )


def xlsb(cells):
    """A workbook of Excel's binary kind with these cells: row and column from 0, and a text or a number."""
    sheet = _record(129) + _record(148, struct.pack("<IIII", 0, 2, 0, 1)) + _record(145)
    last = None
    for row, column, value in cells:
        if row != last:
            sheet += _record(0, struct.pack("<IIHBBBI", row, 0, 300, 0, 0, 0, 0))
            last = row
        place = struct.pack("<II", column, 0)
        is_text = isinstance(value, str)
        sheet += _record(6, place + _text(value)) if is_text else _record(5, place + struct.pack("<d", value))
    book = _record(131) + _record(143) + _record(156, struct.pack("<II", 0, 1) + _text("rId1") + _text("S"))
    packages, documents = "http://schemas.openxmlformats.org/package/2006", "http://schemas.openxmlformats.org"
    kind = f"{documents}/officeDocument/2006/relationships/worksheet"
    return _archive(
        {
            "[Content_Types].xml": f'<Types xmlns="{packages}/content-types"/>',
            "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{packages}/relationships">'
            f'<Relationship Id="rId1" Type="{kind}" Target="worksheets/sheet1.bin"/></Relationships>',
            "xl/workbook.bin": book + _record(144) + _record(132),
            "xl/worksheets/sheet1.bin": sheet + _record(146) + _record(130),
        }
    )


def _record(number, content=b""):
    return _seven_bits(number) + _seven_bits(len(content)) + content


def _seven_bits(number):
    written = bytearray()
    while number > 127:
        written.append(number & 127 | 128)
        number >>= 7
    return bytes([*written, number])


def _text(value):
    return struct.pack("<I", len(value)) + value.encode("utf-16-le")


def _archive(parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()
