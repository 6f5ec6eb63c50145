"""What the tests of the report share: a report written from results, and text made to break its pages."""

from aecourse.words import Words
from aegrading.examine import lookalikes
from aegrading.marks import rubric
from aegrading.report import cards, pages
from tests.sample_results import result, run

RUBRIC = rubric.read()
EVIL = ("<script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">"
        "</style></title></textarea>'\"><a href=javascript:alert(1)>&amp;{{ 7*7 }}"
        "{% raw %}\u202egnp.exe\u2066\x00\x1b[31m")
SHOWN = EVIL.replace("\u202e", "[U+202E]").replace("\u2066", "[U+2066]").replace("\x00", "[U+0000]") \
    .replace("\x1b", "[U+001B]")
LONG = "W" * 5000
HEBREW = "שלום \u200f(עולם) 123"
ZALGO = "Z" + "\u0336\u0310" * 60
WORDS = {"en": f"English {EVIL} {LONG}", "ja": f"日本語 {EVIL} {LONG}"}


def hostile(student_id=f"x{EVIL}{LONG}", language="en"):
    """Return a result that has text to break the page in every field that a student can fill."""
    texts = {"hand": EVIL, "label": f"{LONG}\n\n{HEBREW}\ud800", "limits": ZALGO, EVIL[:100]: EVIL}
    return result(
        student_id, language=language, file=f"{EVIL}/{LONG}.zip", folder=EVIL, packed=EVIL, answers=texts,
        problems=[WORDS], warnings=[WORDS], picture=result(student_id)["picture"] | {"words": WORDS},
        runs={"lesson.ipynb": run("cell_error", WORDS), "06_exercises.ipynb": run("stopped", WORDS)},
        checks={"5.1": {"passed": False, "words": WORDS}, "6.1": {"passed": False, "words": WORDS}},
        cells=[EVIL, "shared = 'a line of code with <script>'"])


def pair(first, second, reason="picture", strength=0.9, lines=()):
    """Return a pair of two results."""
    return lookalikes.Pair(first["key"], second["key"], reason, strength, Words(f"Same {EVIL}", f"同じ {EVIL}"), lines)


def written(out, results, pairs=(), marks=None, folders=()):
    """Write a report and return its folder."""
    assert pages.write(out, results, list(pairs), RUBRIC, marks or {}, folders) == out / "index.html"
    return out


def read(path):
    return path.read_text(encoding="utf-8")


def page_of(out, one):
    return out / "students" / cards.page_name(one)
