"""The report: pages that open from disk, show all of a class to the teacher, and one's own to each student as text."""

import csv
import io
import re
from pathlib import Path

import pytest

from aegrading.marks import marks_csv
from aegrading.report import cards, pages
from tests.aegrading.report import EVIL, LONG, RUBRIC, SHOWN, WORDS, hostile, page_of, pair, read, written
from tests.sample_results import RAN, WRONG, result, run, unreadable


# ---------------------------------------------------------------- files
def test_a_class_has_its_pages_a_page_for_each_student_and_its_table(tmp_path):
    results = [result("s1"), result("山田-太郎", language="ja"), unreadable("s3")]
    out = written(tmp_path, results, folders=[Path("x/s4")])
    assert {path.name for path in out.iterdir()} == {"index.html", "index.ja.html", "answers.html", "answers.ja.html",
                                                      "grades.csv", "students"}
    assert sorted(path.name for path in (out / "students").iterdir()) == sorted(map(cards.page_name, results))
    rows = list(csv.DictReader(io.StringIO(read(out / "grades.csv").lstrip("\ufeff"))))
    assert [row["student_id"] for row in rows] == ["s1", "山田-太郎", "s3", "s4"]
    assert 'lang="ja"' in read(page_of(out, results[1])) and "学籍番号" in read(page_of(out, results[1]))
    assert "The zip is broken." in read(page_of(out, results[2]))


def test_two_copies_of_one_zip_get_two_pages(tmp_path):
    one = result("s1")
    two = one | {"key": one["key"] + "-2"}
    written(tmp_path, [one, two])
    assert len(list((tmp_path / "students").iterdir())) == 2


def test_pages_of_an_earlier_run_go_and_other_files_stay(tmp_path):
    written(tmp_path, [result("s1"), result("s2")])
    (tmp_path / "students" / "notes.html").write_text("the teacher's own")
    written(tmp_path, [result("s2")])
    assert {path.name for path in (tmp_path / "students").iterdir()} == {cards.page_name(result("s2")), "notes.html"}


def test_nothing_is_fetched_from_elsewhere(tmp_path):
    out = written(tmp_path, [result("s1"), result("s2")], [pair(result("s1"), result("s2"))])
    for path in out.rglob("*.html"):
        sources = re.findall(r'(?:src|href)="([^"]*)"', read(path))
        assert sources
        for source in sources:
            assert source.startswith(("data:image/", "#")) or (path.parent / source.split("#")[0]).is_file() \
                or source == "marks.csv", source
        assert "default-src 'none'" in read(path) and "http-equiv" in read(path)


def test_a_report_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "students").write_text("a file where the folder should be")
    with pytest.raises(ValueError, match="report.*students"):
        written(tmp_path, [result("s1")])


# ---------------------------------------------------------------- what stands in them
def test_a_student_sees_points_sentences_and_remarks(tmp_path):
    one = result("s1", checks={"5.1": {"passed": False, "words": WRONG}})
    marks = {("s1", "hand"): (7.5, "An example would help."), ("s1", "label"): (9, ""), ("s1", "limits"): (15, "")}
    text = read(page_of(written(tmp_path, [one], marks=marks), one))
    for part in ("<b>71.5</b> of 100", "<b>7.5</b> of 15", "An example would help.", WRONG["en"], "did not get as far",
                 "s1 about hand", RAN["en"]):
        assert part in text
    assert "Not everything" not in text and "not marked yet" not in text
    open_page = read(page_of(written(tmp_path, [one]), one))
    assert "Not everything has been marked yet" in open_page and "not marked yet (of 15)" in open_page


def test_the_isolation_in_force_is_named_in_both_languages(tmp_path):
    names = {"bubblewrap": ("Isolation: bubblewrap", "bubblewrapを使いました"), "none": ("Isolation: none", "隔離：なし"),
             "not run": ("No notebook was run", "ノートブックは実行していません")}
    for isolation in names:
        out = written(tmp_path, [result("s1", isolation=isolation)])
        for index, page in enumerate(("index.html", "index.ja.html")):
            assert [name for name, words in names.items() if words[index] in read(out / page)] == [isolation]


def test_look_alikes_stand_together_and_only_on_the_teachers_page(tmp_path):
    shared = "total = sum(every_pixel_of_mine)"
    ones = [result(name, cells=["the same in all"]) for name in ("first-one", "second-one", "third-one", "fourth-one")]
    pairs = [pair(ones[0], ones[1], "code", 0.8, (shared,)), pair(ones[1], ones[2], "answer", 0.7)]
    out = written(tmp_path, ones, pairs)
    text = read(out / "index.html")
    section = text[text.index('id="g1"'):text.index('id="styles"')]
    assert section.count("<figure") == 3 and "fourth-one" not in section and 'id="g2"' not in section
    assert "the same in all" not in section
    assert "0.80" in section and shared in section and "third-one about hand" in section
    assert "you decide" in text and "判断するのは先生です" in read(out / "index.ja.html")
    plain = written(tmp_path / "plain", ones)
    for one in ones:
        assert read(page_of(out, one)) == read(page_of(plain, one))


def test_a_students_page_says_nothing_of_warnings_or_other_students(tmp_path):
    words = {"en": "Another hand-in carries the same student number.", "ja": "同じ学籍番号の提出物が、ほかにもあります。"}
    out = written(tmp_path, [result("s1", warnings=[words]), result("other-one")])
    assert words["en"] in read(out / "index.html") and words["ja"] in read(out / "index.ja.html")
    page = read(page_of(out, result("s1")))
    assert words["en"] not in page and "other-one" not in page and "href" not in page


def test_a_class_of_copies_does_not_drown_the_page(tmp_path):
    ones = [result(f"s{number}") for number in range(40)]
    pairs = [pair(one, other) for index, one in enumerate(ones) for other in ones[:index]]
    text = read(written(tmp_path, ones, pairs) / "index.html")
    assert f"{len(pairs) - pages.MOST_PAIRS} more pairs of this group are not listed." in text


def test_answers_stand_by_question_with_the_marks_that_they_have(tmp_path):
    marks = {("s1", "hand"): (7, "good"), ("gone", "hand"): (3, "")}
    out = written(tmp_path, [result("s1"), result("s2", answers={"Hand": "under another name"})], marks=marks)
    text = read(out / "answers.html")
    assert text.count("s1 about hand") == 1 and "7 of 15" in text and "good" in text and "under another name" in text
    assert text.index("s1 about hand") < text.index("s1 about label") < text.index("under another name")
    assert "points for students without a hand-in" in read(out / "index.html") and ">gone<" in read(out / "index.html")


def test_a_class_without_any_picture_has_a_report(tmp_path):
    assert "too few readable pictures" in read(written(tmp_path, [unreadable("s1")]) / "index.html")


# ---------------------------------------------------------------- in a real browser
@pytest.fixture(scope="module")
def nasty(tmp_path_factory):
    """The folder of a report in which two students try everything."""
    ones = [hostile(), hostile(f"y{EVIL}", "ja"), result("s1"), result("s2"), result("s3", warnings=[WORDS])]
    marks = {(ones[0]["student_id"], "hand"): (3, f"remark {EVIL} {LONG}"), (f"gone{EVIL}", "hand"): (3, "")}
    pairs = [pair(ones[0], ones[1], reason, lines=(EVIL, LONG)) for reason in ("answer", "code", "picture")]
    empty = Path("class") / EVIL[:30].replace("/", "")
    return written(tmp_path_factory.mktemp("report"), ones, pairs, marks, [empty])


def pages_below(folder):
    return sorted(path for path in folder.rglob("*.html"))


@pytest.mark.parametrize("width", [1366, 390])
def test_hostile_text_shows_as_text_on_every_page(browser, nasty, width):
    view = browser.new_page(viewport={"width": width, "height": 900})
    seen, noise = [], []
    view.on("request", lambda request: seen.append(request.url))
    view.on("dialog", lambda dialog: noise.append(dialog.message))
    view.on("console", lambda message: noise.append(message.text))
    view.on("pageerror", lambda error: noise.append(str(error)))
    for path in pages_below(nasty):
        view.goto(path.as_uri())
        view.wait_for_load_state()
        assert view.title() != "broken" and noise == []
        assert view.locator("img[onerror], img[src=x], a[href^=javascript], body script:not(:last-child)").count() == 0
        assert view.locator("script").count() == (1 if path.name.startswith("index") else 0)
        text = view.evaluate("document.documentElement.textContent")
        if path.parent == nasty or path.name.startswith(("x", "y")):
            assert SHOWN in text
        assert not re.search("[\u202a-\u202e\u2066-\u2069\\x00-\\x08\\x1b]", text)
        wide = view.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], f"{path.name} is {wide[0]} wide"
        assert view.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
    assert len(pages_below(nasty)) == 9 and [url for url in seen if not re.fullmatch(r"file://.*\.html", url)] == []
    view.close()


def test_a_script_that_got_into_a_page_would_not_run(browser, nasty, tmp_path):
    script, picture = "<script>document.title='broken'</script>", "<img src=x onerror=\"document.title='broken'\">"
    view = browser.new_page()
    for path in (nasty / "index.html", page_of(nasty, result("s1"))):
        (tmp_path / "page.html").write_text(read(path) + script + picture, encoding="utf-8")
        view.goto((tmp_path / "page.html").as_uri())
        view.wait_for_load_state()
        assert view.title() != "broken"
    view.close()


def test_the_table_is_sorted_by_a_click(browser, tmp_path):
    ones = [result("s10", checks={}), result("s9"), result("s2", runs={"lesson.ipynb": run("not_run", RAN)}, checks={})]
    view = browser.new_page()
    view.goto((written(tmp_path, ones, folders=[Path("x/s1")]) / "index.html").as_uri())

    def order():
        return [name.split("\n")[0] for name in view.locator("#class td.who").all_inner_texts()]
    assert order() == ["s10", "s9", "s2", "s1"]
    view.get_by_role("button", name="Student").click()
    assert order() == ["s1", "s2", "s9", "s10"]
    view.get_by_role("button", name="5.1").click()
    assert order()[:2] == ["s10", "s9"]
    view.get_by_role("button", name="5.1").click()
    assert order()[:2] == ["s9", "s10"] and view.locator("th[aria-sort=descending]").count() == 1
    view.close()


def test_the_links_of_the_class_lead_to_the_students(browser, tmp_path):
    ones = [result("山田 100%#?"), result("s2")]
    view = browser.new_page()
    view.goto((written(tmp_path, ones) / "index.ja.html").as_uri())
    view.locator("#class a", has_text="山田").click()
    assert "Student number: 山田 100%#?" in view.locator("main").inner_text()
    view.close()


def test_the_marks_of_merge_are_what_the_report_takes(tmp_path):
    ones = [result("s1")]
    (tmp_path / "marks.csv").write_text("student_id,question,points,remark\ns1,hand,11,well seen\n")
    marks = marks_csv.merge(tmp_path / "marks.csv", ones, RUBRIC)
    assert "well seen" in read(page_of(written(tmp_path, ones, marks=marks), ones[0]))
