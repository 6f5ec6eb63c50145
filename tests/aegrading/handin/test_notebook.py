"""Notebook: code cells are parsed once, and whatever is no notebook is refused in a sentence."""

import pytest

from aegrading.handin import notebook
from aegrading.handin.unzip import BadHandin
from tests.sample_class import notebook_of


def test_the_code_cells_of_a_notebook_are_kept_with_its_bytes():
    content = notebook_of(["x = 1\ny = 2", ""])
    assert notebook.parse("lesson.ipynb", content) == notebook.Notebook(content, ("x = 1\ny = 2", ""))
    mixed = b'{"cells": [{"cell_type": "markdown"}, {"cell_type": "code", "source": ["a\\n", "\\ud800"]}]}'
    assert notebook.parse("lesson.ipynb", mixed).cells == ("a\n\ud800",)


@pytest.mark.parametrize("content", [
    b"", b"[]", b"3", b"\xff\xfe\x00", b"\x80\x04K\x01.", b"[" * 100_000, b'{"cells": 5}', b'{"cells": null}',
    b'{"cells": [5]}', b'{"cells": {"a": 1}}', b'{"cells": [{}]}', b'{"cells": [{"cell_type": "code", "source": 5}]}',
    b'{"cells": [{"cell_type": "code", "source": [1]}]}'])
def test_what_is_no_notebook_is_refused_by_its_name(content):
    with pytest.raises(BadHandin, match="06_exercises.ipynb is not a whole notebook"):
        notebook.parse("06_exercises.ipynb", content)


def test_a_huge_notebook_is_not_parsed(monkeypatch):
    monkeypatch.setattr(notebook.json, "loads", None)
    with pytest.raises(BadHandin, match="more than 20 MB"):
        notebook.parse("lesson.ipynb", bytes(notebook.LARGEST + 1))
