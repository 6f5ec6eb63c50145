"""Spreadsheet: CSV text that Excel neither runs as a formula nor breaks."""

import codecs
import unicodedata

from aecourse import paths

DANGEROUS = tuple("=+-@＝＋－＠\t\r\n")  # a spreadsheet takes a cell that begins so for a formula


def decoded(content, name):
    """Return the text in a file's bytes and the name of its encoding; raises ValueError where there is none."""
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


def plain(cell):
    """Return a cell without blanks around it and with usual characters for full-width ones."""
    return unicodedata.normalize("NFKC", cell).strip()


def armless(cell):
    """Return a cell without the apostrophe that `defused` put before it."""
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(DANGEROUS) else cell


def write(path, text, encoding):
    """Write a text in its encoding, or in UTF-8 where it has characters that the encoding lacks."""
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError:
        content = text.encode("utf-8-sig", "replace")
    try:
        paths.write_whole(path, content)
    except OSError as error:
        raise ValueError(f"{path.name} cannot be written ({error.strerror}): is it open in Excel? Close it there and "
                         "run the command again.") from error


# ---- grades.csv ----------------------------------------------------------------------------------


def defused(cell):
    """Return a cell as text that no spreadsheet takes for a formula."""
    if isinstance(cell, str):
        return f"'{cell}" if cell.lstrip("'").startswith(DANGEROUS) else cell
    return "" if cell is None else f"{cell:.10g}"
