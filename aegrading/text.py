"""Text: the one place that makes a student's text harmless before it is kept, quoted, shown or part of a file's name."""

import re
import unicodedata

import markupsafe

LONGEST = 300  # characters of a line
QUOTED = 60    # characters of a quotation
STEM = 120     # bytes of a file's name
# Characters that are not seen, or that turn the direction of writing; not the joiners of emoji and Indic scripts.
HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
                    "\ud800-\udfff]")


def clean(text: str, keep: str = "") -> str:
    """Return a text to be kept in a result: U+FFFD in place of lone surrogates and of control characters, `keep` apart.

    >>> clean("a\\x00b")
    'a\\ufffdb'
    """
    return "".join("\ufffd" if unicodedata.category(character) in ("Cc", "Cs") and character not in keep else character
                   for character in text)


def visible(value: object) -> object:
    """Return a text to be shown, its hidden characters spelt out; anything but plain text as it is.

    >>> visible("a\\u202eb")
    'a[U+202E]b'
    """
    if isinstance(value, str) and not isinstance(value, markupsafe.Markup):
        return HIDDEN.sub(lambda match: f"[U+{ord(match[0]):04X}]", value.replace("\r\n", "\n"))
    return value


def one_line(text: str, longest: int = LONGEST) -> str:
    """Return a text as one visible line of at most so many characters.

    >>> one_line("two\\nlines")
    'two lines'
    """
    return str(visible(" ".join(text[:longest].split())))[:longest]


def quoted(value: object) -> str:
    """Return what a hand-in holds as a short visible line in quotes, for a sentence.

    >>> quoted(404)
    '"404"'
    """
    return f'"{one_line(str(value)[:QUOTED], QUOTED)}"'


def file_stem(text: str, longest: int = STEM) -> str:
    """Return a text as the beginning of a file's name: letters, digits, marks, - and _ alone, at most so many bytes.

    >>> file_stem("../a b")
    '___a_b'
    """
    stem = "".join(character if unicodedata.category(character)[0] in "LMN" or character in "-_" else "_"
                   for character in unicodedata.normalize("NFC", text))
    return stem.encode("utf-8", "ignore")[:longest].decode("utf-8", "ignore")
