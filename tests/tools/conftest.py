"""What the tests of the tools share: a tiny lesson's source, the lessons' sources, and a small notebook to run."""

import ast
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.lesson_editions import KERNEL, lesson_sources

SOURCE = '''\
# %% [markdown] lang="en"
# # A title

# %% [markdown] lang="ja"
# # 題

# %%
print("two‖二", 1 + 1)

# %% exercise="9.1"
def half(x):
    """Half of x."""
    # BEGIN SOLUTION
    return x / 2
    # END SOLUTION

# %% exercise="9.1" points=3 tags=["instructor"]
assert half(4) == 2
'''


SHIPPED = '''\
import aecourse
from aecourse import handwriting, images, weather
from aecourse.paths import shipped
assert len(weather.load_weather()) > 2000 and images.load_images("mnist").name == "digits"
assert handwriting.write(handwriting.style_of(shipped("data", "sample_digit.png"), 4)).shape == (10, 1, 28, 28)
aecourse.show_figure("autoencoder")
print(aecourse.__file__)'''


@pytest.fixture
def source(tmp_path) -> Path:
    """A tiny lesson's source file."""
    path = tmp_path / "09_tiny.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


@pytest.fixture(params=lesson_sources(), ids=lambda path: path.stem)
def lesson(request) -> Path:
    """Each lesson's source."""
    return request.param


@pytest.fixture
def small_lesson() -> NotebookNode:
    """A notebook that imports all that lessons import and opens what ships, in seconds instead of a minute."""
    imports = {ast.unparse(node): None for source in lesson_sources()
               for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
               if isinstance(node, ast.Import | ast.ImportFrom)}
    cells = [new_markdown_cell("# Small"), new_code_cell("\n".join(imports)), new_code_cell(SHIPPED)]
    return new_notebook(cells=cells, metadata=KERNEL)
