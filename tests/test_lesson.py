"""The opening of a lesson: versions, device, data; its drawings and its source code."""

import sys
import types

import numpy as np
import pytest
import torch

import aecourse
from aecourse import lesson, models, paths, training, words


@pytest.fixture
def start(capsys):
    """Run the first cell; returns the device and the lines it printed."""
    def run(**options):
        device = lesson.start(**options)
        return device, capsys.readouterr().out.splitlines()
    yield run
    words.speak("en")


def test_the_first_cell_prints_what_the_lesson_runs_on(start):
    device, lines = start()
    assert device == training.pick_device("auto")
    versions, machine, threads, data = lines
    assert f"aecourse {aecourse.__version__}" in versions and f"torch {torch.__version__}" in versions
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}." in versions
    assert machine.startswith(f"device: {device}, ") and machine.endswith("CPU cores")
    assert threads.startswith("threads: ") and data == "data: embedded data only (AECOURSE_DATA=embedded)"


def test_the_first_cell_names_the_data_folder(start, monkeypatch, tmp_path):
    monkeypatch.delenv("AECOURSE_DATA")
    assert start()[1][3] == f"data: {paths.data_folder()}"
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path))
    assert start()[1][3] == f"data: {tmp_path}"
    monkeypatch.setenv("AECOURSE_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match="nowhere"):
        start()


def test_the_first_cell_speaks_japanese_too(start):
    device, lines = start(language="ja")
    assert lines[1].startswith(f"計算装置：{device}") and lines[3].startswith("データ：内蔵データのみ")
    with pytest.raises(ValueError, match="'fr'"):
        start(language="fr")


def test_on_colab_without_a_gpu_the_first_cell_explains_how_to_get_one(start, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setattr(training, "pick_device", lambda name: torch.device("cpu"))
    assert "Change runtime type" in start()[1][-1]
    monkeypatch.setattr(training, "pick_device", lambda name: torch.device("cuda"))
    device, lines = start()
    assert device.type == "cuda" and not any("runtime type" in line for line in lines)


def test_source_is_shown_as_it_stands_in_the_package_and_highlighted():
    shown = lesson.show_source(models.Autoencoder, models.Autoencoder.encode)
    assert shown._repr_markdown_() == shown.data
    blocks = [block.split("\n```")[0] for block in shown.data.split("```python\n")[1:]]
    assert len(blocks) == 2 and shown.data.count("```") == 4
    assert blocks[0].startswith("class Autoencoder") and "def __init__" in blocks[0]
    assert blocks[1].startswith("def encode(self"), "a method stands at the left margin"
    for block in blocks:
        compile(block, "shown", "exec")


def test_source_of_something_without_source_is_an_error():
    with pytest.raises((TypeError, OSError)):
        lesson.show_source(len)


def test_a_drawing_is_shown_as_svg_and_as_an_image_with_a_text():
    shown = lesson.show_figure("autoencoder")
    assert shown._repr_svg_().lstrip().startswith("<svg") and "</svg>" in shown._repr_svg_()
    page = shown._repr_html_()
    assert page.startswith('<img alt="') and "data:image/svg+xml;base64," in page and 'alt=""' not in page


def test_a_drawing_speaks_the_page_s_language(start):
    start(language="ja")
    shown = lesson.show_figure("autoencoder")
    assert '<img alt="オートエンコーダ' in shown._repr_html_() and ">入力<" in shown._repr_svg_()
    start(language="en")
    assert ">input<" in lesson.show_figure("autoencoder")._repr_svg_()


def test_japanese_texts_of_a_drawing_are_escaped():
    svg = '<svg lang="en"><text>a &lt; b</text> <text>a</text></svg>'
    assert lesson.in_japanese(svg, {"a < b": "aはb未満（a<b & …）"}) == (
        '<svg lang="ja"><text>aはb未満（a&lt;b &amp; …）</text> <text>a</text></svg>')


def test_an_unknown_drawing_is_refused_with_a_list_of_the_others():
    with pytest.raises(FileNotFoundError, match=r"no file figures/swan\.svg.*autoencoder\.svg"):
        lesson.show_figure("swan")


def test_both_are_names_of_the_package_itself():
    assert aecourse.show_figure is lesson.show_figure and aecourse.show_source is lesson.show_source
    with pytest.raises(AttributeError, match="has no attribute 'show_nothing'"):
        getattr(aecourse, "show_nothing")  # noqa: B009


@pytest.mark.parametrize(("guess", "truth", "options", "line"), [
    (3, 4.2183, {}, "Your guess: 3. The result: 4.22"), (0.5, 0.52, {"near": 0.05}, "Your guess: 0.5. The result: 0.52. As you guessed!"),
    (..., 12345.6, {}, "No guess this time. The result: 12346"), ("", "b", {}, "No guess this time. The result: b"),
    (" Ｂ", "b", {}, "Your guess:  Ｂ. The result: b. As you guessed!"), ("three", 3, {}, "Your guess: three. The result: 3"),
    (True, np.bool_(False), {}, "Your guess: yes. The result: no"),
    (["PCA", "t-SNE"], ["t-SNE", "PCA"], {}, "Your guess: PCA, t-SNE. The result: t-SNE, PCA"),
    ("4", {4}, {}, "Your guess: 4. The result: 4. As you guessed!"), ([9, 4], {4, 9}, {}, "Your guess: 9, 4. The result: 4, 9. As you guessed!"),
    (torch.tensor(0.25), np.float32(0.25), {}, "Your guess: 0.25. The result: 0.25. As you guessed!")])
def test_a_guess_stands_beside_the_result(capsys, guess, truth, options, line):
    lesson.compare(guess, truth, **options)
    assert capsys.readouterr().out == line + "\n"


def test_guesses_by_name_are_answered_line_by_line_in_the_language_of_the_page(capsys):
    words.speak("ja")
    lesson.compare({"PCA": 0.6, "t-SNE": ...}, {"PCA": 0.6, "t-SNE": 0.97})
    lesson.compare(..., {"z": "4"})
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["PCA：予想：0.6。結果：0.6。予想どおりです。", "t-SNE：今回は予想なし。結果：0.97", "z：今回は予想なし。結果：4"]


def test_a_sentence_carries_the_numbers_of_the_run(capsys):
    lesson.say("From {a:.1f} to **{b:.1f}**: {{as it is}}.", a=2.04, b=1.96)
    assert capsys.readouterr().out == "From 2.0 to **2.0**: {as it is}.\n"
    assert lesson.Sentence("**x**")._repr_markdown_() == "**x**"
    with pytest.raises(ValueError, match=r"gap \{b\}"):
        lesson.say("{a} and {b}", a=1)
