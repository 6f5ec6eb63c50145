"""Sentences: what the package says to a student, an error or a printed line, is there in each language."""

import ast
import importlib
import inspect
import pkgutil
import re
import string

import pandas as pd
import pytest
import torch

import aecourse
from aecourse import anomaly, images, latent, models, paths, training, weather
from aecourse.training.weights import BestWeights
from aecourse.words import Words, speak

MODULES = [importlib.import_module(module.name) for module in pkgutil.walk_packages(aecourse.__path__, "aecourse.")
           if not module.name.endswith("__main__")]
WITHOUT_WORDS = ("aecourse {__version__}",  # of the first cell: names and versions
                 "The arrays have more than")  # noted for a grader, as Python's own errors are
SPEAKING = ("ValueError", "FileNotFoundError", "print")  # calls; other errors are for those who write the code
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
ENGLISH = re.compile("[a-z]+ [a-z]+ [a-z]+")  # three words in a row


@pytest.fixture
def japanese():
    """The page speaks Japanese for one test."""
    speak("ja")
    yield
    speak("en")


def calls(module, *names):
    """Every call of one of these names in a module's source."""
    return [node for node in ast.walk(ast.parse(inspect.getsource(module)))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names]


def has_words(call, module):
    """Whether a call's arguments hold the class Words, Words of the module, or a function of it that returns some."""
    used = [getattr(module, node.id, None) for node in ast.walk(call) if isinstance(node, ast.Name)]
    return any(value is Words or isinstance(value, Words) or isinstance(value, dict) and any(
        isinstance(entry, Words) for entry in value.values()) or "Words" in str(getattr(value, "__annotations__", {}).get(
            "return", "")) for value in used)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_error_and_every_printed_line_is_words(module):
    silent = [f"line {call.lineno}: {ast.unparse(call)}" for call in calls(module, *SPEAKING)
              if not has_words(call, module) and not any(words in ast.unparse(call) for words in WITHOUT_WORDS)]
    assert not silent


def test_both_languages_fill_the_same_gaps():
    pairs = [[text.value for text in call.args] for module in MODULES for call in calls(module, "Words")
             if all(isinstance(text, ast.Constant) for text in call.args)]
    assert len(pairs) > 200
    for en, ja in pairs:
        gaps = [{part[1:] for part in string.Formatter().parse(text) if part[1]} for text in (en, ja)]
        assert gaps[0] - {("article", "", None)} == gaps[1], (en, ja)  # which Japanese has not
        assert not ENGLISH.search(re.sub('`[^`]*`', '', ja)), (en, ja)


REFUSED = {
    "shipped file": (lambda: paths.shipped("data", "nothing.csv"), "data/nothing.csv"),
    "image set": (lambda: images.load_images("letters"), "'letters'.*mnist, fashion"),
    "widths": (lambda: models.Autoencoder((3, 2)), "最初の幅.*784個"),
    "output": (lambda: models.Autoencoder((784, 2), output="softmax"), "'softmax'.*sigmoid"),
    "epochs": (lambda: training.fit(models.Autoencoder((784, 2)), torch.rand(9, 784), epochs=0), "epochs.*1以上"),
    "loss": (lambda: training.fit(torch.nn.Linear(3, 2), torch.rand(9, 3)), re.escape("{'loss': ...}")),
    "data": (lambda: training.fit(models.Autoencoder((784, 2)), torch.rand(1, 784)), "検証用"),
    "optimizer": (lambda: training.fit(models.Autoencoder((784, 2)), torch.rand(9, 784), optimizer="sgd"), "'sgd'"),
    "history": (lambda: training.History().best, "エポック"),
    "weights": (lambda: training.load_weights(models.VAE(), "none.safetensors"), "none.safetensors"),
    "weather": (lambda: weather.read_jma("none.csv"), "none.csv"),
    "series": (lambda: anomaly.ClimatologyDetector().fit(pd.Series([1.0, 2.0])), "load_weather"),
    "detector": (lambda: anomaly.PCADetector().score(pd.Series([1.0])), "PCADetector.*fit"),
    "walk": (lambda: latent.interpolate([1, 0], [-1, 0], spherical=True), "spherical=False"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_an_error_speaks_the_pages_language(japanese, what):
    refuse, words = REFUSED[what]
    with pytest.raises((ValueError, FileNotFoundError), match=words) as caught:
        refuse()
    sentence = str(caught.value)
    assert JAPANESE.search(sentence) and "。" in sentence and not ENGLISH.search(sentence)
    assert ENGLISH.search(caught.value.args[0]["en"]) and not JAPANESE.search(caught.value.args[0]["en"])


def test_a_complaint_about_a_jma_file_is_in_one_language_throughout(japanese):
    with pytest.raises(ValueError, match="平均気圧") as caught:
        weather.read_jma(paths.shipped("data", "weather_sample.csv"), "平均気圧")
    assert not ENGLISH.search(str(caught.value)) and "要素：" in str(caught.value)
    assert caught.value.args[0]["en"].startswith("weather_sample.csv: There is no element 平均気圧. It has the stations")


def test_a_stand_in_is_announced_and_described_in_the_pages_language(japanese, capsys):
    dataset = images.load_images("fashion")
    line = capsys.readouterr().out
    assert line.count("\n") == 1 and "fashion" in line and "AECOURSE_DATA" in line and not ENGLISH.search(line)
    assert JAPANESE.search(dataset.source) and dataset.source in repr(dataset)
    assert "訓練画像6,000枚" in repr(dataset)


def test_the_weathers_source_and_quality_speak_the_pages_language(japanese):
    assert "合成データ" in weather.load_weather().attrs["source"]
    assert str(weather.QUALITY[8]).startswith("正常値：")


def test_a_training_stopped_by_hand_says_so_in_the_pages_language(japanese, capsys):
    with BestWeights(torch.nn.Linear(2, 1)):
        raise KeyboardInterrupt
    assert "途中で止めました" in capsys.readouterr().out
