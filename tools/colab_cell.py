"""How a lesson gets onto Colab: the link that opens it there, and the first cell, which gets the course."""

from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from . import read_pyproject
from .twins import half

SOURCE = '''\
# @title Get the course (on Colab only; anywhere else this cell does nothing)‖@title 教材を入れる（Colabでだけ動き、ほかでは何もしません）
import importlib.util, subprocess, sys
if "google.colab" in sys.modules and importlib.util.find_spec("aecourse") is None:
    {get_course}
    missing = [{packages}]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]  # replaces nothing‖すでにあるものは置き換えない
    subprocess.run([*pip, course, *missing], check=True)
    importlib.invalidate_caches()'''
ASK_FOR_ZIP = '''from google.colab import files
    print("Choose the course's zip file, aecourse-...zip:‖教材のzipファイル（aecourse-...zip）を選んでください：")
    course = next(iter(files.upload()))'''
GITHUB = "https://github.com/"


def repository_address() -> str:
    """Return the repository's address from pyproject.toml, the one place it stands in, or an empty string."""
    return read_pyproject()["project"].get("urls", {}).get("Repository", "")


def colab_cell(language: str) -> NotebookNode:
    """Return the cell that gets the course on Colab, from the repository or from an uploaded release zip, in a language."""
    address = repository_address()
    get_course = f'course = "git+{address}"' if address else ASK_FOR_ZIP
    packages = ", ".join(f'"{name}"' for name in read_pyproject()["tool"]["aecourse"]["colab-packages"])
    folded = {"cellView": "form", "jupyter": {"source_hidden": True}}
    return new_code_cell(half(SOURCE.format(get_course=get_course, packages=packages), language),
                         metadata={"tags": ["colab"], **folded})


def colab_link(source: Path, language: str) -> str:
    """Return a line of markdown that opens a lesson on Colab, or nothing where no address on GitHub is known."""
    address = repository_address()
    if not address.startswith(GITHUB):
        return ""
    folder = "notebooks" if language == "en" else f"notebooks/{language}"
    path = f"{address.removeprefix(GITHUB).strip('/')}/blob/main/{folder}/{source.stem}.ipynb"
    return f"\n\n[Open in Colab](https://colab.research.google.com/github/{path})"
