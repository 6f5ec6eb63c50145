"""Twins in code: `English‖日本語` in a comment, a docstring or a string literal, of which each edition keeps its half.

    plots.plane(z, labels, "Test digits on the plane‖平面上のテスト画像")
    x = halve(x)  # 28x28 -> 14x14, half the size‖大きさは半分

Everything else in a cell is the same in both editions; `check_same_code` proves it.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from itertools import zip_longest

from aecourse.words import LANGUAGES

MARK = "‖"
LITERAL = re.compile(r"(?P<prefix>[A-Za-z]*)(?P<quote>'''|\"\"\"|'|\")(?P<body>.*)(?P=quote)", re.DOTALL)
STARTS = {getattr(tokenize, name) for name in ("FSTRING_START", "TSTRING_START") if hasattr(tokenize, name)}
ENDS = {getattr(tokenize, name) for name in ("FSTRING_END", "TSTRING_END") if hasattr(tokenize, name)}
MAGIC = re.compile(r"^(\s*)([%!])", re.MULTILINE)  # IPython's own lines, which Python's tokenizer does not know


class Missing(ValueError):
    """A twin that lacks a half, or has too many."""


def texts(source: str) -> Iterator[tuple[str, int, int, str]]:
    """Yield `(kind, start, end, text)` of each comment and string literal; kind is "comment" or "string".

    start and end are offsets in the source. An f-string is one literal, whatever the version of Python.
    """
    plain = MAGIC.sub(r"\1#", source)  # the same length, so that offsets hold
    offsets = [0]
    for line in plain.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line))
    depth, begun = 0, 0
    for token in tokenize.generate_tokens(io.StringIO(plain).readline):
        start, end = (offsets[line - 1] + column for line, column in (token.start, token.end))
        if token.type in STARTS:
            begun, depth = (start if depth == 0 else begun), depth + 1
        elif token.type in ENDS:
            depth -= 1
            if depth == 0:
                yield "string", begun, end, source[begun:end]
        elif depth == 0 and token.type == tokenize.STRING:
            yield "string", start, end, source[start:end]
        elif depth == 0 and token.type == tokenize.COMMENT:
            yield "comment", start, end, source[start:end]


def half(source: str, language: str) -> str:
    """Return a cell's source in one language. Raises Missing where a twin has not exactly two halves."""
    parts, done = [], 0
    for kind, start, end, text in texts(source):
        if MARK in text:
            parts += [source[done:start], _half_of_literal(text, language) if kind == "string"
                      else _half_of_comment(text, language)]
            done = end
    return "".join([*parts, source[done:]])


def _half_of_comment(text: str, language: str) -> str:
    return "# " + _chosen(text.lstrip("# "), language, text)


def _half_of_literal(text: str, language: str) -> str:
    prefix, quote, body = _parts(text)
    return prefix + quote + _chosen(body, language, text) + quote


def _parts(text: str) -> tuple[str, str, str]:
    """Return a string literal's prefix, quotation mark and body."""
    match = LITERAL.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:60]!r} is no string literal.")
    return match["prefix"], match["quote"], match["body"]


def _chosen(body: str, language: str, text: str) -> str:
    halves = body.split(MARK)
    if len(halves) != len(LANGUAGES) or not all(part.strip() for part in halves):
        raise Missing(f"{text[:60]!r} has {len(halves)} part(s) around {MARK}: write English{MARK}日本語, neither empty.")
    return halves[LANGUAGES.index(language)]


# ---- what is the same, what lacks its twin -------------------------------------------------------


GAP = re.compile(r"(?<!\{)\{\w+(?::[^{}]*)?\}")


def skeleton(source: str) -> str:
    """Return a cell without its comments, each string literal as a list of the expressions inside it."""
    kept, done = [], 0
    for kind, start, end, text in texts(source):
        kept += [source[done:start], repr(_expressions(text)) if kind == "string" else ""]
        done = end
    return "\n".join(line.rstrip() for line in "".join([*kept, source[done:]]).splitlines())


def _expressions(text: str) -> list[str]:
    """Return what stands in a literal's braces, in order of the alphabet: languages order it differently."""
    if "f" not in _parts(text)[0].lower():
        return sorted(GAP.findall(_parts(text)[2]))  # as `lesson.say` fills them
    values = ast.walk(ast.parse(text.strip(), mode="eval"))
    return sorted(ast.dump(value) for value in values if isinstance(value, ast.FormattedValue))


def check_same_code(one: str, other: str) -> None:
    """Raise a ValueError unless two editions of a cell differ in comments and in the words of literals alone."""
    first, second = skeleton(one), skeleton(other)
    if first != second:
        lines = zip_longest(first.splitlines(), second.splitlines(), fillvalue="")
        where = next(pair for pair in lines if pair[0] != pair[1])
        raise ValueError(f"The editions of a cell differ in more than words: {where[0]!r} against {where[1]!r}.")


WORD = re.compile(r"\b[A-Za-z][a-z]+(?:'[a-z]+)?\b")
CODE = re.compile(r"`[^`]*`|\{[^}]*\}|https?://\S+|[\w./]*[_/.\[\]()=<>]\w[\w./]*|\$[^$]*\$")


def lacks_twin(kind: str, text: str, least: int = 2) -> bool:
    """Tell whether a comment or literal speaks English words (at least so many) and has no Japanese half."""
    if MARK in text:
        return False
    body = text.lstrip("# ") if kind == "comment" else _parts(text)[2]
    return len(WORD.findall(CODE.sub(" ", body))) >= least
