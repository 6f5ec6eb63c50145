"""A Japanese page: refusals, figures, draw pad, clock, explorer, projector and slider speak its language."""

import ast
import json
import string
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

import aecourse
from aecourse import models, plots, words
from aecourse.handwriting import clock, own_digit, pad, pad_still, prepare_digit
from aecourse.plots import style
from aecourse.widgets import frame_slider, projector
from aecourse.widgets.explorer import LatentExplorer

PACKAGE = Path(aecourse.__file__).parent
MODULES = [*(path for room in ("handwriting", "plots", "widgets") for path in sorted((PACKAGE / room).glob("*.py"))),
           PACKAGE / "tensorboard.py", PACKAGE / "web.py"]
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
def without_fonts(monkeypatch):
    """A machine where no Japanese font is installed."""
    monkeypatch.setattr(style, "JAPANESE", ())


def is_words(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Words"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_refusal_is_a_sentence_in_both_languages_with_the_same_gaps(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = getattr(node.exc.func, "id", "")
            assert name not in ("ValueError", "FileNotFoundError") or any(map(is_words, ast.walk(node))), node.lineno
        if isinstance(node, ast.Attribute) and node.attr == "format" and is_words(node.value):
            gaps = [{field for _, field, _, _ in string.Formatter().parse(ast.literal_eval(text)) if field}
                    for text in node.value.args]
            assert gaps[0] == gaps[1], node.lineno


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
@pytest.mark.parametrize("fonts", ["installed", "absent"])
def test_figures_speak_japanese_without_warnings(japanese, request, name, fonts):
    """Where no font has the characters, boxes stand for them; a notebook draws after the call, so draw here, too."""
    if fonts == "absent":
        request.getfixturevalue("without_fonts")
    elif style.japanese_font() is None:
        pytest.skip("needs an installed Japanese font")
    draw, expected = FIGURES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = draw()
        figure.canvas.draw()
    assert not set(expected) - set(texts_on(figure))


def test_an_english_figure_knows_nothing_of_japanese_fonts(monkeypatch):
    monkeypatch.setattr(style, "japanese_font", lambda: pytest.fail("looked for a font"))
    assert plots.histogram({"noise": np.arange(9.0)}).axes[0].get_ylabel() == "count"


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


def test_the_pads_still_picture_has_text_only_where_a_font_has_it(tmp_path, monkeypatch):
    def grey(language):
        return np.asarray(pad.DrawPad(path=tmp_path / "none.png", language=language).still_picture()).min(axis=2)[9:-9, 9:-9]
    assert grey("en").min() < 200
    assert pad_still.japanese_font() is None or grey("ja").min() < 200 and (grey("ja")[:, :5] == 255).all(), "all on the paper"
    monkeypatch.setattr(pad_still, "japanese_font", lambda: None)
    assert grey("ja").min() == 255 and grey("en").min() < 200


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
    assert 'aria-label="コマ"' in frame_slider([torch.zeros(2, 1, 8, 8)], ["a"]).data
