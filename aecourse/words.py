"""Words: a text in each language of the course; the languages, and the one that the page speaks, stand here only."""

from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Words:
    """A text in English and in Japanese: `words["ja"]`, or `str(words)` in the page's language.

    `+` joins two, `format` fills the gaps of both.

    >>> Words("Save {name}", "{name}を保存").format(name="a.png")["en"]
    'Save a.png'
    """

    en: str
    ja: str

    def __getitem__(self, language: str) -> str:
        return getattr(self, check_language(language))

    def __str__(self) -> str:  # so that print, a label and a ValueError(Words(...)) speak the page's language
        return self[page_language()]

    def __add__(self, other: "Words") -> "Words":
        return Words(self.en + other.en, self.ja + other.ja)

    def format(self, **values) -> "Words":
        """Return the words with their {gaps} filled; a value that is Words itself is filled in language by language."""
        return Words(*(getattr(self, language).format(**{
            name: value[language] if isinstance(value, Words) else value for name, value in values.items()})
            for language in LANGUAGES))


LANGUAGES = tuple(field.name for field in fields(Words))


_page = {"language": LANGUAGES[0]}  # of this process: a notebook's kernel runs one page


def page_language() -> str:
    """Return the language that the page speaks: what `lesson.start` was given, English before.

    >>> page_language()
    'en'
    """
    return _page["language"]


def speak(language: str) -> None:
    """Let the page speak a language from now on; raises ValueError for an unknown one."""
    _page["language"] = check_language(language)


def check_language(language: str) -> str:
    """Return the language, or raise a ValueError that lists the known ones.

    >>> check_language("ja")
    'ja'
    """
    if language not in LANGUAGES:
        raise ValueError(Words("language is {language!r}: choose one of {known}.",
                               "language が {language!r} になっています。{known} のどれかにしてください。").format(
                                   language=language, known=", ".join(LANGUAGES)))
    return language


def in_language(table: Mapping[str, Words], language: str) -> dict[str, str]:
    """Return {name: text} of a table {name: Words} in one language, as a page's script takes it.

    >>> in_language({"clear": Words("Clear", "消す")}, "en")
    {'clear': 'Clear'}
    """
    return {name: words[language] for name, words in table.items()}


def words_of(error: BaseException) -> Words:
    """Return what an error says: the Words that it was raised with, or its text for both languages.

    >>> words_of(ValueError(Words("No ink.", "インクがありません。")))["ja"]
    'インクがありません。'
    """
    given = error.args[0] if error.args else None
    return given if isinstance(given, Words) else Words(str(error), str(error))
