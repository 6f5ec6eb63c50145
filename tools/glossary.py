"""The glossary in both languages, from notebooks/source/glossary.toml: `build` writes it beside the lessons."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from aecourse.words import LANGUAGES, Words

from . import ROOT
from .lesson_editions import lesson_sources

TABLE = ROOT / "notebooks" / "source" / "glossary.toml"
NAME = "glossary.md"
TITLE = Words("Glossary", "用語集")
INTRODUCTION = Words(
    "What the lessons' words mean, each with its Japanese twin, other names that textbooks use, and the lesson that "
    "introduces it. To find a word, search this page (Ctrl-F, on a Mac Cmd-F).",
    "各回で使う用語の意味です。英語の用語、教科書で使われる別の呼び名、初めて説明する回を添えました。"
    "用語を探すときは、このページを検索してください（Ctrl-F、MacではCmd-F）。")
SYMBOLS = Words("Symbols", "記号")
ALSO = Words("also: ", "別名：")
LESSON = Words("lesson {number}", "第{number}回")
ROWS = {  # the rows of the Japanese syllabary: the row's name and the characters that it begins with
    "あ行": "あいうえお", "か行": "かきくけこ", "さ行": "さしすせそ", "た行": "たちつてと", "な行": "なにぬねの",
    "は行": "はひふへほ", "ま行": "まみむめも", "や行": "やゆよ", "ら行": "らりるれろ", "わ行": "わをん"}
TO_HIRAGANA = {katakana: katakana - 0x60 for katakana in range(ord("ァ"), ord("ヶ") + 1)}


def syllables(reading: str) -> str:
    """Return a reading as dictionaries order it: in hiragana, without the marks of voiced sounds and long vowels.

    >>> syllables("バッチ")
    'はっち'
    """
    return re.sub("[\u3099\u309aー]", "", unicodedata.normalize("NFD", reading.translate(TO_HIRAGANA))).casefold()


@dataclass(frozen=True, eq=False)
class Term:
    """A term in both languages: its name, how the Japanese name is read, other names, what it means, and where.

    forms: what else counts as a use of it, not shown. lesson: the number of the lesson that introduces it, such as "04".
    symbol: whether it is a sign of a formula.
    """

    name: Words
    reading: str
    also: dict[str, list[str]]
    forms: dict[str, list[str]]
    meaning: Words
    lesson: str
    symbol: bool = False

    def names(self, language: str) -> list[str]:
        """Return every name that a language has for the term, the course's own first."""
        return [self.name[language], *self.also[language]]

    def sort_key(self, language: str) -> str:
        """Return what orders the terms of a language: the alphabet, or how the name is read."""
        return self.name.en.casefold() if language == "en" else syllables(self.reading)

    def heading(self, language: str) -> str:
        """Return the letter, or the row of the syllabary, under which the term stands."""
        first = self.sort_key(language)[0]
        return next((row for row, characters in ROWS.items() if first in characters), "A–Z" if language == "ja"
                    else first.upper())


def read_glossary() -> list[Term]:
    """Return the terms, in the order of the source."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    terms = []
    for kind, rows in table.items():
        for row in rows:
            also, forms = ({language: row.get(f"{field}_{language}", []) for language in LANGUAGES}
                           for field in ("also", "forms"))
            terms.append(Term(Words(row["en"], row["ja"]), row.get("reading", row["ja"]), also, forms,
                              Words(row["means_en"], row["means_ja"]), row["lesson"], kind == "symbol"))
    return terms


def entry(term: Term, language: str) -> str:
    """Return a term's paragraph of Markdown: names in both languages, the lesson, the meaning."""
    other = next(each for each in LANGUAGES if each != language)
    source = next(path for path in lesson_sources() if path.name.startswith(term.lesson))
    also = ", ".join(term.also[language]) if language == "en" else "、".join(term.also[language])
    number = term.lesson if language == "en" else int(term.lesson)
    parts = [f"**{term.name[language]}**"]
    twins = [name for name in term.names(other) if name not in term.names(language)]
    parts += [" / ".join(twins)] if twins and not term.symbol else []
    parts += [ALSO[language] + also] if also else []
    parts += [f"[{LESSON[language].format(number=number)}]({source.stem}.ipynb)"]
    return f"{' · '.join(parts)}  \n{term.meaning[language]}"


def sections(terms: Iterable[Term], language: str) -> dict[str, list[Term]]:
    """Return {heading: terms}, both in order; in Japanese the names in Latin letters come first, symbols always last."""
    words = sorted((term for term in terms if not term.symbol), key=lambda term: term.sort_key(language))
    found = {heading: list(group) for heading, group in groupby(words, key=lambda term: term.heading(language))}
    return {**found, SYMBOLS[language]: [term for term in terms if term.symbol]}


def glossary(language: str) -> str:
    """Return the glossary's page in a language, as Markdown."""
    blocks = [f"# {TITLE[language]}", INTRODUCTION[language]]
    for heading, terms in sections(read_glossary(), language).items():
        blocks += [f"## {heading}", *(entry(term, language) for term in terms)]
    return "\n\n".join(blocks) + "\n"


def glossary_path(language: str) -> Path:
    """Return the path of a language's glossary, beside its lessons."""
    return ROOT / "notebooks" / ("" if language == LANGUAGES[0] else language) / NAME


def write_glossaries() -> None:
    """Write the glossary of each language."""
    for language in LANGUAGES:
        path = glossary_path(language)
        path.write_bytes(glossary(language).encode())
        print(f"  {path.relative_to(ROOT)}", flush=True)


# ---- which words a lesson uses ------------------------------------------------------------------

UNREAD = re.compile(r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$\n]*\$|https?://\S+|\]\([^)]*\)|<[^>]*>", re.DOTALL)


def pattern(term: Term, language: str) -> re.Pattern:
    """Return a pattern that finds a term in prose: any of its names, in English also plural, hyphen or space alike."""
    names = [re.sub(r"\\?[- ]", r"[-\\s]", re.escape(name))
             for name in term.names(language) + term.forms[language]]
    plural = "(?:e?s|'s)?" if language == "en" else ""
    latin = [rf"(?<![A-Za-z-]){name}{plural}(?![A-Za-z])" if name.isascii() else name for name in names]
    return re.compile("|".join(latin), re.IGNORECASE)


def paragraphs(prose: str) -> list[str]:
    """Return the paragraphs, list items and table rows of a page's prose, without code, formulas and addresses."""
    plain = UNREAD.sub(" ", prose)
    return [block.strip() for block in re.split(r"\n\s*\n|\n(?=\s*[*|-] |\s*\d+\. |\|)", plain) if block.strip()]


def points_ahead(paragraph: str, lesson: str) -> bool:
    """Tell whether a paragraph names a lesson (as "lesson 04" or 第4回) that is the one given or a later one.

    >>> points_ahead("Lesson 04 gathers the map around the origin.", "04"), points_ahead("第2回の地図", "04")
    (True, False)
    """
    named = re.findall(r"[Ll]essons? 0?(\d)|第(\d)回", paragraph)
    return any(int(first or second) >= int(lesson) for first, second in named)


def introduces(paragraph: str, term: Term, language: str) -> bool:
    """Tell whether a paragraph introduces a term: in bold or italics, or followed by a bracket with its other names."""
    name = pattern(term, language).pattern
    return bool(re.search(rf"\*[^*]*(?:{name})[^*]*\*|(?:{name})[*]*\s?[(（]", paragraph, re.IGNORECASE))
