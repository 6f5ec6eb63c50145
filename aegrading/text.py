"""Text: the one place that makes a student's text harmless before it is kept, quoted or shown."""

import re
import unicodedata

import markupsafe

LONGEST = 300  # characters of a line
QUOTED = 60    # characters of a quotation
# Characters that are not seen, or that turn the direction of writing; not the joiners of emoji and Indic scripts.
HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
                    "\ud800-\udfff]")


def clean(text, keep=""):
    """Return a text to be kept in a result: U+FFFD in place of lone surrogates and of control characters, `keep` apart.

    >>> clean("a\\x00b")
    'a\\ufffdb'
    """
    return "".join("\ufffd" if unicodedata.category(character) in ("Cc", "Cs") and character not in keep else character
                   for character in text)


def visible(value):
    """Return a text to be shown, its hidden characters spelt out as [U+202E]; anything but plain text as it is."""
    if isinstance(value, str) and not isinstance(value, markupsafe.Markup):
        return HIDDEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", value.replace("\r\n", "\n"))
    return value


def one_line(text, longest=LONGEST):
    """Return a text as one visible line of at most so many characters."""
    return visible(" ".join(text[:longest].split()))[:longest]


def quoted(value):
    """Return what a hand-in holds as a short visible line in quotes, for a sentence."""
    return f'"{one_line(str(value)[:QUOTED], QUOTED)}"'
