"""The editions of a lesson: one source, two languages, students with stubs and instructors with solutions."""

import ast

import nbformat
import pytest

from aecourse.words import LANGUAGES
from tools import ROOT, lesson_editions
from tools.lesson_editions import digest, lesson_sources, make_edition, read_source


def text_of(notebook):
    """All cells' text in one string."""
    return "\n".join(cell.source for cell in notebook.cells)


def test_each_language_has_its_prose_and_the_same_code(source):
    english, japanese = (make_edition(source, language) for language in LANGUAGES)
    lesson_editions.check_editions(source, english, japanese)
    assert "A title" in text_of(english) and "題" not in text_of(english)
    assert "題" in text_of(japanese) and "A title" not in text_of(japanese)


def test_students_get_a_stub_and_instructors_the_solution(source):
    student, instructor = make_edition(source, "en"), make_edition(source, "en", instructor=True)
    assert 'raise NotImplementedError("exercise 9.1")' in text_of(student)
    assert '"""Half of x."""' in text_of(student)
    assert lesson_editions.kept_from_students(source) == ["return x / 2", "assert half(4) == 2"]
    for secret in ("x / 2", "SOLUTION", "assert half"):
        assert secret not in text_of(student)
        assert secret in text_of(instructor)


def test_graded_cells_carry_nbgrader_metadata(source):
    answer = {"schema_version": 3, "grade_id": "exercise_9_1", "grade": False, "solution": True, "locked": False,
              "task": False}
    check = {"schema_version": 3, "grade_id": "check_9_1", "grade": True, "solution": False, "locked": True,
             "task": False, "points": 3}

    def found(instructor):
        cells = make_edition(source, "en", instructor).cells
        return [cell.metadata.nbgrader for cell in cells if "nbgrader" in cell.metadata]
    assert found(instructor=False) == [answer]
    assert found(instructor=True) == [answer, check]


@pytest.mark.parametrize("old, new, complaint", [
    ('# %% [markdown] lang="ja"\n# # 題\n', "", "lacks its twin"),
    ('lang="ja"', 'lang="en"', "lacks its twin"),
    (' lang="ja"', "", "lacks its twin"),
    ("    # END SOLUTION\n", "", "do not stand in pairs"),
    (' exercise="9.1"', "", 'no exercise="2.1"'),
])
def test_a_faulty_source_is_refused_in_words(source, old, new, complaint):
    source.write_text(source.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=complaint):
        read_source(source)


def test_a_line_break_beside_a_japanese_character_leaves_no_space():
    broken = "初めに\nは検証損失が\n`fit` の\nAdam\nを使います。\n256で\n\n* 箇条\n  書き\n* **二つ目**\n\n| 表 |\n| 列 |\n\n1. 一\n2. 二"
    joined = "初めには検証損失が`fit` のAdamを使います。256で\n\n* 箇条書き\n* **二つ目**\n\n| 表 |\n| 列 |\n\n1. 一\n2. 二"
    assert lesson_editions.JAPANESE_BREAK.sub("", broken) == joined


def test_an_edition_with_other_code_is_refused(source):
    english, japanese = (make_edition(source, language) for language in LANGUAGES)
    japanese.cells[2].source += "\nx = 1"
    with pytest.raises(ValueError, match="09_tiny.py: .* differ in more than words"):
        lesson_editions.check_editions(source, english, japanese)


# ---- the lessons as they stand -----------------------------------------------------------------


def test_there_are_lessons():
    assert len(lesson_sources()) >= 6


@pytest.mark.parametrize("instructor", [False, True])
def test_the_editions_of_a_lesson_differ_in_words_alone(lesson, instructor):
    lesson_editions.check_editions(lesson, *(make_edition(lesson, language, instructor) for language in LANGUAGES))


def test_no_two_graded_cells_of_a_lesson_share_their_name(lesson):
    names = [cell.metadata.nbgrader.grade_id for cell in make_edition(lesson, "en", instructor=True).cells
             if "nbgrader" in cell.metadata]
    assert len(names) == len(set(names))


def built_notebook(lesson, language):
    """A lesson's built notebook, or a skip where it was not built yet."""
    path = ROOT / "notebooks" / ("" if language == "en" else language) / f"{lesson.stem}.ipynb"
    if not path.is_file():
        pytest.skip(f"{path.relative_to(ROOT)} is not built yet: python course.py build")
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_built_notebook_is_what_its_source_says(lesson, language):
    built, fresh = built_notebook(lesson, language), make_edition(lesson, language)
    assert built.metadata.aecourse.sha256 == digest(lesson), "its source changed: python course.py build"
    as_built, as_written = ([(c.id, c.source) for c in notebook.cells] for notebook in (built, fresh))
    assert as_built == as_written
    assert not any(cell.get("outputs") for cell in built.cells), "students' notebooks are committed without outputs"
    nbformat.validate(built)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_solution_reaches_students(lesson, language):
    text = text_of(make_edition(lesson, language))
    assert "SOLUTION" not in text
    assert not [secret for secret in lesson_editions.kept_from_students(lesson) if secret in text]


def test_every_stub_names_its_exercise(lesson):
    for cell in make_edition(lesson, "en").cells:
        if cell.cell_type != "code" or "raise NotImplementedError" not in cell.source:
            continue
        stubs = [node for node in ast.parse(cell.source).body if isinstance(node, ast.FunctionDef)]
        assert stubs, "a stub is a function"
        for stub in stubs:
            assert ast.get_docstring(stub), f"{stub.name} keeps its docstring"
            with pytest.raises(NotImplementedError, match=r"^exercise \d+\.\d+$"):
                call_with_nothing(stub)


def call_with_nothing(function):
    """Call a function, given as a syntax tree, with None for every argument."""
    arguments = function.args.posonlyargs + function.args.args
    function.decorator_list, function.returns, function.args.defaults = [], None, []
    for argument in arguments + function.args.kwonlyargs:
        argument.annotation = None
    scope = {}
    exec(compile(ast.Module([function], []), "stub", "exec"), scope)
    return scope[function.name](*[None] * len(arguments))
