"""The first cell on Colab: it gets the course once, and replaces nothing that Colab has."""

import importlib.util
import subprocess
import sys
import types

from tools import colab_cell
from tools.lesson_editions import make_edition


def test_without_an_address_the_cell_asks_for_the_zip_and_with_one_it_does_not(source, monkeypatch):
    monkeypatch.setattr(colab_cell, "repository_address", lambda: "")
    notebook = make_edition(source, "en")
    assert "files.upload()" in notebook.cells[1].source and "colab" not in notebook.cells[0].source
    monkeypatch.setattr(colab_cell, "repository_address", lambda: "https://github.com/someone/course")
    notebook = make_edition(source, "ja")
    assert '"git+https://github.com/someone/course"' in notebook.cells[1].source
    assert "github/someone/course/blob/main/notebooks/ja/09_tiny.ipynb" in notebook.cells[0].source


def test_the_cell_installs_the_uploaded_zip_and_replaces_nothing(monkeypatch):
    colab, started = types.ModuleType("google.colab"), []
    colab.files = types.SimpleNamespace(upload=lambda: {"aecourse-1.zip": b""})
    monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(subprocess, "run", lambda command, check: started.append(command))
    monkeypatch.setattr(colab_cell, "repository_address", lambda: "")
    cell = colab_cell.colab_cell("en").source
    exec(cell, {})
    assert started == [], "elsewhere it does nothing"
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    exec(cell, {})
    (command,) = started
    assert "aecourse-1.zip" in command and "--no-deps" in command and "--upgrade" not in command


def test_the_cell_speaks_the_pages_language():
    cell = colab_cell.colab_cell("ja").source
    assert cell.startswith("# @title 教材を入れる") and "選んでください：" in cell and "Choose" not in cell
