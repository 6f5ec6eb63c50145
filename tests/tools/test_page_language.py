"""English on a Japanese page is found, and there is none; every text in code has its twin."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from aecourse.words import LANGUAGES
from tools import page_language
from tools.lesson_editions import lesson_sources, make_edition

LESSONS = lesson_sources()


@pytest.mark.parametrize("source", LESSONS, ids=lambda path: path.stem)
def test_every_text_in_code_has_its_twin(source):
    assert page_language.missing_twins(source) == []


@pytest.mark.parametrize("source", LESSONS, ids=lambda path: path.stem)
def test_no_english_phrase_stands_in_japanese_prose(source):
    assert page_language.english_on_page(make_edition(source, LANGUAGES[1])) == []


def test_a_missing_twin_is_named_with_its_line(tmp_path):
    source = tmp_path / "09_test.py"
    source.write_text('# %% [markdown] lang="en"\n# Some prose here.\n\n# %% [markdown] lang="ja"\n# 本文。\n\n# %%\n'
                      'x = "mnist"  # [B, 784]\nplot("The error‖誤差", x)\nplot("The error of a day")\n\n'
                      '# %% tags=["instructor"]\nprint("for the teacher only")\n')
    assert page_language.missing_twins(source) == ['09_test.py:10: "The error of a day"']


def test_english_in_outputs_is_found_in_lines_tables_sentences_and_pictures():
    outputs = [
        new_output("stream", name="stdout", text="学習 done in a moment\n"), new_output("stream", name="stdout", text="MSE 0.03, t-SNE\n"),
        new_output("execute_result", data={"text/html": "<th>share of days</th><td>PCA</td>", "text/plain": "not looked at here"}),
        new_output("display_data", data={"text/markdown": "**誤差** fell by a half", "text/plain": ""}),
        new_output("display_data", data={"image/png": "", "text/plain": "<Figure size 1 with 1 Axes>"},
                   metadata={"image/png": {"alt": "Loss of the test set"}})]
    notebook = new_notebook(cells=[new_markdown_cell("本文 `a b c d`"), new_code_cell("f()", outputs=outputs)])
    assert page_language.english_on_page(nbformat.from_dict(notebook)) == [
        "cell 1: done in a moment", "cell 1: share of days", "cell 1: fell by a half", "cell 1: Loss of the test set"]
