"""A Japanese page: refusals, figures, draw pad, clock, explorer, projector and slider speak its language."""

import io
import json
import subprocess
import sys
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import torch
from IPython.core.formatters import DisplayFormatter
from matplotlib import font_manager
from PIL import Image

import aecourse
from aecourse import models, plots, words
from aecourse.handwriting import clock, own_digit, pad, prepare_digit
from aecourse.plots import style
from aecourse.widgets import frame_slider, projector
from aecourse.widgets.explorer import LatentExplorer

PACKAGE = Path(aecourse.__file__).parent
EMPTY = np.ones((60, 60))  # a picture without a digit
TABLE = pd.DataFrame({"epoch": [1, 2], "train_loss": [0.3, 0.2], "val_loss": [0.4, 0.3]})
YEAR = pd.Series(False, pd.date_range("2017-01-01", "2017-12-31"))


@pytest.fixture
def japanese():
    """The page speaks Japanese for one test."""
    words.speak("ja")
    yield
    words.speak("en")


@pytest.fixture
def styled():
    """A page in the course's style, for one test."""
    with plt.rc_context():
        style.use_style()
        yield


@pytest.fixture
def no_installed_fonts(monkeypatch):
    """A machine without fonts of its own: matplotlib knows those that come with it, and no others."""
    search = font_manager.findSystemFonts
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda paths=None, **kind: search(paths, **kind) if paths else [])
    monkeypatch.setattr(font_manager.fontManager, "ttflist", font_manager.FontManager().ttflist)
    style.japanese_family.cache_clear()
    yield
    style.japanese_family.cache_clear()


# ---- refusals ------------------------------------------------------------------------------------


def test_a_picture_without_a_digit_is_refused_in_the_pages_language(japanese):
    with pytest.raises(ValueError, match="^数字が見つかりません"):
        prepare_digit(EMPTY)


def test_a_missing_picture_is_announced_in_the_pages_language(japanese, tmp_path, capsys):
    own_digit(tmp_path / "mine.png")
    assert "付属の見本を使います" in capsys.readouterr().out


@pytest.mark.parametrize(("page", "language", "sentence"), [
    ("ja", None, "数字が見つかりません"), ("en", "ja", "数字が見つかりません"), ("ja", "en", "No digit found")])
def test_the_pad_speaks_its_own_language(tmp_path, monkeypatch, page, language, sentence):
    monkeypatch.setitem(words._page, "language", page)
    Image.new("RGB", (280, 280), "white").save(tmp_path / "blank.png")
    assert pad.DrawPad(lambda path, label: prepare_digit(path), tmp_path / "blank.png",
                       language=language).message.startswith(sentence)


def test_the_pad_explains_damaged_notes_in_its_own_language(tmp_path):
    Image.new("RGB", (280, 280), "white").save(tmp_path / "mine.png")
    (tmp_path / "mine.json").write_text("[]")
    message = pad.DrawPad(path=tmp_path / "mine.png", language="ja").message
    assert "手書きの記録ではありません" in message and "no drawing" not in message


def test_an_exception_of_another_kind_keeps_its_type_on_the_pad(tmp_path):
    def read(path, label):
        raise KeyError("z")
    Image.new("RGB", (280, 280), "white").save(tmp_path / "mine.png")
    assert pad.DrawPad(read, tmp_path / "mine.png", language="ja").message == "数字を読み取れませんでした（KeyError: 'z'）。"


# ---- figures -------------------------------------------------------------------------------------


FIGURES = {
    "losses": (lambda: plots.loss_curves({"浅い": TABLE}, "損失"),
               ["エポック", "エポック", "線形軸", "対数軸", "MSE", "浅い 訓練", "浅い 検証"]),
    "histogram": (lambda: plots.histogram({"雑音": np.arange(9.0)}), ["度数"]),
    "calendar": (lambda: plots.calendar(YEAR), ["日", "月"]),
    "plane": (lambda: plots.latent_plane(np.eye(2), [0, 1], "平面", ("靴", "服")), ["潜在変数1", "潜在変数2"]),
    "glyphs": (lambda: plots.latent_glyphs(np.eye(2), np.zeros((2, 1, 8, 8))), ["潜在変数1", "潜在変数2"]),
    "steps": (lambda: plots.show_steps({"元の画像": np.zeros((8, 8))}, "手順"), ["元の画像"]),
}


def texts_on(figure):
    texts = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    for axis in figure.axes:
        texts += [axis.get_xlabel(), axis.get_ylabel(), axis.get_title(loc="left")]
    return texts


@pytest.mark.parametrize("name", FIGURES)
def test_figures_speak_japanese_without_warnings(japanese, no_installed_fonts, styled, caplog, name):
    draw, expected = FIGURES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = draw()
        figure.savefig(io.BytesIO())
    assert not set(expected) - set(texts_on(figure)) and not caplog.messages


def test_a_figure_of_a_pages_own_has_japanese_characters_whatever_the_language(no_installed_fonts):
    def draw():
        figure, axis = plt.subplots()
        plt.close(figure)
        axis.set_title("気温、再構成誤差、しきい値")
        figure.savefig(io.BytesIO())
    with plt.rc_context({"font.family": [style.LATIN]}), pytest.warns(UserWarning, match="missing from font"):
        draw()
    with plt.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("error")
        style.use_style()
        draw()


def test_the_package_of_the_font_is_not_imported():
    code = "import sys; from aecourse import plots; plots.set_up_page(); print('matplotlib_fontja' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_a_live_curve_has_a_title_in_the_pages_language(japanese):
    assert plots.LiveCurve().title == "訓練中の損失"


def test_the_steps_of_a_digit_are_named_in_the_pages_language(japanese):
    picture = EMPTY.copy()
    picture[10:50, 28:32] = 0
    assert list(prepare_digit(picture, explain=True)[1])[0] == "元の画像"


# ---- widgets and pages ---------------------------------------------------------------------------


def explorer(**options):
    return LatentExplorer(models.VAE(), np.eye(2), [0, 1], **options)


def test_the_explorers_still_picture_is_in_its_language():
    assert explorer(language="ja").settings["words"]["grid"] == "各点をデコードした画像"
    english, japanese = (np.asarray(explorer(title="t", language=language).still_picture()) for language in ("en", "ja"))
    assert english.shape == japanese.shape and (english != japanese).any()


@pytest.mark.parametrize(("language", "texts"), [
    ("en", ("An empty paper", "A handwritten 4 on paper.", "the classes a, b;", "The time")),
    ("ja", ("まだ何も書かれていない紙", "紙に書いた4。", "（クラス：a, b）", "時刻"))])
def test_the_still_pictures_have_a_text_in_the_pages_language(tmp_path, language, texts):
    words.speak(language)
    empty = pad.DrawPad(path=tmp_path / "none.png")
    Image.new("RGB", (280, 280), "white").save(tmp_path / "mine.png")
    drawn = pad.DrawPad(path=tmp_path / "mine.png", label=4)
    plane = explorer(class_names=("a", "b"), title="Plane")
    hands = clock.show(dict.fromkeys(clock.CHANGES, torch.zeros(2, 1, 28, 28)))
    about = [*(widget._repr_mimebundle_()[1] for widget in (empty, drawn, plane)), DisplayFormatter().format(hands)[1]]
    for each, text in zip(about, texts, strict=True):
        assert text in each["image/png"]["alt"]
    assert plane.still_text().startswith("Plane")


def test_the_explorers_still_picture_is_sharp_and_no_wider_for_it():
    about, picture = explorer()._repr_mimebundle_()[1]["image/png"], explorer().still_picture()
    assert about["width"] == 760 and picture.width == 2 * 760


def test_the_pads_still_picture_has_its_text_on_the_paper(tmp_path):
    def grey(language):
        return np.asarray(pad.DrawPad(path=tmp_path / "none.png", language=language).still_picture()).min(axis=2)[9:-9, 9:-9]
    assert grey("en").min() < 200
    assert grey("ja").min() < 200 and (grey("ja")[:, :5] == 255).all()


def test_the_clocks_page_speaks_the_pages_language(japanese, tmp_path):
    morphs = dict.fromkeys(clock.CHANGES, torch.zeros(2, 1, 28, 28))
    page = clock.save_page(tmp_path / "clock.html", morphs).read_text(encoding="utf-8")
    assert '<html lang="ja">' in page and "時刻は{time}です" in page and "好きな時刻を表示できます" in page
    assert "The time is" not in page and "Any time" not in page


def test_projector_and_slider_speak_the_pages_language(japanese, tmp_path):
    page = projector.save_page(tmp_path / "p.html", {"PCA": np.eye(2)}, torch.zeros(2, 1, 8, 8), [0, 1])
    text = page.read_text(encoding="utf-8")
    assert "<title>プロジェクター</title>" in text
    assert json.loads(text.split('type="application/json">')[1].split("</script>")[0])["title"] == "プロジェクター"
    assert 'data-label="コマ"' in frame_slider([torch.zeros(2, 1, 8, 8)], ["a"]).data
