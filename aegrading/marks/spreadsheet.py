"""Spreadsheet: CSV text that Excel neither runs as a formula nor breaks."""

import codecs
import unicodedata
from pathlib import Path

from aecourse import paths

FORMULA = tuple("=+-@＝＋－＠\t\r\n")  # a spreadsheet takes a cell that begins with one of these for a formula


def decode(content: bytes, name: str) -> tuple[str, str]:
    """Return the text in a file's bytes and the name of its encoding; raises ValueError where it has none known here.

    >>> decode("数字".encode("cp932"), "marks.csv")
    ('数字', 'cp932')
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif content.startswith(codecs.BOM_UTF8) or not content:
        encodings = ["utf-8-sig"]
    else:
        encodings = ["ascii", "utf-8", "cp932"]
    for encoding in encodings:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise ValueError(f"{name} is in no encoding known here: save it again as CSV UTF-8.")


def normalised(cell: str) -> str:
    """Return a cell without blanks around it and with the usual characters in place of full-width ones."""
    return unicodedata.normalize("NFKC", cell).strip()


def escaped(cell: str) -> str:
    """Return a text with an apostrophe before it where a spreadsheet would take it for a formula.

    >>> escaped("=1+1"), escaped("s001")
    ("'=1+1", 's001')
    """
    return f"'{cell}" if cell.lstrip("'").startswith(FORMULA) else cell


def unescaped(cell: str) -> str:
    """Return a cell without the apostrophe that `escaped` put before it."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell


def write(path: Path, text: str, encoding: str) -> None:
    """Write a text in its encoding, or in UTF-8 where it has characters that the encoding lacks.

    Raises ValueError when the file cannot be written.
    """
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError:
        content = text.encode("utf-8-sig", "replace")
    try:
        paths.write_whole(path, content)
    except OSError as error:
        raise ValueError(f"{path.name} cannot be written ({error.strerror}): is it open in Excel? Close it there and "
                         "run the command again.") from error
