"""Makes small files of each format, sound and hostile ones, for the tests of readers."""

import io
import zipfile

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN_PART = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
LAUGHS = (  # a "billion laughs" of 10^9
    '<!DOCTYPE l [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {name} "{f"&{part};" * 10}">' for part, name in zip("abcdefghi", "bcdefghij", strict=True))
    + "]>"
)


def make_zip(files: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def paragraph(text: str, style: str = "") -> str:
    style = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{style}<w:r><w:t>{text}</w:t></w:r></w:p>"


def make_docx(body: str, prolog: str = "", extra: dict[str, str] | None = None) -> bytes:
    part = f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{name}"/></w:style>'
        for name in ("Title", "heading 1")
    )
    link = f'<Relationship Id="r2" Type="{OFFICE}/styles" Target="styles.xml"/>'
    return make_zip(
        {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
            f'"application/xml"/><Override PartName="/word/document.xml" ContentType="{MAIN_PART}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{part}</Relationships>',
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{link}</Relationships>',
            "word/styles.xml": f'<w:styles xmlns:w="{WORD}">{styles}</w:styles>',
            "word/document.xml": f'<?xml version="1.0"?>{prolog}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body>'
            "</w:document>",
            **(extra or {}),
        }
    )


def make_epub(
    chapters: list[str], *, metadata: str = "", prolog: str = "", extra: dict[str, str] | None = None
) -> bytes:
    items = "".join(f'<item id="c{n}" href="text/{n}%20.xhtml"/>' for n in range(len(chapters)))
    spine = "".join(f'<itemref idref="c{n}"/>' for n in reversed(range(len(chapters))))
    return make_zip(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/content.opf"/></rootfiles></container>',
            "OEBPS/content.opf": f'{prolog}<package xmlns="http://www.idpf.org/2007/opf" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>{metadata}</metadata>'
            f"<manifest>{items}</manifest><spine>{spine}</spine></package>",
            **{f"OEBPS/text/{n} .xhtml": chapter for n, chapter in enumerate(chapters)},
            **(extra or {}),
        }
    )


def make_pdf(*pages: list[str], info: str = "", trailer: str = "", objects: dict[int, bytes] | None = None) -> bytes:
    """A PDF with a line of text for each string; `objects` replaces or adds objects by number.

    Object 1 is the catalogue, 2 the page list, 3 the font; from 4 on, page and content of each page.
    """
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    made = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    }
    made[99] = f"<< {info} >>".encode()
    for n, lines in enumerate(pages):
        resources = "<< /Font << /F 3 0 R >> /XObject << /X 100 0 R >> >>"
        made[4 + 2 * n] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * n} 0 R /Resources {resources} >>"
        ).encode()
        shown = "".join(f"({line}) Tj T* " for line in lines)
        made[5 + 2 * n] = stream(f"BT /F 10 Tf 14 TL 50 750 Td {shown} ET".encode("cp1252"))
    made |= objects or {}
    data = b"%PDF-1.7\n"
    places = {}
    for number, content in made.items():
        places[number] = len(data)
        data += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % item for item in places.items())
    end = f"trailer\n<< /Root 1 0 R /Size {max(made) + 1} /Info 99 0 R {trailer} >>\nstartxref\n{len(data)}\n%%EOF"
    return data + table + end.encode()


def stream(content: bytes, entries: str = "") -> bytes:
    return f"<< /Length {len(content)} {entries} >>\nstream\n".encode() + content + b"\nendstream"


def form(content: bytes, xobjects: str) -> bytes:
    """A PDF drawing that may show others."""
    return stream(content, f"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << {xobjects} >> >>")
