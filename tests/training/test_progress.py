"""The bar of a training: one line on the screen, one line in a notebook, in the page's language."""

import nbformat
import pytest
from nbclient import NotebookClient

from aecourse import training, words
from tests.training.test_loop import data, net

CELL = """import torch
from aecourse import lesson, models, plots, training
{start}
torch.manual_seed(0)
net = models.Autoencoder((784, 8, 2))
training.fit(net, torch.rand(64, 1, 28, 28), epochs=3, batch_size=16, device="cpu", on_epoch={callback})
None"""
STOPPED = "lambda history, model: (_ for _ in ()).throw(KeyboardInterrupt())"


def outputs(start="", callback="plots.LiveCurve()"):
    """Run a training in a notebook's kernel; return what its cell has put out in the end."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL.format(start=start, callback=callback))])
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    return notebook.cells[0].outputs


def test_in_a_notebook_the_bar_stays_one_line_above_the_curve():
    bar, curve = outputs()
    assert bar.data["text/plain"].startswith("epoch 3/3: 100%") and "12/12" in bar.data["text/plain"]
    assert bar.data["text/plain"].count("epoch") == 1 and "image/png" in curve.data


def test_a_training_stopped_by_hand_says_so_on_a_line_of_its_own_in_the_pages_language():
    first, bar, stopped = outputs("lesson.start('ja')", STOPPED)
    assert "計算装置" in first.text and bar.data["text/plain"].startswith("エポック 1/3:") and "損失" in bar.data["text/plain"]
    assert stopped.text.startswith("訓練を途中で止めました")


def test_on_a_screen_the_line_ends_before_the_sentence(capsys):
    def stop(history, model):
        raise KeyboardInterrupt
    training.fit(net(), data(), epochs=2, batch_size=16, device="cpu", on_epoch=stop)
    last = capsys.readouterr().out.rstrip("\n").rpartition("\n")[2]
    assert last.startswith("Stopped by hand")


@pytest.mark.parametrize(("language", "expected"), [("en", "epoch 2/2"), ("ja", "エポック 2/2")])
def test_the_bar_speaks_the_pages_language(capsys, language, expected):
    words.speak(language)
    training.fit(net(), data(), epochs=2, batch_size=16, device="cpu")
    assert expected in capsys.readouterr().out
