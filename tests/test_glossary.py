"""The glossary and the references: terms used before they are defined, terms that no lesson uses, addresses, keys."""

import re
from functools import cache

import pytest

from aecourse.words import LANGUAGES, Words
from tools import ROOT
from tools.glossary import (
    Term,
    glossary,
    glossary_path,
    introduces,
    paragraphs,
    pattern,
    points_ahead,
    read_glossary,
    sections,
)
from tools.lesson_editions import lesson_sources, make_edition
from tools.references import TAG, line_of, read_references, reference_cells

TERMS = [term for term in read_glossary() if not term.symbol]
# Lessons that are still to be rewritten: their first use of a term need not be in bold or explained beside it.
NOT_REWRITTEN = ("01", "02", "03", "04", "05", "06")
# Terms of textbooks and examinations that a lesson, once rewritten, will introduce.
AWAITED = (
    "amortised inference", "anomaly detection", "back-propagation", "Bayes' theorem",
    "dimensionality reduction", "disentanglement", "feature map", "generative model", "hyperparameter", "marginal likelihood",
    "regularisation", "representation learning", "semi-supervised learning", "unsupervised learning", "weight decay")


def prose(cells: list) -> list[str]:
    """The paragraphs of a lesson's prose, without its references."""
    return [block for cell in cells if cell.cell_type == "markdown" and TAG not in cell.metadata.get("tags", [])
            for block in paragraphs(cell.source)]


@cache
def read_aloud(language: str) -> dict[str, list[str]]:
    """{number of a lesson: its paragraphs}, in the order of the course."""
    return {path.name[:2]: prose(make_edition(path, language).cells) for path in lesson_sources()}


def uses(term: Term, language: str) -> list[tuple[str, str]]:
    """Every (number of the lesson, paragraph) that uses a term."""
    found = pattern(term, language)
    return [(number, block) for number, blocks in read_aloud(language).items() for block in blocks
            if found.search(block)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name.en)
def test_no_term_is_used_before_the_lesson_that_introduces_it(term, language):
    early = [(number, block[:200]) for number, block in uses(term, language)
             if number < term.lesson and not points_ahead(block, term.lesson)]
    assert not early, f"{term.name[language]} is introduced in lesson {term.lesson}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("term", [term for term in TERMS if term.name.en not in AWAITED], ids=lambda term: term.name.en)
def test_the_lesson_that_introduces_a_term_uses_it(term, language):
    assert term.lesson in {number for number, _ in uses(term, language)}, (
        "use the term there, or name its new lesson in notebooks/source/glossary.toml")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rewritten_lesson_introduces_a_term_where_it_first_uses_it(language):
    terms = [term for term in TERMS if term.lesson not in NOT_REWRITTEN]
    first = {term: next((block for number, block in uses(term, language) if number == term.lesson), "") for term in terms}
    bare = {term.name[language]: block[:200] for term, block in first.items() if not introduces(block, term, language)}
    assert not bare, "in bold, or followed by (its twin), at the first use"


ENCODER = Term(Words("encoder", "符号化器"), "ふごうかき", {"en": [], "ja": ["エンコーダ"]}, {"en": [], "ja": []}, Words("", ""), "02")


@pytest.mark.parametrize("text, said", [
    ("The **encoder** turns x into z.", True), ("An encoder (エンコーダ) turns x into z.", True),
    ("The *encoders* of old.", True), ("The encoder turns **x** into z.", False), ("Nothing of it (at all).", False)])
def test_bold_or_a_bracket_introduces_a_term(text, said):
    assert introduces(text, ENCODER, "en") == said


def test_a_term_is_found_in_words_only():
    found = pattern(ENCODER, "en")
    assert [bool(found.search(text)) for text in ("two Encoders", "autoencoder", "`encoder`")] == [True, False, True]
    assert not any(found.search(block) for block in paragraphs("`encoder` and $encoder$\n\n```\nencoder\n```"))
    assert pattern(ENCODER, "ja").search("このエンコーダは")


def test_a_paragraph_may_name_a_lesson_ahead():
    assert points_ahead("Lesson 04 gathers the map.", "04") and points_ahead("第5回で扱います", "04")
    assert not points_ahead("As in lesson 02.", "04") and not points_ahead("No lesson is named.", "01")


def test_names_are_given_once():
    for language in LANGUAGES:
        names = [term.name[language].casefold() for term in read_glossary()]
        assert sorted(set(names)) == sorted(names)
    assert 80 <= len(TERMS) <= 120
    assert set(AWAITED) <= {term.name.en for term in TERMS}


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name.en)
def test_a_term_is_complete(term):
    assert term.lesson in read_aloud("en")
    assert re.match("[A-Za-z\u03b1-\u03c9\u3041-\u30ff]", term.reading), "a name that begins with kanji needs its reading"
    for language, end in zip(LANGUAGES, ".。)）", strict=False):
        assert term.name[language] and term.meaning[language].endswith((end, ")", "）"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_built_glossary_is_that_of_the_source(language):
    assert glossary_path(language).read_text(encoding="utf-8") == glossary(language), "python course.py build"


def test_japanese_terms_stand_in_the_order_of_their_readings():
    headings = list(sections(TERMS, "ja"))
    assert headings[0] == "A–Z" and headings[1:-1] == [
        "あ行", "か行", "さ行", "た行", "な行", "は行", "ま行", "や行", "ら行", "わ行"]
    assert [term.name["ja"] for term in sections(TERMS, "ja")["ま行"]][0] == "窓"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lesson", lesson_sources(), ids=lambda path: path.stem)
def test_a_lesson_begins_with_the_glossary_and_ends_with_its_references(lesson, language):
    cells = make_edition(lesson, language).cells
    assert "](glossary.md)" in cells[0].source
    assert cells[-1].source.startswith(Words("## References", "## 参考文献")[language])
    assert cells[-1].source.count("\n* ") == len(read_references()[1][lesson.stem])


def test_every_reference_belongs_to_a_lesson_and_every_key_to_a_reference():
    references, lessons = read_references()
    assert {key for keys in lessons.values() for key in keys} == set(references)
    assert set(lessons) <= {path.stem for path in lesson_sources()}
    assert not reference_cells("99_no_such_lesson", "en")


@pytest.mark.parametrize("key", read_references()[0])
def test_a_reference_is_whole(key):
    reference = read_references()[0][key]
    assert {"authors", "title", "where"} <= set(reference)
    assert ("doi" in reference) != ("url" in reference)
    assert re.fullmatch(r"10\.\d{4,9}/\S+", reference["doi"]) if "doi" in reference else (
        re.fullmatch(r"https?://[\w.]+/\S+", reference["url"]))
    assert key.startswith(re.sub(r"\W", "", reference["authors"].split(",")[0].split(". ")[-1]).lower()) or key == "jma"
    assert line_of(reference, "ja").count(reference["title"]) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lesson", lesson_sources(), ids=lambda path: path.stem)
def test_who_is_named_with_a_year_stands_in_the_references(lesson, language):
    text = "\n".join(read_aloud(language)[lesson.name[:2]])
    listed = "\n".join(cell.source for cell in reference_cells(lesson.stem, language))
    named = re.findall(r"([A-Z][a-z]+(?:-[A-Z][a-z]+)?)[^().;。0-9]{0,40}?((?:19|20)\d\d)", text)
    names = {reference["authors"] for reference in read_references()[0].values()}
    for name, year in named:
        if any(name in authors for authors in names):
            assert re.search(rf"{name}.*\({year}\)", listed), f"{name} {year}"


def test_the_glossary_names_lessons_that_exist():
    for language in LANGUAGES:
        links = set(re.findall(r"\]\((\w+\.ipynb)\)", glossary(language)))
        assert links and all((glossary_path(language).parent / link).is_file() for link in links)
    assert (ROOT / "notebooks" / "source" / "glossary.toml").is_file()
